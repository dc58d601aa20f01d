"""Templates for the administrator: which there are and who uses them, copies of shipped ones, their faults."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ringboot import log
from ringboot.desk.core import Core
from ringboot.desk.devices import SLICE, all_devices
from ringboot.desk.errors import NotFound, Refused, sentence
from ringboot.fleet.books import Books
from ringboot.plugins.folder import PluginFolder
from ringboot.plugins.inspection import Finding, Findings, Inspection
from ringboot.plugins.manifest import BadManifest
from ringboot.plugins.merged import Merged, Texts
from ringboot.plugins.originals import (
    CHANGED,
    CONFLICTING,
    UNRECORDED,
    NotCopied,
    Origin,
    Originals,
    stamp_of,
    text_of,
)

Row = dict[str, Any]
T = TypeVar("T")
_CUSTOM, _SHIPPED = "var/templates", "templates"
SHIPPED, REPLACED = "shipped", "replaced"  # states of a shipped template
MERGED, RESOLVED = "merged", "resolved"  # what became of a custom one


class TemplateDesk:
    """What `ringboot template` needs."""

    core: Core

    async def templates(self) -> list[Row]:
        """Give all of the installed plugins, with how many devices have a file that is made of each."""
        return await self._off_loop(self._template_rows)

    def _template_rows(self) -> list[Row]:
        shelf = self.core.shelf
        return [row for ident in sorted(shelf.plugins) for row in self._rows_of(shelf.folders[ident])]

    def _rows_of(self, folder: PluginFolder) -> list[Row]:
        users: dict[str, set[str | None]] = defaultdict(set)
        with self.core.db.reading() as books:
            for file in books.files.of_plugin(folder.id):
                users[file.template].add(file.device)
        originals = Originals(folder)
        origins = originals.all()
        custom = [name for name in folder.custom_templates() if name.endswith(".tpl")]
        rows: list[Row] = []
        for name in sorted({*custom, *folder.templates()}):
            if name in custom:
                origin = origins.get(name)
                row: Row = {"state": originals.state(name, origin), "path": f"{_CUSTOM}/{name}"}
                row |= {"origin": origin.template if origin else None, "version": origin.version if origin else None}
                rows.append(row | {"template": name, "custom": True})
            if (folder.shipped / name).is_file():
                state = REPLACED if name in custom else SHIPPED
                version = folder.manifest.version
                row = {"state": state, "path": f"{_SHIPPED}/{name}", "origin": None, "version": version}
                rows.append(row | {"template": name, "custom": False})
        for row in rows:
            used = users.get(str(row["path"]), set())
            row |= {"plugin": folder.id, "devices": len(used - {None}), "shared": None in used}
        return rows

    async def template(self, plugin: str, name: str, shipped: bool) -> Row:
        """Give one with its text, its original's, and the devices that have a file made of it."""
        return await self._off_loop(lambda: self._template(plugin, name, shipped))

    def _template(self, plugin: str, name: str, shipped: bool) -> Row:
        folder = self._plugin_folder(plugin)
        found = [row for row in self._rows_of(folder) if row["template"] == name and not (shipped and row["custom"])]
        if not found:
            raise NotFound(f"{plugin} has no template {name}. See: ringboot template list --filter plugin={plugin}")
        row = found[0]  # a custom one stands before the shipped one
        with self.core.db.reading() as books:
            used = {file.device for file in books.files.of_plugin(plugin) if file.template == row["path"]}
            users = [each for ident in sorted(used - {None}, key=str) if (each := books.devices.get(str(ident)))]
        origin = Originals(folder).all().get(name) if row["custom"] else None
        original = Originals(folder).original(origin.sha256) if origin is not None else None
        now = folder.shipped / (origin.template if origin is not None else name)
        return row | {
            "file": str(folder.path / str(row["path"])),
            "text": text_of(folder.path / str(row["path"])),
            "original": original,
            "now": text_of(now) if row["custom"] and now.is_file() else None,
            "used_by": [{"id": each.id, "mac": each.mac, "model": each.model} for each in users],
        }

    async def copy_template(self, plugin: str, name: str, to: str | None, force: bool, who: str) -> Row:
        """Make a custom template of a shipped one; the original is kept."""
        folder = self._plugin_folder(plugin)
        target, stamp = to or name, stamp_of(self.core.utc())
        await self._off_loop(lambda: Originals(folder).copy(name, target, force=force, stamp=stamp))
        log.get().info("template copied", plugin=plugin, template=name, to=target, by=who)
        return await self.template(plugin, target, shipped=False)

    async def check_templates(self, plugin: str | None) -> Row:
        """Read the templates of a plugin, or of all, for faults: {"read", "items": rows}."""
        wanted = [self._plugin_folder(each) for each in ([plugin] if plugin else sorted(self.core.shelf.plugins))]
        models, own = await asyncio.to_thread(self._told_and_set)
        read, items = 0, []
        for folder in wanted:
            asked = Inspection(str(folder.path), tuple(sorted(models[folder.id])), own)
            found = await self.core.pool.inspect(asked)
            if not isinstance(found, Findings):
                found = Findings(0, (Finding(_SHIPPED, 0, "syntax", f"they cannot be read: {found.why}"),))
            read += found.read
            items += [{"plugin": folder.id, **each._asdict()} for each in found.items]
        return {"read": read, "items": items}

    def _told_and_set(self) -> tuple[dict[str, set[str]], tuple[str, ...]]:
        """Give the models of each plugin's devices, and the keys of one's own that configs set."""
        models: dict[str, set[str]] = defaultdict(set)
        own: set[str] = set()
        with self.core.db.reading() as books:
            for device in all_devices(books):
                if device.plugin and device.model:
                    models[device.plugin].add(device.model)
            for keys in _own_keys(books):
                own |= keys
        return models, tuple(sorted(own))

    async def migrate_templates(self, plugin: str, names: list[str], *, dry_run: bool, base: str | None) -> list[Row]:
        """Bring what changed in shipped templates since they were copied into the custom ones: a row for each.

        `names`: those, else all whose original changed; `base`: the original of one that was not copied by us.
        """
        folder = self._plugin_folder(plugin)
        originals = Originals(folder)
        origins = await self._off_loop(originals.all)
        custom = [name for name in folder.custom_templates() if name.endswith(".tpl")]
        if strange := [name for name in names if name not in custom]:
            raise NotFound(f"{plugin} has no custom template {strange[0]}. See: ringboot template list")
        rows = []
        for name in names or custom:
            state = await self._off_loop(lambda name=name: originals.state(name, origins.get(name)))  # type: ignore[misc]
            if not names and state not in (CHANGED, CONFLICTING):
                continue
            row: Row = {"plugin": plugin, "template": name, "result": state}
            row |= {"conflicts": [], "kept": None, "text": None}
            if state == CHANGED or (state == UNRECORDED and base is not None):
                row |= await self._migrated(originals, name, origins.get(name), base, dry_run)
            rows.append(row | {"path": str(self._written_to(originals, name, row["result"]))})
        return rows

    async def _migrated(
        self, originals: Originals, name: str, origin: Origin | None, base: str | None, dry_run: bool
    ) -> Row:
        """Merge one, and write what came of it."""
        folder, shipped = originals.folder, origin.template if origin is not None else name

        def texts() -> Texts:
            first = base if origin is None else originals.original(origin.sha256)
            if first is None:
                raise NotCopied(f"the original of {name} is lost: give it with --base")
            version = folder.manifest.version
            called = (f"{shipped} {origin.version if origin else 'given'}", f"yours: {name}", f"{shipped} {version}")
            return Texts(first, text_of(folder.custom / name), text_of(folder.shipped / shipped), called)

        three = await self._off_loop(texts)
        merged = await self.core.pool.merge(three)
        if not isinstance(merged, Merged):
            raise Refused(f"{name} could not be merged: {merged.why}.")
        row: Row = {"result": CONFLICTING if merged.conflicts else MERGED, "conflicts": list(merged.conflicts)}
        if dry_run:
            return row | {"text": merged.text}

        def write() -> str | None:
            if text_of(folder.custom / name) != three.yours:
                raise NotCopied(f"{name} was changed meanwhile; try again")
            if merged.conflicts:
                originals.keep_conflict(name, merged.text, three, shipped)
                return None
            kept = originals.write(name, merged.text, shipped, stamp=stamp_of(self.core.utc()), of=three.theirs)
            return str(kept) if kept is not None else None

        return row | {"kept": await self._off_loop(write)}

    async def resolve_template(self, plugin: str, name: str) -> Row:
        """Take a merge for the custom template, once its conflicts are resolved by hand."""
        originals = Originals(self._plugin_folder(plugin))
        kept = await self._off_loop(lambda: originals.resolved(name, stamp_of(self.core.utc())))
        path = str(originals.folder.custom / name)
        row: Row = {"plugin": plugin, "template": name, "result": RESOLVED, "conflicts": [], "text": None, "path": path}
        return row | {"kept": str(kept) if kept is not None else None}

    def _written_to(self, originals: Originals, name: str, result: str) -> Path:
        return originals.conflict(name) if result == CONFLICTING else originals.folder.custom / name

    def _plugin_folder(self, plugin: str) -> PluginFolder:
        folder = self.core.shelf.folders.get(plugin)
        if folder is None:
            raise NotFound(f"Plugin {plugin} is not installed. See: ringboot plugin list")
        return folder

    async def _off_loop(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except (NotCopied, BadManifest) as error:
            raise Refused(f"{sentence(error)}.") from None
        except OSError as error:
            raise Refused(f"{error.filename} cannot be read or written: {error.strerror}.") from None


def _own_keys(books: Books) -> list[set[str]]:
    found, after = [], ""
    while page := books.configs.page(after, SLICE):
        found += [{key for key in config.raw_config if key.startswith("X_")} for config in page]
        after = page[-1].id
    return found
