"""The question whether another DHCP server answers, and what counts as an answer."""

from __future__ import annotations

from typing import Any

import pytest

from ringboot.dhcp.foreign import CLIENT_ID, answered_by, offered_by, probe
from ringboot.dhcp.message import ACK, DISCOVER, NAK, OFFER, Message, decode, encode

MAC = bytes.fromhex("00005e005301")
XID = b"abcd"
RELAY = bytes((10, 0, 0, 9))


def answer(kind: int = OFFER, server: bytes | None = b"\x0a\x00\x00\x01", **changes: Any) -> bytes:
    query = decode(probe(MAC, XID))
    assert isinstance(query, Message)
    options = {53: bytes((kind,))} | ({54: server} if server is not None else {})
    return encode(query._replace(op=2, options=options)._replace(**changes))


def test_the_question_is_a_discover_with_an_identifier_of_its_own() -> None:
    query = decode(probe(MAC, XID))
    assert isinstance(query, Message)
    assert (query.kind, query.chaddr, query.xid, query.flags) == (DISCOVER, MAC, XID, 0x8000)
    assert query.options[61] == CLIENT_ID


@pytest.mark.parametrize(
    ("packet", "server"),
    [
        (answer(), "10.0.0.1"),
        (answer(server=None), "10.0.0.9"),
        (answer(server=b"\x0a"), "10.0.0.9"),
        (answer(ACK), None),
        (answer(NAK), None),
        (answer(xid=b"dcba"), None),
        (answer(op=1), None),
        (probe(MAC, XID), None),
        (b"", None),
        (answer()[:244], None),
    ],
    ids=["an offer", "no 54", "bad 54", "ACK", "NAK", "for another", "a request", "our own", "empty", "cut off"],
)
def test_only_an_offer_to_our_question_names_a_server(packet: bytes, server: str | None) -> None:
    assert offered_by(packet, XID, RELAY) == server


@pytest.mark.parametrize("kind", [OFFER, ACK, NAK])
def test_any_answer_of_a_server_names_it_whomever_it_is_for(kind: int) -> None:
    data = answer(kind, xid=b"else")
    assert answered_by(data, RELAY) == "10.0.0.1"
    assert answered_by(answer(kind, server=None), RELAY) == "10.0.0.9"


def test_what_is_no_answer_names_nobody() -> None:
    assert answered_by(probe(MAC, b"else"), b"\x0a\0\0\1") is None
    assert answered_by(b"nothing", b"\x0a\0\0\1") is None
