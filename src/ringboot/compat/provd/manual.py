"""help() and dirr(): what there is in the shell, and what one of its things does."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

_HINT = """\
help(devices), help(devices.using_plugin): what they do.  dirr(devices): what they have.
devices["..."], configs["..."], plugins["..."]: one of them.  The Tab key completes names, and ids within quotes.
pprint(x) prints x; what an expression gives is printed by itself.  exit() or Ctrl-D ends."""


def public(thing: object) -> list[str]:
    """Give the names that a thing has for its users."""
    return [name for name in dir(thing) if not name.startswith("_")]


def overview(names: Mapping[str, Any]) -> str:
    """Say in a line each what the namespace has."""
    width = max(map(len, names))
    rows = [f"  {name.ljust(width)}  {_first(thing)}" for name, thing in names.items()]
    return "\n".join((*rows, "", _HINT))


def about(thing: object) -> str:
    """Say what a thing does, and each of its methods."""
    text = inspect.getdoc(thing) or f"{type(thing).__name__}: {thing!r}"
    if inspect.isroutine(thing):
        return f"{thing.__name__}{_signature(thing)}\n    {text}".replace("\n", "\n    ").replace("        ", "    ")
    methods = [name for name in public(thing) if inspect.isroutine(getattr(thing, name))]
    rows = [f"  {name}{_signature(getattr(thing, name))}\n      {_first(getattr(thing, name))}" for name in methods]
    return "\n".join((text, "", *rows)).rstrip()


def _first(thing: object) -> str:
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def _signature(function: Any) -> str:
    """Write the arguments as they are typed: names and defaults."""
    parts = []
    for each in inspect.signature(function).parameters.values():
        star = "*" if each.kind is each.VAR_POSITIONAL else "**" if each.kind is each.VAR_KEYWORD else ""
        parts.append(f"{star}{each.name}" + ("" if each.default is each.empty else f"={each.default!r}"))
    return f"({', '.join(parts)})"
