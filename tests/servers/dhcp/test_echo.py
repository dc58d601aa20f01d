"""Asking by ICMP echo: what goes out, and which of what comes in is an answer to it."""

from __future__ import annotations

import struct
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.model.address import ip_number
from ringboot.servers.dhcp.asked import Asked
from ringboot.servers.dhcp.echo import Pinger, answer_in, echo
from ringboot.servers.dhcp.frame import checksum

THERE = ip_number("192.0.2.9")


class Raw:
    """A raw socket that keeps what is sent, and brings what it is given."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, str]] = []
        self.coming: list[bytes] = []
        self.works = True

    def sendto(self, data: bytes, to: tuple[str, int]) -> None:
        if not self.works:
            raise OSError("network is unreachable")
        self.sent.append((data, to[0]))

    def recv(self, size: int) -> bytes:
        if not self.coming:
            raise BlockingIOError
        return self.coming.pop(0)[:size]


def reply(request: bytes, source: int = THERE, kind: int = 0, **changed: int) -> bytes:
    """Answer a request as a host does, in its IPv4 packet; `changed`: what to alter at a place of the ICMP message."""
    icmp = bytearray(bytes((kind,)) + request[1:])
    for place, value in changed.items():
        icmp[int(place[2:])] ^= value
    header = struct.pack("!BBHHHBBHII", 0x45, 0, 20 + len(icmp), 0, 0, 64, 1, 0, source, ip_number("192.0.2.1"))
    return header + bytes(icmp)


class Asking(NamedTuple):
    raw: Raw
    pinger: Pinger

    def hears(self, *packets: bytes) -> set[int]:
        self.raw.coming += packets
        return self.pinger.heard()


@pytest.fixture
def asking() -> Asking:
    raw = Raw()
    return Asking(raw, Pinger(raw))  # type: ignore[arg-type]  # as much of a socket as is used


def test_a_request_is_a_whole_echo_to_the_address(asking: Asking) -> None:
    assert asking.pinger.ask(THERE) is Asked.SENT
    ((data, to),) = asking.raw.sent
    assert (to, data[:2]) == ("192.0.2.9", b"\x08\x00")
    assert checksum(data) in (0, 0xFFFF)
    ident, number = struct.unpack_from("!HH", data, 4)
    assert data == echo(ident, number, data[8:])


def test_the_answer_of_the_address_counts(asking: Asking) -> None:
    asking.pinger.ask(THERE)
    asking.pinger.ask(THERE + 1)
    first, second = (data for data, _ in asking.raw.sent)
    assert asking.hears(reply(second, THERE + 1)) == {THERE + 1}
    assert asking.hears(reply(first), reply(first)) == {THERE}


@pytest.mark.parametrize(
    "changed", [{"at4": 1}, {"at5": 1}, {"at6": 1}, {"at7": 1}, {"at8": 1}, {"at23": 128}], ids=str
)
def test_another_identifier_number_or_payload_is_no_answer(asking: Asking, changed: dict[str, int]) -> None:
    asking.pinger.ask(THERE)
    ((data, _),) = asking.raw.sent
    assert asking.hears(reply(data, **changed)) == set()
    assert asking.hears(reply(data)) == {THERE}


def test_an_answer_from_elsewhere_is_none(asking: Asking) -> None:
    """Whoever was asked himself cannot answer in the name of an address that was not asked."""
    asking.pinger.ask(THERE)
    ((data, _),) = asking.raw.sent
    assert asking.hears(reply(data, THERE + 1), reply(data, kind=8), reply(data, kind=3)) == set()


def test_what_another_process_asked_is_none_of_ours(asking: Asking) -> None:
    other = Raw()
    Pinger(other).ask(THERE)  # type: ignore[arg-type]  # as above
    assert asking.hears(reply(other.sent[0][0])) == set()


def test_who_cannot_be_asked_is_told_apart(asking: Asking) -> None:
    assert Pinger(None).ask(THERE) is Asked.CANNOT_ASK
    assert Pinger(None).heard() == set()
    assert Pinger(None).ask(ip_number("127.0.0.5")) is Asked.NOBODY_CAN_ANSWER
    assert asking.pinger.ask(ip_number("127.0.0.5")) is Asked.NOBODY_CAN_ANSWER
    asking.raw.works = False
    assert asking.pinger.ask(THERE) is Asked.NOBODY_CAN_ANSWER
    assert asking.raw.sent == []


@given(st.binary(max_size=80))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    answer = answer_in(data)
    assert answer is None or answer.source == int.from_bytes(data[12:16], "big")


@given(st.integers(0, 65535), st.integers(0, 65535), st.binary(max_size=40), st.integers(0, 10))
def test_what_was_asked_comes_back_in_the_answer_whatever_the_ip_header_holds(
    ident: int, number: int, payload: bytes, words: int
) -> None:
    header = bytes((0x45 + words,)) + reply(echo(ident, number, payload))[1:20] + bytes(4 * words)
    answer = answer_in(header + b"\0" + echo(ident, number, payload)[1:])
    assert answer == (THERE, ident, number, payload)
