"""What a virtual phone answers to SIP: by hand, octet by octet."""

from __future__ import annotations

import asyncio

import pytest

from ringboot.sim.ear import KEPT, Ear


class Line(asyncio.DatagramTransport):
    """Where answers leave."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def sendto(self, data: object, _addr: object = None) -> None:
        assert isinstance(data, bytes)
        self.sent.append(data.decode())


class Phone:
    """An ear, what it says, and how often it heard its event."""

    def __init__(self) -> None:
        self.times = 0
        self.line = Line()
        self.ear = Ear("check-sync;reboot=false", self.hear)
        self.ear.connection_made(self.line)

    def hear(self) -> None:
        self.times += 1

    def told(self, text: str) -> list[str]:
        self.ear.datagram_received(text.replace("\n", "\r\n").encode(), ("127.0.0.1", 5060))
        sent, self.line.sent = self.line.sent, []
        return sent


def notify(event: str = "check-sync", branch: str = "z9hG4bK1", method: str = "NOTIFY") -> str:
    return f"""\
{method} sip:phone@127.0.0.9 SIP/2.0
Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKproxy{branch}
Via: SIP/2.0/UDP 10.0.0.2:5060;branch={branch}
From: <sip:pbx@10.0.0.2>;tag=7
To: <sip:phone@127.0.0.9>
Call-ID: 1@10.0.0.2
CSeq: 5 {method}
Event: {event}
Content-Length: 0

"""


def test_a_notify_of_its_event_is_answered_with_what_a_response_copies() -> None:
    phone = Phone()
    assert phone.told(notify()) == [
        """\
SIP/2.0 200 OK
Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKproxyz9hG4bK1
Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK1
From: <sip:pbx@10.0.0.2>;tag=7
Call-ID: 1@10.0.0.2
CSeq: 5 NOTIFY
To: <sip:phone@127.0.0.9>;tag=simulated
Content-Length: 0

""".replace("\n", "\r\n")
    ]
    assert phone.times == 1


def test_a_notify_that_is_sent_again_is_answered_again_and_heard_once() -> None:
    phone = Phone()
    first = phone.told(notify())
    assert phone.told(notify()) == first
    assert phone.times == 1
    for number in range(2, KEPT + 3):
        phone.told(notify(branch=f"z9hG4bK{number}"))
    assert phone.times == KEPT + 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (notify(event="message-summary"), "SIP/2.0 489 Bad Event"),
        (notify().replace("Event: check-sync\n", ""), "SIP/2.0 489 Bad Event"),
        (notify(method="OPTIONS"), "SIP/2.0 405 Method Not Allowed"),
    ],
)
def test_what_it_does_not_do_is_refused(text: str, line: str) -> None:
    phone = Phone()
    (answer,) = phone.told(text)
    assert answer.splitlines()[0] == line
    assert phone.times == 0


@pytest.mark.parametrize(
    "text", ["", "hello", "SIP/2.0 200 OK\n\n", "NOTIFY\n\n", "NOTIFY sip:a@b SIP/2.0\nVia\n\n", "\0\xff" * 40,
             notify().replace(";branch", ";brunch"), notify().replace("Via:", "Vio:")]
)  # fmt: skip
def test_what_is_no_request_is_not_answered(text: str) -> None:
    assert Phone().told(text) == []
