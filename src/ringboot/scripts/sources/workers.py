"""Threads in which sources are asked, so many at a time, and the one that knows when a lookup is late."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from itertools import count
from queue import SimpleQueue
from time import monotonic

Work = Callable[[], None]


class Workers:
    """A few threads, started when there is work; those that hang do not keep the process from ending."""

    def __init__(self, name: str, most: int) -> None:
        self._name, self._most = name, most
        self._queue: SimpleQueue[Work | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0  # threads that wait for work
        self._waiting = 0  # works that no thread has begun

    @property
    def waiting(self) -> int:
        """Count the works that no thread has begun."""
        return self._waiting

    def put(self, work: Work) -> None:
        """Let a thread do it."""
        with self._lock:
            self._waiting += 1
            idle = self._queue.qsize() < self._idle
            if not idle and self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._run, name=self._name, daemon=True).start()
        self._queue.put(work)

    def _run(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            work = self._queue.get()
            with self._lock:
                self._idle -= 1
                if work is None:
                    self._threads -= 1
                    return
                self._waiting -= 1
            work()

    def close(self) -> None:
        """End the threads when they have done what they do."""
        with self._lock:
            threads = self._threads
        for _ in range(threads):
            self._queue.put(None)


class Clock:
    """A thread that calls back at a moment of the monotonic clock."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Work]] = []
        self._numbers = count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def at(self, moment: float, work: Work) -> None:
        """Call back then."""
        with self._changed:
            heapq.heappush(self._due, (moment, next(self._numbers), work))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="source clock", daemon=True)
                self._thread.start()
            elif self._due[0][2] is work:
                self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._closed and (not self._due or self._due[0][0] > monotonic()):
                    self._changed.wait(self._due[0][0] - monotonic() if self._due else None)
                if self._closed:
                    return
                _, _, work = heapq.heappop(self._due)
            work()

    def close(self) -> None:
        """Call nobody back any more."""
        with self._changed:
            self._closed = True
            self._changed.notify()
