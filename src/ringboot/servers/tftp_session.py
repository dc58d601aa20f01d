"""One TFTP transfer on a socket of its own: it moves octets and keeps the alarm, the machine decides."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections import deque
from collections.abc import Callable
from time import monotonic  # the clock of the loop, without its method

from ringboot.servers.listening import Listening
from ringboot.tftp.packets import ACK, ERROR, HEADER, OPCODES, RRQ, UNKNOWN_TID, blocks, decode, encode
from ringboot.tftp.transfer import Bytes, Effect, Ended, Input, Late, Need, ReadTransfer

Address = tuple[str, int]

IP_MTU_DISCOVER, IP_PMTUDISC_DONT = 10, 0  # linux/in.h; the socket module does not name them
SOL_UDP, UDP_SEGMENT = 17, 103  # linux/udp.h: one call sends datagrams of so many octets each
MOST_SEGMENTS, MOST_OCTETS = 64, 65507  # that one call sends
LARGEST_SEGMENT = 1472  # octets of a datagram on Ethernet: what is to be fragmented is sent by itself
ACKNOWLEDGED = OPCODES[ACK]
LONGEST_REPLY = 2048  # clients send acknowledgements and short errors
MOST_WAITING = 1000  # datagrams that a socket holds
SETTLED = 16  # blocks in lock step after which a socket hears its peer only
AHEAD = 16 * 1024  # octets that are read at once from then on

_ACK = encode(ACK(0))[:2]
_heard = bytearray(LONGEST_REPLY)  # what came last, for all sessions: nobody keeps it


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

    def __init__(
        self, sock: socket.socket, peer: Address, size: int, read: Callable[[int, int], bytes], listening: Listening,
        *, may_read_ahead: bool = False,
    ) -> None:  # fmt: skip
        """`may_read_ahead`: `read` may go back again."""
        self.transfer = ReadTransfer(size)
        self._loop = asyncio.get_running_loop()
        self._sock = sock
        self._peer = peer
        self._from = read
        self._listening = listening
        self._done: asyncio.Future[Ended] = self._loop.create_future()
        self._alarm: asyncio.TimerHandle | None = None
        self._unsent: deque[tuple[bytes, int]] = deque()  # what the kernel has no room for at the moment
        self._segments = True  # the kernel cuts datagrams for us, until it says that it cannot
        self._may_settle = may_read_ahead
        self._ahead: list[bytes] = []  # in lock step the packets that come next, the first of them last
        self._expected = b""  # the acknowledgement that has the first of them sent

    async def run(self, request: RRQ) -> Ended:
        """Carry the transfer to its end; may be cancelled."""
        descriptor = self._sock.fileno()
        self._listening.add(descriptor, self._readable)
        try:
            self._step(request)
            return await self._done
        finally:
            self._listening.remove(descriptor)
            self._loop.remove_writer(descriptor)
            if self._alarm is not None:
                self._alarm.cancel()

    def _readable(self) -> None:
        if self._hear() and self._may_settle and self.transfer.acked >= SETTLED and self.transfer.ahead:
            self._settle()

    def _hear(self) -> bool:
        """Take one datagram, from whomever; False when there is none."""
        try:
            size, peer = self._sock.recvfrom_into(_heard)
        except OSError:
            return False  # nothing there after all; the alarm repeats or gives up
        if size >= HEADER and _heard[1] == ACKNOWLEDGED and not _heard[0] and peer == self._peer and not self._unsent:
            wanted = self.transfer.proceed(_heard[2] << 8 | _heard[3], monotonic())
            if wanted is not None:
                self._go_on(wanted)
                return True
        self._take(bytes(_heard[:size]), peer)
        return True

    def _settle(self) -> None:
        """Hear nobody but the peer for the rest of a long file in lock step, and read ahead: a block costs half then.

        Others are told by the kernel that nobody hears them there (RFC 1350 4 wants them told).
        """
        self._may_settle = False
        with contextlib.suppress(OSError):
            self._sock.connect(self._peer)
            for _ in range(MOST_WAITING):  # what came before, from whomever
                if not self._hear():
                    break
            descriptor = self._sock.fileno()
            self._listening.remove(descriptor)
            self._listening.add(descriptor, self._readable_settled)
            self._read_ahead()

    def _readable_settled(self) -> None:
        try:
            data = self._sock.recv(LONGEST_REPLY)
        except OSError:
            return  # nothing there, or the peer's host says that nobody listens; the alarm repeats or gives up
        if data[:HEADER] == self._expected and self._ahead:
            packet = self._ahead.pop()
            self._expected = _ACK + packet[2:HEADER]
            self.transfer.advance(monotonic())
            try:
                self._sock.send(packet)
            except OSError:  # there is no room, or the call told of an earlier datagram, which anybody can do
                self._put(packet, 0)
            return
        before = self.transfer.sent
        self._take(data, self._peer)
        if self.transfer.sent != before:
            self._read_ahead()

    def _read_ahead(self) -> None:
        """Write the packets that come next; the last of the file is left to the rows of the machine."""
        blocks_ahead, blksize = self.transfer.ahead, self.transfer.blksize
        blocks_ahead = blocks_ahead[: max(1, AHEAD // blksize)]
        self._expected = _ACK + (self.transfer.sent & 0xFFFF).to_bytes(2, "big")
        self._ahead = []
        if not blocks_ahead or self._unsent or self._done.done():
            return
        with contextlib.suppress(OSError):  # the machine reads it again, and says so
            data = self._from((blocks_ahead[0] - 1) * blksize, len(blocks_ahead) * blksize)
            whole = len(data) // blksize  # fewer when the file became shorter
            self._ahead = [
                blocks(blocks_ahead[place], data[place * blksize : (place + 1) * blksize], blksize, 1)
                for place in reversed(range(whole))
            ]

    def _go_on(self, wanted: Need) -> None:
        """Send the next window, as nearly every acknowledgement has it."""
        transfer = self.transfer
        try:
            data = self._from(*wanted)
        except OSError as error:
            self._end(Ended(False, f"reading failed: {error.strerror}"))
            return
        if len(data) == wanted.size:
            acked, blksize = transfer.acked, transfer.blksize
            count = transfer.sent - acked
            octets = blocks(acked + 1, data, blksize, count)
            if count == 1:
                self._put(octets, 0)
            else:
                self._send(octets, blksize + HEADER)
        else:
            self._perform(deque(transfer.changed()), monotonic())
        if self._alarm is None:  # else it rings no later than it is due
            self._set_alarm()

    def _take(self, data: bytes, peer: Address) -> None:
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
        self._perform(deque(self.transfer.step(given, now)), now)
        self._set_alarm()

    def _perform(self, todo: deque[Effect], now: float) -> None:
        while todo and not self._done.done():
            effect = todo.popleft()
            if isinstance(effect, Need):
                todo.extend(self._read(effect, now))
            elif isinstance(effect, Ended):
                self._end(effect)
            else:
                self._send(encode(effect))

    def _read(self, wanted: Need, now: float) -> list[Effect]:
        try:
            data = self._from(*wanted)
        except OSError as error:
            self._end(Ended(False, f"reading failed: {error.strerror}"))
            return []
        return self.transfer.step(Bytes(data), now)

    def _send(self, octets: bytes, segment: int = 0) -> None:
        """Send a datagram, or several behind each other, of which each but the last has so many octets."""
        if segment == 0 or len(octets) <= segment:
            self._put(octets, segment)
            return
        at_once = segment * min(MOST_SEGMENTS, MOST_OCTETS // segment)
        for start in range(0, len(octets), at_once):
            self._put(octets[start : start + at_once], segment)

    def _put(self, octets: bytes, segment: int) -> None:
        if self._unsent:
            self._unsent.append((octets, segment))
            return
        if 0 < segment < len(octets) and (segment > LARGEST_SEGMENT or not self._segments):
            for start in range(0, len(octets), segment):
                self._put(octets[start : start + segment], 0)
            return
        try:
            if 0 < segment < len(octets):
                self._sock.sendmsg(
                    [octets], [(SOL_UDP, UDP_SEGMENT, segment.to_bytes(2, sys.byteorder))], 0, self._peer
                )
            else:
                self._sock.sendto(octets, self._peer)
        except ConnectionRefusedError:
            # It tells of an earlier datagram, and this one was not sent.
            with contextlib.suppress(OSError):
                self._sock.sendto(octets, self._peer)
        except BlockingIOError:
            self._unsent.append((octets, segment))
            self._loop.add_writer(self._sock.fileno(), self._writable)
        except OSError as error:
            self._not_sent(octets, segment, error)

    def _not_sent(self, octets: bytes, segment: int, error: OSError) -> None:
        if segment and self._segments:
            self._segments = False  # an older kernel, a smaller MTU, a card that computes no checksums
            self._put(octets, segment)
        else:
            self._end(Ended(False, f"sending failed: {error.strerror}"))

    def _writable(self) -> None:
        waiting, self._unsent = self._unsent, deque()
        self._loop.remove_writer(self._sock.fileno())
        while waiting and not self._done.done():
            self._put(*waiting.popleft())

    def _end(self, ended: Ended) -> None:
        self._ahead = []
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
