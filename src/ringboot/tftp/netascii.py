"""Mode netascii: how a file's octets are written for a client that asked for text (RFC 1350 1, RFC 764).

The end of a line, LF, is sent as CR LF, and a CR that means itself as CR NUL.  Each octet is translated by itself, so
the file needs no look ahead, pieces of it may be translated apart, and the client gets back exactly what lies here.
"""

from __future__ import annotations

from collections.abc import Callable

CHUNK = 65536  # octets of the file that are translated at once


def translate(data: bytes) -> bytes:
    """Write octets of a file in netascii."""
    return data.replace(b"\r", b"\r\0").replace(b"\n", b"\r\n")


def growth(data: bytes) -> int:
    """Tell by how many octets a piece grows."""
    return data.count(b"\r") + data.count(b"\n")


class Translated:
    """A file as it is sent, read at places that only move forward, as a transfer does.

    `read(offset, size)` gives octets of the file itself. What was acknowledged is forgotten, so it holds what one
    window needs and a chunk, however large the file is.
    """

    __slots__ = ("_at", "_kept", "_read", "_source")

    def __init__(self, read: Callable[[int, int], bytes]) -> None:
        self._read = read
        self._source = 0  # octets of the file that were translated
        self._at = 0  # the place, in what is sent, of the first octet that is kept
        self._kept = b""

    def read(self, offset: int, size: int) -> bytes:
        """Read translated octets; fewer at the end of the file.  `offset` is never less than the last one."""
        self._kept = self._kept[offset - self._at :]
        self._at = offset
        pieces, have = [self._kept], len(self._kept)
        while have < size and (chunk := self._read(self._source, CHUNK)):
            self._source += len(chunk)
            pieces.append(translate(chunk))
            have += len(pieces[-1])
        self._kept = b"".join(pieces)
        return self._kept[:size]
