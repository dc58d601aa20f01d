"""Devices as a person adds, changes and removes them; each step tells what has to be made again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ringboot import reasons
from ringboot.fleet import configs
from ringboot.fleet.books import Books, Taken
from ringboot.fleet.entries import DeviceEntry, device_entry
from ringboot.fleet.fields import Unknown, assign, check_id, check_known, one
from ringboot.fleet.observe import mac_evidence
from ringboot.fleet.way import RENDERED, describe
from ringboot.fleet.world import World, brand_of, choose
from ringboot.model.address import norm_mac
from ringboot.model.device import AUTO, Config, Device, DeviceFile
from ringboot.model.event import Event

SETTABLE = tuple(DeviceEntry.model_fields)


@dataclass(frozen=True, slots=True)
class Done:
    """What follows from a step."""

    device: Device | None = None
    config: Config | None = None
    render: tuple[str, ...] = ()  # ids of devices whose files must be made again
    copies: tuple[str, ...] = ()  # catalog plugins to be copied before that
    stale: tuple[DeviceFile, ...] = ()  # records whose files must be deleted; then books.files.remove(them)
    heirs_of: str | None = None  # a config: whoever uses it, or what inherits from it, may get other files
    common: bool = False  # the files that all devices share must be made again too


def named(books: Books, text: str) -> Device:
    """Find a device by its id, or by its MAC in any spelling; Unknown."""
    found = books.devices.get(text)
    if found is None:
        try:
            by_mac = books.devices.find("mac", norm_mac(text))
        except ValueError:
            by_mac = []
        found = by_mac[0] if by_mac else None
    if found is None:
        raise Unknown("device", text)
    return found


def is_known(books: Books, device: Device) -> bool:
    """Tell whether dhcp knows a device: it is configured, or was added, or given a config, by a person."""
    if device.configured or device.added != AUTO:
        return True
    config = books.configs.get(device.config) if device.config is not None else None
    return config is not None and not config.transient


def add(books: Books, world: World, values: Mapping[str, Any], who: str, utc: float) -> Done:
    """Add a device; `values` may hold an id and dotted keys; FieldErrors."""
    plain = assign({}, values)
    ident = check_id(str(plain.pop("id", None) or world.chance.ident()))
    if books.devices.get(ident) is not None:
        raise one("id", f"there is a device {ident} already")
    entry = device_entry(plain)
    device = Device(ident, added=who, **_of_entry(entry))
    _check_references(books, world, entry)
    done = _settle(books, world, device, who=who, utc=utc)
    _tell(books, done.device or device, reasons.DEVICE_ADDED, {"who": who}, utc)
    return done


def change(
    books: Books,
    world: World,
    ident: str,
    values: Mapping[str, Any],
    *,
    who: str,
    utc: float,
    removed: Collection[str] = (),
) -> Done:
    """Set keys of a device, and take others away; a plugin or config set to nothing is chosen again."""
    before = named(books, ident)
    check_known(removed, SETTABLE)
    present = {key: getattr(before, key) for key in SETTABLE}
    entry = device_entry(assign(present, values, removed))
    touched = {key.partition(".")[0] for key in (*values, *removed)}
    _check_references(books, world, entry, touched)
    after = replace(before, **_of_entry(entry))
    if "plugin" in touched and after.plugin != before.plugin:
        after = replace(after, association=None if after.plugin is None else f"It was chosen by {who}.")
    done = _settle(books, world, after, before=before, who=who, utc=utc)
    told = describe(before, done.device or after, SETTABLE)
    if told:
        _tell(books, done.device or after, reasons.DEVICE_CHANGED, {"changes": told, "who": who}, utc)
    return done


def remove(books: Books, world: World, ident: str, who: str, utc: float) -> Done:
    """Remove a device, and its config when nobody else uses it; Unknown."""
    device = named(books, ident)
    detail = {"who": who, "device": device.id}
    books.events.add(Event(utc, reasons.DEVICE_REMOVED.id, device.mac, None, device.ip, detail))
    books.devices.remove(device.id, who, utc)
    books.urls.remove(device.id)
    books.machines.remove(device.id)
    configs.sweep(books, device.config, who, utc)
    world.memory.forget(device.mac)
    return Done(device, stale=tuple(books.files.of_device(device.id)))


def _of_entry(entry: DeviceEntry) -> dict[str, Any]:
    return {key: getattr(entry, key) for key in SETTABLE}


def _check_references(books: Books, world: World, entry: DeviceEntry, touched: Iterable[str] = SETTABLE) -> None:
    """Refuse a plugin or a config that is not there, as far as it is set now."""
    there = entry.plugin is None or entry.plugin in world.plugins or entry.plugin in world.catalog
    if "plugin" in touched and not there:
        raise one("plugin", f"there is no plugin {entry.plugin}; see ringboot plugin list")
    if "config" in touched and entry.config is not None and books.configs.get(entry.config) is None:
        raise one("config", f"there is no config {entry.config}; see ringboot config list")


def _settle(books: Books, world: World, device: Device, *, before: Device | None = None, who: str, utc: float) -> Done:
    """Complete a device by what can be chosen for it, and write it down."""
    after = _with_plugin(world, device)
    fresh = None
    if after.config is None and after.plugin is not None:
        fresh = configs.autocreate(books.configs, world.chance)
    if fresh is not None:
        books.configs.put(fresh, who, utc)
        after = replace(after, config=fresh.id)
    if after.plugin is None or after.config is None:
        after = replace(after, configured=False, problem=None)
    try:
        books.devices.put(after, who, utc)
    except Taken as taken:
        raise one(taken.what, f"belongs to device {taken.owner}") from None
    if before is not None and before.config != after.config:
        configs.sweep(books, before.config, who, utc)
    for mac in {after.mac, before.mac if before is not None else None}:
        world.memory.forget(mac)
    differs = before is None or any(getattr(before, key) != getattr(after, key) for key in RENDERED)
    copied = after.plugin is not None and after.plugin not in world.plugins
    return Done(
        after,
        fresh,
        render=(after.id,) if differs and after.plugin is not None and after.config is not None else (),
        copies=(after.plugin,) if copied and after.plugin is not None else (),
        stale=tuple(_left_behind(books, after)),
    )


def _left_behind(books: Books, device: Device) -> list[DeviceFile]:
    """Give the records of a plugin that the device does not have any more."""
    return [row for row in books.files.of_device(device.id) if row.plugin != device.plugin]


def _with_plugin(world: World, device: Device) -> Device:
    """Choose a plugin by vendor or MAC for a device that has none."""
    if device.plugin is not None:
        return device
    brand = brand_of(world, device.vendor)
    if brand is None and device.vendor is None and device.mac is not None:
        identity = world.identifier.identify(mac_evidence(device.mac))
        if identity is not None:
            brand = identity.brand
            device = replace(device, vendor=identity.vendor)
    choice = choose(world, brand, device.model, device.version) if brand is not None else None
    return device if choice is None else replace(device, plugin=choice.plugin, association=choice.why)


def _tell(books: Books, device: Device, reason: reasons.Reason, detail: dict[str, Any], utc: float) -> None:
    books.events.add(Event(utc, reason.id, device.mac, device.id, device.ip, detail))
