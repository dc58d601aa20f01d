"""The machine that sends one file: packets, file octets and `now` go in, packets and wishes come out.

Rules of this file:
- Blocks are counted without wrapping in here; only on the wire do they wrap at 65536.
- Only progress is answered with new blocks. An acknowledgement that says nothing new is never answered by data
  (RFC 1123 4.2.3.1); in a window larger than one it is a sign of loss and at most brings the timer forward.
- Every way between states is a row in `_STEPS`; what has no row is ignored.
- `proceed` is a short cut through three of these rows, which most acknowledgements take, and `advance` one through the
  same in lock step, for who has read ahead; a test holds both to them.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, NamedTuple

from ringboot.tftp.options import Agreed, negotiate
from ringboot.tftp.packets import ACCESS_VIOLATION, ACK, BAD_OPTIONS, DATA, ERROR, ILLEGAL, NOT_DEFINED, OACK, RRQ, WRQ

MODES = ("octet", "netascii")  # in any case; "mail" is obsolete (RFC 1350 1)
REPEATS = 5  # a datagram is sent again at most so often without progress
FIRST_WAIT = 1.0  # seconds, doubled at each repetition
LONGEST_WAIT = 16.0  # seconds, unless the client asked for a longer timeout
FIRST_ROUND_TRIP = 0.1  # seconds, until one was measured
LOSS_MARGIN = 0.02  # seconds


class Need(NamedTuple):
    """Wish: give these octets of the file, as `Bytes`."""

    offset: int
    size: int


class Ended(NamedTuple):
    """Wish: nothing more; `complete` means that the last block was acknowledged."""

    complete: bool
    why: str = ""
    looked: bool = False  # the client only wanted to see the options, such as the size


class Bytes(NamedTuple):
    """Input: the octets that were needed."""

    data: bytes


class Late(NamedTuple):
    """Input: the machine's `timer` has passed."""


Input = RRQ | ACK | ERROR | Bytes | Late
Effect = OACK | DATA | ERROR | Need | Ended


class State(Enum):
    """What the machine waits for."""

    START = auto()  # the request
    OFFERED = auto()  # ACK 0, for the options (RFC 2347)
    READING = auto()  # octets of the file
    SENT = auto()  # an acknowledgement
    ENDED = auto()


_SENT = State.SENT  # looked up for each acknowledgement


def objection(request: RRQ | WRQ) -> ERROR | None:
    """Say why a request is refused before anybody looks for the file."""
    if isinstance(request, WRQ):
        return ERROR(ACCESS_VIOLATION, "nothing can be written here")
    if request.mode.lower() not in MODES:
        return ERROR(ILLEGAL, "only the modes octet and netascii are served")
    return None


