"""A handset that a test leads by the hand: one DHCP message or file request at a time, and nothing is sent twice.

It is its own relay (RFC 8357), like the simulator's phones, so it works on the loopback without any right.
"""

from __future__ import annotations

import asyncio
import select
import socket

from ringboot.dhcp import message as wire
from ringboot.dhcp import options as option_table
from ringboot.dhcp.message import ACK, DISCOVER, NAK, OFFER, REQUEST, Message
from ringboot.model.address import ip_number, ip_text, ip_wire, mac_text
from ringboot.model.evidence import sub_options
from ringboot.plugins.schema import Manifest
from ringboot.sim.fetching import Fetched, fetch
from ringboot.sim.fleet import manifests
from ringboot.sim.phone import Habit

CEILING = 30.0  # seconds that an answer may take
SOURCE_PORT = b"\x13\x00"  # RFC 8357: answer to the port that this came from
REQUESTED, SERVER, MESSAGE, VENDOR = 50, 54, 56, 43


class Handset:
    """One phone of a brand, built in or not; `relay` is the address that its DHCP messages come from."""

    def __init__(self, brand: str | Manifest, model: str, number: int, *, relay: str, dhcp: int) -> None:
        manifest = next(each for each in manifests() if each.name == brand) if isinstance(brand, str) else brand
        boot = manifest.boot_of(model)
        assert boot is not None
        self.octets = bytes.fromhex(manifest.oui[0] if manifest.oui else "020000") + number.to_bytes(3, "big")
        self.mac = mac_text(self.octets)
        self.model = model
        self.address = ""
        self.options: dict[int, bytes] = {}  # of the last ACK
        self.fetched: list[Fetched] = []
        self._habit = Habit(boot.says, boot.agent, boot.url_from, boot.asks)
        self._names = {
            "model": model, "version": boot.version, "mac": self.octets.hex(), "MAC": self.octets.hex().upper(),
            "mac_dashes": self.octets.hex("-").upper(), "mac_colons": self.mac,
        }  # fmt: skip
        self._says = option_table.build({key: self.filled(text) for key, text in boot.says.items()})
        self._relay = relay
        self._server = ("127.0.0.1", dhcp)
        self._count = number << 8

    def filled(self, text: str) -> str:
        """Fill in what this phone is."""
        return text.format_map(self._names)

    def say(self, kind: int, options: dict[int, bytes]) -> None:
        """Send one message without waiting for an answer."""
        with self._open() as here:
            here.sendto(wire.encode(self._message(kind, options)), self._server)

    def ask(self, kind: int, options: dict[int, bytes]) -> Message:
        """Send one message and wait for its answer."""
        message = self._message(kind, options)
        with self._open() as here:
            here.sendto(wire.encode(message), self._server)
            ready, _, _ = select.select([here], [], [], CEILING)
            assert ready, f"{self.mac}: no answer to {wire.NAMES[kind]}"
            answer = wire.decode(here.recv(2048))
        assert isinstance(answer, Message)
        assert answer.xid == message.xid
        return answer

    def _open(self) -> socket.socket:
        here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        here.bind((self._relay, 0))
        return here

    def _message(self, kind: int, options: dict[int, bytes]) -> Message:
        self._count += 1
        return Message(
            op=1, htype=1, hlen=6, hops=1, xid=self._count.to_bytes(4, "big"), secs=0, flags=0,
            ciaddr=0, yiaddr=0, siaddr=0, giaddr=ip_number(self._relay), chaddr=self.octets, sname=b"", file=b"",
            options={53: bytes((kind,)), **self._says, **options, 82: SOURCE_PORT},
        )  # fmt: skip

    def discover(self, wanted: str | None = None) -> Message:
        """Ask for an address, and be offered one: the wanted one, if it is free."""
        offer = self.ask(DISCOVER, {REQUESTED: ip_wire(ip_number(wanted))} if wanted else {})
        assert offer.kind == OFFER
        return offer

    def obtain(self, wanted: str | None = None) -> str:
        """Go through the four messages to an address."""
        offer = self.discover(wanted)
        answer = self.ask(REQUEST, {REQUESTED: ip_wire(offer.yiaddr), SERVER: offer.options[SERVER]})
        assert answer.kind == ACK
        self.address, self.options = ip_text(answer.yiaddr), answer.options
        return self.address

    def insist(self, address: str) -> str:
        """Ask for an address again after a restart (INIT-REBOOT), and be refused; gives why."""
        answer = self.ask(REQUEST, {REQUESTED: ip_wire(ip_number(address))})
        assert answer.kind == NAK
        return answer.options[MESSAGE].decode()

    def server(self, key: str) -> str:
        """Give the option, or sub-option, that names the server."""
        code, _, part = key.partition(".")
        value = self.options[int(code)]
        return (sub_options(value)[int(part)] if part else value).decode()

    def fetch(self, url: str) -> Fetched:
        """Ask for a file; {MAC} and the like are filled in."""
        got = asyncio.run(fetch(self.filled(url), self.address, self.filled(self._habit.agent)))
        self.fetched.append(got)
        return got
