"""One TFTP transfer on a socket of its own: it moves octets and keeps the alarm, the machine decides."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable

from ringboot.tftp.packets import ACK, ERROR, RRQ, UNKNOWN_TID, decode, encode
from ringboot.tftp.transfer import Bytes, Effect, Ended, Input, Late, Need, ReadTransfer

Address = tuple[str, int]

IP_MTU_DISCOVER, IP_PMTUDISC_DONT = 10, 0  # linux/in.h; the socket module does not name them
LONGEST_REPLY = 2048  # clients send acknowledgements and short errors


def open_socket(local: str) -> socket.socket:
    """Open a socket for one transfer: the address that was asked, and a port that is the new transfer id."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        # Blocks larger than a path's MTU are fragmented on the way, not dropped.
        opened.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT)
        opened.bind((local, 0))
    except OSError:
        opened.close()
        raise
    return opened


class Session:
    """Send so many octets, read by offset and size, to one peer; neither the socket nor the file is closed here."""

    def __init__(self, sock: socket.socket, peer: Address, size: int, read: Callable[[int, int], bytes]) -> None:
        self.transfer = ReadTransfer(size)
        self._loop = asyncio.get_running_loop()
        self._sock = sock
        self._peer = peer
        self._from = read
        self._done: asyncio.Future[Ended] = self._loop.create_future()
        self._alarm: asyncio.TimerHandle | None = None
        self._unsent: deque[bytes] = deque()  # what the kernel has no room for at the moment

    async def run(self, request: RRQ) -> Ended:
        """Carry the transfer to its end; may be cancelled."""
        descriptor = self._sock.fileno()
        self._loop.add_reader(descriptor, self._readable)
        try:
            self._step(request)
            return await self._done
        finally:
            self._loop.remove_reader(descriptor)
            self._loop.remove_writer(descriptor)
            if self._alarm is not None:
                self._alarm.cancel()

    def _readable(self) -> None:
        try:
            data, peer = self._sock.recvfrom(LONGEST_REPLY)
        except OSError:
            return  # nothing there after all; the alarm repeats or gives up
        packet = decode(data)
        if peer != self._peer:
            # RFC 1350 4: whoever sends from elsewhere is told so, and the transfer goes on.
            if not isinstance(packet, ERROR):
                with contextlib.suppress(OSError):
                    self._sock.sendto(encode(ERROR(UNKNOWN_TID, "unknown transfer id")), peer)
        elif isinstance(packet, ACK | ERROR):
            self._step(packet)

    def _step(self, given: Input) -> None:
        now = self._loop.time()
        todo: deque[Effect] = deque(self.transfer.step(given, now))
        while todo and not self._done.done():
            effect = todo.popleft()
            if isinstance(effect, Need):
                todo.extend(self._read(effect, now))
            elif isinstance(effect, Ended):
                self._end(effect)
            else:
                self._send(encode(effect))
        self._set_alarm()

    def _read(self, wanted: Need, now: float) -> list[Effect]:
        try:
            data = self._from(wanted.offset, wanted.size)
        except OSError as error:
            self._end(Ended(False, f"reading failed: {error.strerror}"))
            return []
        return self.transfer.step(Bytes(data), now)

    def _send(self, datagram: bytes) -> None:
        if self._unsent:
            self._unsent.append(datagram)
            return
        try:
            self._sock.sendto(datagram, self._peer)
        except BlockingIOError:
            self._unsent.append(datagram)
            self._loop.add_writer(self._sock.fileno(), self._writable)
        except OSError as error:
            self._end(Ended(False, f"sending failed: {error.strerror}"))

    def _writable(self) -> None:
        waiting, self._unsent = self._unsent, deque()
        self._loop.remove_writer(self._sock.fileno())
        while waiting and not self._done.done():
            self._send(waiting.popleft())

    def _end(self, ended: Ended) -> None:
        if not self._done.done():
            self._done.set_result(ended)

    def _set_alarm(self) -> None:
        """Keep one alarm; one that rings too early sets itself again, so that an acknowledgement costs nothing."""
        due = self.transfer.timer
        if due is None or self._done.done():
            return
        if self._alarm is not None:
            if self._alarm.when() <= due:
                return
            self._alarm.cancel()
        self._alarm = self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._step(Late())
