"""The way of a question through the hooks: seen, sources, unknown, chosen; or answer."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from ringboot.app.scripting.calls import Caller
from ringboot.dhcp.private import Private
from ringboot.model.scripting import ANSWER, CHOSEN, RESERVATION_OF, SEEN, UNKNOWN, Asked, Happened, Told
from ringboot.scripts.outside import Happening
from ringboot.scripts.query import Query
from ringboot.scripts.registry import Registered, Registry
from ringboot.scripts.sources.sources import Found
from ringboot.scripts.turn import Turn


class Lookup(Protocol):
    """Foreign sources of reservations; they work on threads of their own."""

    @property
    def names(self) -> tuple[str, ...]:
        """Name them."""

    def lookup(self, asked: Asked, query: Query, done: Callable[[Found], None]) -> None:
        """Ask them, and call `done` from whatever thread, once."""


class Way:
    """Leads questions through the hooks, on the main thread; `tell` gets the answers."""

    def __init__(
        self,
        registry: Registry,
        caller: Caller,
        tell: Callable[[Told], None],
        later: Callable[[Callable[[], None]], None],
        sources: Lookup | None = None,
    ) -> None:
        self._registry = registry
        self._caller = caller
        self._tell = tell
        self._later = later  # has something done on the main thread; from any thread
        self._sources = sources
        self.declared: Sequence[Private] = ()
        self.asked = 0

    def ask(self, asked: Asked) -> None:
        """Begin with a question; the answer is told at once, or when the sources have said theirs."""
        self.asked += 1
        try:
            turn = Turn(asked, self.declared)
        except ValueError as error:
            self._tell(Told(asked.number, failed=str(error)))
            return
        rows = [self._registry.rows[place] for place in asked.hooks if place < len(self._registry.rows)]
        if asked.what == RESERVATION_OF:
            self._run(turn, rows, SEEN)
            if self._sources is not None and self._sources.names and turn.given is None and not turn.is_over:
                self._look_up(turn, rows)
                return
            self._reserve(turn, rows)
        else:
            self._run(turn, rows, ANSWER)
            self._tell(turn.told())

    def _look_up(self, turn: Turn, rows: list[Registered]) -> None:
        assert self._sources is not None
        began = time.monotonic()

        def found(said: Found) -> None:
            turn.seconds += time.monotonic() - began
            turn.found(said.given)
            chosen = any(row.hook.kind == CHOSEN for row in rows)
            turn.failed = said.failed if chosen else said.failed or said.too_many
            self._reserve(turn, rows)

        self._sources.lookup(turn.asked, turn.query, lambda said: self._later(lambda: found(said)))

    def _reserve(self, turn: Turn, rows: list[Registered]) -> None:
        self._run(turn, rows, CHOSEN if turn.given is not None else UNKNOWN)
        self._tell(turn.told())

    def happened(self, what: Happened) -> None:
        """Tell the hooks of what main saw."""
        facts = what.facts
        names = ("device", "mac", "address", "plugin", "model", "version", "path", "outcome")
        said = Happening(datetime.fromtimestamp(what.utc, UTC), *(facts.get(name, "") for name in names))
        for row in self._registry.of(what.kind):
            if _concerns(row, said):
                self._caller.call(row, lambda row=row: row.function(said), said.mac or said.address)  # type: ignore[misc]

    def _run(self, turn: Turn, rows: list[Registered], kind: str) -> None:
        """Run the hooks of a kind, until one of them has said all that is to be said."""
        for row in rows:
            if row.hook.kind != kind or row.step is None:
                continue
            if turn.is_over or (kind == UNKNOWN and turn.given is not None):
                return
            began = time.monotonic()
            step = row.step
            turn.failed = self._caller.call(row, lambda step=step: step(turn), _client(turn))  # type: ignore[misc]
            turn.seconds += time.monotonic() - began


def _concerns(row: Registered, said: Happening) -> bool:
    """Look at the one filter that a device can be judged by."""
    conditions = [each for alternative in row.hook.alternatives for each in alternative]
    return all(each.evidence == "dhcp.mac" and re.search(each.pattern, said.mac) for each in conditions)


def _client(turn: Turn) -> str:
    return turn.query.mac or turn.query.client_id
