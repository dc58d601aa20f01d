"""One source, and what keeps others from waiting for it: a cache, a time-out, a breaker, few threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import NamedTuple

from ringboot.scripts.sources.breaker import CLOSED, Breaker
from ringboot.scripts.sources.cache import Cache
from ringboot.scripts.sources.client import Client
from ringboot.scripts.sources.definition import BadDefinition, Row, Site, row_of
from ringboot.scripts.sources.source import Place, Source, SourceFailed
from ringboot.scripts.sources.workers import Clock, Workers

ASKED, KEPT, STALE = "asked", "kept", "stale"  # where an answer comes from
MOST_WAITING = 256  # lookups that no thread has begun
PATIENCE = 5.0  # seconds beyond the time-out until a lookup that hangs is cut off


# Hears the name of a source whose breaker closed or opened, its state, and the last failure; from any thread.
Changed = Callable[[str, str, str], None]


class Said(NamedTuple):
    """What one source said of a client."""

    source: str
    rows: tuple[Row, ...] = ()
    failed: str = ""  # why there is no answer, or only a stale one
    how: str = ASKED
    seconds: float = 0.0


@dataclass(slots=True)
class Statistics:
    """What came of all questions to a source since the process started."""

    asked: int = 0  # lookups at the source itself
    known: int = 0
    unknown: int = 0
    kept: int = 0  # answered from the cache
    stale: int = 0  # answered from the cache because the source failed
    failed: int = 0
    late: int = 0  # of the failed: not in time
    refused: int = 0  # not asked: the breaker is open, or too many wait
    slowest: float = 0.0  # seconds
    seconds: float = 0.0  # all lookups together


@dataclass(slots=True, eq=False)
class _Lookup:
    client: Client
    key: Hashable
    since: float
    waiting: list[Callable[[Said], None]] = field(default_factory=list)
    thread: int = 0
    over: bool = False  # it has an answer
    late: bool = False


class Guard:
    """A source that always answers in time."""

    def __init__(self, place: Place, source: Source, site: Site, clock: Clock, changed: Changed) -> None:
        self.place = place
        self._changed = changed
        self._told = CLOSED
        self._source, self._site, self._clock = source, site, clock
        self._cache = Cache(holds=place.cache, negative=place.negative, stale=place.stale)
        self._breaker = Breaker()
        self._statistics = Statistics()
        self._workers = Workers(f"source {place.name}", place.connections)
        self._running: dict[Hashable, _Lookup] = {}
        self._lock = threading.Lock()

    @property
    def origin(self) -> str:
        """Name it as answers name it."""
        return f"source {self.place.name}"

    @property
    def statistics(self) -> Statistics:
        """Give a copy of its counters."""
        with self._lock:
            return replace(self._statistics)

    @property
    def state(self) -> tuple[str, str]:
        """Give the breaker's state and the last failure."""
        with self._lock:
            return self._breaker.state, self._breaker.why

    def ask(self, client: Client, then: Callable[[Said], None]) -> None:
        """Call back once, from any thread, within the time-out."""
        now = monotonic()
        key = tuple(getattr(client, fact) for fact in self._source.reads)
        with self._lock:
            said = self._at_once(key, now)
            if said is None:
                running = self._running.get(key)
                if running is not None:
                    running.waiting.append(then)
                    return
                lookup = self._running[key] = _Lookup(client, key, now, [then])
        if said is not None:
            then(said)
            return
        self._clock.at(now + self.place.timeout, lambda: self._late(lookup))
        self._workers.put(lambda: self._look_up(lookup))

    def _at_once(self, key: Hashable, now: float) -> Said | None:
        """Answer without the source, where that is right; else note that it is asked."""
        rows = self._cache.fresh(key, now)
        if rows is not None:
            self._statistics.kept += 1
            return Said(self.place.name, rows, how=KEPT)
        if key in self._running:
            return None
        why = ""
        if self._workers.waiting >= MOST_WAITING:
            why = f"{MOST_WAITING} clients wait for it already"
        elif not self._breaker.may_ask(now):
            why = f"it is not asked for a while, because it failed: {self._breaker.why}"
        if why:
            self._statistics.refused += 1
            return self._instead(key, now, why, 0.0)
        return None

    def _instead(self, key: Hashable, now: float, why: str, seconds: float) -> Said:
        """Answer for a source that does not: by what it said last, or not at all."""
        rows = self._cache.stale(key, now)
        self._statistics.stale += bool(rows)
        return Said(self.place.name, rows, why, STALE if rows else ASKED, seconds)

    def _look_up(self, lookup: _Lookup) -> None:
        """Ask; in a thread of its own."""
        with self._lock:
            if lookup.late:  # it waited for a thread too long, and nobody waits for it any more
                return
            lookup.thread = threading.get_ident()
            self._statistics.asked += 1
        rows: tuple[Row, ...] = ()
        bad = why = ""
        try:
            records = self._source.lookup(lookup.client)
            rows = tuple(row_of(each, self.origin, self._site) for each in records)
        except BadDefinition as error:
            bad = f"what it has for {lookup.client.mac} cannot be used: {error}"
        except SourceFailed as error:
            why = str(error)
        except (Exception, SystemExit) as error:  # whatever others' code raises
            why = f"{type(error).__name__}: {error}"
        self._finish(lookup, rows, bad, why)

    def _finish(self, lookup: _Lookup, rows: tuple[Row, ...], bad: str, why: str) -> None:
        now = monotonic()
        took = now - lookup.since
        with self._lock:
            lookup.over = True
            numbers = self._statistics
            numbers.seconds += took
            numbers.slowest = max(numbers.slowest, took)
            if why:
                if not lookup.late:
                    self._breaker.failed(now, why)
            else:
                self._breaker.succeeded()
            if bad or why:
                numbers.failed += not lookup.late
                said = self._instead(lookup.key, now, bad or why, took)
            else:
                self._cache.put(lookup.key, rows, now)
                numbers.known += bool(rows)
                numbers.unknown += not rows
                said = Said(self.place.name, rows, seconds=took)
            waiting = self._release(lookup)
        self._tell()
        for then in waiting:
            then(said)

    def _late(self, lookup: _Lookup) -> None:
        """Tell those who wait that there is no answer; one that comes after all is kept for the next time."""
        now = monotonic()
        with self._lock:
            if lookup.over:
                return
            lookup.late = True
            why = f"no answer within {self.place.timeout * 1000:.0f} ms"
            self._statistics.failed += 1
            self._statistics.late += 1
            self._breaker.failed(now, why)
            said = self._instead(lookup.key, now, why, now - lookup.since)
            waiting = self._release(lookup)
        self._tell()
        for then in waiting:
            then(said)
        if lookup.thread:
            self._clock.at(now + PATIENCE, lambda: self._cut(lookup))

    def _tell(self) -> None:
        """Say when the source is asked no more, or again; not each time that it is tried in vain."""
        with self._lock:
            state, why = self._breaker.state, self._breaker.why
            if (state == CLOSED) == (self._told == CLOSED):
                return
            self._told = state
        self._changed(self.place.name, state, why)

    def _release(self, lookup: _Lookup) -> list[Callable[[Said], None]]:
        if self._running.get(lookup.key) is lookup:
            del self._running[lookup.key]
        waiting, lookup.waiting = lookup.waiting, []
        return waiting

    def _cut(self, lookup: _Lookup) -> None:
        if not lookup.over:
            self._source.give_up(lookup.thread)

    def close(self) -> None:
        """Hang up."""
        self._workers.close()
        self._source.close()
