"""Turns at something that only so many may do at once; who is waited for is called before the others."""

from __future__ import annotations

import asyncio
from collections import OrderedDict


class Turns:
    """Two lines, each in the order of coming."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._hurried: OrderedDict[str, asyncio.Future[None]] = OrderedDict()
        self._line: OrderedDict[str, asyncio.Future[None]] = OrderedDict()

    def ask(self, name: str) -> asyncio.Future[None]:
        """Give what is done when it is this one's turn, which must be given back."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._free:
            self._free -= 1
            turn.set_result(None)
        else:
            self._line[name] = turn
        return turn

    def hurry(self, name: str) -> None:
        """Let one go before those whom nobody waits for."""
        turn = self._line.pop(name, None)
        if turn is not None:
            self._hurried[name] = turn

    def give_back(self) -> None:
        """Call the next one."""
        while line := self._hurried or self._line:
            _, turn = line.popitem(last=False)
            if not turn.done():  # else it was cancelled
                turn.set_result(None)
                return
        self._free += 1
