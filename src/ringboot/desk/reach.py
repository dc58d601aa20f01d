"""Whom a config reaches, and what a change of it would change for them; nothing of it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ringboot.desk.devices import dotted
from ringboot.desk.errors import NotFound, Refused, sentence
from ringboot.desk.previews import PreviewDesk, drafted
from ringboot.fleet import configs, layers
from ringboot.fleet.books import Books
from ringboot.fleet.configs import Flat
from ringboot.fleet.fields import FieldErrors, Unknown
from ringboot.model.device import Config, Device

SHOWN = 100  # devices that a preview names

Row = dict[str, Any]


class ReachDesk(PreviewDesk):
    """What one needs to know before a config is changed."""

    async def config_devices(self, config_id: str) -> list[Row]:
        """Give the devices that use it, or what inherits from it: {id, mac, model, plugin, config, description}."""
        return await asyncio.to_thread(self._users, config_id)

    def _users(self, config_id: str) -> list[Row]:
        with self.core.db.reading() as books:
            return [_row(device) for device in _reached(books, self._config(books, config_id).id)]

    async def foresee_config(self, config_id: str, changes: Row, device_id: str | None) -> Row:
        """Say what these changes would do, given as set_config takes them.

        {"reached": devices that use it, "changed": how many of them would have other values, "items": the first
        of those with their keys before and after, "files": those of one device as a preview gives them, or None}.
        """
        values, removed = dotted(changes)

        def foresee() -> tuple[Row, Config]:
            with self.core.db.reading() as books:
                self._config(books, config_id)
                draft = layers.changed(books, config_id, values, removed)
                return _foreseen(books, draft), draft

        try:
            row, draft = await asyncio.to_thread(foresee)
        except FieldErrors as error:
            raise Refused(f"{error}.", error.as_dict()) from None
        files = None if device_id is None else await self.preview(device_id, None, None, draft)
        return {"id": config_id, **row, "files": files}

    def _config(self, books: Books, config_id: str) -> Config:
        try:
            return layers.named(books, config_id)
        except Unknown as error:
            raise NotFound(f"{sentence(error)}. See: ringboot config list") from None


def _reached(books: Books, config_id: str) -> list[Device]:
    return books.devices.find("config", *sorted(configs.family(books.configs, config_id)))


def _foreseen(books: Books, draft: Config) -> Row:
    """Compare what devices have with what they would have; those with the same config are compared once."""
    is_now, would_be = _Flats(books.configs.get), _Flats(drafted(books, draft))
    reached = _reached(books, draft.id)
    differ: dict[str, tuple[Row, Row]] = {}
    items: list[Row] = []
    changed = 0
    for device in reached:
        config = str(device.config)
        if config not in differ:
            differ[config] = _difference(is_now.raw(config), would_be.raw(config))
        if any(differ[config]):
            changed += 1
            if len(items) < SHOWN:
                before, after = differ[config]
                items.append({**_row(device), "before": before, "after": after})
    return {"reached": len(reached), "changed": changed, "items": items}


class _Flats:
    """Configs flattened, to be looked at only: what they inherit once for all that have the same parents."""

    def __init__(self, get: Callable[[str], Config | None]) -> None:
        self._get = get
        self._below: dict[tuple[str, ...], Flat] = {}

    def raw(self, ident: str) -> dict[str, Any]:
        config = self._get(ident)
        if config is None:
            return {}
        below = self._below.get(config.parent_ids)
        if below is None:
            below = self._below[config.parent_ids] = configs.inherited(self._get, config)
        if ident in below.order:  # it inherits from itself
            return configs.flatten(self._get, ident).raw
        return configs.laid(below.raw, config.raw_config)


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Row, Row]:
    """Give the dotted keys that differ, with what they were and what they would be; None: not there."""
    old: Row = {}
    new: Row = {}
    _compare(before, after, "", old, new)
    keys = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    return {key: old.get(key) for key in keys}, {key: new.get(key) for key in keys}


def _compare(before: Mapping[str, Any], after: Mapping[str, Any], path: str, old: Row, new: Row) -> None:
    for key in before.keys() | after.keys():
        was, is_now = before.get(key), after.get(key)
        if was is is_now or was == is_now:
            continue
        if isinstance(was, Mapping) and isinstance(is_now, Mapping):
            _compare(was, is_now, f"{path}{key}.", old, new)
            continue
        for value, side in ((was, old), (is_now, new)):
            if value is not None:
                side |= dict(_leaves({key: value}, path))


def _leaves(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def _row(device: Device) -> Row:
    return {key: getattr(device, key) for key in ("id", "mac", "model", "plugin", "config", "description")}
