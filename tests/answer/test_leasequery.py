"""LEASEQUERY (RFC 4388): a relay agent asks who has an address, or what a client has, and learns it if it may."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import pytest

from ringboot.answer.decide import decide
from ringboot.answer.query import Query
from ringboot.dhcp.message import LEASEQUERY, BadPacket, Message, decode, encode
from ringboot.model.address import ip_number, ip_wire
from ringboot.model.evidence import sub_options
from ringboot.model.site import Block

if TYPE_CHECKING:
    from tests.answer.conftest import Heard, Server, World

ASKER = ip_number("10.0.0.9")
ALLOWED = (Block(ip_number("10.0.0.8"), ip_number("10.0.0.15")),)
CIRCUIT = b"\x01\x04port"
IDENTIFIER = b"\xff\x00\x00\x00\x01own"


@pytest.fixture
def asked(world: type[World]) -> Server:
    phones = world.network(
        "phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", lease_time=1000, options={"15": "lab.example.org"}
    )
    voice = world.network("voice", "10.1.0.0/16", "10.1.1.0-10.1.1.9", segment="voice", lease_time=1000)
    return world.server(phones, voice, leasequery=ALLOWED)


def ask(
    server: Server, *, ciaddr: str = "0.0.0.0", mac: bytes = b"", giaddr: int = ASKER, peer: int = ASKER,
    **options: bytes,
) -> Heard:  # fmt: skip
    more = {int(name[1:]): value for name, value in options.items()}
    message = Message(
        1, 1 if mac else 0, len(mac), 0, b"\1\2\3\4", 0, 0, ip_number(ciaddr), 0, 0, giaddr, mac, b"", b"",
        {53: bytes((LEASEQUERY,)), **more},
    )  # fmt: skip
    read = decode(encode(message))
    assert not isinstance(read, BadPacket)
    heard = server.hear(Query(read, "eth0", server.ours, peer, 67, True))
    assert heard.change is None
    return heard


def number(value: bytes) -> int:
    return int.from_bytes(value, "big")


def test_who_has_an_address(asked: Server) -> None:
    phone = asked.phone(client_id=IDENTIFIER, relay="10.0.0.3")
    phone.options = {82: CIRCUIT, 60: b"Phone", 12: b"lobby"}
    phone.boot()
    asked.sleep(100)
    heard = ask(asked, ciaddr="10.0.1.0")
    assert heard == "LEASEACTIVE 10.0.1.0"
    assert heard.way == "relay 10.0.0.9:67"
    assert (heard.message.chaddr, heard.message.htype, heard.message.xid) == (phone.mac, 1, b"\1\2\3\4")
    assert heard.message.ciaddr == ip_number("10.0.1.0")
    assert heard.message.giaddr == ASKER
    told = {code: heard.options[code] for code in heard.options}
    assert {code: number(told.pop(code)) for code in (51, 58, 59, 91)} == {51: 900, 58: 400, 59: 775, 91: 100}
    assert told.pop(82) == CIRCUIT
    assert told == {53: b"\x0d", 54: ip_wire(asked.ours[0]), 61: IDENTIFIER}
    assert heard.detail == {"requester": "10.0.0.9", "address": "10.0.1.0", "network": "phones"}


def test_what_else_it_asks_for_the_clients_own_words_first(asked: Server) -> None:
    asked.reserve("00:08:5d:00:00:01", "10.0.7.7", hostname="reserved", **{"66": "boot"})
    phone = asked.phone()
    phone.options = {60: b"Phone", 12: b"lobby"}
    phone.boot()
    heard = ask(asked, ciaddr="10.0.7.7", o55=bytes((60, 12, 15, 66, 92, 200)))
    assert [heard.options.get(code) for code in (60, 12, 15, 66)] == [b"Phone", b"lobby", b"lab.example.org", b"boot"]
    assert heard.options[92] == ip_wire(ip_number("10.0.7.7"))
    assert 200 not in heard.options
    assert 55 not in heard.options


def test_times_that_are_over_are_not_told(asked: Server) -> None:
    asked.phone().boot()
    asked.sleep(600)
    assert not {58} & ask(asked, ciaddr="10.0.1.0").options.keys()
    asked.sleep(300)
    heard = ask(asked, ciaddr="10.0.1.0")
    assert not {58, 59} & heard.options.keys()
    assert number(heard.options[51]) == 100


def test_a_renewal_is_the_last_transaction_also_after_a_restart(asked: Server) -> None:
    phone = asked.phone()
    phone.boot()
    asked.sleep(300)
    phone.renew()
    asked.sleep(50)
    assert number(ask(asked, ciaddr="10.0.1.0").options[91]) == 50
    asked.restart()
    assert number(ask(asked, ciaddr="10.0.1.0").options[91]) == 50


def test_a_lease_without_end_has_no_remaining_times(world: type[World]) -> None:
    server = world.server(
        world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", lease_time=0xFFFFFFFF), leasequery=ALLOWED
    )
    server.phone().boot()
    server.sleep(100)
    heard = ask(server, ciaddr="10.0.1.0")
    assert heard.options[51] == b"\xff" * 4
    assert not {58, 59} & heard.options.keys()
    assert number(heard.options[91]) == 100


@pytest.mark.parametrize("end", ["never had", "ran out", "released", "declined"])
def test_an_address_of_ours_that_nobody_has(asked: Server, end: str) -> None:
    phone = asked.phone()
    if end != "never had":
        phone.boot()
    if end == "ran out":
        asked.sleep(2000)
    if end == "released":
        phone.release()
    if end == "declined":
        phone.decline()
    heard = ask(asked, ciaddr="10.0.1.0", o55=bytes((60,)))
    assert heard == "LEASEUNASSIGNED 10.0.1.0"
    assert heard.options == {53: b"\x0b", 54: ip_wire(asked.ours[0])}
    assert (heard.message.chaddr, heard.message.ciaddr) == (b"", ip_number("10.0.1.0"))


def test_a_reserved_address_is_ours_too(asked: Server) -> None:
    asked.reserve("00:08:5d:00:00:01", "10.0.7.7")
    assert ask(asked, ciaddr="10.0.7.7") == "LEASEUNASSIGNED 10.0.7.7"


@pytest.mark.parametrize("address", ["10.0.200.1", "192.0.2.1"])
def test_an_address_that_we_do_not_give(asked: Server, address: str) -> None:
    heard = ask(asked, ciaddr=address)
    assert heard == f"LEASEUNKNOWN {address}"
    assert heard.options == {53: b"\x0c", 54: ip_wire(asked.ours[0])}


def test_what_a_mac_has(asked: Server) -> None:
    """By MAC also those are found that are known to us by another identifier."""
    phone = asked.phone(client_id=IDENTIFIER)
    phone.boot()
    heard = ask(asked, mac=phone.mac)
    assert heard == "LEASEACTIVE 10.0.1.0"
    assert 92 not in heard.options
    assert ask(asked, mac=b"\0\x08\x5d\0\0\x02").reason == "lease-unknown"
    phone.release()
    assert ask(asked, mac=phone.mac).reason == "lease-unknown"


def test_what_an_identifier_has(asked: Server) -> None:
    asked.phone(client_id=IDENTIFIER).boot()
    assert ask(asked, o61=IDENTIFIER) == "LEASEACTIVE 10.0.1.0"
    assert ask(asked, o61=IDENTIFIER + b"x").reason == "lease-unknown"


def test_of_several_addresses_the_one_heard_of_last_and_all_of_them(asked: Server) -> None:
    phone = asked.phone()
    phone.boot()
    asked.sleep(10)
    asked.phone(relay="10.1.0.1").boot()
    both = [ip_wire(ip_number(address)) for address in ("10.0.1.0", "10.1.1.0")]
    heard = ask(asked, mac=phone.mac)
    assert heard == "LEASEACTIVE 10.1.1.0"
    assert sorted(heard.options[92][at : at + 4] for at in (0, 4)) == both
    asked.sleep(10)
    phone.renew()
    assert ask(asked, mac=phone.mac) == "LEASEACTIVE 10.0.1.0"


def test_the_index_by_mac_follows_every_change_and_its_undoing(asked: Server) -> None:
    one, other = asked.phones(2)
    offer = one.discover()
    taken = one.take(offer)
    assert taken.undo is not None
    asked.table.undo(taken.undo)
    assert ask(asked, mac=one.mac).reason == "lease-unknown"
    one.take(offer)
    one.release()
    other.boot()
    assert other.reboot("10.0.1.1") == "ACK 10.0.1.1"
    assert [ask(asked, mac=each.mac).reason for each in (one, other)] == ["lease-unknown", "lease-told"]
    moved = asked.phone("00:08:5d:00:00:03", client_id=IDENTIFIER)
    moved.boot()
    moved.mac = b"\0\x08\x5d\0\0\x04"
    moved.renew()
    assert ask(asked, mac=b"\0\x08\x5d\0\0\x03").reason == "lease-unknown"
    assert ask(asked, mac=moved.mac).reason == "lease-told"


@pytest.mark.parametrize(
    ("giaddr", "peer"),
    [("0.0.0.0", "10.0.0.9"), ("10.0.0.16", "10.0.0.9"), ("10.0.0.9", "10.0.0.7"), ("10.0.0.9", "192.0.2.1")],
)
def test_who_is_not_allowed_hears_nothing(asked: Server, giaddr: str, peer: str) -> None:
    asked.phone().boot()
    heard = ask(asked, ciaddr="10.0.1.0", giaddr=ip_number(giaddr), peer=ip_number(peer))
    assert heard == "silence leasequery-refused"


def test_unless_it_is_configured_nobody_hears_anything(server: Server) -> None:
    server.phone().boot()
    assert ask(server, ciaddr="10.0.1.0") == "silence leasequery-refused"
    assert server.table.of_mac(b"\0\x08\x5d\0\0\x01") == []  # nor is an index kept for them


@pytest.mark.parametrize(
    "asks",
    [
        {},
        {"mac": bytes(6)},
        {"o61": b""},
        {"ciaddr": "10.0.1.0", "mac": b"\0\x08\x5d\0\0\x01"},
        {"ciaddr": "10.0.1.0", "o61": IDENTIFIER},
        {"mac": b"\0\x08\x5d\0\0\x01", "o61": IDENTIFIER},
    ],
    ids=["nothing", "no MAC", "no identifier", "address and MAC", "address and identifier", "MAC and identifier"],
)
def test_a_query_is_about_exactly_one(asked: Server, asks: dict[str, bytes]) -> None:
    asked.phone(client_id=IDENTIFIER).boot()
    assert ask(asked, **asks) == "silence leasequery-unclear"  # type: ignore[arg-type]  # several types


def test_a_network_that_is_gone_takes_its_configured_options_along(asked: Server, world: type[World]) -> None:
    asked.phone().boot()
    asked.facts.replace_site(world.site(world.network("voice", "10.1.0.0/16"), leasequery=ALLOWED))
    heard = ask(asked, ciaddr="10.0.1.0", o55=bytes((15,)))
    assert heard == "LEASEACTIVE 10.0.1.0"
    assert 15 not in heard.options


def test_an_answer_is_never_bigger_than_the_requester_takes(asked: Server) -> None:
    phone = asked.phone(relay="10.0.0.3")
    phone.options = {82: b"\x01\xf0" + b"c" * 240, 60: b"v" * 200, 77: b"u" * 200}
    phone.boot()
    heard = ask(asked, ciaddr="10.0.1.0", o55=bytes((60, 77)))
    assert len(encode(heard.message)) <= 576 - 28
    assert sub_options(heard.options[82])[1] == b"c" * 240
    assert 77 not in heard.options
    assert ask(asked, ciaddr="10.0.1.0", o55=bytes((60, 77)), o57=b"\x05\xdc").options[77] == b"u" * 200


def test_our_own_answers_are_not_questions(asked: Server) -> None:
    read = decode(encode(Message(2, 0, 0, 0, bytes(4), 0, 0, 0, 0, 0, ASKER, b"", b"", b"", {53: b"\x0a"})))
    assert not isinstance(read, BadPacket)
    assert asked.hear(Query(read, "eth0", asked.ours, ASKER, 67, True)) == "silence not-a-request"


@pytest.mark.parametrize("times", [3_000, pytest.param(1_000_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_many_queries_leave_nothing_behind(asked: Server, times: int) -> None:
    asked.phone(client_id=IDENTIFIER).boot()
    mac = b"\0\x08\x5d\0\0\x01"

    def some(count: int) -> int:
        for turn in range(count):
            about = {61: IDENTIFIER[:3] + turn.to_bytes(4, "big")} if turn & 1 else {}
            message = Message(
                1, 1, 0 if about else 6, 0, bytes(4), 0, 0, 0, 0, 0, ASKER, b"" if about else mac, b"", b"",
                {53: bytes((LEASEQUERY,)), 55: bytes((turn & 127, 15)), **about},
            )  # fmt: skip
            decide(Query(message, "eth0", asked.ours, ASKER, 67, True), asked.facts, asked.now)
        gc.collect()
        return sys.getallocatedblocks()

    before = some(1_000)
    assert some(times) - before < 200
