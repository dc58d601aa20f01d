"""Another DHCP server on a wire of its own, asked by crafted frames; and ours, asked the same without a wire."""

from __future__ import annotations

import os
import select
import socket
import struct
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tests.whole.daemon import CEILING, wait_until
from tests.whole.lab import SERVER, Lab, Machine, inside
from tests.whole.peers.queries import goes_to_the_server_alone

from ringboot.answer.decide import decide
from ringboot.answer.decision import Reply
from ringboot.answer.facts import Facts
from ringboot.answer.query import Now, Query
from ringboot.dhcp.message import ACK, DISCOVER, OFFER, REQUEST, BadPacket, Message, decode, encode
from ringboot.model.address import ip_number, ip_text, mac_octets
from ringboot.servers.dhcp.frame import EVERYBODY, datagram

RELAYS = ("10.20.0.1", "10.30.0.1")
OWN = ("10.9.0.77", "10.20.0.77")  # whoever has an address already and asks for options only
SERVER_MAC = bytes.fromhex("020000000001")
_SENTINEL = bytes.fromhex("02000000ffff")
_ETH_P_ALL = 3

Ask = Callable[[Message], Message | None]


class Peer(NamedTuple):
    """A server: its command, where {folder} is filled in, and what it says once it listens."""

    name: str
    program: str
    command: tuple[str, ...]
    configuration: str  # the file's name
    ready: str
    environment: Mapping[str, str] = MappingProxyType({})


KEA = Peer(
    "kea", "kea-dhcp4", ("kea-dhcp4", "-c", "{folder}/kea-dhcp4.conf"), "kea-dhcp4.conf", "",
    dict.fromkeys(
        ("KEA_LOCKFILE_DIR", "KEA_PIDFILE_DIR", "KEA_DHCP_DATA_DIR", "KEA_LOGGER_DESTINATION"), "{folder}"
    ),
)  # fmt: skip
ISC = Peer(
    "isc", "dhcpd",
    ("dhcpd", "-4", "-d", "-f", "--no-pid", "-user", "root", "-group", "root", "-cf", "{folder}/dhcpd.conf",
     "-lf", "{folder}/leases", "s0"),
    "dhcpd.conf", "Server starting service",
)  # fmt: skip
DNSMASQ = Peer(
    "dnsmasq",
    "dnsmasq",
    ("dnsmasq", "-k", "-C", "{folder}/dnsmasq.conf", "--log-facility=-"),
    "dnsmasq.conf",
    "",
)
PEERS = {row.name: row for row in (KEA, ISC, DNSMASQ)}


