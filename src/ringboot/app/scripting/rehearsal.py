"""Runs hooks against one message without a daemon: what it would be answered without them, and with them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ringboot import reasons
from ringboot.answer.decide import decide
from ringboot.answer.decision import ADDRESS_FREE, Answer, Decision, Need, Question, Reply, Silence
from ringboot.answer.facts import Facts
from ringboot.answer.query import Now, Query
from ringboot.app.scripting.calls import Caller
from ringboot.app.scripting.way import Way
from ringboot.dhcp import message as dhcp
from ringboot.dhcp.options import format_value, name_of
from ringboot.leases.table import Table
from ringboot.model.address import ip_text
from ringboot.model.scripting import Told
from ringboot.model.site import SITE_VERSION, Network, Reservation, Site, Snapshot
from ringboot.scripts import outside
from ringboot.scripts.registry import Registered, Registry
from ringboot.scripts.store import Store

Row = dict[str, Any]


class Rehearsal:
    """A site with its hooks and an empty lease table; what hooks say outside is kept, and goes nowhere."""

    def __init__(
        self, site: Site, registry: Registry, caller: Caller, reservations: Sequence[Reservation] = (),
        known: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Take a site, with what is reserved and known there."""
        self._snapshot = Snapshot(SITE_VERSION, 0, site, tuple(reservations), tuple(known))
        self._registry = registry
        self._caller = _Watching(caller)
        self._told: list[Told] = []
        self._store = _Memory()
        self.said: list[Row] = []  # lines of the log
        self.notices: list[Row] = []  # what web services would be told
        self._way = Way(registry, self._caller, self._told.append, lambda work: work())
        self._way.declared = site.declared
        outside.use(self)

    def play(self, query: Query) -> Row:
        """Give {before, after, hooks, log, notices}."""
        before = self._decided(query, scripts=False)
        after = self._decided(query, scripts=True)
        return {
            "before": _row(before), "after": _row(after), "hooks": self._caller.rows, "log": self.said,
            "notices": self.notices,
        }  # fmt: skip

    def _decided(self, query: Query, *, scripts: bool) -> Decision:
        facts = Facts(Site(0), Table())
        facts.replace(replace(self._snapshot, site=replace(self._snapshot.site, scripts=scripts)))
        if scripts:
            facts.take_hooks(self._registry.hello(1))
        answers: dict[Question, Answer] = {}
        now = Now(time.time(), time.monotonic())
        while True:
            decision = decide(query, facts, now, answers)
            if not isinstance(decision, Need):
                return decision
            answers[decision.question] = self._answered(decision)

    def _answered(self, need: Need) -> Answer:
        """Run the hooks that are asked; the wires are silent."""
        if need.asked is None:
            return True if need.question.kind == ADDRESS_FREE else frozenset()
        self._told.clear()
        self._way.ask(need.asked)
        return self._told[0]

    # What hooks reach

    def device(self, mac: str) -> Mapping[str, Any] | None:  # noqa: ARG002  what hooks call
        """Know no device."""
        return None

    def notify(self, url: str, body: Any, headers: Mapping[str, str]) -> None:
        """Keep what a web service would be told."""
        self.notices.append({"url": url, "body": body, "headers": dict(headers)})

    def log(self, level: str, text: str, values: Mapping[str, object]) -> None:
        """Keep a line."""
        self.said.append({"level": level, "text": text, "values": {name: str(value) for name, value in values.items()}})

    def scan(self, addresses: Sequence[str], seconds: float) -> Mapping[str, str]:  # noqa: ARG002
        """Find nobody."""
        return {}

    def seed(self, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:  # noqa: ARG002
        """Refuse nothing."""
        return {}

    def pools(self, network: str) -> Sequence[str]:
        """Name the addresses of a network's pools; LookupError."""
        pools = self._network(network).pools
        return [ip_text(each) for pool in pools for each in range(pool.first, pool.last + 1)]

    def lease_time(self, network: str) -> int:
        """Tell how long its addresses are lent; LookupError."""
        return self._network(network).lease_time

    def _network(self, name: str) -> Network:
        found = next((each for each in self._snapshot.site.networks if each.name == name), None)
        if found is None:
            raise LookupError(f"no network is called {name}")
        return found

    @property
    def store(self) -> Store:
        """Keep for as long as this takes."""
        return self._store

    def later(self, job: Callable[[], None]) -> None:
        """Leave what takes long undone."""


class _Memory:
    """A Store that is gone afterwards."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self._texts.get(key)

    def put(self, key: str, text: str) -> None:
        self._texts[key] = text

    def drop(self, key: str) -> None:
        self._texts.pop(key, None)

    def under(self, prefix: str) -> dict[str, str]:
        return {key: text for key, text in self._texts.items() if key.startswith(prefix)}


class _Watching(Caller):
    """Notes each call."""

    def __init__(self, caller: Caller) -> None:
        self.__dict__.update(vars(caller))
        self.is_quiet = True
        self.rows: list[Row] = []

    def call(self, row: Registered, function: Callable[[], object], client: str) -> str:
        """Call a hook, and note how long it took."""
        began = time.monotonic()
        problem = super().call(row, function, client)
        took = round((time.monotonic() - began) * 1000, 3)
        trace = row.figures.traceback if problem else ""
        self.rows.append(
            {"hook": row.hook.name, "kind": row.hook.kind, "ms": took, "problem": problem, "traceback": trace}
        )
        return problem


def _row(decision: Decision) -> Row:
    assert isinstance(decision, Reply | Silence)
    row: Row = {
        "reason": decision.reason.id,
        "text": reasons.tell(decision.reason.id, decision.detail),
        "type": None, "address": None, "next_server": None, "file": None, "options": {},
    }  # fmt: skip
    read = dhcp.decode(decision.data) if isinstance(decision, Reply) else None
    if isinstance(read, dhcp.Message):
        row |= {
            "type": dhcp.NAMES.get(read.kind, "BOOTREPLY"),
            "address": ip_text(read.yiaddr) if read.yiaddr else None,
            "next_server": ip_text(read.siaddr) if read.siaddr else None,
            "file": read.file.decode("latin-1") or None,
            "options": {name_of(str(code)): format_value(code, octets) for code, octets in read.options.items()},
        }
    return row
