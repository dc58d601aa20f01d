"""What the API asks of the desk about many devices at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ringboot.desk.listing import Query
from ringboot.desk.sheet import SheetLine

Row = dict[str, Any]


class BulkDesk(Protocol):
    """A selection of devices: by ids, else by a question."""

    async def chosen_devices(self, ids: list[str] | None, query: Query) -> Row:
        """Count them and name the first: {"devices": n, "items": rows}."""
        ...

    async def bulk(self, action: str, ids: list[str] | None, query: Query, values: Row, who: str) -> Row:
        """Do it: {"action", "devices", "done", "failed": [{"id", "mac", "problem"}], "sync": job or null}."""
        ...

    async def import_devices(self, rows: Sequence[Row] | Sequence[SheetLine], dry_run: bool, who: str) -> Row:
        """Add or change all or none: {"added", "changed", "same", "errors", "items", "dry_run"}."""
        ...


class AssignDesk(Protocol):
    """Models, and giving a user's line to a device."""

    async def model_rows(self) -> list[Row]:
        """Give every model of every plugin that is there: {plugin, model, type, lines, keys, expansion, ...}."""
        ...

    async def model_row(self, plugin: str, model: str) -> Row:
        """Give one; of a model that the plugin does not name, what it knows of any."""
        ...

    async def assign(self, device_id: str | None, row: Row, who: str) -> Row:
        """Make a config or change it and give it to a device: {"config": the config, "device": the device or None}."""
        ...

    async def device_raw(self, device_id: str) -> Row:
        """Give all that a device's config holds: {id, config, raw_config, layers: {dotted key: config}, order}."""
        ...