class Wire:
    """One wire with a server at one end; the other end plays clients and relays."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lab = Lab(folder)
        self._mark: dict[int, bytes] = {}

    def __enter__(self) -> Wire:
        self.lab.__enter__()
        try:
            self.machine: Machine = self.lab.machine()
            self.machine.ip("address add 10.9.0.2/24 dev c0")
            for address in (*RELAYS, *OWN):
                self.machine.ip(f"address add {address}/32 dev c0")
            for network in ("10.20.0.0/16", "10.30.0.0/16", "10.31.0.0/16"):
                self.lab.ip_there(self.lab.server, f"route add {network} via 10.9.0.2")
            self._sinks = [inside(self.machine.namespace, lambda port=port: _sink(port)) for port in (67, 68)]  # type: ignore[misc]
            self._socket = inside(self.machine.namespace, _frames)
        except BaseException:
            self.lab.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._socket, *self._sinks):
            each.close()
        self.lab.close()

    def start(self, peer: Peer, text: str) -> subprocess.Popen[bytes]:
        """Start a server with this configuration."""
        here = str(self.folder)
        (self.folder / peer.configuration).write_text(text.replace("STATE", here))
        (self.folder / "leases").touch()
        log = self.folder / f"{peer.name}.log"
        words = [word.replace("{folder}", here) for word in peer.command]
        environment = [f"{key}={value.replace('{folder}', here)}" for key, value in peer.environment.items()]
        with log.open("wb") as file:
            started = self.lab.start(self.lab.server, ["env", *environment, *words], file)
        wait_until(lambda: self.listens() or started.poll() is not None, f"{peer.name} to listen")
        assert started.poll() is None, log.read_text()
        return started

    def listens(self) -> bool:
        """Tell whether somebody answers DHCP; then a client of ours has a lease, whose ACK marks the end of answers."""
        offer = self._told(_own({53: bytes((DISCOVER,))}))
        if offer is None or offer.kind != OFFER:
            return False
        chosen = {53: bytes((REQUEST,)), 50: offer.yiaddr.to_bytes(4, "big")}
        ack = self._told(_own({**chosen, 54: offer.options[54]}))
        self._mark = chosen
        return ack is not None and ack.kind == ACK

    def _told(self, query: Message) -> Message | None:
        self._send(query)
        while True:
            heard = self._hear(0.5)
            if heard is None or heard.xid == query.xid:
                return heard

    def ask(self, query: Message) -> Message | None:
        """Send a query; None when it is not answered: a later one was, which waits for the disk as any lease does."""
        if query.ciaddr and ip_text(query.ciaddr) not in OWN:
            self._let_be_found(query.ciaddr)
        self._send(query)
        after = _own(self._mark)
        self._send(after)
        found: list[Message] = []
        while not any(each.xid == after.xid for each in found):
            heard = self._hear(CEILING)
            assert heard is not None, "nobody answers"
            found.append(heard)
        return next((each for each in found if each.xid == query.xid), None)

    def _let_be_found(self, address: int) -> None:
        """Let the server know the way to a client; one that answered to ARP would be found before it has its lease."""
        if address >> 8 == ip_number(SERVER) >> 8:
            self.lab.ip_there(
                self.lab.server, f"neighbour replace {ip_text(address)} lladdr {self.machine.mac} dev s0 nud permanent"
            )

    def _send(self, query: Message) -> None:
        source = query.giaddr or query.ciaddr
        relayed = bool(query.giaddr)
        alone = relayed or goes_to_the_server_alone(query)
        self._socket.send(
            datagram(
                encode(query), to_mac=SERVER_MAC if alone else EVERYBODY, from_mac=mac_octets(self.machine.mac),
                to=ip_number(SERVER) if alone else 0xFFFFFFFF, source=source, to_port=67,
                from_port=67 if relayed else 68,
            )
        )  # fmt: skip

    def _hear(self, seconds: float) -> Message | None:
        while select.select([self._socket], [], [], seconds)[0]:
            frame, where = self._socket.recvfrom(65536)
            if where[2] == socket.PACKET_OUTGOING or frame[12:14] != b"\x08\x00" or frame[23] != socket.IPPROTO_UDP:
                continue
            udp = 14 + 4 * (frame[14] & 15)
            source, _, size = struct.unpack_from("!HHH", frame, udp)
            if source == 67:
                message = decode(frame[udp + 8 : udp + size])
                assert not isinstance(message, BadPacket)
                return message
        return None


def in_process(facts: Facts) -> Ask:
    """Give our answers by the code that decides, without a socket."""
    clock = iter(range(1, 100_000))

    def ask(query: Message) -> Message | None:
        moment = next(clock)
        now = Now(1_800_000_000.0 + moment, 1000.0 + moment)
        relayed = bool(query.giaddr)
        unicast = relayed or goes_to_the_server_alone(query)
        met = Query(query, "s0", (ip_number(SERVER),), query.giaddr or query.ciaddr, 67 if relayed else 68, unicast)
        made = decide(met, facts, now)
        if not isinstance(made, Reply):
            return None
        if made.change is not None:
            facts.table.apply(made.change)
        answer = decode(made.data)
        assert isinstance(answer, Message)
        return answer

    return ask


def _own(options: dict[int, bytes]) -> Message:
    """Write a message of our own client."""
    more = {**options, 55: b"\1"}
    return Message(1, 1, 6, 0, os.urandom(4), 0, 0x8000, 0, 0, 0, 0, _SENTINEL, b"", b"", more)


def _frames() -> socket.socket:
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    opened.bind(("c0", _ETH_P_ALL))
    return opened


def _sink(port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("", port))
    return opened
