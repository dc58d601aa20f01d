"""Up to which row the journal is known to be on the disk: eight octets that the writer keeps for those who read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from struct import Struct

from ringboot.store.journal_file import MODE

NAME = "settled"
_NUMBER = Struct("<Q")


class Mark:
    """The file for its one writer; where it cannot be kept, readers see all that is written."""

    def __init__(self, folder: Path) -> None:
        self._handle = -1
        with suppress(OSError):
            self._handle = os.open(folder / NAME, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, MODE)

    def put(self, seq: int) -> None:
        """Move the mark."""
        with suppress(OSError):  # the next one says it again
            os.pwrite(self._handle, _NUMBER.pack(seq), 0)

    def close(self) -> None:
        """Close the file."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def settled(folder: Path) -> int | None:
    """Read the mark; None when there is none."""
    try:
        handle = os.open(folder / NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        octets = os.pread(handle, _NUMBER.size, 0)
    except OSError:
        return None
    finally:
        os.close(handle)
    return int(_NUMBER.unpack(octets)[0]) if len(octets) == _NUMBER.size else None
