"""Reading a conf.py: its names, its settings, its hooks, and its `init()`."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ringboot.compat.staticdhcpd import conversion, databases, hooks, rfc, settings, world

Call = Callable[[Mapping[str, Any]], Any]


class ConfError(ValueError):
    """A conf.py that cannot be used: file, line and why."""


@dataclass(frozen=True, slots=True)
class Conf:
    """A conf.py that was read and has begun."""

    path: Path
    module: ModuleType
    world: world.World
    hooks: Mapping[str, Call]
    database: databases.Database | None
    notes: tuple[str, ...]  # settings that are set elsewhere now


def load(path: Path, outside: world.Outside | None = None) -> Conf:
    """Read and begin a conf.py; ConfError names the line."""
    path = path.resolve()
    module = ModuleType("conf")
    module.__file__ = str(path)
    site = world.World(path.parent, outside or world.Outside())
    world.install(site)
    sys.modules["conf"] = module
    logger = logging.getLogger("conf")
    vars(module).update(
        {each.__name__: each for each in (*conversion.PUBLIC, *rfc.ENCODERS, *rfc.DECODERS)},
        callbacks=site.callbacks, extensions=site.extensions, logger=logger, writeLog=logger.warning,
    )  # fmt: skip
    # While it is read, extensions that it imports see what it has said so far.
    vars(site.config).update(conf=module, __getattr__=lambda name: _so_far(vars(module), name))
    try:
        exec(compile(path.read_bytes(), str(path), "exec"), vars(module))
        vars(site.config).update(settings.read(vars(module)))
        found = {
            name: hooks.adapted(name, vars(module)[name]) for name in hooks.CURRENT if callable(vars(module).get(name))
        }
        if "init" in found:
            found.pop("init")({})
        database = databases.of_settings(site.config, path.parent)
    except Exception as error:
        raise ConfError(f"{place(error, path.parent) or path}: {said(error)}") from error
    own = {name: value for name, value in vars(module).items() if name.isupper()}
    return Conf(path, module, site, found, database, settings.notes(own))


def _so_far(said: Mapping[str, Any], name: str) -> Any:
    """Give a setting before all are read; AttributeError."""
    found = settings.read(said)
    if name not in found:
        raise AttributeError(f"there is no setting {name}")
    return found[name]


def place(error: BaseException, folder: Path) -> str:
    """Say at which line of the site's own files something went wrong: "conf.py:12"; nothing when at none."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}:{error.lineno}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if Path(frame.filename).is_relative_to(folder):
            return f"{Path(frame.filename).relative_to(folder)}:{frame.lineno}"
    return ""


def said(error: BaseException) -> str:
    """Name an exception and what it says."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
