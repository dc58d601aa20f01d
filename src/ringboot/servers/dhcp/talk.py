"""A channel as the loop watches it: to read from, and to write to while something waits."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable

from ringboot.servers.dhcp.channel import Channel


class Talk:
    """The present connection of one channel, in the loop's epoll and its table of handlers."""

    def __init__(
        self,
        channel: Channel,
        hear: Callable[[], None],
        epoll: select.epoll,
        handlers: dict[int, Callable[[int], None]],
    ) -> None:
        self._channel = channel
        self._hear = hear
        self._epoll = epoll
        self._handlers = handlers
        self._connection: socket.socket | None = None  # as it is watched
        self._fd = -1
        self._wants_out = False

    def watch(self) -> None:
        """Watch the present connection, for room too when something waits for it."""
        connection = self._channel.connection
        if connection is not self._connection:
            # The one before is closed already, and the kernel has forgotten it; only our note of it is left.
            if self._handlers.get(self._fd) == self._turn:
                del self._handlers[self._fd]
            self._connection, self._fd = connection, -1
            self._wants_out = False
            if connection is not None:
                self._fd = connection.fileno()
                self._handlers[self._fd] = self._turn
                self._epoll.register(self._fd, select.EPOLLIN)
        wants_out = self._channel.backlog > 0
        if connection is not None and wants_out != self._wants_out:
            self._wants_out = wants_out
            self._epoll.modify(self._fd, select.EPOLLIN | (select.EPOLLOUT if wants_out else 0))

    def _turn(self, event: int) -> None:
        if event & select.EPOLLOUT:
            self._channel.flush()
        if event & ~select.EPOLLOUT:
            self._hear()
