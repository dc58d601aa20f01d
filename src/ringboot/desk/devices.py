"""Devices, their files and configs for the administrator: each step is written, then rendered, then answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import fields
from functools import partial
from typing import Any, TypeVar

from ringboot import log
from ringboot.desk.core import Core
from ringboot.desk.errors import NotFound, Refused, sentence
from ringboot.desk.listing import Page, Query, chosen, select
from ringboot.desk.renders import Renders
from ringboot.desk.standings import Judge
from ringboot.fleet import configs, devices, layers
from ringboot.fleet.books import Books
from ringboot.fleet.devices import Done
from ringboot.fleet.fields import FieldErrors, Unknown, check_known
from ringboot.model.device import Config, Device
from ringboot.plugins.manifest import BadManifest
from ringboot.plugins.originals import NotCopied, Originals
from ringboot.reasons import NOT_MODIFIED, SERVED

SLICE = 1000  # rows read at once
FETCHES = 500  # events that are searched for a fetch

_DEVICE_KEYS = tuple(field.name for field in fields(Device))
_CONFIG_KEYS = tuple(field.name for field in fields(Config))
# Where text is looked for; what is not among them may hold secrets.
_CONFIG_TEXTS = ("id", "label", "role")

Row = dict[str, Any]
T = TypeVar("T")


class Steps:
    """Write a step of the fleet and do what follows from it."""

    core: Core
    renders: Renders

    async def _written(self, step: Callable[[Books], T]) -> T:
        try:
            return await self.core.db.write(step)
        except Unknown as error:
            raise NotFound(f"{sentence(error)}.") from None
        except FieldErrors as error:
            raise Refused(f"{error}.", error.as_dict()) from None

    async def _followed(self, done: Done, who: str, what: str) -> None:
        """Copy plugins, delete stale files, render what changed; the files stand when this returns.

        `what` was done stands in the history of the files.
        """
        if done.device is not None:
            if done.stale:
                await self.renders.forget(list(done.stale))
            self.core.know(done.device)
        await self.core.copy_plugins(done.copies, who)
        if done.common:
            await self.renders.common(self.core.shelf.plugins)
        elif done.copies:
            await self.renders.common(done.copies)
        await self.renders.done(done.render, f"{what} by {who}")
        if done.heirs_of is not None:
            await self.renders.inherited(done.heirs_of, f"{what} by {who}")


class DeviceDesk(Steps):
    """What `ringboot device` needs."""

    async def devices(self, query: Query) -> Page:
        """Give a page of them; text is not looked for in options: a search must not find out secrets."""
        return await asyncio.to_thread(self._page, query)

    def _page(self, query: Query) -> Page:
        core = self.core
        with core.db.reading() as books:
            judge = core.standings.judge(books, core.world, core.utc())
            if not (query.filters or query.text) and query.sort in ("", "mac") and not query.descending:
                # A list as it is opened: it reads no more than it shows.
                by_mac, by_id = books.devices.page_by_mac, partial(books.devices.page, "")
                shown = (by_mac if query.sort else by_id)(query.limit, query.offset)
                return Page(books.devices.counts()[0], [device_row(each, judge) for each in shown])
            if query.text and not query.filters and query.sort == "mac" and not query.descending:
                total, shown = books.devices.holding_by_mac(query.text, query.limit, query.offset)
                return Page(total, [device_row(each, judge) for each in shown])

            def value(device: Device, key: str) -> Any:
                return judge(device).state if key == "state" else getattr(device, key)

            rest = query._replace(text="")
            total, found = chosen(books.devices.heads(query.text), rest, (), value)
            whole = (books.devices.get(each.id) for each in found)
            return Page(total, [device_row(each, judge) for each in whole if each is not None])

    async def device(self, device_id: str) -> Row:
        """Give one, named by id, MAC or an address that only it has."""
        return await asyncio.to_thread(self._one, device_id)

    def _one(self, device_id: str) -> Row:
        core = self.core
        with core.db.reading() as books:
            device = self._named(books, device_id)
            return device_row(device) | {"state": core.standings.of(books, core.world, device, core.utc()).state}

    def _named(self, books: Books, text: str) -> Device:
        at = books.devices.find("ip", text)
        if len(at) == 1:
            return at[0]
        try:
            return devices.named(books, text)
        except Unknown as error:
            raise NotFound(f"{sentence(error)}. See: ringboot device list") from None

    async def add_device(self, row: Row, who: str) -> Row:
        """Check and add one; its files stand when this returns."""
        core = self.core
        done = await self._written(
            lambda books: devices.add(books, core.world, _entered(row, devices.SETTABLE), who, core.utc())
        )
        await self._followed(done, who, "device added")
        return await self.device(done.device.id if done.device else "")

    async def set_device(self, device_id: str, changes: Row, who: str) -> Row:
        """Change the given keys; null clears one."""
        core = self.core
        values, removed = dotted(changes)

        def change(books: Books) -> Done:
            ident = self._named(books, device_id).id
            return devices.change(books, core.world, ident, values, removed=removed, who=who, utc=core.utc())

        with core.db.reading() as books:
            before = self._named(books, device_id)
        done = await self._written(change)
        if before.mac is not None and done.device is not None and before.mac != done.device.mac:
            core.feed.forget(before.mac)
        await self._followed(done, who, f"device changed ({', '.join((*values, *removed))})")
        return await self.device(before.id)

    async def remove_device(self, device_id: str, who: str) -> None:
        """Remove one, with its files."""
        core = self.core

        def remove(books: Books) -> Done:
            return devices.remove(books, core.world, self._named(books, device_id).id, who, core.utc())

        done = await self._written(remove)
        if done.device is not None:
            await self.renders.forget(list(done.stale))
            await self.renders.forget_history(done.device.id)
            if done.device.mac is not None:
                core.feed.forget(done.device.mac)

    async def reconfigure(self, ids: list[str] | None, plugin: str | None, who: str) -> Row:
        """Render again the given devices, those of a plugin, or all; returns when the files stand."""
        core = self.core
        wanted = await asyncio.to_thread(self._wanted, ids, plugin)
        if plugin is not None and plugin not in core.shelf.folders:
            raise NotFound(f"Plugin {plugin} is not installed. See: ringboot plugin list")
        plugins = {device.plugin for device in wanted if device.plugin is not None} | ({plugin} if plugin else set())
        await asyncio.to_thread(self._adopt, plugins)
        before = await asyncio.to_thread(self._digests, plugins, wanted)
        faults = await self.renders.common(sorted(plugins))
        named = (device.id for device in wanted if device.plugin is not None)
        failed = await self.renders.done(named, f"reconfigured by {who}")
        after = await asyncio.to_thread(self._digests, plugins, wanted)
        changed = sum(before.get(place) != after.get(place) for place in before.keys() | after.keys())
        macs = {device.id: device.mac for device in wanted}
        problems = [
            {"id": name, "mac": macs.get(name), "problem": why} for name, why in (*faults.items(), *failed.items())
        ]
        return {"configured": len(wanted) - len(failed), "changed": changed, "failed": problems, "by": who}

    def _adopt(self, plugins: Iterable[str]) -> None:
        """Note the originals of templates that were copied by hand: a person who makes files again has just done so."""
        for folder in filter(None, map(self.core.shelf.folders.get, sorted(plugins))):
            try:
                Originals(folder).adopt()
            except (NotCopied, BadManifest, OSError) as error:
                log.get().warning("originals of templates could not be noted", plugin=folder.id, why=str(error))

    def _wanted(self, ids: list[str] | None, plugin: str | None) -> list[Device]:
        with self.core.db.reading() as books:
            if ids is not None:
                return [self._named(books, text) for text in ids]
            return books.devices.find("plugin", plugin) if plugin is not None else list(all_devices(books))

    def _digests(self, plugins: Iterable[str], wanted: Iterable[Device]) -> dict[tuple[str, str], str]:
        """Tell what lies ready for these devices and for all of their plugins: place -> SHA-256."""
        idents = {None, *(device.id for device in wanted)}
        with self.core.db.reading() as books:
            return {
                (row.plugin, row.path): row.sha256
                for plugin in plugins
                for row in books.files.of_plugin(plugin)
                if row.device in idents and row.sha256
            }

    async def device_files(self, device_id: str) -> list[Row]:
        """Give its files: path, part, template, secret, sha256, and when it last fetched which one."""
        with self.core.db.reading() as books:
            device = self._named(books, device_id)
            return file_rows(books, device)

    async def show_file(self, device_id: str, path: str) -> Row:
        """Give a device's file as it is served."""
        with self.core.db.reading() as books:
            device = self._named(books, device_id)
            record = next((row for row in books.files.made_for(device.id) if row.path == path), None)
            if record is None and device.plugin is not None:
                record = books.files.of_path(device.plugin, path)
                record = record if record is not None and record.device is None else None
        root = None if record is None else self.core.shelf.tftpboot(record.plugin)
        if record is None or root is None:
            raise NotFound(f"{device_id} has no file {path}. See: ringboot device files {device_id}")
        try:
            data = (root / record.path).read_bytes()
        except OSError as error:
            raise Refused(
                f"{path} cannot be read: {error.strerror}. Make it again: ringboot device reconfigure"
            ) from None
        return {"path": path, "text": data.decode("utf-8", "replace"), "secret": record.secret}