class ReadTransfer:
    """Send one file of `size` octets to one client; in netascii, size and places are those of what is sent.

    After each `step` fulfil the effects in order and set an alarm for `timer` (steady seconds, None: no alarm).
    """

    __slots__ = ("_agreed", "_hinted", "_round_trip", "_sent_at", "_tries", "_window", "acked", "last", "sent", "size",
                 "state", "timer")  # fmt: skip

    def __init__(self, size: int) -> None:
        self.size = size
        self.state = State.START
        self.timer: float | None = None
        self.acked = 0  # blocks
        self.sent = 0  # blocks, the last one on its way
        self._agree(Agreed())
        self._window: list[OACK | DATA] = []  # what is sent again when nothing comes; read again when it is empty
        self._tries = 0
        self._sent_at = 0.0
        self._round_trip = FIRST_ROUND_TRIP
        self._hinted = False

    def _agree(self, agreed: Agreed) -> None:
        self._agreed = agreed
        # The number of the last block; it is empty when the size is a multiple of the block size (RFC 1350 6).
        self.last = self.size // agreed.blksize + 1

    @property
    def blksize(self) -> int:
        """Give the octets of a block."""
        return self._agreed.blksize

    @property
    def octets(self) -> int:
        """Give how much of the file has been acknowledged."""
        return min(self.acked * self._agreed.blksize, self.size)

    @property
    def finishing(self) -> bool:
        """Is the last block of several on its way, so that the client may be done without our knowing?"""
        return self.state is State.SENT and self.acked > 0 and self.sent == self.last

    def step(self, given: Input, now: float) -> list[Effect]:
        """Take one input; give what is to be done."""
        way = _STEPS.get((self.state, type(given)))
        return [] if way is None else way(self, given, now)

    def proceed(self, block: int, now: float) -> Need | None:
        """Take an acknowledgement of all that was sent, and give the octets of the next window, which are to be sent.

        None when it is anything but that: then nothing has changed, and `step` takes it.
        """
        sent = self.sent
        if self.state is not _SENT or self._tries or (block - sent) & 0xFFFF or sent in (self.acked, self.last):
            return None
        blksize, windowsize, timeout, _ = self._agreed
        self._round_trip += (now - self._sent_at - self._round_trip) / 8
        self.acked = sent
        self.sent = min(sent + windowsize, self.last)
        self._hinted = False
        self._window = []
        self._sent_at = now
        self.timer = now + (timeout or FIRST_WAIT)
        return Need(sent * blksize, min(windowsize * blksize, self.size - sent * blksize))

    @property
    def ahead(self) -> range:
        """Give the numbers of the blocks that `advance` may send next, one at each acknowledgement: all but the last.

        There are none in windows, nor before the first block.
        """
        in_lock_step = self.state is _SENT and self._agreed.windowsize == 1
        return range(self.sent + 1, self.last) if in_lock_step else range(0)

    def advance(self, now: float) -> None:
        """Take the acknowledgement of the block that was sent, and that the next of those ahead is on its way."""
        if not self._tries:
            self._round_trip += (now - self._sent_at - self._round_trip) / 8
        self._tries = 0
        self.acked = self.sent
        self.sent += 1
        self._window = []  # it is read again should it be lost
        self._sent_at = now
        self.timer = now + (self._agreed.timeout or FIRST_WAIT)

    def changed(self) -> list[Effect]:
        """Break off, because the octets that were needed are not there any more."""
        return [ERROR(NOT_DEFINED, "the file changed"), *self._end(False, "the file changed while it was sent")]

    def _begin(self, request: RRQ, now: float) -> list[Effect]:
        self._agree(negotiate(request.options, self.size))
        if not self._agreed.answer:
            return self._read()
        self.state = State.OFFERED
        return self._send([OACK(self._agreed.answer)], now)

    def _accepted(self, ack: ACK, _now: float) -> list[Effect]:
        return self._read() if ack.block == 0 else []

    def _acknowledged(self, ack: ACK, now: float) -> list[Effect]:
        forward = (ack.block - self.acked) & 0xFFFF
        if forward == 0:
            self._hint(now)
            return []
        if forward > self.sent - self.acked:
            return []  # old, or never sent
        if forward == self.sent - self.acked and not self._tries:
            self._round_trip += (now - self._sent_at - self._round_trip) / 8
        self.acked += forward
        if self.acked == self.last:
            return self._end(True)
        self._tries = 0
        self._hinted = False
        return self._read()

    def _hint(self, now: float) -> None:
        """Wait less for what may be lost: a client that misses a block says again what it has (RFC 7440 4)."""
        if self._agreed.windowsize > 1 and not self._hinted and self.timer is not None:
            self._hinted = True
            self.timer = min(self.timer, now + 2 * self._round_trip + LOSS_MARGIN)

    def _read(self) -> list[Effect]:
        self.state = State.READING
        self.timer = None
        offset = self.acked * self._agreed.blksize
        return [Need(offset, min(self._agreed.windowsize * self._agreed.blksize, self.size - offset))]

    def _filled(self, given: Bytes, now: float) -> list[Effect]:
        blksize, data = self._agreed.blksize, given.data
        room = self._agreed.windowsize * blksize
        if len(data) != min(room, self.size - self.acked * blksize):
            return self.changed()
        self.sent = min(self.acked + self._agreed.windowsize, self.last)
        self.state = State.SENT
        starts = range(0, (self.sent - self.acked) * blksize, blksize)
        return self._send(
            [
                DATA((self.acked + 1 + place) & 0xFFFF, data[start : start + blksize])
                for place, start in enumerate(starts)
            ],
            now,
        )

    def _send(self, window: list[OACK | DATA], now: float) -> list[Effect]:
        self._window = window
        self._sent_at = now
        first = self._agreed.timeout or FIRST_WAIT
        self.timer = now + min(first * 2**self._tries, max(first, LONGEST_WAIT))
        return list(window)

    def _repeat(self, _given: Late, now: float) -> list[Effect]:
        if self.timer is None or now < self.timer:
            return []
        if self._tries == REPEATS:
            waiting = "the options" if self.state is State.OFFERED else f"block {self.acked + 1}"
            return self._end(False, f"no acknowledgement of {waiting}")
        self._tries += 1
        return self._send(self._window, now) if self._window else self._read()

    def _broken_off(self, error: ERROR, _now: float) -> list[Effect]:
        # Boot ROMs ask for the size and break off with an ERROR; RFC 2347 has code 8 for options that do not please.
        looked = self.state is State.OFFERED and error.code != BAD_OPTIONS
        return self._end(False, f"the client broke off: error {error.code} {error.text}".rstrip(), looked)

    def _end(self, complete: bool, why: str = "", looked: bool = False) -> list[Effect]:
        self.state = State.ENDED
        self.timer = None
        self._window = []
        return [Ended(complete, why, looked)]


_Way = Callable[[ReadTransfer, Any, float], list[Effect]]  # Any: the input that the row's key names

_STEPS: dict[tuple[State, type], _Way] = {
    (State.START, RRQ): ReadTransfer._begin,
    (State.OFFERED, ACK): ReadTransfer._accepted,
    (State.OFFERED, ERROR): ReadTransfer._broken_off,
    (State.OFFERED, Late): ReadTransfer._repeat,
    (State.READING, Bytes): ReadTransfer._filled,
    (State.READING, ERROR): ReadTransfer._broken_off,
    (State.SENT, ACK): ReadTransfer._acknowledged,
    (State.SENT, ERROR): ReadTransfer._broken_off,
    (State.SENT, Late): ReadTransfer._repeat,
}
