"""Events as rows: the newest 500 of each device, and 20,000 that belong to none."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa

from ringboot import log, reasons
from ringboot.fleet.books import Asked, EventFilter
from ringboot.model.event import Event
from ringboot.store.statement import Statement
from ringboot.store.tables import EVENT, FILE

KEPT = 500  # events of one device
SPARE = 25  # more of them that may lie there
MOST_COUNTED = 50_000  # devices whose events are counted
KEPT_NAMELESS = 20_000  # events of no device: strangers must not fill the disk, nor push out what devices did

_COLUMNS = [EVENT.c[key] for key in ("utc", "reason", "mac", "device", "address", "detail", "id")]
_ADD = Statement(
    sa.insert(EVENT).values({key: sa.bindparam(key) for key in ("utc", "reason", "mac", "device", "address", "detail")})
)
_NEWEST = sa.select(*_COLUMNS).order_by(EVENT.c.id.desc()).limit(sa.bindparam("count"))
_OF_ALL = Statement(_NEWEST)
_OF_REASON = Statement(_NEWEST.where(EVENT.c.reason == sa.bindparam("reason")))
_OF_DEVICE = Statement(_NEWEST.where(EVENT.c.device == sa.bindparam("device")))
_OF_MAC = Statement(_NEWEST.where(EVENT.c.mac == sa.bindparam("mac")))
_LATER = EVENT.c.id > sa.bindparam("after")
_REASONS = sa.select(sa.func.json_each(sa.bindparam("reasons")).table_valued("value").c.value)
_SINCE = Statement(
    sa.select(*_COLUMNS).where(_LATER, EVENT.c.reason.in_(_REASONS)).order_by(EVENT.c.id).limit(sa.bindparam("count"))
)
_LAST = Statement(sa.select(sa.func.max(EVENT.c.id)))


_CONDITIONS: dict[str, sa.ColumnElement[bool]] = {
    **{key: EVENT.c[key] == sa.bindparam(key) for key in ("reason", "mac", "device", "address")},
    "since": EVENT.c.utc >= sa.bindparam("since"),
    "until": EVENT.c.utc <= sa.bindparam("until"),
    "before": EVENT.c.id < sa.bindparam("before"),
}


@cache
def _asked(reason_ids: tuple[str, ...]) -> Statement:
    """Give the statement for file requests of devices, each with whether the file is the device's own."""
    path = sa.func.json_extract(EVENT.c.detail, "$.path")
    own = sa.exists().where(FILE.c.device == EVENT.c.device, FILE.c.path == path)
    return Statement(
        sa.select(EVENT.c.id, EVENT.c.device, EVENT.c.utc, EVENT.c.reason, own)
        .where(EVENT.c.id > sa.bindparam("after"), EVENT.c.device.is_not(None))
        .where(EVENT.c.reason.in_([sa.literal_column(f"'{each}'") for each in reason_ids]))
        .order_by(EVENT.c.id)
    )


@cache
def _wanted(names: tuple[str, ...], stage: str | None) -> Statement:
    """Give the statement for these conditions; an index is used only if what is not asked for stands not in it."""
    found = _NEWEST.where(*(_CONDITIONS[name] for name in names))
    if stage is not None:
        of_stage = sorted(row.id for row in reasons.TABLE.values() if row.stage == stage)
        found = found.where(EVENT.c.reason.in_([sa.literal_column(f"'{each}'") for each in of_stage]))
    return Statement(found)


def _trim(owner: sa.ColumnElement[bool]) -> Statement:
    newest = sa.select(EVENT.c.id).where(owner).order_by(EVENT.c.id.desc())
    last = newest.limit(1).offset(sa.bindparam("kept")).scalar_subquery()
    return Statement(sa.delete(EVENT).where(owner, EVENT.c.id <= last))


_TRIM_DEVICE = _trim(EVENT.c.device == sa.bindparam("device"))
_TRIM_NAMELESS = _trim(EVENT.c.device.is_(None))


