"""Turns at something that only so many may do at once; who is waited for is called before the others."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable

from ringboot.desk.pace import Pace

LONGEST_REST = 0.5  # seconds: most of a turn is another process's work, which gives way by its niceness

ROUND = 0.002  # seconds of a round of the loop that work takes which comes in crowds

Line = OrderedDict[str, asyncio.Future[bool]]


class Turns:
    """Two lines, each in the order of coming; while dhcp needs the processors, the patient go one at a time."""

    def __init__(self, at_once: int, pace: Pace) -> None:
        self._free = at_once
        self._pace = pace
        self._patient = 0  # turns that were given to somebody nobody waits for
        self._hurried: Line = OrderedDict()
        self._line: Line = OrderedDict()

    def ask(self, name: str) -> asyncio.Future[bool]:
        """Give what is done when it is this one's turn; the result belongs to `give_back`."""
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._line[name] = turn
        self._call()
        return turn

    def hurry(self, name: str) -> None:
        """Let one go before those whom nobody waits for."""
        turn = self._line.pop(name, None)
        if turn is not None:
            self._hurried[name] = turn
            self._call()

    def give_back(self, patient: bool, took: float) -> None:
        """End a turn that took so many seconds; the next patient one may have to wait."""
        rest = self._pace.rest_after(took, LONGEST_REST) if patient else 0.0
        if rest:
            asyncio.get_running_loop().call_later(rest, self._end, patient)
        else:
            self._end(patient)

    def _end(self, patient: bool) -> None:
        self._free += 1
        self._patient -= patient
        self._call()

    def _call(self) -> None:
        while self._free:
            if self._hurried:
                line = self._hurried
            elif self._line and not (self._patient and self._pace.is_held_back):
                line = self._line
            else:
                return
            _, turn = line.popitem(last=False)
            if turn.done():
                continue  # it was cancelled
            patient = line is self._line
            self._free -= 1
            self._patient += patient
            turn.set_result(patient)


class Rounds:
    """Spreads work that comes in crowds over rounds of the loop, so that a file request waits for little of it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end: float | None = None  # of the work in this round

    async def room(self) -> None:
        """Return when there is time left in a round; the first one of it always has some."""
        while True:
            now = self._clock()
            if self._end is None:
                self._end = now + ROUND
                asyncio.get_running_loop().call_soon(self._over)
            if now < self._end:
                return
            await asyncio.sleep(0)

    def _over(self) -> None:
        self._end = None
