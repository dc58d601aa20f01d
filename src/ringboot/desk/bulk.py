"""One thing done with many devices: those that are named, or that a question finds; counted before."""

from __future__ import annotations

import asyncio
from typing import Any

from ringboot.desk.devices import device_row
from ringboot.desk.errors import DeskError, NotFound, Refused
from ringboot.desk.jobs import tell, tell_again
from ringboot.desk.listing import Query
from ringboot.desk.syncs import EVERYBODY, SyncDesk

SHOWN = 20  # devices that a preview names
AT_ONCE = 8
RECONFIGURE, SYNCHRONIZE, MOVE, DELETE, SET = "reconfigure", "synchronize", "move", "delete", "set"
ACTIONS = (RECONFIGURE, SYNCHRONIZE, MOVE, DELETE, SET)
_ABOUT = ("id", "mac", "vendor", "model", "plugin", "config")

Row = dict[str, Any]


class BulkDesk(SyncDesk):
    """What is done with a selection of devices."""

    async def chosen_devices(self, ids: list[str] | None, query: Query) -> Row:
        """Count them and name the first: {"devices": n, "items": rows}."""
        rows = await self._chosen(ids, query)
        items = [{key: row[key] for key in _ABOUT} for row in rows[:SHOWN]]
        return {"devices": len(rows), "items": items}

    async def bulk(self, action: str, ids: list[str] | None, query: Query, values: Row, who: str) -> Row:
        """Do it: {"action", "devices", "done", "failed": [{"id", "mac", "problem"}]}.

        `values`: for `move` {"plugin"}, for `set` what is to be changed of each; with "sync" true they are told then.
        """
        rows = await self._chosen(ids, query)
        changes = {key: value for key, value in values.items() if key != "sync"}
        if action == MOVE and changes.get("plugin") not in self.core.shelf.plugins:
            raise NotFound(f"Plugin {changes.get('plugin')} is not installed. See: ringboot plugin list")
        if not rows:
            raise Refused("No device was chosen.")
        idents = [str(row["id"]) for row in rows]
        macs = {str(row["id"]): row["mac"] for row in rows}
        told: Row = {"action": action, "devices": len(idents)}
        tell_again(action, idents, values)
        if action == SYNCHRONIZE:
            sync = await self.synchronize(idents, Query(), who)
            return told | {"done": len(idents), "failed": [], "sync": sync["id"]}
        if action == RECONFIGURE:
            made = await self.reconfigure(idents, None, who)
            told |= {"done": made["configured"], "changed": made["changed"], "failed": made["failed"]}
        else:
            failed = await self._each(idents, action, changes, who)
            problems = [{"id": ident, "mac": macs[ident], "problem": why} for ident, why in failed.items()]
            told |= {"done": len(idents) - len(failed), "failed": problems}
        if values.get("sync") and action != DELETE:
            bad = {row["id"] for row in told["failed"]}
            good = [ident for ident in idents if ident not in bad]
            told["sync"] = (await self.synchronize(good, Query(), who))["id"] if good else None
        return told

    async def _chosen(self, ids: list[str] | None, query: Query) -> list[Row]:
        if ids is None:
            return (await self.devices(query._replace(limit=EVERYBODY, offset=0))).items

        def read() -> list[Row]:
            with self.core.db.reading() as books:
                found = {device.id: device for device in (self._named(books, text) for text in ids)}
                return [device_row(device) for device in found.values()]

        return await asyncio.to_thread(read)

    async def _each(self, idents: list[str], action: str, changes: Row, who: str) -> dict[str, str]:
        """Do it with each, a few at a time; gives why it could not be done, by id."""
        failed: dict[str, str] = {}

        async def one(ident: str) -> None:
            try:
                if action == DELETE:
                    await self.remove_device(ident, who)
                else:
                    await self.set_device(ident, changes, who)
            except DeskError as error:
                failed[ident] = error.text

        for first in range(0, len(idents), AT_ONCE):
            tell(first, len(idents))
            await asyncio.gather(*map(one, idents[first : first + AT_ONCE]))
        tell(len(idents), len(idents))
        return failed
