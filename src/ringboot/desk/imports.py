"""Devices from a table: each line makes one or changes it, with a config of its own where it has columns of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ringboot.desk.devices import DeviceDesk
from ringboot.desk.errors import Refused
from ringboot.desk.sheet import SheetLine, flat
from ringboot.fleet import devices, layers
from ringboot.fleet.books import Books
from ringboot.fleet.devices import SETTABLE, Done
from ringboot.fleet.fields import FieldErrors, one
from ringboot.model.device import Device

MOST = 5000  # lines at once: they are one transaction
PARENTS = ("base", "defaultconfigdevice")  # of a config that a line makes and that names none
_RAW, _OPTIONS = "raw_config.", "options."
_PLAIN = ("id", *(key for key in SETTABLE if key != "options"))
_DERIVED = ("configured", "added", "association", "problem", "state")  # stand in what was exported, and say nothing

Row = dict[str, Any]


class _Undo(Exception):
    """Nothing of it shall remain."""


class ImportDesk(DeviceDesk):
    """What an import of devices needs."""

    async def import_devices(self, rows: Sequence[Row] | Sequence[SheetLine], dry_run: bool, who: str) -> Row:
        """Add or change all or none.

        Gives {"added", "changed", "same", "errors": [{"row", "field", "error"}], "items": [{"row", "id", "mac",
        "does": add | change | same, "plugin", "config"}], "dry_run"}.
        """
        if len(rows) > MOST:
            raise Refused(f"{len(rows)} lines are too many. Import {MOST} at a time.", {"rows": f"at most {MOST}"})
        lines = list(_lines(list[Row | SheetLine](rows)))
        errors: list[Row] = []
        told: list[Row] = []
        dones: list[Done] = []

        def put(books: Books) -> None:
            for line in lines:
                try:
                    row, steps = self._put(books, line, who)
                except FieldErrors as error:
                    errors.extend(
                        {"row": line.number, "field": place, "error": why} for place, why in error.as_dict().items()
                    )
                else:
                    told.append(row)
                    dones.extend(steps)
            if errors or dry_run:
                raise _Undo

        try:
            await self.core.db.write(put)
        except _Undo:
            pass
        else:
            await self._followed_all(dones, who)
        counts = {word: 0 if errors else sum(row["does"] == word for row in told) for word in ("add", "change", "same")}
        return {
            "added": counts["add"], "changed": counts["change"], "same": counts["same"],
            "errors": errors, "items": told, "dry_run": dry_run,
        }  # fmt: skip

    def _put(self, books: Books, line: SheetLine, who: str) -> tuple[Row, list[Done]]:
        core = self.core
        cells = {key: value for key, value in line.cells.items() if key not in _DERIVED}
        strange = [key for key in cells if key not in _PLAIN and not key.startswith((_RAW, _OPTIONS))]
        if strange:
            raise one(strange[0], f"is no column; there are {', '.join(_PLAIN)}, raw_config.KEY and options.KEY")
        given = {key: value for key, value in cells.items() if value != ""}
        raw = {key.removeprefix(_RAW): given.pop(key) for key in list(given) if key.startswith(_RAW)}
        before = self._known(books, given)
        ident = before.id if before is not None else given.get("id") or core.world.chance.ident()
        steps: list[Done] = []
        if raw:
            steps.append(self._own_config(books, ident, given.pop("config", None), raw, who))
            given["config"] = ident
        given.pop("id", None)
        utc = core.utc()
        if before is None:
            done = devices.add(books, core.world, {**given, "id": ident}, who, utc)
        else:
            done = devices.change(books, core.world, ident, given, who=who, utc=utc)
        steps.append(done)
        after = done.device
        assert after is not None
        changes = before is None or _told(before) != _told(after) or any(step.heirs_of for step in steps)
        does = "add" if before is None else "change" if changes else "same"
        about = {"id": after.id, "mac": after.mac, "plugin": after.plugin, "config": after.config}
        return {"row": line.number, "does": does, **about}, steps

    def _known(self, books: Books, given: Row) -> Device | None:
        """Give the device that a line is about: by its id, or by its MAC where no id stands."""
        if "id" in given or "mac" not in given:
            return books.devices.get(given.get("id", ""))
        try:
            return devices.named(books, given["mac"])
        except LookupError:
            return None

    def _own_config(self, books: Books, ident: str, parent: str | None, raw: Row, who: str) -> Done:
        """Make the config of one device, or lay more into it."""
        core, utc = self.core, self.core.utc()
        values = {f"{_RAW}{key}": value for key, value in raw.items()}
        if books.configs.get(ident) is not None:
            if parent is not None and parent != ident:
                values["parent_ids"] = parent
            return layers.change(books, ident, values, who=who, utc=utc)
        parents = [each for each in PARENTS if books.configs.get(each)] if parent is None else [parent]
        values |= {"id": ident, "parent_ids": ",".join(parents)}
        return layers.add(books, core.world, values, who, utc)

    async def _followed_all(self, dones: Iterable[Done], who: str) -> None:
        """Do what follows from many steps at once; the config of a line is its device's own, and has its id."""
        render: list[str] = []
        copies: list[str] = []
        common = False
        for done in dones:
            if done.device is not None:
                if done.stale:
                    await self.renders.forget(list(done.stale))
                self.core.know(done.device)
            render += [*done.render, *([done.heirs_of] if done.heirs_of is not None else [])]
            copies += done.copies
            common = common or done.common
        whole = Done(render=tuple(dict.fromkeys(render)), copies=tuple(dict.fromkeys(copies)), common=common)
        await self._followed(whole, who, "devices imported")


def _told(device: Device) -> Row:
    return {key: getattr(device, key) for key in SETTABLE}


def _lines(rows: Sequence[Row | SheetLine]) -> Iterable[SheetLine]:
    for place, row in enumerate(rows, start=1):
        yield row if isinstance(row, SheetLine) else _line(row, place)


def _line(row: Row, place: int) -> SheetLine:
    return SheetLine(row.get("row", place), flat({key: value for key, value in row.items() if key != "row"}))
