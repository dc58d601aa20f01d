"""What stands around a door in tests: a port that keeps what is sent, and a clock that is moved by hand."""

from __future__ import annotations

from ringboot.answer.decision import To
from ringboot.answer.query import Now
from ringboot.dhcp.message import BadPacket, Message, decode
from ringboot.model.address import ip_text
from ringboot.servers.dhcp.clock import Clock

UTC = 1_700_000_000.0  # plus what the clock says


class Outbox:
    """A port that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[Message, To]] = []
        self.by_pxe: list[bool] = []  # the same of each: which socket sent it
        self.works = True

    def send(self, data: bytes, to: To, pxe: bool = False) -> bool:
        message = decode(data)
        assert not isinstance(message, BadPacket)
        self.sent.append((message, to))
        self.by_pxe.append(pxe)
        return self.works

    def take(self) -> list[tuple[int, str]]:
        self.last = self.sent[:]
        taken = [(message.kind, ip_text(message.yiaddr)) for message, _ in self.sent]
        self.sent.clear()
        return taken


class Hand(Clock):
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 1000.0

    def now(self) -> Now:
        return Now(UTC + self.at, self.at)
