"""What phones answer, and what is no answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.sip import response
from ringboot.sip.response import LARGEST, BadStream, Response

OK = (
    b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:40000;rport=40000;branch=z9hG4bKabc;received=192.0.2.1\r\n"
    b"From: <sip:ringboot@192.0.2.1>;tag=1\r\nTo: <sip:101@192.0.2.7>;tag=2\r\nCall-ID: x@192.0.2.1\r\n"
    b"CSeq: 1 NOTIFY\r\nContent-Length: 0\r\n\r\n"
)
WHO = OK.replace(b"200 OK", b"401 Unauthorized").replace(
    b"Content-Length",
    b'WWW-Authenticate: Digest realm="a",\r\n  nonce="b", qop="auth,auth-int"\r\nWWW-Authenticate: Basic realm="a"\r\n'
    b"Content-Length",
)


def test_a_response_is_read() -> None:
    assert response.read(OK) == Response(200, "OK", "abc", 1, "NOTIFY")
    assert response.read(OK.replace(b"Via:", b"v:").replace(b"200 OK", b"486 Busy \x07here")) == Response(
        486, "Busy here", "abc", 1, "NOTIFY"
    )


def test_challenges_are_read_also_when_they_are_folded() -> None:
    found = response.read(WHO)
    assert found is not None
    assert found.challenges == ('Digest realm="a", nonce="b", qop="auth,auth-int"', 'Basic realm="a"')


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"NOTIFY sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKabc\r\nCSeq: 1 NOTIFY\r\n\r\n",
        OK.replace(b"branch=z9hG4bKabc", b"x=y"),
        OK.replace(b"CSeq: 1 NOTIFY\r\n", b""),
        OK.replace(b"1 NOTIFY", b"one NOTIFY"),
        OK.replace(b"200", b"99"),
        OK.replace(b"200", b"two"),
        OK.replace(b"OK", b"\xff"),
        OK[:-4],
    ],
)
def test_what_is_none_is_not_read(data: bytes) -> None:
    assert response.read(data) is None


@given(st.lists(st.sampled_from([OK, WHO, OK.replace(b"Length: 0", b"Length: 3") + b"abc"])), st.integers(1, 700))
def test_a_stream_is_cut_into_what_was_sent_however_it_comes(sent: list[bytes], size: int) -> None:
    whole, stream, found = b"\r\n\r\n".join(sent), b"", []
    for place in range(0, len(whole), size):
        stream += whole[place : place + size]
        while (piece := response.cut(stream)) is not None:
            assert not isinstance(piece, BadStream)
            found.append(piece[0])
            stream = piece[1]
    assert found == sent


@pytest.mark.parametrize(
    "stream", [b"a" * (LARGEST + 1), b"SIP/2.0 200 OK\r\n\r\n", b"SIP/2.0 200 OK\r\nContent-Length: 999999\r\n\r\n"]
)
def test_a_stream_that_nobody_can_cut_is_told(stream: bytes) -> None:
    assert isinstance(response.cut(stream), BadStream)
