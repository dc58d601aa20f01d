"""A function of the administrator: given a client, it returns what it knows of it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType

from ringboot.scripts.sources.client import Client
from ringboot.scripts.sources.source import Record, SourceFailed

Function = Callable[[Client], object]


class FunctionSource:
    """A function that returns a mapping, a Reservation, a list of them, or None for a client that it does not know."""

    reads = Client._fields

    def __init__(self, function: Function) -> None:
        self._function = function

    def lookup(self, client: Client) -> Sequence[Record]:
        """Call it."""
        found = self._function(client)
        if found is None or found is False:
            return []
        rows = list(found) if isinstance(found, list | tuple) and not hasattr(found, "_fields") else [found]
        return [record for row in rows if (record := _record(row))]

    def give_up(self, thread: int) -> None:
        """Do nothing: a function cannot be interrupted in its thread."""

    def close(self) -> None:
        """Do nothing: the function belongs to its module."""


def _record(row: object) -> Record:
    if isinstance(row, Mapping):
        return row
    if is_dataclass(row) and not isinstance(row, type):
        return {each.name: getattr(row, each.name) for each in fields(row)}
    if hasattr(row, "_asdict"):
        return dict(row._asdict())
    raise SourceFailed(f"it returned {type(row).__name__}, and not a mapping, a Reservation, a list of them, or None")


def split(text: str) -> tuple[Path, str]:
    """Take `inventory.py:lookup` apart; ValueError."""
    file, colon, name = text.rpartition(":")
    if not colon or not file.endswith(".py") or not name.isidentifier():
        raise ValueError("it is not written as file.py:function")
    return Path(file), name


def load(text: str) -> Function:
    """Load the function that is named; a file that a script has loaded already is not loaded again.  ValueError."""
    path, name = split(text)
    module = _module(path)
    function = getattr(module, name, None)
    if not callable(function):
        raise ValueError(f"{path} has no function {name}")
    return function  # type: ignore[no-any-return]  # it is called with a client, and what it gives is looked at


def _module(path: Path) -> ModuleType:
    for module in list(sys.modules.values()):
        if getattr(module, "__file__", None) == str(path):
            return module
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ValueError(f"{path} is no file with Python")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ValueError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from None
    return module
