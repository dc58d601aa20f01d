"""What others' code writes to standard output and error becomes lines of our log; the log itself goes on as before."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import TextIO

MOST = 50  # lines a second; a hook may print in a loop
_READ = 65536
_LONGEST = 1000  # characters of a line that are shown


class Output:
    """Takes over the two descriptors; `file` is where standard error was."""

    def __init__(self) -> None:
        self._was = os.dup(2)
        self.file: TextIO = os.fdopen(os.dup(2), "w", buffering=1)
        self._reader, writer = os.pipe()
        for number in (1, 2):
            os.dup2(writer, number)
        os.close(writer)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(AttributeError):  # somebody else's object
                stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]

    def start(self, say: Callable[[str, int], None]) -> None:
        """Have every line said, with the number of those that were left out before it."""
        threading.Thread(target=self._run, args=(say,), name="output", daemon=True).start()

    def give_back(self) -> None:
        """Let the descriptors be what they were: another program takes this process over."""
        for number in (1, 2):
            os.dup2(self._was, number)

    def _run(self, say: Callable[[str, int], None]) -> None:
        rest = b""
        second, said, left_out = 0, 0, 0
        while data := os.read(self._reader, _READ):
            *lines, rest = (rest + data).split(b"\n")
            if len(rest) > _READ:
                lines, rest = [*lines, rest], b""
            for line in lines:
                if int(time.monotonic()) != second:
                    second, said = int(time.monotonic()), 0
                said += 1
                if said > MOST:
                    left_out += 1
                    continue
                say(line.decode(errors="replace")[:_LONGEST], left_out)
                left_out = 0
