"""A configuration as named things with keys and texts, whatever way it is spelt: what `diff` compares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin

from ringboot.dhcp.private import Private, shown
from ringboot.fleet.raw_config import is_secret
from ringboot.setup.kinds import Range, duration_text, size_text
from ringboot.setup.option_sets import key_of
from ringboot.setup.reading import inner_meaning
from ringboot.setup.settings import PoolTable, Settings
from ringboot.setup.site import declared_in

MASK = "***"
_NAMES = ("name", "range")  # what a thing is called by already
_HEADERS = "headers."  # of requests: they hold tokens
_PASSWORD = re.compile(r"(://[^/\s:@]*:)[^/\s@]+(?=@)")


class Value(NamedTuple):
    """The value of one key: `text` as it is, which may be a secret."""

    text: str
    is_default: bool
    restart: bool  # a change of it is taken up when the daemon starts

    def shown(self, key: str) -> str:
        """Write it for people, secrets as ***."""
        if (is_secret(key) or key.startswith(_HEADERS)) and self.text:
            return MASK
        return _PASSWORD.sub(rf"\1{MASK}", self.text)


Key = tuple[str, str]  # what it is, and its name: ("network", "phones"), ("settings", "[dhcp]")
Outline = dict[Key, dict[str, Value]]


def outline(settings: Settings) -> Outline:
    """Take a configuration apart: sections, networks, pools, classes and all else that stands in lists."""
    maker = _Maker(declared_in(settings.dhcp.declared))
    for section, entry in _fields(settings).items():
        value = getattr(settings, section)
        if isinstance(value, tuple):
            for each in value:
                maker.add((str(entry.alias), _called(each)), each)
        else:
            maker.add(("settings", f"[{section}]"), value)
    return maker.made


def running(began: Settings, now: Settings) -> Outline:
    """Outline what a daemon works by: what is `now`, but what it `began` with where only a restart takes up changes."""
    made, old = outline(now), outline(began)
    for thing, values in made.items():
        before = old.get(thing, {})
        for key, value in values.items():
            if value.restart and key in before:
                values[key] = before[key]
    return made


def _fields(table: Any) -> dict[str, Any]:
    fields: dict[str, Any] = type(table).__pydantic_fields__
    return fields


class _Maker:
    def __init__(self, declared: tuple[Private, ...]) -> None:
        self.made: Outline = {}
        self._declared = declared

    def add(self, thing: Key, table: Any) -> None:
        """Add a table as a thing, and what stands in its lists as things of their own."""
        values = self.made[self._unused(thing)] = {}
        if isinstance(table, Range):  # a pool that says nothing more
            table = PoolTable(str(table))  # type: ignore[arg-type]  # the text, as in the file
        prefix = "" if thing[0] == "settings" else f"{thing[1]} "
        for key, value, each in self._leaves(table, ""):
            if each is None:
                what = "pool" if isinstance(value, Range) else key
                self.add((what, f"{prefix}{_called(value)}"), value)
            elif key not in _NAMES:
                values[key] = each

    def _leaves(self, table: Any, prefix: str) -> Iterator[tuple[str, Any, Value | None]]:
        """Give each key with its value; no Value where what it holds is a thing of its own."""
        for name, entry in _fields(table).items():
            key, value = prefix + (entry.alias or name), getattr(table, name)
            restart = bool((entry.json_schema_extra or {}).get("restart"))
            if is_dataclass(value):
                yield from self._leaves(value, f"{key}.")
            elif isinstance(value, Mapping) and name != "options":
                for inner, text in value.items():
                    yield f"{key}.{inner}", text, Value(str(text), is_default=False, restart=restart)
            elif isinstance(value, Mapping):
                for option, text in value.items():
                    named, _ = shown(self._declared, key_of(option, self._declared), "")
                    yield f"{key}.{named}", text, Value(_text(text, ""), is_default=False, restart=restart)
            elif _holds_things(entry):
                yield from ((key, inner, None) for inner in value)
            else:
                found = inner_meaning(entry)
                default = not entry.is_required() and value == entry.get_default(call_default_factory=True)
                yield key, value, Value(_text(value, found.name if found else ""), default, restart)

    def _unused(self, thing: Key) -> Key:
        what, name = thing
        count = 1
        while thing in self.made:
            count += 1
            thing = (what, f"{name} ({count})")
        return thing


def _holds_things(entry: Any) -> bool:
    """Say whether a key's list holds things that have a name of their own: tables, or ranges."""
    if get_origin(entry.annotation) is not tuple:
        return False
    inner = get_args(entry.annotation)[0]
    inner = get_args(inner)[0] if hasattr(inner, "__metadata__") else inner
    return is_dataclass(inner) or inner is Range


def _called(thing: Any) -> str:
    if isinstance(thing, Range):
        return str(thing)
    return str(next(getattr(thing, key) for key in ("called", "name", "range", "brand") if hasattr(thing, key)))


def _text(value: Any, meaning: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if meaning.startswith("duration") and isinstance(value, int | float):
        return duration_text(value)
    if meaning == "amount of memory":
        return size_text(value)
    # A subnet, a range or a place to listen is a tuple that writes itself.
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return ", ".join(_text(each, meaning) for each in value)
    return str(value) if isinstance(value, str | int | float | tuple | Path) else repr(value)
