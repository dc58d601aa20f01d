"""The client's side of a transaction that is no INVITE: when to send again, and when to give up (RFC 3261 17.1.2).

A transaction is a value; each step gives the next one.  Time is an argument, in seconds of any steady clock.
"""

from __future__ import annotations

from typing import NamedTuple

TRYING, PROCEEDING, COMPLETED, TERMINATED = "trying", "proceeding", "completed", "terminated"
SEND, FINAL, TIMEOUT = "send", "final", "timeout"  # what a step asks of who takes it
NEVER = float("inf")


class Timers(NamedTuple):
    """The times of RFC 3261 17.1.1.1, in seconds."""

    t1: float = 0.5  # a round trip
    t2: float = 4.0  # the longest time between two sendings
    t4: float = 5.0  # the longest that a message stays in the network


class Transaction(NamedTuple):
    """Where one stands."""

    state: str
    timers: Timers
    again: float  # timer E: when to send again
    gap: float  # and how long after that the next time
    end: float  # timer F, then timer K: when this state ends

    @property
    def due(self) -> float:
        """Tell when the next `tick` is."""
        return min(self.again, self.end)


def begin(now: float, *, reliable: bool, timers: Timers = Timers()) -> Transaction:  # noqa: B008 - a value
    """Begin with the first sending; over a reliable transport nothing is sent again."""
    return Transaction(
        TRYING, timers, NEVER if reliable else now + timers.t1, 0.0 if reliable else timers.t1, now + 64 * timers.t1
    )


def tick(at: Transaction, now: float) -> tuple[Transaction, str | None]:
    """Let time pass; gives SEND, TIMEOUT or None for nothing to do."""
    if at.state == TERMINATED:
        return at, None
    if now >= at.end:
        over = at._replace(state=TERMINATED, again=NEVER, end=NEVER)
        return over, None if at.state == COMPLETED else TIMEOUT
    if now < at.again:
        return at, None
    gap = at.timers.t2 if at.state == PROCEEDING else min(2 * at.gap, at.timers.t2)
    return at._replace(again=now + gap, gap=gap), SEND


def hear(at: Transaction, code: int, now: float) -> tuple[Transaction, str | None]:
    """Take a response; gives FINAL for the first one that ends it."""
    if at.state not in (TRYING, PROCEEDING):
        return at, None
    if code < 200:
        return at._replace(state=PROCEEDING), None
    rest = at.timers.t4 if at.gap else 0.0  # timer K: 0 over a reliable transport
    return at._replace(state=COMPLETED, again=NEVER, end=now + rest), FINAL
