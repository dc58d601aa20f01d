"""A repository's index, written by `plugin pack`: which plugins it has, and the file, size and SHA-256 of each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ringboot.plugins import version as versions

FILE = "index.json"
LARGEST = 4 << 20  # octets
_FORMAT = 1
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"


class Entry(BaseModel):
    """One plugin of a repository; its archive holds one folder."""

    model_config = ConfigDict(extra="ignore", frozen=True)  # a later index may say more

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    name: str = Field(max_length=80)
    title: str = Field(max_length=80)
    version: str = Field(pattern=r"^\d[\w.+-]*$", max_length=80)
    description: str = Field(default="", max_length=400)
    needs: str = Field(default="", max_length=80)
    end_of_life: bool = False
    file: str = Field(pattern=_NAME)
    size: int = Field(ge=0, le=1 << 30)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class BadIndex(Exception):
    """An index that cannot be used; the text says where and why."""


def read_index(text: str | bytes, where: str) -> dict[str, Entry]:
    """Read an index from its text, by id; BadIndex."""
    try:
        whole = json.loads(text)
        rows = whole["plugins"]
        if whole["format"] != _FORMAT or not isinstance(rows, list):
            raise BadIndex(f"{where}: its format is not {_FORMAT}. A newer Ringboot may read it.")
    except (ValueError, RecursionError) as error:
        raise BadIndex(f"{where}: no JSON: {error}") from None
    except (KeyError, TypeError):
        raise BadIndex(f"{where}: no index: it has no format, or no list of plugins") from None
    entries = [_entry(row, number, where) for number, row in enumerate(rows, 1)]
    made = {entry.id: entry for entry in entries}
    if len(made) < len(entries):
        raise BadIndex(f"{where}: an id stands twice")
    return made


def _entry(row: object, number: int, where: str) -> Entry:
    try:
        return Entry.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BadIndex(f"{where}: plugin {number}: {place}: {first['msg']}") from None


def write_index(entries: Iterable[Entry]) -> str:
    """Write an index; the same entries make the same text."""
    rows = [entry.model_dump() for entry in sorted(entries, key=lambda entry: versions.natural(entry.id))]
    return json.dumps({"format": _FORMAT, "plugins": rows}, indent=1, ensure_ascii=False) + "\n"


def load_index(folder: Path) -> dict[str, Entry]:
    """Read the index of a folder; nothing is in it where there is none. BadIndex, OSError."""
    path = folder / FILE
    return read_index(path.read_bytes(), str(path)) if path.exists() else {}
