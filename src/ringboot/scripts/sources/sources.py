"""All sources of a site: asked at the same time; the first of them that knows a client is believed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from time import monotonic
from typing import NamedTuple

from ringboot.model.scripting import Given
from ringboot.scripts.sources.client import Client
from ringboot.scripts.sources.definition import Site, choose
from ringboot.scripts.sources.guard import Changed, Guard, Said
from ringboot.scripts.sources.opening import open_source
from ringboot.scripts.sources.source import Place, Source
from ringboot.scripts.sources.workers import Clock


class Found(NamedTuple):
    """What all sources together say of a client.

    Several of `given` are for the hook that chooses; without one, that is a failure too (`too_many`).
    """

    given: tuple[Given, ...] = ()
    failed: str = ""  # why nobody can say whether the client is known
    said: tuple[Said, ...] = ()  # what each said, as far as it was waited for
    seconds: float = 0.0

    @property
    def too_many(self) -> str:
        """Say that there are several, and what to do."""
        if len(self.given) < 2:
            return ""
        addresses = ", ".join(each.address or each.network for each in self.given)
        return f"{self.given[0].origin} has several definitions that fit: {addresses}; choose with a chosen hook"


class State(NamedTuple):
    """How a source does, for those who look."""

    name: str
    kind: str
    where: str
    state: str  # closed | open | half-open: the breaker
    problem: str
    asked: int
    known: int
    unknown: int
    kept: int
    stale: int
    failed: int
    late: int
    refused: int
    slowest: float
    seconds: float


def _nobody_cares(_name: str, _state: str, _why: str) -> None:
    pass


class Sources:
    """They are asked for a client and answer in time, whatever becomes of databases and web services."""

    def __init__(
        self,
        places: Iterable[Place],
        site: Site,
        opened: Callable[[Place], Source] = open_source,
        changed: Changed = _nobody_cares,
    ) -> None:
        self._site = site
        self._clock = Clock()
        self._guards = [Guard(place, opened(place), site, self._clock, changed) for place in places]

    @property
    def names(self) -> tuple[str, ...]:
        """Name them in their order."""
        return tuple(each.place.name for each in self._guards)

    def ask(self, client: Client, then: Callable[[Found], None], only: str = "") -> None:
        """Call back once, from any thread, at the latest when the longest time-out is over; `only` one is asked."""
        guards = [each for each in self._guards if only in ("", each.place.name)]
        asking = _Asking(client, then, len(guards), self._site)
        if not guards:
            then(Found())
        for place, guard in enumerate(guards):
            guard.ask(client, lambda said, place=place: asking.hear(place, said))  # type: ignore[misc]  # bound now

    def lookup(self, client: Client, only: str = "") -> Found:
        """Ask, and wait for what they say."""
        found: list[Found] = []
        done = threading.Event()

        def then(each: Found) -> None:
            found.append(each)
            done.set()

        self.ask(client, then, only)
        done.wait()
        return found[0]

    def states(self) -> list[State]:
        """Tell how each does."""
        rows = []
        for guard in self._guards:
            numbers, (state, problem) = guard.statistics, guard.state
            place = guard.place
            rows.append(
                State(
                    place.name, place.kind, place.where, state, problem, numbers.asked, numbers.known,
                    numbers.unknown, numbers.kept, numbers.stale, numbers.failed, numbers.late, numbers.refused,
                    numbers.slowest, numbers.seconds,
                )
            )  # fmt: skip
        return rows

    def close(self) -> None:
        """Hang up everywhere."""
        self._clock.close()
        for each in self._guards:
            each.close()


class _Asking:
    """One client that is asked for, and what was heard so far."""

    def __init__(self, client: Client, then: Callable[[Found], None], number: int, site: Site) -> None:
        self._client, self._then, self._site = client, then, site
        self._since = monotonic()
        self._said: list[Said | None] = [None] * number
        self._lock = threading.Lock()
        self._told = False

    def hear(self, place: int, said: Said) -> None:
        with self._lock:
            if self._told:
                return
            self._said[place] = said
            found = self._judge()
            self._told = found is not None
        if found is not None:
            self._then(found)

    def _judge(self) -> Found | None:
        """Go through what they said in their order, as far as that is known."""
        failed: list[str] = []
        heard: list[Said] = []
        for said in self._said:
            if said is None:
                return None
            heard.append(said)
            if said.failed and not said.rows:
                failed.append(f"source {said.source}: {said.failed}")
            client = self._client
            rows = choose(said.rows, self._site.networks, client.network, client.relay)
            if rows:
                return self._found(tuple(each.given for each in rows), "", heard)
        return self._found((), "; ".join(failed), heard)

    def _found(self, given: tuple[Given, ...], failed: str, heard: list[Said]) -> Found:
        return Found(given, failed, tuple(heard), monotonic() - self._since)
