"""The faults of staticDHCPd, one row each: what it was, and a conversation that would fail if it were ours too.

What its protocol handling gets wrong, by its documents and by watching it: claims (1.2), sockets (1.3), where replies
go (1.4), messages (1.5), packets (1.6), malformed input (1.7), and protection that is turned against the victim (7).
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from ringboot.answer.decide import decide
from ringboot.answer.decision import Reply
from ringboot.answer.query import Query
from ringboot.dhcp.message import BadPacket, Message, decode, encode
from ringboot.dhcp.options import build, encode_text
from ringboot.model.address import ip_number, ip_wire
from ringboot.model.site import Block, Class, Match, Reservation
from ringboot.servers import dhcp as door
from ringboot.servers.dhcp.frame import datagram
from ringboot.servers.dhcp.outcomes import Outcomes
from ringboot.setup.load import load_text

if TYPE_CHECKING:
    from tests.answer.conftest import Phone, Server, World

Show = Callable[["type[World]"], None]
POOL = "10.0.1.0-10.0.1.255"


class Fault(NamedTuple):
    """A row: where it stands in the list of faults, what it was, and the test that it is not ours."""

    section: str
    was: str
    show: Show


FAULTS: list[Fault] = []


def fault(section: str, was: str) -> Callable[[Show], Show]:
    """Add a row."""

    def add(show: Show) -> Show:
        FAULTS.append(Fault(section, was, show))
        return show

    return add


# 1.2 What is claimed


@fault("1.2", "options that it has no name for are dropped, and cannot be sent")
def unknown_options(world: type[World]) -> None:
    read = decode(encode(message(53, b"\1", more={231: b"abc"})))
    assert isinstance(read, Message)
    assert read.options[231] == b"abc"
    assert world.server(options=({"231": "hex:0102"})).phone().discover().options[231] == b"\1\2"


@fault("1.2", "options in the fields file and sname are not read (option 52)")
def overload_is_read(world: type[World]) -> None:
    octets = bytearray(encode(message(53, b"\1", more={52: b"\1"})))
    octets[108:112] = b"\x0c\1a\xff"
    read = decode(bytes(octets))
    assert isinstance(read, Message)
    assert read.options[12] == b"a"


@fault("1.2", "the room that a client has (option 57) is not kept to, and names are never put to use for options")
def room_is_kept_to(world: type[World]) -> None:
    server = world.server(options={str(code): "x" * 60 for code in range(224, 234)})
    phone = server.phone()
    offer = phone.discover(o57=(576).to_bytes(2, "big"))
    assert len(sent_to(server, phone)) <= 576 - 28
    assert len(offer.options.keys() & set(range(224, 234))) > 4  # some of them stand in the fields


@fault("1.2", "the relay information is not given back to a client that sends option 55")
def relay_information_is_given_back(world: type[World]) -> None:
    phone = world.server().phone(relay="10.0.0.3")
    phone.options = {55: b"\1\3", 82: b"\1\4port"}
    offer = phone.discover()
    assert (offer.options[82], phone.take(offer).options[82]) == (b"\1\4port", b"\1\4port")


@fault("1.2", "LEASEQUERY was answered wrongly, then not at all")
def leasequery_is_answered(world: type[World]) -> None:
    server = world.server(leasequery=(Block(ip_number("10.0.0.9"), ip_number("10.0.0.9")),))
    server.phone().boot()
    asked = message(53, b"\x0a", ciaddr=ip_number("10.0.1.0"), giaddr=ip_number("10.0.0.9"), mac=b"")
    assert server.hear(Query(asked, "eth0", server.ours, ip_number("10.0.0.9"), 67, True)) == "LEASEACTIVE 10.0.1.0"


@fault("1.2", "a DISCOVER with rapid commit is acknowledged without option 80, where nobody asked for that")
def rapid_commit_says_so(world: type[World]) -> None:
    assert world.server().phone().discover(o80=b"") == "OFFER 10.0.1.0"
    ack = world.server(world.network("phones", "10.0.0.0/16", POOL, rapid_commit=True)).phone().discover(o80=b"")
    assert (ack, ack.options[80]) == ("ACK 10.0.1.0", b"")


@fault("1.2", "options 124 and 125 raise an error, read or written")
def vendor_options_are_written(world: type[World]) -> None:
    assert build({"125.3561.1": "00085D"})[125][:4] == (3561).to_bytes(4, "big")
    assert build({"124.3561": "hex:01"})[124][:4] == (3561).to_bytes(4, "big")


@fault(
    "1.2", "a dot at the end of a domain makes two roots (option 119); option 79 is an error; 139 and 140 lack lengths"
)
def rare_options_are_written(world: type[World]) -> None:
    assert encode_text("119", "example.org.") == encode_text("119", "example.org") == b"\7example\3org\0"
    assert encode_text("79", "true DEFAULT") == b"\1DEFAULT"
    assert encode_text("139", "information-service=10.0.0.1") == b"\1\4\x0a\0\0\1"


@fault("1.2", "subnet selection and user classes are not obeyed")
def subnet_selection_and_user_class(world: type[World]) -> None:
    branch = world.network("branch", "10.5.0.0/16", "10.5.1.0-10.5.1.9", segment="branch")
    lobby = Class("lobby", "class", ((Match("dhcp.77.each", "lobby"),),), {"15": "lobby.example.org"})
    server = world.server(world.network("phones", "10.0.0.0/16", POOL), branch, subnet_selection=True, classes=(lobby,))
    offer = server.phone().discover(o118=ip_wire(ip_number("10.5.0.0")), o77=b"\5lobby")
    assert (offer, offer.options[118], offer.options[15]) == ("OFFER 10.5.1.0", b"\x0a\5\0\0", b"lobby.example.org")


@fault("1.2", "the client identifier is deleted from replies (RFC 6842)")
def identifier_is_given_back(world: type[World]) -> None:
    phone = world.server().phone(client_id=b"\0desk")
    assert phone.discover().options[61] == b"\0desk"
    assert phone.reboot("192.0.2.1").options[61] == b"\0desk"  # also in a NAK


@fault("1.2", "a relay can choose neither link nor server identifier (RFC 3527, 5107)")
def relays_choose(world: type[World]) -> None:
    branch = world.network("branch", "10.5.0.0/16", "10.5.1.0-10.5.1.9", segment="branch")
    phone = world.server(world.network("phones", "10.0.0.0/16", POOL), branch).phone(relay="172.16.0.1")
    phone.options = {82: b"\5\4\x0a\5\0\0\x0b\4\x0a\5\0\1"}
    offer = phone.discover()
    assert (offer, offer.options[54]) == ("OFFER 10.5.1.0", ip_wire(ip_number("10.5.0.1")))


# 1.3 Threads and sockets


@fault("1.3", "a thread for each packet, without a bound")
def no_threads(world: type[World]) -> None:
    for path in Path(str(door.__file__)).parent.glob("*.py"):
        names = {each.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Import)
                 for each in node.names}  # fmt: skip
        assert not names & {"threading", "concurrent.futures", "multiprocessing"}, path


@fault("1.3", "one process serves one interface and one server address; a VLAN interface is a fault at start")
def several_interfaces(world: type[World]) -> None:
    text = '[dhcp]\ninterfaces = ["eth0", "eth0.20"]\n[[dhcp.network]]\nsubnet = "10.0.0.0/16"\n'
    assert load_text(Path("x"), text).dhcp.interfaces == ("eth0", "eth0.20")
    voice = world.network("voice", "10.1.0.0/16", "10.1.1.0-10.1.1.9", segment="voice")
    server = world.server(world.network("phones", "10.0.0.0/16", POOL), voice)
    assert server.phone().discover().options[54] == ip_wire(ip_number("10.0.0.2"))
    server.ours = (ip_number("10.1.0.2"),)
    offer = server.phone().discover()
    assert (offer, offer.options[54]) == ("OFFER 10.1.1.0", ip_wire(ip_number("10.1.0.2")))


@fault("1.3", "replies leave from a port that is not the server's")
def replies_leave_from_the_port(world: type[World]) -> None:
    frame = datagram(b"x", to_mac=b"\2" * 6, from_mac=b"\4" * 6, to=1, source=2, to_port=68, from_port=67)
    assert frame[34:38] == b"\0\x43\0\x44"


# 1.4 Where replies go


@fault("1.4", "a relayed message is answered to where it was sent from, not to giaddr")
def to_the_relay(world: type[World]) -> None:
    server = world.server()
    phone = server.phone(relay="10.0.0.3")
    asked = message(53, b"\1", giaddr=phone.relay)
    assert server.hear(Query(asked, "eth0", server.ours, ip_number("10.0.9.9"), 67, True)).way == "relay 10.0.0.3:67"


@fault("1.4", "a relayed REBIND is answered to port 67 of the client, where nobody listens")
def rebind_through_a_relay(world: type[World]) -> None:
    phone = world.server().phone(relay="10.0.0.3")
    phone.boot()
    assert phone.rebind().way == "relay 10.0.0.3:67"


@fault("1.4", "the broadcast flag is forced on or off for relays")
def flags_are_kept(world: type[World]) -> None:
    phone = world.server().phone(relay="10.0.0.3")
    for flags in (0, 0x8000):
        phone.flags = flags
        assert phone.discover().message.flags == flags


@fault("1.4", "a BOOTREPLY that says DISCOVER is answered; hops and the client's names come back")
def op_is_checked(world: type[World]) -> None:
    server = world.server()
    asked = message(53, b"\1")
    assert server.hear(Query(asked._replace(op=2), "eth0", server.ours, 0, 68, False)) == "silence not-a-request"
    odd = asked._replace(hops=3, sname=b"mine", file=b"mine")
    got = server.hear(Query(odd, "eth0", server.ours, 0, 68, False)).message
    assert (got.hops, got.sname, got.file) == (0, b"", b"")


# 1.5 Messages


@fault("1.5", "a client is its hardware address; its identifier is never looked at")
def identity(world: type[World]) -> None:
    server = world.server()
    assert [server.phone(client_id=b"\0" + each).boot() for each in (b"one", b"two")] == [
        "ACK 10.0.1.0",
        "ACK 10.0.1.1",
    ]


@fault("1.5", "a DISCOVER is answered by a NAK where the server is authoritative")
def no_nak_for_a_discover(world: type[World]) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", POOL, unknown="ignore"))
    assert server.phone().discover() == "silence unknown-ignored"


@fault("1.5", "INIT-REBOOT of somebody whom it never heard of gets a NAK")
def strangers_are_left_alone(world: type[World]) -> None:
    assert world.server().phone().reboot("10.0.1.9") == "silence unknown-reboot"
    elsewhere = world.server(world.network("phones", "10.0.0.0/16", POOL, authoritative=False))
    assert elsewhere.phone().reboot("192.0.2.9") == "silence not-authoritative"


@fault("1.5", "a client that rebinds from its own address is taken for one that renews")
def rebinding(world: type[World]) -> None:
    phone = world.server().phone()
    phone.boot()
    ack = phone._say(3, ciaddr=phone.ip, peer=phone.ip)  # broadcast, though it has an address
    assert (ack, ack.way) == ("ACK 10.0.1.0", "unicast 10.0.1.0:68")


@fault("1.5", "a NAK goes to the address that is wrong, without the relay information, and with times in it")
def nak(world: type[World]) -> None:
    server = world.server()
    phone = server.phone()
    assert phone.renew("192.0.2.9").way == "broadcast 255.255.255.255:68"
    phone = server.phone(relay="10.0.0.3")
    phone.options = {82: b"\1\1p"}
    refused = phone.reboot("192.0.2.9")
    assert (refused, refused.options[82]) == ("NAK nak-wrong-network", b"\1\1p")
    assert set(refused.options) <= {53, 54, 56, 61, 82}


@fault("1.5", "INFORM of an unknown client is not answered and silences it; option 51 comes back")
def inform(world: type[World]) -> None:
    phone = world.server().phone()
    ack = phone.inform("10.0.5.5", o51=bytes(4))
    assert (ack, ack.message.yiaddr) == ("ACK 10.0.5.5", 0)
    assert not {51, 58, 59} & set(ack.options)
    assert phone.discover() == "OFFER 10.0.1.0"


@fault("1.5", "DECLINE is only logged: the address is given again")
def declined(world: type[World]) -> None:
    server = world.server()
    phone = server.phone()
    phone.boot()
    assert phone.decline() == "silence declined"
    assert [phone.boot(), server.phone("00:08:5d:00:00:02").boot()] == ["ACK 10.0.1.1", "ACK 10.0.1.2"]


@fault("1.5", "RELEASE is only logged")
def released(world: type[World]) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.0"))
    phone = server.phone()
    phone.boot()
    assert phone.release() == "silence released"
    assert server.phone("00:08:5d:00:00:02").boot() == "ACK 10.0.1.0"


@fault("1.5", "BOOTP clients are dropped without a word")
def bootp(world: type[World]) -> None:
    assert world.server().phone().bootp() == "silence bootp-not-served"
    served = world.server(world.network("phones", "10.0.0.0/16", POOL, bootp=True))
    assert served.phone().bootp() == "BOOTREPLY 10.0.1.0"


@fault("1.5", "T1 and T2 are not told")
def times(world: type[World]) -> None:
    offer = world.server().phone().discover()
    assert [int.from_bytes(offer.options[code], "big") for code in (51, 58, 59)] == [28800, 14400, 25200]


@fault("1.5", "addresses have no lease: after a restart nothing is known")
def leases_stay(world: type[World]) -> None:
    server = world.server()
    phone = server.phone()
    phone.boot()
    server.restart()
    assert phone.renew() == "ACK 10.0.1.0"


# 1.6 Packets


@fault("1.6", "what the client said comes back, because the reply is its own message altered")
def replies_are_built_afresh(world: type[World]) -> None:
    phone = world.server().phone()
    phone.options = {12: b"name", 77: b"class", 116: b"\1", 81: b"\0\0\0name", 55: b"\x0c\x4d\x74\x51"}
    offer = phone.discover()
    assert not {12, 77, 116} & set(offer.options)


@fault("1.6", "options come in the order of their codes, the relay information among them")
def order(world: type[World]) -> None:
    server = world.server(options=({"3": "10.0.0.1", "6": "10.0.0.1", "15": "example.org"}))
    phone = server.phone(relay="10.0.0.3")
    phone.options = {82: b"\1\1p"}
    assert [code for code in phone.discover(o55=b"\x0f\6\3").options if code in (3, 6, 15, 82)] == [15, 6, 3, 82]


@fault("1.6", "the cookie is looked for anywhere, so that options may stand before it")
def the_cookie_has_its_place(world: type[World]) -> None:
    octets = encode(message(53, b"\1"))
    assert isinstance(decode(octets[:236] + b"\x0c\1a" + octets[236:]), BadPacket)


@fault("1.6", "what is configured is sent only to those who ask for it")
def configured_is_sent(world: type[World]) -> None:
    offer = world.server(options=({"42": "10.0.0.1", "66": "tftp.example.org"})).phone().discover(o55=b"\1")
    assert {42, 66} <= set(offer.options)


@fault("1.6", "a hardware address of other than six octets is an error, or cut")
def hardware_addresses(world: type[World]) -> None:
    server = world.server()
    for place, mac in enumerate((b"\1", b"\2" * 16, b"\2" * 15 + b"\3")):
        asked = message(53, b"\1", mac=mac)
        offer = server.hear(Query(asked, "eth0", server.ours, 0, 68, False))
        assert (offer, offer.message.chaddr) == (f"OFFER 10.0.1.{place}", mac)


@fault("1.6", "replies are shorter than a BOOTP message (a NAK of 253 octets)")
def replies_are_long_enough(world: type[World]) -> None:
    server = world.server()
    phone = server.phone()
    assert phone.reboot("192.0.2.9").startswith("NAK")
    assert len(sent_to(server, phone)) >= 300


# 1.7 Malformed input


@fault("1.7", "hlen = 1, a code without a length, an option 50 of three octets: each an error that nobody catches")
def malformed(world: type[World]) -> None:
    server = world.server()
    octets = encode(message(53, b"\1"))
    assert isinstance(decode(octets[: octets.index(b"\xff", 240)] + b"\x0c"), BadPacket)
    server.reserve("00:08:5d:00:00:01", "10.0.1.7")
    assert server.phone().discover(o50=b"\x0a\0\1") == "OFFER 10.0.1.7"


@fault("1.7", "a relay that nobody knows is answered all the same")
def unknown_relay(world: type[World]) -> None:
    assert world.server().phone(relay="192.0.2.1").discover() == "silence no-network"


# 7. Protection


@fault("7", "15 DISCOVERs in a second are followed by 149 seconds of silence")
def nobody_is_silenced(world: type[World]) -> None:
    phone = world.server().phone()
    assert {phone.discover() for _ in range(50)} == {"OFFER 10.0.1.0"}
    assert phone.boot() == "ACK 10.0.1.0"


@fault("7", "who was unknown stays unheard for a minute after he was added")
def known_at_once(world: type[World]) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", POOL, unknown="ignore"))
    phone = server.phone("00:08:5d:00:00:01")
    assert phone.discover() == "silence unknown-ignored"
    server.facts.put_reservation(Reservation("phones", "mac", "00:08:5d:00:00:01", "10.0.1.9"))
    assert phone.discover() == "OFFER 10.0.1.9"


@fault("7", "one forged DECLINE, or eleven forged packets, silence their victim")
def forged(world: type[World]) -> None:
    server = world.server()
    victim, forger = server.phone(client_id=b"\0own"), server.phone()
    victim.boot()
    for _ in range(20):
        forger._say(4, {50: ip_wire(victim.ip)})  # DECLINE without a server identifier
        forger._say(7, ciaddr=victim.ip, unicast=True, peer=ip_number("10.0.9.9"))
        forger.discover()
        forger._say(8)  # INFORM without an address
    assert (victim.renew(), victim.discover()) == ("ACK 10.0.1.0", "OFFER 10.0.1.0")


@fault("7", "who is remembered has no bound")
def memory_is_bounded(world: type[World]) -> None:
    server = world.server()
    outcomes = Outcomes(clients=100)
    for number in range(1000):
        outcomes.note(number.to_bytes(6, "big"), server.now, b"\1", "unknown-ignored", 0, "")
    assert len(outcomes) <= 100


@fault("7", "each unknown client makes every answer to a known one slower")
def strangers_cost_nothing(world: type[World]) -> None:
    def calls() -> int:
        count = 0

        def note(*_: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(note)
        try:
            known.renew()
        finally:
            sys.setprofile(None)
        return count

    server = world.server(
        world.network("phones", "10.0.0.0/16", POOL),
        world.network("far", "10.7.0.0/16", unknown="ignore", segment="far"),
    )
    known = server.phone("00:08:5d:00:00:01")
    known.boot()
    known.renew()
    before = calls()
    for number in range(3000):
        stranger = server.phone((2 << 40 | number).to_bytes(6, "big").hex(":"), relay="10.7.0.1")
        assert stranger.discover().startswith("silence")
    assert calls() < before + 100, "thousands that are remembered would show"


@fault("7", "an address is given without asking whether somebody uses it")
def addresses_are_probed(world: type[World]) -> None:
    assert world.server(probe=True).phone().discover() == "ask address-free 10.0.1.0"


@fault("7", "nothing is bound to the port that a client is at")
def bound_to_a_port(world: type[World]) -> None:
    server = world.server()
    server.facts.put_reservation(Reservation("phones", "circuit-id", "port7", "10.0.1.77"))
    phone = server.phone(relay="10.0.0.3")
    phone.options = {82: b"\1\5port7"}
    assert phone.discover() == "OFFER 10.0.1.77"


# What the rows are made of


def message(
    code: int, value: bytes, *, mac: bytes = b"\0\x08\x5d\0\0\1", ciaddr: int = 0, giaddr: int = 0,
    more: dict[int, bytes] | None = None,
) -> Message:  # fmt: skip
    fields = (ciaddr, 0, 0, giaddr)
    return Message(1, 1, len(mac), 0, b"\1\2\3\4", 0, 0, *fields, mac, b"", b"", {code: value, **(more or {})})


def sent_to(server: Server, phone: Phone) -> bytes:
    """Give the octets of the answer to what a phone said last."""
    assert phone.last is not None
    decision = decide(phone.last, server.facts, server.now)
    assert isinstance(decision, Reply)
    return decision.data


@pytest.mark.parametrize("row", FAULTS, ids=lambda row: f"{row.section} {row.show.__name__}")
def test_a_fault_is_not_ours(row: Fault, world: type[World]) -> None:
    row.show(world)


def test_every_part_of_the_list_has_rows() -> None:
    assert {row.section for row in FAULTS} == {"1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "7"}
