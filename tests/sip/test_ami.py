"""Asterisk's packets, octet by octet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.sip import ami
from ringboot.sip.ami import LARGEST, BadStream, Packet

ANSWER = b"Response: Success\r\nActionID: 7\r\nMessage: Authentication accepted\r\n\r\n"
EVENT = b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n"


def test_actions_are_written_line_by_line() -> None:
    assert ami.write(ami.login("ring", "s3cret")[0], "1", ami.login("ring", "s3cret")[1]) == (
        b"Action: Login\r\nActionID: 1\r\nUsername: ring\r\nSecret: s3cret\r\nEvents: off\r\n\r\n"
    )
    action, pairs = ami.notify("check-sync;reboot=false", endpoint="101")
    assert ami.write(action, "2", pairs) == (
        b"Action: PJSIPNotify\r\nActionID: 2\r\nEndpoint: 101\r\nVariable: Event=check-sync;reboot=false\r\n\r\n"
    )
    action, pairs = ami.notify("check-sync", uri="sip:anonymous@192.0.2.7:5060")
    assert b"\r\nURI: sip:anonymous@192.0.2.7:5060\r\n" in ami.write(action, "3", pairs)


@pytest.mark.parametrize("value", ["a\r\nAction: Originate", "a\nb", "a\rb"])
def test_no_value_begins_a_line_of_its_own(value: str) -> None:
    with pytest.raises(ValueError, match="Endpoint holds a line break"):
        ami.write(*(ami.notify("x", endpoint=value)[0], "1", ami.notify("x", endpoint=value)[1]))


def test_answers_are_told_from_events() -> None:
    first = ami.cut(ANSWER + EVENT)
    assert first is not None
    assert not isinstance(first, BadStream)
    packet, rest = first
    assert (packet.action, packet.is_success, packet.message) == ("7", True, "Authentication accepted")
    second = ami.cut(rest)
    assert second == (Packet({"event": "FullyBooted", "privilege": "system,all", "status": "Fully Booted"}), b"")
    assert second[0].action == ""


def test_a_refusal_says_why_or_at_least_that() -> None:
    refused = Packet({"response": "Error", "actionid": "1", "message": "Unable to retrieve endpoint 9"})
    assert (refused.is_success, refused.message) == (False, "Unable to retrieve endpoint 9")
    assert Packet({"response": "Goodbye"}).message == "Goodbye"


@pytest.mark.parametrize(
    ("line", "good"),
    [(b"Asterisk Call Manager/5.0.3\r\n", True), (b"SSH-2.0-OpenSSH\r\n", False), (b"", False)],
)
def test_the_greeting_is_known(line: bytes, good: bool) -> None:
    assert ami.is_greeting(line) is good


@given(st.integers(1, 80))
def test_a_stream_is_cut_however_it_comes(size: int) -> None:
    stream, found = b"", []
    for place in range(0, 2 * len(ANSWER + EVENT), size):
        stream += ((ANSWER + EVENT) * 2)[place : place + size]
        while (piece := ami.cut(stream)) is not None:
            assert not isinstance(piece, BadStream)
            found.append(piece[0].action)
            stream = piece[1]
    assert found == ["7", "", "7", ""]


def test_a_packet_without_an_end_is_not_kept() -> None:
    assert ami.cut(b"a" * LARGEST) is None
    assert isinstance(ami.cut(b"a" * (LARGEST + 1)), BadStream)