class EventBook:
    """The events over one connection; what is added is written by `flush`, in one go."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._fresh: list[Event] = []
        self._nameless = 0
        self._added: dict[str, int] = {}  # device -> its events since they were trimmed last

    def add(self, event: Event) -> None:
        """Append one; its id is given by the book."""
        self._fresh.append(event)

    def timeline(self, device: str | None, mac: str | None, limit: int) -> list[Event]:
        """Give the newest of a device or a MAC, newest first."""
        self.flush()
        limit = min(limit, KEPT)
        rows: dict[int, tuple[Any, ...]] = {}
        if device is not None:
            rows.update((row[-1], row) for row in _OF_DEVICE.run(self._connection, device=device, count=limit))
        if mac is not None:
            rows.update((row[-1], row) for row in _OF_MAC.run(self._connection, mac=mac, count=limit))
        return [_event(rows[ident]) for ident in sorted(rows, reverse=True)[:limit]]

    def newest(self, limit: int, reason: str | None = None) -> list[Event]:
        """Give the newest of all, or of one reason, newest first."""
        self.flush()
        if reason is None:
            rows = _OF_ALL.run(self._connection, count=limit)
        else:
            rows = _OF_REASON.run(self._connection, reason=reason, count=limit)
        return [_event(row) for row in rows]

    def find(self, wanted: EventFilter, before: int | None, limit: int) -> list[Event]:
        """Give the newest that are wanted, newest first; `before`: of those whose id is less."""
        self.flush()
        values = {name: value for name, value in wanted._asdict().items() if value is not None}
        if before is not None:
            values["before"] = before
        stage = values.pop("stage", None)
        rows = _wanted(tuple(sorted(values)), stage).run(self._connection, **values, count=limit)
        return [_event(row) for row in rows]

    def asked(self, after: int, wanted: Iterable[str]) -> Iterator[Asked]:
        """Give those of devices with one of these reasons whose id is greater, oldest first."""
        self.flush()
        for ident, device, utc, reason, own in _asked(tuple(sorted(wanted))).run(self._connection, after=after):
            yield Asked(ident, device, utc, reason, bool(own))

    def since(self, ident: int, wanted: Collection[str], limit: int) -> list[Event]:
        """Give those of some reasons with a larger id, the oldest first."""
        self.flush()
        rows = _SINCE.run(self._connection, after=ident, reasons=json.dumps(list(wanted)), count=limit)
        return [_event(row) for row in rows]

    def last(self) -> int:
        """Give the id of the newest."""
        self.flush()
        return int(_LAST.run(self._connection).fetchone()[0] or 0)

    def flush(self) -> None:
        """Write what was added, and let go what is too old."""
        if not self._fresh:
            return
        fresh, self._fresh = self._fresh, []
        _ADD.run_rows(self._connection, map(_row, fresh))
        if log.is_verbose():
            for event in fresh:
                log.tell("debug", event.reason, event.detail, mac=event.mac, address=event.address)
        for device, count in Counter(event.device for event in fresh if event.device is not None).items():
            self._trim(device, count)
        self._nameless += sum(event.device is None for event in fresh)
        if self._nameless >= KEPT_NAMELESS // 20:  # the trim reads as many rows as are kept
            self._nameless = 0
            _TRIM_NAMELESS.run(self._connection, kept=KEPT_NAMELESS)

    def _trim(self, device: str, more: int) -> None:
        """Let go what is too old of a device, now and then: it reads as many rows as are kept."""
        added = self._added.get(device, SPARE) + more  # of the time before this start nothing is known
        if added > SPARE:
            _TRIM_DEVICE.run(self._connection, device=device, kept=KEPT)
            added = 0
        if len(self._added) >= MOST_COUNTED:
            self._added.clear()
        self._added[device] = added

    def forget(self) -> None:
        """Drop what was added and not yet written: its transaction is undone."""
        self._fresh.clear()


def _row(event: Event) -> dict[str, Any]:
    return {
        "utc": event.utc,
        "reason": event.reason,
        "mac": event.mac,
        "device": event.device,
        "address": event.address,
        "detail": json.dumps(event.detail),
    }


def _event(row: tuple[Any, ...]) -> Event:
    utc, reason, mac, device, address, detail, ident = row
    return Event(utc, reason, mac, device, address, json.loads(detail), ident)
