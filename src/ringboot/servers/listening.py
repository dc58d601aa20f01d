"""Many sockets as one for the event loop: an epoll of our own costs a tenth of what asyncio takes for each event."""

from __future__ import annotations

import asyncio
import select
from collections import deque
from collections.abc import Callable
from time import monotonic

AT_ONCE = 64  # sockets that are looked at together
SPAN = 0.004  # seconds after which others of the loop have their turn


class Listening:
    """Call back for each socket that has something to read, in turn, from the running loop.

    It may be called for one that has nothing to read any more.
    """

    def __init__(self, span: float = SPAN) -> None:
        self._span = span
        self._calls: dict[int, Callable[[], None]] = {}
        self._waiting: deque[int] = deque()  # who has something to read and has not been heard
        self._epoll = select.epoll()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._epoll.fileno(), self._ready)

    def add(self, descriptor: int, call: Callable[[], None]) -> None:
        """Listen to a socket, which is removed before it is closed."""
        self._calls[descriptor] = call
        self._epoll.register(descriptor, select.EPOLLIN)

    def remove(self, descriptor: int) -> None:
        """Listen to it no more."""
        del self._calls[descriptor]
        self._epoll.unregister(descriptor)

    def close(self) -> None:
        """Listen to nobody any more."""
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()

    def _ready(self) -> None:
        # It looks again until nobody has anything to say: a turn of the loop costs more than a block of a file.
        until = monotonic() + self._span
        calls, waiting = self._calls, self._waiting
        while True:
            if not waiting:
                waiting.extend(descriptor for descriptor, _ in self._epoll.poll(0, AT_ONCE))
                if not waiting:
                    return
            while waiting:
                if call := calls.get(waiting.popleft()):
                    call()
                if monotonic() > until:
                    return
