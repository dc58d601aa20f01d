"""A process beside dhcp that waits for the disk, so that dhcp need not: it has one file synced at a time.

A thread would do, but for the interpreter's lock: each end of a wait would stop the loop until it is handed over.
Run as a program this file is that process, so it imports nothing that takes long.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

_DONE = b"\0"


class Disk:
    """The process as the loop uses it."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen([sys.executable, "-I", "-S", __file__], stdin=theirs.fileno())
        self._line.setblocking(False)

    @property
    def pid(self) -> int:
        """Give the number of the process."""
        return self._process.pid

    def fileno(self) -> int:
        """Give what becomes readable when a file is synced."""
        return self._line.fileno()

    def sync(self, path: Path) -> bool:
        """Have a file synced; False when there is nobody to do it."""
        try:
            self._line.send(os.fsencode(path))
        except OSError:
            return False
        return True

    def ended(self) -> OSError | None:
        """Take the answer: nothing when the file is on the disk, else why it is not known to be."""
        try:
            answer = self._line.recv(16)
        except OSError as error:
            return error
        if not answer:
            return OSError("the process that syncs the journal has ended")
        return None if answer == _DONE else OSError(answer[0], os.strerror(answer[0]))

    def close(self) -> None:
        """End the process."""
        self._line.close()
        self._process.wait()


def serve(line: int) -> None:
    """Sync the files that are named, one at a time, until the line is cut."""
    before, handle = b"", -1
    while path := os.read(line, 4096):
        try:
            if path != before:
                if handle >= 0:
                    os.close(handle)
                before, handle = b"", -1
                handle = os.open(path, os.O_RDONLY)
                before = path
            os.fdatasync(handle)
        except OSError as error:
            answer = bytes((error.errno or 5,))
        else:
            answer = _DONE
        os.write(line, answer)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # dhcp still needs us while it ends
    try:
        serve(0)
    except OSError:
        sys.exit(0)  # dhcp has gone
