"""Ownership records of rendered files as rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import sqlalchemy as sa

from ringboot.fleet.books import Taken
from ringboot.model.device import DeviceFile
from ringboot.store.statement import Statement, delete, insert
from ringboot.store.tables import FILE

_ROWS = sa.select(*(FILE.c[field.name] for field in fields(DeviceFile))).order_by(FILE.c.path)
_OF_PATH = Statement(_ROWS.where(FILE.c.plugin == sa.bindparam("plugin"), FILE.c.path == sa.bindparam("path")))
_OF_DEVICE = Statement(_ROWS.where(FILE.c.device == sa.bindparam("device")))
_OF_PLUGIN = Statement(_ROWS.where(FILE.c.plugin == sa.bindparam("plugin")))
_COMMON = Statement(_ROWS.where(FILE.c.plugin == sa.bindparam("plugin"), FILE.c.device.is_(None)))
_ADD = insert(FILE)
_REMOVE = delete(FILE, "plugin", "path")


class FileBook:
    """The records over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def of_path(self, plugin: str, path: str) -> DeviceFile | None:
        """Give the record of a path."""
        row = _OF_PATH.run(self._connection, plugin=plugin, path=path).fetchone()
        return None if row is None else _file(row)

    def of_device(self, device: str) -> list[DeviceFile]:
        """Give a device's files, by path."""
        return [_file(row) for row in _OF_DEVICE.run(self._connection, device=device)]

    def replace(self, device: str, rows: Sequence[DeviceFile]) -> list[DeviceFile]:
        """Make these its files; gives the records that went; Taken when a path is another's."""
        return self._exchange(self.of_device(device), rows)

    def replace_common(self, plugin: str, rows: Sequence[DeviceFile]) -> list[DeviceFile]:
        """Make these the files that all devices of a plugin share; gives the records that went."""
        return self._exchange([_file(row) for row in _COMMON.run(self._connection, plugin=plugin)], rows)

    def of_plugin(self, plugin: str) -> list[DeviceFile]:
        """Give every record of a plugin, by path."""
        return [_file(row) for row in _OF_PLUGIN.run(self._connection, plugin=plugin)]

    def _exchange(self, before: list[DeviceFile], after: Sequence[DeviceFile]) -> list[DeviceFile]:
        kept = set(after)
        for row in before:
            if row not in kept:
                _REMOVE.run(self._connection, plugin=row.plugin, path=row.path)
        there = set(before)
        for row in after:
            if row not in there:
                self._add(row)
        paths = {(row.plugin, row.path) for row in after}
        return [row for row in before if (row.plugin, row.path) not in paths]

    def _add(self, row: DeviceFile) -> None:
        try:
            _ADD.run(self._connection, **asdict(row))
        except sqlite3.IntegrityError:
            other = self.of_path(row.plugin, row.path)
            raise Taken("path", row.path, (other and other.device) or "all devices") from None


def _file(row: tuple[Any, ...]) -> DeviceFile:
    plugin, path, device, part, secret, sha256, template = row
    return DeviceFile(plugin, path, device, part, bool(secret), sha256, template)
