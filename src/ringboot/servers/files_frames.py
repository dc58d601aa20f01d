"""What a file door in a process of its own and main write to each other: frames on a unix socket, any number at once.

A frame is the size of its body (4 octets), its kind (1), the number of the request that it belongs to (4), all
big-endian, and the body: a file message as model/file.py writes it, or, for COUNTED, JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

ASK = 1  # door to main: a FileRequest
ANSWER = 2  # main to door: Serve or Refuse; empty when nobody knew in time
WITHDRAWN = 3  # door to main: nobody waits for that answer any more
SENT = 4  # door to main: how a served file went
COUNTED = 5  # door to main: requests that were counted since the last time, as rows of [door, reason, count]

LONGEST = 1 << 20  # octets of a body: a path of 1472 octets takes some thousands in JSON

_HEAD = Struct("!IBI")


class BadFrame(Exception):
    """What came is no frame: the line cannot be used any more."""


def frame(kind: int, number: int = 0, body: bytes = b"") -> bytes:
    """Write one frame."""
    return _HEAD.pack(len(body), kind, number) + body


class Frames:
    """Cuts what comes in pieces into frames."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Give kind, number and body of each frame that is whole now; BadFrame."""
        data = self._rest + data
        at = 0
        while len(data) - at >= _HEAD.size:
            size, kind, number = _HEAD.unpack_from(data, at)
            if size > LONGEST:
                raise BadFrame(f"a frame of {size} octets")
            end = at + _HEAD.size + size
            if end > len(data):
                break
            yield kind, number, data[at + _HEAD.size : end]
            at = end
        self._rest = data[at:]
