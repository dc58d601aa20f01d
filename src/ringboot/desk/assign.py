"""A user's line for a device: a config with accounts and keys, made or changed, and given to it in one step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ringboot.desk.devices import DeviceDesk
from ringboot.desk.errors import NotFound
from ringboot.fleet import configs, devices, layers
from ringboot.fleet.books import Books
from ringboot.fleet.devices import Done
from ringboot.fleet.fields import one
from ringboot.fleet.raw_config import is_secret
from ringboot.model.device import Device
from ringboot.plugins.schema import ANY_MODEL, Manifest

PARENTS = ("base", "defaultconfigdevice")  # of a config that is made, if nobody names others
LINES, KEYS = "sip_lines", "funckeys"
_ABOUT = ("type", "lines", "keys", "expansion", "modules", "protocol")

Row = dict[str, Any]


class AssignDesk(DeviceDesk):
    """What a form needs that gives a line to a device."""

    async def model_rows(self) -> list[Row]:
        """Give every model of every plugin that is there: {plugin, model, type, lines, keys, expansion, ...}."""
        shelf = self.core.shelf
        known = {**shelf.catalog, **shelf.plugins}
        return [
            _model_row(ident, manifest, model)
            for ident, manifest in sorted(known.items())
            for model in sorted(manifest.models)
            if model != ANY_MODEL
        ]

    async def model_row(self, plugin: str, model: str) -> Row:
        """Give one; of a model that the plugin does not name, what it knows of any."""
        shelf = self.core.shelf
        manifest = shelf.plugins.get(plugin) or shelf.catalog.get(plugin)
        if manifest is None:
            raise NotFound(f"There is no plugin {plugin}. See: ringboot plugin list")
        return _model_row(plugin, manifest, manifest.known_model(model))

    async def device_raw(self, device_id: str) -> Row:
        """Give all that a device's config holds, each key with the config that set it."""
        with self.core.db.reading() as books:
            device = self._named(books, device_id)
            flat = configs.for_device(books.configs, device)
        if flat is None:
            raise NotFound(f"{device_id} has no config. See: ringboot device show {device_id}")
        about = {"id": device.id, "config": device.config}
        return {**about, "raw_config": flat.raw, "layers": flat.layers, "order": list(flat.order)}

    async def assign(self, device_id: str | None, row: Row, who: str) -> Row:
        """Make a config or change it, and give it to a device, or to whoever dials its code.

        `row`: {"config": id or null, "parents": ids, "label", "code", "lines": {"1": account}, "keys": {"1": key},
        "raw_config": other keys}.  Gives {"config": the config, "device": the device or None}.
        """
        core, utc = self.core, self.core.utc()
        told: dict[str, Any] = {}

        def step(books: Books) -> list[Done]:
            device = self._named(books, device_id) if device_id is not None else None
            if device is not None:
                self._fits(device, row)
            ident = str(row.get("config") or (device.id if device is not None else core.world.chance.ident()))
            told["config"] = ident
            steps = [self._settled_config(books, ident, row, who)]
            if device is not None:
                told["device"] = device.id
                steps.append(devices.change(books, core.world, device.id, {"config": ident}, who=who, utc=utc))
            return steps

        steps = await self._written(step)
        for done in steps[::-1]:  # the device first: by the time that its heirs are rendered it is one of them
            await self._followed(done, who, "a line assigned")
        with core.db.reading() as books:
            config = layers.named(books, told["config"])
        keys = ("id", "parent_ids", "raw_config", "role", "label", "code", "transient", "deletable")
        return {
            "config": {key: getattr(config, key) for key in keys},
            "device": await self.device(told["device"]) if "device" in told else None,
        }

    def _settled_config(self, books: Books, ident: str, row: Row, who: str) -> Done:
        core, utc = self.core, self.core.utc()
        before = books.configs.get(ident)
        raw: Row = dict(before.raw_config) if before is not None else {}
        for name, key in (("lines", LINES), ("keys", KEYS)):
            if name in row:
                raw[key] = _with_secrets(raw.get(key) or {}, row[name])
        raw |= row.get("raw_config") or {}
        values: Row = {"raw_config": raw} | {key: row[key] for key in ("label", "code") if key in row}
        parents = row.get("parents")
        if before is not None:
            if parents is not None:
                values["parent_ids"] = parents
            return layers.change(books, ident, values, who=who, utc=utc)
        if parents is None:
            parents = [each for each in PARENTS if books.configs.get(each) is not None]
        return layers.add(books, core.world, {**values, "id": ident, "parent_ids": parents}, who, utc)

    def _fits(self, device: Device, row: Row) -> None:
        """Refuse more lines and keys than the model has, where that is known."""
        manifest = self.core.shelf.plugins.get(device.plugin or "")
        if manifest is None:
            return
        facts = manifest.phone(device.model)
        for name, word in (("lines", "line"), ("keys", "key")):
            most = facts[name]
            beyond = [number for number in row.get(name) or {} if str(number).isdecimal() and int(number) > (most or 0)]
            if name == "keys" and facts["expansion"]:
                continue  # how many keys the modules have nobody says
            if most is not None and beyond:
                raise one(f"{name}.{beyond[0]}", f"{device.model or 'the model'} has {most} {word}{'s' * (most != 1)}")


def _with_secrets(before: Mapping[str, Any], given: Mapping[str, Any]) -> Row:
    """Give rows as they are wanted; a password that was left out stays what it was in that row."""
    rows: Row = {}
    for number, row in given.items():
        old = before.get(number)
        kept = {key: value for key, value in old.items() if is_secret(key)} if isinstance(old, dict) else {}
        rows[str(number)] = {**kept, **row} if isinstance(row, Mapping) else row
    return rows


def _model_row(plugin: str, manifest: Manifest, model: str) -> Row:
    facts = manifest.phone(model)
    about = {key: facts[key] for key in _ABOUT}
    return {"plugin": plugin, "title": manifest.title, "model": model, "known": model in manifest.models, **about}
