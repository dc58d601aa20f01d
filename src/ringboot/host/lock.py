"""One daemon per data folder: an advisory lock that the kernel drops when its holder ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FolderBusy(Exception):
    """Another daemon works on this folder; says which."""


class FolderUnusable(Exception):
    """The folder cannot be made or written to; says why."""


class FolderLock:
    """Hold the lock of a data folder until closed."""

    def __init__(self, data: Path) -> None:
        self.path = data / "run" / "lock"
        try:
            if not data.exists():  # in a step of its own: the mode holds for the last part of a path only
                data.mkdir(parents=True, exist_ok=True, mode=0o750)
            self.path.parent.mkdir(exist_ok=True, mode=0o750)
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise FolderUnusable(
                f"data folder {data} cannot be used: {error.strerror}. Choose another with data = in [server], "
                "or run as a user who may write there."
            ) from None
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._fd, 20, 0).decode(errors="replace").strip()
            os.close(self._fd)
            raise FolderBusy(
                f"data folder {data} is in use by another daemon (process {holder or 'unknown'}). "
                "Stop it first, or give this one a folder of its own."
            ) from None
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        """Give the folder back."""
        os.close(self._fd)
