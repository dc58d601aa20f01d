"""Devices as rows."""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from ringboot.fleet.books import Change, Taken
from ringboot.model.device import Device
from ringboot.store.historybook import HistoryBook
from ringboot.store.statement import Among, Statement, delete, select, upsert
from ringboot.store.tables import DEVICE, EVENT

DERIVED = ("configured", "problem")  # what the program works out; a change of these alone is not history

TOUCHED = 1000  # devices that are remembered as changed, until somebody looks

_KEYS = tuple(field.name for field in fields(Device))
_COLUMNS = [DEVICE.c[key] for key in _KEYS]
_OPTIONS = _KEYS.index("options")
_CONFIGURED = _KEYS.index("configured")
_GET = Statement(sa.select(*_COLUMNS).where(DEVICE.c.id == sa.bindparam("id")))
_FIND = {
    key: Among(sa.select(*_COLUMNS).order_by(DEVICE.c.id), DEVICE.c[key])
    for key in ("mac", "ip", "sn", "uuid", "plugin", "config")
}
_PAGE = Statement(
    sa.select(*_COLUMNS)
    .where(DEVICE.c.id > sa.bindparam("after"))
    .order_by(DEVICE.c.id)
    .limit(sa.bindparam("count"))
    .offset(sa.bindparam("skipped"))
)
_BY_MAC = Statement(
    sa.select(*_COLUMNS)
    .order_by(DEVICE.c.mac.is_(None), DEVICE.c.mac, DEVICE.c.id)
    .limit(sa.bindparam("count"))
    .offset(sa.bindparam("skipped"))
)
_HEAD_COLUMNS = [column for column in _COLUMNS if column.name != "options"]
_HEADS = Statement(sa.select(*_HEAD_COLUMNS).order_by(DEVICE.c.id))
# What a search looks at, one value a line; `holds` is ours, since SQLite folds no letter but those of ASCII.
_TEXT: sa.ColumnElement[str] = sa.literal_column(
    " || char(10) || ".join(
        f"CASE {each.name} WHEN 1 THEN 'true' ELSE 'false' END"
        if each.name == "configured"
        else f"coalesce({each.name}, '')"
        for each in _HEAD_COLUMNS
    )
)
_HOLDS = sa.func.holds(_TEXT, sa.bindparam("text"))
_HOLDING = Statement(sa.select(*_HEAD_COLUMNS).where(_HOLDS).order_by(DEVICE.c.id))
_COUNT_HOLDING = Statement(sa.select(sa.func.count()).select_from(DEVICE).where(_HOLDS))
_HOLDING_BY_MAC = Statement(
    sa.select(*_COLUMNS)
    .where(_HOLDS)
    .order_by(DEVICE.c.mac.is_(None), DEVICE.c.mac, DEVICE.c.id)
    .limit(sa.bindparam("count"))
    .offset(sa.bindparam("skipped"))
)
_COUNTS = Statement(sa.select(sa.func.count(), sa.func.sum(DEVICE.c.configured)).select_from(DEVICE))
_OF_PLUGINS = Statement(sa.select(DEVICE.c.plugin, sa.func.count()).group_by(DEVICE.c.plugin))
_PUT = upsert(DEVICE)
_REMOVE = delete(DEVICE, "id")
_OF_MAC = select(DEVICE, "mac")
_UNNAME = Statement(sa.update(EVENT).where(EVENT.c.device == sa.bindparam("gone")).values(device=sa.null()))


class DeviceBook:
    """The devices over one connection."""

    def __init__(self, connection: sqlite3.Connection, history: HistoryBook) -> None:
        self._connection = connection
        self._history = history
        connection.create_function("holds", 2, _holds, deterministic=True)
        self.touched: deque[str] = deque(maxlen=TOUCHED)  # also by a transaction that is undone then

    def get(self, device: str) -> Device | None:
        """Give the device with this id."""
        row = _GET.run(self._connection, id=device).fetchone()
        return None if row is None else _device(row)

    def find(self, key: str, *values: str) -> list[Device]:
        """Give those whose `key` is one of the values, by id."""
        found = [_device(row) for row in _FIND[key].run(self._connection, values)] if values else []
        return sorted(found, key=lambda device: device.id) if len(values) > 1 else found

    def put(self, device: Device, who: str, utc: float) -> None:
        """Add it or replace it; Taken when another has its MAC."""
        before = self.get(device.id)
        if before == device:
            return
        row = _row(device)
        try:
            _PUT.run(self._connection, **{**row, "options": json.dumps(device.options)})
        except sqlite3.IntegrityError:
            owner = _OF_MAC.run(self._connection, mac=device.mac).fetchone()
            raise Taken("mac", device.mac or "", owner[0] if owner else "?") from None
        self.touched.append(device.id)
        self._history.note("device", device.id, Change(utc, who, _told(before), _told(device)))

    def remove(self, device: str, who: str, utc: float) -> None:
        """Remove it; its events stay, without its name."""
        before = self.get(device)
        if before is None:
            return
        _REMOVE.run(self._connection, id=device)
        _UNNAME.run(self._connection, gone=device)
        self.touched.append(device)
        self._history.note("device", device, Change(utc, who, _told(before), None))

    def page(self, after: str, limit: int, skipped: int = 0) -> list[Device]:
        """Give the next ones by id."""
        return [_device(row) for row in _PAGE.run(self._connection, after=after, count=limit, skipped=skipped)]

    def page_by_mac(self, limit: int, skipped: int) -> list[Device]:
        """Give those of a page by MAC, at the end those without."""
        return [_device(row) for row in _BY_MAC.run(self._connection, count=limit, skipped=skipped)]

    def holding_by_mac(self, text: str, limit: int, skipped: int) -> tuple[int, list[Device]]:
        """Count those of which a value holds a text, without regard to case, and give those of a page by MAC.

        Options are not looked into: they may hold secrets.
        """
        folded = text.casefold()
        (total,) = _COUNT_HOLDING.run(self._connection, text=folded).fetchone()
        rows = _HOLDING_BY_MAC.run(self._connection, text=folded, count=limit, skipped=skipped)
        return total, [_device(row) for row in rows]

    def heads(self, text: str = "") -> Iterator[Device]:
        """Give every device that holds a text, by id, without its options: half of what a device takes to read."""
        found = _HOLDING.run(self._connection, text=text.casefold()) if text else _HEADS.run(self._connection)
        for row in found:
            yield _device((*row[:_OPTIONS], "{}", *row[_OPTIONS:]))

    def counts(self) -> tuple[int, int]:
        """Count them, and those of them that are configured."""
        total, configured = _COUNTS.run(self._connection).fetchone()
        return total, configured or 0

    def of_plugins(self) -> dict[str | None, int]:
        """Count the devices of each plugin, and under None those without."""
        return dict(_OF_PLUGINS.run(self._connection))


def _holds(text: str, folded: str) -> bool:
    return folded in text.casefold()


def _device(row: tuple[Any, ...]) -> Device:
    values = list(row)
    values[_OPTIONS] = json.loads(values[_OPTIONS]) if values[_OPTIONS] != "{}" else {}
    values[_CONFIGURED] = bool(values[_CONFIGURED])
    return Device(*values)


def _row(device: Device) -> dict[str, Any]:
    return {key: getattr(device, key) for key in _KEYS}


def _told(device: Device | None) -> dict[str, Any] | None:
    if device is None:
        return None
    return {key: getattr(device, key) for key in _KEYS if key not in DERIVED}
