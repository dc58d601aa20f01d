"""What the doors and the fleet say to each other survives the way through bytes, and nothing else gets through."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.model.codec import BadMessage
from ringboot.model.file import Certificate, FileMessage, FileRequest, Refuse, Sent, Serve, decode, encode, masked

raw = st.binary(max_size=80).map(lambda octets: octets.decode("latin-1"))  # paths and headers: any octets
ticket = st.integers(0, 2**63)

message = st.one_of(
    st.builds(
        FileRequest,
        door=st.sampled_from(["tftp", "http"]),
        path=raw,
        peer=st.ip_addresses(v=4).map(str),
        port=st.integers(0, 65535),
        local=st.ip_addresses(v=4).map(str),
        method=st.sampled_from(["GET", "HEAD"]),
        query=raw,
        headers=st.lists(st.tuples(raw, raw), max_size=5).map(tuple),
        certificate=st.none()
        | st.builds(Certificate, st.text(), st.lists(st.text(), max_size=3).map(tuple), st.text(), st.text()),
        tls=st.text(),
        secret=st.text(),
        once=st.text(),
    ),
    st.builds(Serve, root=st.text(), name=raw | st.text(), content_type=st.text(), ticket=ticket),
    st.builds(Refuse, reason=st.text(), ticket=ticket),
    st.builds(
        Sent,
        ticket=ticket,
        size=st.integers(0, 2**40),
        complete=st.booleans(),
        sha256=st.text(),
        reason=st.text(),
        why=st.text(),
    ),
)


@given(message)
def test_round_trip(value: FileMessage) -> None:
    again = decode(encode(value))
    assert again == value
    assert type(again) is type(value)


def test_what_a_request_looks_like_on_the_way() -> None:
    request = FileRequest("http", "/a%20b\xff", "10.0.0.9", 4711, "10.0.0.1", headers=(("user-agent", "x"),))
    assert json.loads(encode(request)) == {
        "is": "request",
        "door": "http",
        "path": "/a%20b\xff",
        "peer": "10.0.0.9",
        "port": 4711,
        "local": "10.0.0.1",
        "method": "GET",
        "query": "",
        "headers": [["user-agent", "x"]],
        "certificate": None,
        "tls": "",
        "secret": "",
        "once": "",
    }


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a file message"),
        (b"[]", "not a file message"),
        (b"7", "not a file message"),
        (b"{}", "not a file message"),
        (b'{"is":"else"}', "not a file message"),
        (b'{"is":["refuse"]}', "not a file message"),
        (b'{"is":"refuse","reason":"x"}', "Refuse: a key is missing, one of ['ticket']"),
        (b'{"is":"refuse","reason":"x","ticket":"7"}', "Refuse.ticket: expected int, got '7'"),
        (b'{"is":"refuse","reason":"x","ticket":true}', "Refuse.ticket: expected int, got True"),
        (b'{"is":"refuse","reason":null,"ticket":7}', "Refuse.reason: expected str, got None"),
        (b'{"is":"refuse","reason":"x","ticket":7,"more":1}', "Refuse: expected only known keys, got ['more']"),
        (
            b'{"is":"request","door":"http","path":"/","peer":"","port":1,"local":"","headers":[["a"]]}',
            "FileRequest.headers[0]: expected 2 items, got ['a']",
        ),
        (
            b'{"is":"request","door":"http","path":"/","peer":"","port":1,"local":"","headers":[["a",1]]}',
            "FileRequest.headers[0]: expected str, got 1",
        ),
    ],
)
def test_what_does_not_fit_is_named(data: bytes, says: str) -> None:
    with pytest.raises(BadMessage) as caught:
        decode(data)
    assert says in str(caught.value)


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_anything_else_is_a_bad_message(data: bytes) -> None:
    with pytest.raises(BadMessage):
        decode(data)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("Aastra/aastra.cfg", "Aastra/aastra.cfg"),
        ("/s/word/a.cfg", "/s/***/a.cfg"),
        ("s/word/a.cfg", "s/***/a.cfg"),
        ("x/S//word", "x/s/***"),
        ("/s%2Fword%2fa.cfg", "/s/***%2fa.cfg"),
        ("sounds/ring.wav", "sounds/ring.wav"),
        ("/s/", "/s/"),
    ],
)
def test_the_word_of_a_secret_url_is_not_shown(path: str, shown: str) -> None:
    assert masked(path) == shown
