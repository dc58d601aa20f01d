"""Configs as layers: flattening over parents, which layer set what, the stock ones, and one for each new device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from ringboot.fleet.books import Books, ConfigBook
from ringboot.fleet.world import Chance
from ringboot.model.device import Config, Device

AUTOCREATE = "autocreate"  # the role of the config that new devices get a child of
_PASSWORD = 16  # letters and digits of a password that we make
_ACCOUNT = 8  # of an account's name, after "ap"
_SYSTEM = "ringboot"  # who made the stock configs


@dataclass(frozen=True, slots=True)
class Flat:
    """A config with all that it inherits."""

    raw: dict[str, Any]
    layers: dict[str, str] = field(default_factory=dict)  # dotted key -> the config that set it
    order: tuple[str, ...] = ()  # the configs, the one that speaks last at the end


def flatten(get: Callable[[str], Config | None], config: str) -> Flat:
    """Lay a config over its parents: depth first, in their order, each once; unknown ones are left out."""
    flat = Flat({})
    order: list[str] = []
    _lay(get, config, flat, order, set())
    return Flat(flat.raw, flat.layers, tuple(order))


def inherited(get: Callable[[str], Config | None], config: Config) -> Flat:
    """Lay the parents of a config over each other, as `flatten` does before it comes to the config itself."""
    flat = Flat({})
    order: list[str] = []
    visited: set[str] = set()
    for parent in config.parent_ids:
        _lay(get, parent, flat, order, visited)
    return Flat(flat.raw, flat.layers, tuple(order))


def laid(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one tree over another, as `overlay` does, and leave both as they are; the result shares what they hold."""
    whole = dict(under)
    for key, value in over.items():
        below = under.get(key)
        whole[key] = laid(below, value) if isinstance(value, Mapping) and isinstance(below, dict) else value
    return whole


def _lay(get: Callable[[str], Config | None], ident: str, flat: Flat, order: list[str], visited: set[str]) -> None:
    # A stack of our own: a chain of a thousand parents must not end in a RecursionError.
    stack: list[tuple[Config, int]] = []
    following: str | None = ident
    while following is not None or stack:
        if following is not None:
            config = None if following in visited else get(following)
            visited.add(following)
            if config is not None:
                stack.append((config, 0))
            following = None
            continue
        config, place = stack.pop()
        if place < len(config.parent_ids):
            stack.append((config, place + 1))
            following = config.parent_ids[place]
        else:
            order.append(config.id)
            overlay(flat.raw, config.raw_config, config.id, flat.layers)


def overlay(under: dict[str, Any], over: Mapping[str, Any], who: str, layers: dict[str, str], path: str = "") -> None:
    """Lay one tree over another in place: tables are merged, everything else is replaced."""
    for key, value in over.items():
        place = f"{path}{key}"
        below = under.get(key)
        if isinstance(value, Mapping) and isinstance(below, dict):
            if value and not below:
                layers.pop(place, None)
            overlay(below, value, who, layers, f"{place}.")
            continue
        if key in under:
            _unsign(below, layers, place)
        under[key] = deepcopy(value)
        _sign(value, who, layers, place)


def _unsign(value: Any, layers: dict[str, str], place: str) -> None:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            _unsign(inner, layers, f"{place}.{key}")
    else:
        layers.pop(place, None)


def _sign(value: Any, who: str, layers: dict[str, str], place: str) -> None:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            _sign(inner, who, layers, f"{place}.{key}")
    else:
        layers[place] = who


def for_device(book: ConfigBook, device: Device) -> Flat | None:
    """Flatten the config of a device; None when it has none."""
    if device.config is None or book.get(device.config) is None:
        return None
    return flatten(book.get, device.config)


def family(book: ConfigBook, *roots: str) -> set[str]:
    """Give these configs and all that inherit from them."""
    reached = set(roots)
    fresh = list(roots)
    while fresh:
        fresh = [child for child in book.children(*fresh) if child not in reached]
        reached.update(fresh)
    return reached


def autocreate(book: ConfigBook, chance: Chance) -> Config | None:
    """Make the config of a new device: a child of the one with that role, with an account of its own; not yet kept."""
    for parent in book.page("", 1, AUTOCREATE):
        raw: dict[str, Any] = {}
        if isinstance(parent.raw_config.get("sip_lines"), dict):
            lines = {number: _account(chance) for number, line in parent.raw_config["sip_lines"].items() if line}
            raw = {"sip_lines": lines} if lines else {}
        return Config(f"{parent.id}-{chance.ident()}", (parent.id,), raw, transient=True)
    return None


def _account(chance: Chance) -> dict[str, Any]:
    # Never the parent's: whoever reads one phone's file would have the account of them all.
    name = f"ap{chance.text(_ACCOUNT)}"
    return {"username": name, "auth_username": name, "password": chance.text(_PASSWORD)}


def sweep(books: Books, config: str | None, who: str, utc: float) -> bool:
    """Remove a transient config that no device uses and no config inherits from; True when it went."""
    found = books.configs.get(config) if config is not None else None
    if found is None or not found.transient:
        return False
    if books.devices.find("config", found.id) or books.configs.children(found.id):
        return False
    books.configs.remove(found.id, who, utc)
    return True


def stock(chance: Chance, ntp: str | None = None, pbx: str | None = None) -> tuple[Config, ...]:
    """Make the configs of a fresh installation: base, default, defaultconfigdevice, autoprov.

    `ntp`: the time server, `pbx`: the telephone system, where they are known.
    """
    time: dict[str, Any] = {"ntp_enabled": True, "ntp_ip": ntp} if ntp else {}
    phone = {
        **time,
        "sip_dtmf_mode": "RTP-out-of-band",
        "admin_username": "admin",
        "admin_password": chance.text(_PASSWORD),
        "user_username": "user",
        "user_password": chance.text(_PASSWORD),
    }
    line: dict[str, Any] = {"display_name": "Autoprov", "number": "autoprov", **_account(chance)}
    new: dict[str, Any] = {"sip_lines": {"1": line}}
    if pbx:
        line |= {"proxy_ip": pbx, "registrar_ip": pbx}
        new["sccp_call_managers"] = {"1": {"ip": pbx}}
    return (
        Config("base", (), dict(time), deletable=False, label="What every device has"),
        Config("default", (), {}, role="default", deletable=False, label="Default"),
        Config("defaultconfigdevice", (), phone, deletable=False, label="What every phone has"),
        Config(
            "autoprov",
            ("base", "defaultconfigdevice"),
            new,
            role=AUTOCREATE,
            deletable=False,
            label="What a phone has before somebody assigns it",
        ),
    )


def add_stock(books: Books, chance: Chance, utc: float, *, ntp: str | None = None, pbx: str | None = None) -> list[str]:
    """Add the stock configs to books that hold no config yet; gives the ids of those that were added."""
    if books.configs.page("", 1):
        return []
    added = stock(chance, ntp, pbx)
    for config in added:
        books.configs.put(config, _SYSTEM, utc)
    return [config.id for config in added]
