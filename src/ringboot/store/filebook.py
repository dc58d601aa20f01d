"""Ownership records of rendered files as rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

import sqlalchemy as sa

from ringboot.fleet.books import Taken
from ringboot.model.device import DeviceFile
from ringboot.store.statement import Statement, delete, upsert
from ringboot.store.tables import FILE

_ROWS = sa.select(*(FILE.c[field.name] for field in fields(DeviceFile))).order_by(FILE.c.path)
_OF_PATH = Statement(_ROWS.where(FILE.c.plugin == sa.bindparam("plugin"), FILE.c.path == sa.bindparam("path")))
_OF_DEVICE = Statement(_ROWS.where(FILE.c.device == sa.bindparam("device")))
_OF_PLUGIN = Statement(_ROWS.where(FILE.c.plugin == sa.bindparam("plugin")))
_OWNERS = Statement(sa.select(FILE.c.device).where(FILE.c.device.is_not(None), FILE.c.sha256 != "").distinct())
_PUT = upsert(FILE)
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
        """Give a device's paths in their order, also those at which no file stands: then `sha256` is empty."""
        return [_file(row) for row in _OF_DEVICE.run(self._connection, device=device)]

    def made_for(self, device: str) -> list[DeviceFile]:
        """Give those of its paths at which a file stands."""
        return [file for file in self.of_device(device) if file.sha256]

    def put(self, rows: Iterable[DeviceFile]) -> None:
        """Add records or replace them; Taken when a path is another's."""
        for row in rows:
            before = self.of_path(row.plugin, row.path)
            if before is not None and before.device != row.device:
                raise Taken("path", row.path, before.device or "all devices")
            if before != row:
                _PUT.run(self._connection, **asdict(row))

    def remove(self, rows: Iterable[DeviceFile]) -> None:
        """Remove the records of these paths, as long as they are still their owners'."""
        for row in rows:
            before = self.of_path(row.plugin, row.path)
            if before is not None and before.device == row.device:
                _REMOVE.run(self._connection, plugin=row.plugin, path=row.path)

    def owners(self) -> set[str]:
        """Give the ids of devices that have files of their own."""
        return {str(row[0]) for row in _OWNERS.run(self._connection)}

    def of_plugin(self, plugin: str) -> list[DeviceFile]:
        """Give every record of a plugin, by path; device None: what all devices share."""
        return [_file(row) for row in _OF_PLUGIN.run(self._connection, plugin=plugin)]


def _file(row: tuple[Any, ...]) -> DeviceFile:
    plugin, path, device, part, secret, sha256, template = row
    return DeviceFile(plugin, path, device, part, bool(secret), sha256, template)