class ConfigDesk(Steps):
    """What `ringboot config` needs."""

    async def configs(self, query: Query) -> Page:
        """Give a page; text is looked for in id, label and role only: a search must not find out secrets."""
        return await asyncio.to_thread(self._config_page, query)

    def _config_page(self, query: Query) -> Page:
        with self.core.db.reading() as books:
            page = select(books.configs.heads(), query, _CONFIG_TEXTS)
            found = (books.configs.get(row["id"]) for row in page.items)
            return Page(page.total, [_config_row(config) for config in found if config is not None])

    async def config(self, config_id: str) -> Row:
        """Give one."""
        with self.core.db.reading() as books:
            try:
                return _config_row(layers.named(books, config_id))
            except Unknown as error:
                raise NotFound(f"{sentence(error)}. See: ringboot config list") from None

    async def raw_config(self, config_id: str) -> Row:
        """Give what a device with this config has, each key with the config that set it."""
        with self.core.db.reading() as books:
            try:
                flat = configs.flatten(books.configs.get, layers.named(books, config_id).id)
            except Unknown as error:
                raise NotFound(f"{sentence(error)}. See: ringboot config list") from None
        return {"id": config_id, "raw_config": flat.raw, "layers": flat.layers, "order": list(flat.order)}

    async def autocreate_config(self, who: str) -> Row:
        """Make the config that a new device would get; it goes when a device has used it and left it."""
        core = self.core

        def make(books: Books) -> str | None:
            made = configs.autocreate(books.configs, core.world.chance)
            if made is not None:
                books.configs.put(made, who, core.utc())
            return None if made is None else made.id

        ident = await self._written(make)
        if ident is None:
            raise Refused(
                "No config has the role autocreate, which new devices get a child of. "
                "Give it to one: ringboot config set ID --role autocreate"
            )
        return await self.config(ident)

    async def add_config(self, row: Row, who: str) -> Row:
        """Check and add one."""
        core = self.core
        done = await self._written(
            lambda books: layers.add(books, core.world, _entered(row, layers.KEYS), who, core.utc())
        )
        await self._followed(done, who, f"config {done.config.id if done.config else ''} added")
        return await self.config(done.config.id if done.config else "")

    async def set_config(self, config_id: str, changes: Row, who: str, wait: bool = True) -> Row:
        """Change the given keys; a null takes a key out of this config (RFC 7396).

        Devices whose input differs then are rendered again; their files stand when this returns, unless nobody waits.
        """
        core = self.core
        values, removed = dotted(changes)
        done = await self._written(
            lambda books: layers.change(books, config_id, values, removed=removed, who=who, utc=core.utc())
        )
        following = self._followed(done, who, f"config {config_id} changed")
        what = f"config {config_id} changed"
        if wait:
            await core.jobs.run("render", what, who, following)
        else:
            core.jobs.start("render", what, who, following)
        return await self.config(config_id)

    async def remove_config(self, config_id: str, who: str) -> None:
        """Remove one that nothing uses."""
        await self._written(lambda books: layers.remove(books, config_id, who, self.core.utc()))


