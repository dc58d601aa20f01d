"""Conversations with `decide`: phones that say something, and a server that hears, answers and remembers.

What a phone gets back is a text, `OFFER 10.0.1.0`, `NAK nak-not-yours`, `silence pool-full`, with the rest of the
answer as attributes, so that a test reads as what was said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ringboot.answer.decide import address_used, decide, decide_at_length
from ringboot.answer.decision import WHO_HAS, Answer, Decision, Need, Question, Reply, Silence, To
from ringboot.answer.facts import Facts
from ringboot.answer.query import Now, Query
from ringboot.answer.short import short
from ringboot.dhcp.message import (
    DECLINE,
    DISCOVER,
    INFORM,
    NAK,
    NAMES,
    RELEASE,
    REQUEST,
    BadPacket,
    Message,
    decode,
    encode,
)
from ringboot.leases.table import Table
from ringboot.leases.undo import Change, Undo
from ringboot.model.address import ip_number, ip_text, ip_wire, mac_octets, mac_text
from ringboot.model.lease import LeaseChange
from ringboot.model.scripting import Asked, Told
from ringboot.model.site import Class, Match, Network, Pool, Reservation, Site

OURS = ip_number("10.0.0.2")
START = 1_700_000_000.0


class Heard(str):
    """What came back, as text; `message` is the packet, if there was one."""

    message: Message
    to: To
    change: Change | None = None
    undo: Undo | None = None
    detail: Mapping[str, object]
    reason: str = ""
    need: Need | None = None

    @property
    def options(self) -> dict[int, bytes]:
        return self.message.options

    @property
    def address(self) -> str:
        return ip_text(self.message.yiaddr)

    @property
    def way(self) -> str:
        """Tell where the answer went: "unicast 10.0.1.0:68"."""
        return f"{self.to.kind} {ip_text(self.to.address)}:{self.to.port}" + (
            f" {mac_text(self.to.mac)}" if self.to.mac else ""
        )

    @property
    def lease_time(self) -> int:
        return int.from_bytes(self.options[51], "big")


class Server:
    """Facts, a table and a clock; what `decide` says is done at once, as the door does it."""

    def __init__(self, site: Site) -> None:
        self.table = Table()
        self.facts = Facts(site, self.table)
        self.now = Now(START, 1000.0)
        self.rows: list[LeaseChange] = []
        self.ours: tuple[int, ...] = (OURS,)
        self.wire: dict[int, Answer] = {}  # the MACs that answer ARP for an address; where none is named, nobody
        self.short_ways = 0  # messages that were decided the short way
        self.script: Callable[[Asked], Told | None] = lambda _: None  # what the scripts process says; None: nothing
        self.asked: list[Asked] = []  # what it was asked

    def sleep(self, seconds: float) -> None:
        self.now = Now(self.now.utc + seconds, self.now.steady + seconds)

    def restart(self) -> None:
        """End and start again from the journal."""
        self.table = Table()
        self.table.load(self.rows)
        before = self.facts
        self.facts = Facts(before.site, self.table)
        for reserved in before.reservations.values():
            self.facts.put_reservation(reserved.row)

    def reserve(self, who: str, address: str, network: str = "phones", kind: str = "mac", **more: str) -> None:
        hostname = more.pop("hostname", None)
        self.facts.put_reservation(Reservation(network, kind, who, address, hostname, more))

    def hear(self, query: Query, answers: Mapping[Question, Answer] | None = None) -> Heard:
        decision = decide(query, self.facts, self.now, answers or {})
        if isinstance(decision, Need) and decision.question.kind == WHO_HAS:
            answers = {decision.question: self.wire.get(decision.question.address, frozenset())}
            decision = decide(query, self.facts, self.now, answers)
        if isinstance(decision, Need) and decision.asked is not None:
            decision = self._consult(query, decision, answers or {})
        else:
            self._hold_to_the_long_way(query, decision, answers or {})
        if isinstance(decision, Need):
            heard = Heard(f"ask {decision.question.kind} {ip_text(decision.question.address)}")
            heard.need = decision
        elif isinstance(decision, Silence):
            heard = Heard(f"silence {decision.reason.id}")
        else:
            heard = self._read(decision)
        if not isinstance(decision, Need):
            heard.reason = decision.reason.id
            heard.detail = decision.detail
        heard.change = decision.change
        if decision.change is not None:
            heard.undo = self.table.apply(decision.change)
            if isinstance(decision.change, LeaseChange):
                self.rows.append(decision.change)
        return heard

    def _consult(self, query: Query, decision: Decision, answers: Mapping[Question, Answer]) -> Decision:
        while isinstance(decision, Need) and decision.asked is not None:
            if decision.change is not None:
                self.table.apply(decision.change)
            self.asked.append(decision.asked)
            answers = {**answers, decision.question: self.script(decision.asked)}
            decision = decide(query, self.facts, self.now, answers)
        return decision

    def _hold_to_the_long_way(self, query: Query, decision: Decision, answers: Mapping[Question, Answer]) -> None:
        """Check, in every conversation of these tests, that the short way says what the long way says."""
        kind = query.message.kind
        if kind in (DISCOVER, REQUEST) and query.message.op == 1 and isinstance(decision, Reply):
            assert decision == decide_at_length(query, kind, self.facts, self.now, answers)
            self.short_ways += not answers and short(query, kind, self.facts, self.now) is not None

    def _read(self, reply: Reply) -> Heard:
        message = decode(reply.data)
        assert not isinstance(message, BadPacket)
        what = reply.reason.id if message.kind == NAK else ip_text(message.yiaddr or message.ciaddr)
        heard = Heard(f"{NAMES.get(message.kind, 'BOOTREPLY')} {what}")
        heard.message, heard.to = message, reply.to
        return heard

    def in_use(self, need: Need) -> None:
        """Hear that somebody answered a probe."""
        row = address_used(need.question, self.facts, self.now)
        self.rows.append(row)
        self.table.apply(row)

    def phone(self, mac: str = "00:08:5d:00:00:01", **more: object) -> Phone:
        return Phone(self, mac, **more)

    def phones(self, count: int) -> list[Phone]:
        return [self.phone(f"00:08:5d:00:{number >> 8:02x}:{number & 255:02x}") for number in range(count)]


class Phone:
    """A client: it knows its MAC, perhaps an identifier, a relay, and the address it was given."""

    def __init__(self, server: Server, mac: str, **more: object) -> None:
        self.server = server
        self.mac = mac_octets(mac) if mac else b""
        self.client_id = more.get("client_id")
        self.relay = ip_number(str(more["relay"])) if "relay" in more else 0
        self.port = 67
        self.pxe = False  # it talks to the port of boot servers
        self.flags = 0
        self.htype = 1
        self.ours = more.get("ours")
        self.options: dict[int, bytes] = {}
        self.ip = 0
        self.xid = 0
        self.last: Query | None = None

    def _say(
        self, kind: int, options: Mapping[int, bytes] | None = None, *, ciaddr: int = 0, unicast: bool = False,
        peer: int | None = None, relay: int | None = None, answers: Mapping[Question, Answer] | None = None,
    ) -> Heard:  # fmt: skip
        self.xid += 1
        said = {53: bytes((kind,))} if kind else {}
        said |= {**self.options, **(options or {})}
        if isinstance(self.client_id, bytes):
            said[61] = self.client_id
        giaddr = self.relay if relay is None else relay
        message = Message(
            1, self.htype, len(self.mac), 0, self.xid.to_bytes(4, "big"), 0, self.flags, ciaddr, 0, 0, giaddr,
            self.mac, b"", b"", said,
        )  # fmt: skip
        read = decode(encode(message))
        assert not isinstance(read, BadPacket)
        source = giaddr or ciaddr if peer is None else peer
        self.last = Query(read, "eth0", self.server.ours, source, self.port, unicast or bool(giaddr), self.pxe)
        return self.server.hear(self.last, answers)

    def repeat(self, answers: Mapping[Question, Answer] | None = None) -> Heard:
        """Send the same packet again, octet by octet."""
        assert self.last is not None
        return self.server.hear(self.last, answers)

    def discover(self, wish: str = "", **options: bytes) -> Heard:
        more = {int(name[1:]): value for name, value in options.items()}
        return self._say(DISCOVER, {**({50: ip_wire(ip_number(wish))} if wish else {}), **more})

    def take(self, offer: Heard | str, server: int = OURS, **options: bytes) -> Heard:
        """Send the REQUEST for an offer."""
        address = offer.message.yiaddr if isinstance(offer, Heard) else ip_number(offer)
        more = {int(name[1:]): value for name, value in options.items()}
        return self._got(self._say(REQUEST, {50: ip_wire(address), 54: ip_wire(server), **more}))

    def take_other(self, server: str) -> Heard:
        """Send the REQUEST for another server's offer."""
        return self._say(REQUEST, {50: ip_wire(ip_number("10.0.9.9")), 54: ip_wire(ip_number(server))})

    def boot(self) -> Heard:
        """Go all the way from DISCOVER to ACK."""
        offer = self.discover()
        return self.take(offer) if offer.startswith("OFFER") else offer

    def reboot(self, address: str) -> Heard:
        """Start with a remembered address (INIT-REBOOT)."""
        return self._got(self._say(REQUEST, {50: ip_wire(ip_number(address))}))

    def renew(self, address: str = "", **options: bytes) -> Heard:
        own = ip_number(address) if address else self.ip
        more = {int(name[1:]): value for name, value in options.items()}
        return self._got(self._say(REQUEST, more, ciaddr=own, unicast=True, relay=0))

    def rebind(self, address: str = "") -> Heard:
        return self._got(self._say(REQUEST, ciaddr=ip_number(address) if address else self.ip))

    def release(self, address: str = "", server: int = OURS, peer: str = "") -> Heard:
        own = ip_number(address) if address else self.ip
        return self._say(
            RELEASE, {54: ip_wire(server)}, ciaddr=own, unicast=True, relay=0, peer=ip_number(peer) if peer else own
        )

    def decline(self, address: str = "", server: int = OURS, peer: str = "", relay: int | None = None) -> Heard:
        said = {50: ip_wire(ip_number(address) if address else self.ip), 54: ip_wire(server)}
        return self._say(DECLINE, said, peer=ip_number(peer) if peer else None, relay=relay)

    def inform(self, address: str, **options: bytes) -> Heard:
        more = {int(name[1:]): value for name, value in options.items()}
        return self._say(INFORM, more, ciaddr=ip_number(address), unicast=True, relay=0)

    def bootp(self, address: str = "", options: Mapping[int, bytes] | None = None) -> Heard:
        """Send a BOOTP request."""
        return self._say(0, options, ciaddr=ip_number(address) if address else 0)

    def say(self, kind: int, options: Mapping[int, bytes] | None = None, ciaddr: int = 0, peer: str = "") -> Heard:
        return self._say(kind, options, ciaddr=ciaddr, peer=ip_number(peer) if peer else None)

    def _got(self, heard: Heard) -> Heard:
        if heard.startswith("ACK"):
            self.ip = heard.message.yiaddr
        return heard


