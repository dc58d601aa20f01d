"""The one way in: every kind of message through every kind of door ends in a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot import reasons
from ringboot.answer.decide import decide
from ringboot.answer.decision import Reply, Silence
from ringboot.answer.facts import Facts
from ringboot.answer.query import Now, Query
from ringboot.dhcp.message import ACK, INFORM, NAK, OFFER, REQUEST, BadPacket, Message, decode
from ringboot.leases.table import Table
from ringboot.model.site import Network, Pool, Site

if TYPE_CHECKING:
    from tests.answer.conftest import Server


def test_a_whole_boot_reads_like_a_conversation(server: Server) -> None:
    phone = server.phone()
    assert phone.discover() == "OFFER 10.0.1.0"
    assert phone.take("10.0.1.0") == "ACK 10.0.1.0"
    server.sleep(14400)
    assert phone.renew() == "ACK 10.0.1.0"
    server.restart()
    assert phone.rebind() == "ACK 10.0.1.0"
    assert phone.reboot("10.0.1.0") == "ACK 10.0.1.0"
    assert phone.release() == "silence released"
    assert phone.reboot("10.0.1.0") == "ACK 10.0.1.0"


@pytest.mark.parametrize("kind", [OFFER, ACK, NAK, 9, 13, 255])
def test_what_no_client_says_is_not_answered(server: Server, kind: int) -> None:
    assert server.phone().say(kind) == "silence not-a-request"


def test_a_servers_packet_is_not_answered(server: Server) -> None:
    phone = server.phone()
    phone.discover()
    assert phone.last is not None
    reflected = phone.last._replace(message=phone.last.message._replace(op=2))
    assert server.hear(reflected) == "silence not-a-request"


@pytest.mark.parametrize("client_id", [None, b"", b"\x01"])
def test_a_client_that_names_itself_by_nothing_is_not_answered(server: Server, client_id: bytes | None) -> None:
    for phone in (server.phone("", client_id=client_id),):
        assert phone.discover() == "silence no-identity"
        assert phone.release("10.0.1.0") == "silence no-identity"


def test_an_identifier_is_enough(server: Server) -> None:
    assert server.phone("", client_id=b"\x00" + bytes(20)).boot() == "ACK 10.0.1.0"


@pytest.mark.parametrize("size", [0, 1, 2, 127, 128, 254, 255])
def test_identifiers_of_any_length(server: Server, size: int) -> None:
    """Lengths that brought other servers down (CVE-2019-6472); a normal client is served afterwards."""
    odd = server.phone(client_id=bytes(range(256))[:size])
    assert odd.boot() == "ACK 10.0.1.0"
    assert odd.renew() == "ACK 10.0.1.0"
    assert server.phone("00:08:5d:00:00:02").boot() == "ACK 10.0.1.1"


def test_two_identifiers_of_one_mac_are_two_clients(server: Server) -> None:
    assert server.phone(client_id=b"\x00rom").boot() == "ACK 10.0.1.0"
    assert server.phone(client_id=b"\xffsystem").boot() == "ACK 10.0.1.1"
    assert server.phone().boot() == "ACK 10.0.1.2"


def test_one_mac_may_hold_leases_in_two_networks(server: Server) -> None:
    """First the data VLAN, then the voice VLAN."""
    site = server.facts.site
    voice = Network("voice", 0x0A320000, 16, "voice", pools=(Pool(0x0A320100, 0x0A3201FF),))
    server.facts.replace_site(Site(2, (*site.networks, voice), probe=False))
    data_side, voice_side = server.phone(), server.phone(relay="10.50.0.1")
    assert data_side.boot() == "ACK 10.0.1.0"
    assert voice_side.boot() == "ACK 10.50.1.0"
    assert data_side.renew() == "ACK 10.0.1.0"
    assert voice_side.renew() == "ACK 10.50.1.0"


PHONES = Network("phones", 0x0A000000, 16, "floor1", pools=(Pool(0x0A000100, 0x0A0001FF),))
ELSEWHERE = Network("foreign", 0x0A320000, 16, "foreign")
numbers = st.sampled_from([0, 0x0A000001, 0x0A000100, 0x0A000101, 0x0A320001, 0xC0000201, 0xFFFFFFFF])
octets = st.binary(max_size=8)
interesting = st.one_of(octets, numbers.map(lambda number: number.to_bytes(4, "big")))


@given(
    kind=st.integers(0, 9), ciaddr=numbers, giaddr=numbers, peer=numbers, unicast=st.booleans(),
    flags=st.sampled_from([0, 0x8000, 0xFFFF]), chaddr=st.binary(max_size=16), htype=st.integers(0, 255),
    options=st.dictionaries(st.sampled_from([12, 43, 50, 51, 54, 55, 57, 60, 61, 82]), interesting),
    locals_=st.lists(numbers, max_size=2),
)  # fmt: skip
def test_anything_that_decodes_is_decided(
    kind: int, ciaddr: int, giaddr: int, peer: int, unicast: bool, flags: int, chaddr: bytes, htype: int,
    options: dict[int, bytes], locals_: list[int],
) -> None:  # fmt: skip
    """Every kind x unicast, broadcast, relayed x known and unknown subnets (CVE-2025-40779)."""
    message = Message(
        1, htype, len(chaddr), 0, b"abcd", 0, flags, ciaddr, 0, 0, giaddr, chaddr, b"", b"",
        {**({53: bytes((kind,))} if kind else {}), **options},
    )  # fmt: skip
    facts = Facts(Site(1, (PHONES, ELSEWHERE), probe=False), Table())
    decision = decide(Query(message, "eth0", tuple(locals_), peer, 68, unicast), facts, Now(1.7e9, 5.0))
    assert isinstance(decision, Reply | Silence)
    text = reasons.tell(decision.reason.id, decision.detail)
    assert "?" not in text
    if isinstance(decision, Reply):
        answer = decode(decision.data)
        assert not isinstance(answer, BadPacket)
        assert (answer.op, answer.xid, answer.giaddr, answer.chaddr) == (2, b"abcd", giaddr, chaddr)
        given_away = answer.kind in (OFFER, ACK) and kind != INFORM
        assert (answer.yiaddr != 0) == given_away == (51 in answer.options)
        assert not given_away or 0x0A000100 <= answer.yiaddr <= 0x0A0001FF
        assert kind == REQUEST or decision.change is None or answer.kind == OFFER