def dotted(patch: Row, path: str = "") -> tuple[Row, list[str]]:
    """Turn nested changes into dotted keys, and the keys that a null takes away."""
    values: Row = {}
    removed: list[str] = []
    for key, value in patch.items():
        place = f"{path}{key}"
        if isinstance(value, dict) and value:
            inner, gone = dotted(value, f"{place}.")
            values |= inner
            removed += gone
        elif value is None:
            removed.append(place)
        else:
            values[place] = value
    return values, removed


def _entered(row: Row, known: Collection[str]) -> Row:
    """Give what is entered of something new, with dotted keys; a null says nothing, but of a key that there is."""
    values, removed = dotted(row)
    check_known(removed, {*known, "id"})
    return values


def all_devices(books: Books) -> Iterable[Device]:
    """Give every device, read in slices."""
    after = ""
    while page := books.devices.page(after, SLICE):
        yield from page
        after = page[-1].id


def device_row(device: Device, judge: Judge | None = None) -> Row:
    """Write a device for a list, with its state where somebody tells it."""
    row = {key: getattr(device, key) for key in _DEVICE_KEYS}  # a twentieth of what asdict takes
    if judge is not None:
        row["state"] = judge(device).state
    return row


def _config_row(config: Config) -> Row:
    return {**{key: getattr(config, key) for key in _CONFIG_KEYS}, "parent_ids": list(config.parent_ids)}


def file_rows(books: Books, device: Device) -> list[Row]:
    """Give a device's files with their last fetch."""
    last: dict[str, tuple[float, str]] = {}
    for event in books.events.timeline(device.id, device.mac, FETCHES):
        path = str(event.detail.get("path"))
        if event.reason in (SERVED.id, NOT_MODIFIED.id) and path not in last:
            last[path] = (event.utc, str(event.detail.get("sha256")))
    rows = []
    for record in books.files.made_for(device.id):
        when, sha256 = last.get(record.path, (None, None))
        rows.append(
            {
                "path": record.path,
                "part": record.part,
                "plugin": record.plugin,
                "template": record.template,
                "secret": record.secret,
                "sha256": record.sha256,
                "fetched": when,
                "current": None if when is None else sha256 == record.sha256,
            }
        )
    return rows