def network(name: str = "phones", subnet: str = "10.0.0.0/16", *pools: str, **more: object) -> Network:
    address, _, prefix = subnet.partition("/")
    fields: dict[str, object] = {"segment": "floor1", "lease_time": 28800, **more}
    if pools:
        ends = [[ip_number(end) for end in each.split("-")] for each in pools]
        fields["pools"] = tuple(Pool(first, last) for first, last in ends)
    return Network(name, ip_number(address), int(prefix), **fields)  # type: ignore[arg-type]  # the fields are checked by use


def site(*networks: Network, **more: object) -> Site:
    return Site(1, networks or (network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.255"),), **{"probe": False, **more})  # type: ignore[arg-type]  # as above


def brand(name: str, pattern: str, options: dict[str, str], layer: str = "brand", evidence: str = "dhcp.60") -> Class:
    return Class(name, layer, ((Match(evidence, pattern),),), options)


class World:
    """What a test builds its site from."""

    network = staticmethod(network)
    site = staticmethod(site)
    brand = staticmethod(brand)

    @staticmethod
    def server(*networks: Network, **more: object) -> Server:
        return Server(site(*networks, **more))


@pytest.fixture
def world() -> type[World]:
    return World


@pytest.fixture
def server() -> Server:
    """One network, 10.0.0.0/16, with 10.0.1.0 to 10.0.1.255 to give."""
    return Server(site())


Build = Callable[..., Server]
