"""One call at the door: its answer goes again until it is acknowledged, then it is ended (RFC 3261 13.3.1.4, 17.2.1).

Time is an argument, in seconds of any steady clock.
"""

from __future__ import annotations

from enum import Enum

from ringboot.sip import transaction
from ringboot.sip.request import Hop, Request, reply_to
from ringboot.sip.transaction import COMPLETED, NEVER, SEND, TERMINATED, TIMEOUT, Timers, Transaction

STAY = 3.0  # seconds from the acknowledgement to our BYE: long enough to see on the display that it was taken
METHOD = "BYE"


class State(Enum):
    """Where a call stands."""

    ASKED = "asked"  # the code is being used
    ANSWERED = "answered"
    TALKING = "talking"
    ENDING = "ending"  # our BYE is under way
    OVER = "over"  # what comes late is still known


class Call:
    """An INVITE that proved who it is, and all that follows from it."""

    def __init__(self, request: Request, hop: Hop, tag: str, timers: Timers) -> None:
        self.request, self.hop, self.tag = request, hop, tag
        self.key = key_of(request, hop)
        self.state = State.ASKED
        self.said = b""  # what the phone is told when it asks again
        self.code = 100
        self.branch = ""  # of our BYE
        self.lost = ""  # how it ended, where it should not have: unacknowledged | unanswered
        self._timers = timers
        self._again, self._gap, self._end = NEVER, 0.0, NEVER
        self._bye: Transaction | None = None

    @property
    def back(self) -> Hop:
        """Tell where answers go."""
        return reply_to(self.request, self.hop)

    @property
    def due(self) -> float:
        """Tell when the next `tick` is."""
        return self._bye.due if self.state is State.ENDING and self._bye is not None else min(self._again, self._end)

    def answer(self, code: int, data: bytes, now: float) -> None:
        """Take the final response; 2xx go again over TCP, too, since only the phone itself acknowledges them."""
        self.state, self.code, self.said = State.ANSWERED, code, data
        self._gap = self._timers.t1
        self._again = now + self._gap if code < 300 or self.hop.transport == "udp" else NEVER
        self._end = now + 64 * self._timers.t1

    def acknowledged(self, now: float) -> None:
        """Take the ACK."""
        if self.state is not State.ANSWERED:
            return
        if self.code < 300:
            self.state, self._again, self._end = State.TALKING, NEVER, now + STAY
        else:
            self.over(now)

    def over(self, now: float) -> None:
        """Keep it for a while, so that what comes again is known."""
        self.state, self._again, self._end = State.OVER, NEVER, now + self._timers.t4

    def heard(self, code: int, now: float) -> bool:
        """Take a response to our BYE; True when the call is over by it."""
        if self.state is State.ENDING and self._bye is not None:
            self._bye, _ = transaction.hear(self._bye, code, now)
            if self._bye.state == COMPLETED:
                self.over(now)
                return True
        return False

    def tick(self, now: float, branch: str) -> bytes:
        """Let time pass; gives what is to be sent, if anything. `branch`: for a BYE that begins now."""
        if self.state is State.ENDING and self._bye is not None:
            self._bye, what = transaction.tick(self._bye, now)
            if what == TIMEOUT:
                self.lost = "unanswered"
            if self._bye.state == TERMINATED:
                self.over(now)
            return self._written() if what == SEND else b""
        if now >= self._end:
            if self.state is State.ANSWERED:
                self.lost = "unacknowledged"
            if self.state is State.TALKING or (self.state is State.ANSWERED and self.code < 300):
                return self._hang_up(now, branch)
            if self.state is State.ANSWERED:
                self.over(now)
            return b""
        if now < self._again:
            return b""
        self._gap = min(2 * self._gap, self._timers.t2)
        self._again = now + self._gap
        return self.said

    def is_gone(self, now: float) -> bool:
        """Tell whether it need not be known any more."""
        return self.state is State.OVER and now >= self._end

    def _hang_up(self, now: float, branch: str) -> bytes:
        self.state, self.branch = State.ENDING, branch
        self._bye = transaction.begin(now, reliable=self.hop.transport != "udp", timers=self._timers)
        return self._written()

    def _written(self) -> bytes:
        host, port = self.hop.ours
        asked = self.request
        lines = [
            f"{METHOD} {asked.target} SIP/2.0",
            f"Via: SIP/2.0/{self.hop.transport.upper()} {host}:{port};rport;branch=z9hG4bK{self.branch}",
            "Max-Forwards: 70",
            *(f"Route: {route}" for route in asked.routes),
            f"From: {asked.to};tag={self.tag}",
            f"To: {asked.sender}",
            f"Call-ID: {asked.call}",
            f"CSeq: 1 {METHOD}",
            "User-Agent: Ringboot",
            "Content-Length: 0",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


Key = tuple[str, str, str]


def key_of(request: Request, hop: Hop) -> Key:
    """Tell one call from all others: by its dialog, and by the address that it comes from."""
    return request.call, request.sender_tag, hop.address
