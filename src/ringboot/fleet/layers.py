"""Configs as a person adds, changes and removes them; each step tells which devices it reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ringboot.fleet import configs
from ringboot.fleet.books import Books
from ringboot.fleet.devices import Done
from ringboot.fleet.entries import ConfigEntry, config_entry
from ringboot.fleet.fields import FieldError, FieldErrors, Unknown, assign, check_id, check_known, one
from ringboot.fleet.raw_config import check_layer
from ringboot.fleet.world import World
from ringboot.model.device import Config

SHARED = "base"  # the config that the files of all devices are rendered from
KEYS = ("parent_ids", "raw_config", "role", "label", "code")


def named(books: Books, ident: str) -> Config:
    """Find a config; Unknown."""
    found = books.configs.get(ident)
    if found is None:
        raise Unknown("config", ident)
    return found


def add(books: Books, world: World, values: Mapping[str, Any], who: str, utc: float) -> Done:
    """Add a config; `values` may hold an id and dotted keys; FieldErrors."""
    plain = assign({}, values)
    ident = check_id(str(plain.pop("id", None) or world.chance.ident()))
    if books.configs.get(ident) is not None:
        raise one("id", f"there is a config {ident} already")
    return _settle(books, Config(ident, **_checked(books, ident, config_entry(plain))), who, utc)


def change(
    books: Books, ident: str, values: Mapping[str, Any], *, who: str, utc: float, removed: Collection[str] = ()
) -> Done:
    """Set dotted keys of a config, such as raw_config.sip_lines.1.username, and take others away; FieldErrors."""
    after = changed(books, ident, values, removed)
    return Done(config=after) if after == named(books, ident) else _settle(books, after, who, utc)


def changed(books: Books, ident: str, values: Mapping[str, Any], removed: Collection[str] = ()) -> Config:
    """Give a config as it would be with these changes, which are not kept; Unknown, FieldErrors."""
    before = named(books, ident)
    check_known(removed, KEYS)
    present = {key: getattr(before, key) for key in KEYS}
    return replace(before, **_checked(books, ident, config_entry(assign(present, values, removed))))


def remove(books: Books, ident: str, who: str, utc: float) -> Done:
    """Remove a config that nothing uses; FieldErrors when something does, or when it must stay."""
    config = named(books, ident)
    if not config.deletable:
        raise one("id", f"config {ident} belongs to every installation and stays")
    users = books.devices.find("config", ident)
    if users:
        raise one("id", f"{_several(len(users), 'device')} {_use(len(users))} it: {_first(each.id for each in users)}")
    children = books.configs.children(ident)
    if children:
        raise one("id", f"{_several(len(children), 'config')} {_inherit(len(children))} from it: {_first(children)}")
    books.configs.remove(ident, who, utc)
    return Done(config=config)


def _checked(books: Books, ident: str, entry: ConfigEntry) -> dict[str, Any]:
    faults: list[FieldError] = []
    try:
        raw = check_layer(entry.raw_config)
    except FieldErrors as error:
        raw = {}
        faults += error.errors
    for parent in entry.parent_ids:
        if books.configs.get(parent) is None:
            faults.append(FieldError("parent_ids", f"there is no config {parent}"))
    if set(entry.parent_ids) & configs.family(books.configs, ident):
        faults.append(FieldError("parent_ids", "a config cannot inherit from itself, nor from what inherits from it"))
    if entry.role == configs.AUTOCREATE:
        holders = [each.id for each in books.configs.page("", 2, entry.role) if each.id != ident]
        if holders:
            faults.append(FieldError("role", f"config {holders[0]} has this role; take it away there first"))
    owner = books.configs.of_code(entry.code) if entry.code is not None else None
    if owner is not None and owner.id != ident:
        faults.append(FieldError("code", f"is that of config {owner.id}"))
    if faults:
        raise FieldErrors(faults)
    about = {"role": entry.role, "label": entry.label, "code": entry.code}
    return {"parent_ids": entry.parent_ids, "raw_config": raw, **about}


def _settle(books: Books, config: Config, who: str, utc: float) -> Done:
    books.configs.put(config, who, utc)
    shared = configs.flatten(books.configs.get, SHARED).order
    return Done(config=config, heirs_of=config.id, common=config.id in shared)


def heirs(books: Books, config: str) -> tuple[str, ...]:
    """Give the devices that use a config, or what inherits from it, by id."""
    users = books.devices.find("config", *sorted(configs.family(books.configs, config)))
    return tuple(device.id for device in users if device.plugin is not None)


def _several(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _use(count: int) -> str:
    return "uses" if count == 1 else "use"


def _inherit(count: int) -> str:
    return "inherits" if count == 1 else "inherit"


def _first(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join(shown[:3]) + (" ..." if len(shown) > 3 else "")
