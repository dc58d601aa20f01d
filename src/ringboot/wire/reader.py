"""A reader that never leaves its bounds: every octet is asked for by size, and a part must be used up exactly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Malformed(ValueError):
    """Octets that do not hold what they should; `offset` counts from the first octet of the whole value."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(f"{why} at octet {offset}")
        self.offset = offset
        self.why = why


class Reader:
    """Takes octets from `data` between `at` and `end`; Malformed when there are too few."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data = data
        self.at = at
        self.end = len(data) if end is None else end

    @property
    def left(self) -> int:
        """Count the octets that are not read yet."""
        return self.end - self.at

    def take(self, size: int) -> bytes:
        """Read that many octets."""
        if size > self.left:
            raise Malformed(self.at, f"{size} octets are needed, {self.left} are there")
        self.at += size
        return self.data[self.at - size : self.at]

    def rest(self) -> bytes:
        """Read all that is left."""
        return self.take(self.left)

    def number(self, size: int) -> int:
        """Read an unsigned number of that many octets, most significant first."""
        return int.from_bytes(self.take(size), "big")

    def counted(self, size: int = 1) -> bytes:
        """Read a length of `size` octets, then as many octets as it says."""
        return self.take(self.number(size))

    @contextmanager
    def part(self, size: int) -> Iterator[Reader]:
        """Give a reader for the next octets; Malformed unless it has read all of them when the block ends."""
        if size > self.left:
            raise Malformed(self.at, f"a part of {size} octets begins, {self.left} are there")
        inner = Reader(self.data, self.at, self.at + size)
        yield inner
        inner.finish()
        self.at = inner.end

    def finish(self) -> None:
        """Insist that nothing is left."""
        if self.left:
            raise Malformed(self.at, f"{self.left} octets too many")
