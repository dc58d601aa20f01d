"""What runs just now, where it outlives the process: so that the next one can say at what it ended."""

from __future__ import annotations

import mmap
import os
import time
from pathlib import Path
from typing import NamedTuple

_SIZE = 4096
MODE = 0o600


class Interrupted(NamedTuple):
    """What ran when a process ended."""

    name: str
    place: str
    client: str
    began: float  # UTC


class Running:
    """A page of a file that stays when a process is killed; one for each process."""

    def __init__(self, path: Path | None) -> None:
        """Open the page, and keep what it said: `before`; without a path nobody reads it later."""
        self.before: Interrupted | None = None
        if path is None:
            self._page = mmap.mmap(-1, _SIZE)
            return
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE)
        try:
            os.posix_fallocate(handle, 0, _SIZE)  # a page that is not on the disk would be a signal, not an error
            self._page = mmap.mmap(handle, _SIZE)
        finally:
            os.close(handle)
        self.before = _read(self._page[:])
        self.clear()

    def note(self, name: str, place: str, client: str) -> None:
        """Say what begins."""
        text = f"{name}\n{place}\n{client}\n{time.time():.3f}\n".encode()[: _SIZE - 1]
        self._page[1 : 1 + len(text)] = text
        self._page[0] = 1

    def clear(self) -> None:
        """Say that it has ended."""
        self._page[0] = 0

    def close(self) -> None:
        """Let the page go."""
        self._page.close()


def _read(page: bytes) -> Interrupted | None:
    parts = page[1:].split(b"\n", 4)
    if not page[0] or len(parts) < 5:
        return None
    name, place, client, began = (each.decode(errors="replace") for each in parts[:4])
    try:
        return Interrupted(name, place, client, float(began))
    except ValueError:
        return None
