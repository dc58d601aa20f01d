"""One call of a hook: broken off when its time is over, counted, and what it raised kept for the administrator."""

from __future__ import annotations

import gc
import os
import resource
import time
import traceback
from collections.abc import Callable

from ringboot import log
from ringboot.host.limit import TimeLimit, TookTooLong
from ringboot.host.running import Running
from ringboot.scripts.registry import Registered

OVERTIME = 0.5  # seconds beyond the limit after which the process says no more that it lives
QUIET = 10.0  # seconds between two lines of the log about one hook
FULL = 0.8  # part of the memory that is in use when the process cannot go on
_SHOWN = 4000  # characters of a traceback
_OURS = ("/ringboot/app/scripting/", "/ringboot/scripts/", "/ringboot/host/", "/ringboot/compat/")


class Caller:
    """Calls hooks on the main thread, one after the other."""

    def __init__(self, limit: TimeLimit, seconds: float, running: Running) -> None:
        self.limit = limit
        self.seconds = seconds
        self.now: Registered | None = None  # what runs just now
        self.is_quiet = False  # failures are not logged: somebody looks on
        self.is_full = False  # the process has no memory left for anything
        self._running = running
        self._began = 0.0  # steady; 0: nothing runs
        self._said: dict[int, tuple[float, int]] = {}  # by hook: when it was last said to fail, and how often since

    def is_well(self) -> bool:
        """Tell whether what runs may still run; from any thread."""
        began = self._began
        return not began or time.monotonic() - began < self.seconds + OVERTIME

    def call(self, row: Registered, function: Callable[[], object], client: str) -> str:
        """Call a hook's function; gives why it failed, empty when it did not."""
        self._running.note(row.hook.name, row.place, client)
        self.now = row
        began = self._began = time.monotonic()
        problem = ""
        try:
            try:
                self.limit.begin(self.seconds)
                function()
            finally:
                self.limit.end()
        except TookTooLong as error:
            self.limit.end()
            row.figures.late += 1
            problem = self._failed(row, f"it took longer than {self.seconds * 1000:g} ms", error, client)
        except MemoryError as error:
            gc.collect()
            self.is_full = _is_full()
            problem = self._failed(row, "it needed too much memory", error, client)
        except SystemExit as error:
            problem = self._failed(row, f"it called sys.exit({error.code!r})", error, client)
        except BaseException as error:
            text = str(error)
            why = f"{type(error).__name__}: {text}" if text else type(error).__name__
            problem = self._failed(row, why, error, client)
        self._began = 0.0
        self.now = None
        self._running.clear()
        took = time.monotonic() - began
        figures = row.figures
        figures.calls += 1
        figures.seconds += took
        figures.slowest = max(figures.slowest, took)
        return problem

    def _failed(self, row: Registered, why: str, error: BaseException, client: str) -> str:
        figures = row.figures
        figures.failures += 1
        figures.problem, figures.failed_at = why, time.time()
        figures.traceback = _traceback(error)
        last, more = self._said.get(id(row), (-QUIET, 0))
        now = time.monotonic()
        if self.is_quiet or now - last < QUIET:
            self._said[id(row)] = (last, more + 1)
        else:
            self._said[id(row)] = (now, 0)
            log.get().error(
                "hook failed", hook=row.hook.name, at=row.place, client=client, why=why, also_before=more,
                traceback=figures.traceback,
            )  # fmt: skip
        return f"{row.hook.name}: {why}"


def _traceback(error: BaseException) -> str:
    """Write where it came up, without our own steps above it."""
    frames = traceback.extract_tb(error.__traceback__)
    while frames and any(part in frames[0].filename for part in _OURS):
        frames = traceback.StackSummary.from_list(frames[1:])
    lines = ["Traceback (most recent call last):\n", *frames.format()] if frames else []
    return "".join([*lines, *traceback.format_exception_only(error)])[-_SHOWN:].rstrip()


def _is_full() -> bool:
    """Tell whether little is left of the address space that the process may have."""
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY:
        return False
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = int(file.read().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE") > most * FULL
