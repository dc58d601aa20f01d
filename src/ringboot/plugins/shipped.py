"""What came with a plugin, file by file, so that what the administrator changed or added can be told from it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

RECORD = ".shipped.json"
_BEING_MADE = "var/new"


class Shipped(NamedTuple):
    """The record of an installed plugin."""

    version: str
    source: str  # its name where it is from: in the repository or the catalog
    files: Mapping[str, str]  # path -> SHA-256


def digest(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_of(folder: Path) -> Iterator[str]:
    """Name whatever lies in a plugin and is no folder, but for the record and what is just being rendered."""
    for top, folders, files in os.walk(folder):
        place = Path(top).relative_to(folder)
        folders[:] = sorted(name for name in folders if str(place / name) != _BEING_MADE)
        linked = [name for name in folders if Path(top, name).is_symlink()]
        for name in sorted([*files, *linked]):
            path = str(place / name)
            if path != RECORD:
                yield path


def write(folder: Path, shipped: Shipped) -> None:
    """Keep the record of a plugin."""
    (folder / RECORD).write_text(json.dumps(shipped._asdict(), indent=1, sort_keys=True), encoding="utf-8")


def read(folder: Path) -> Shipped | None:
    """Give the record of a plugin; None when there is none that can be read."""
    try:
        row = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        files = {str(path): str(sha256) for path, sha256 in row["files"].items()}
        return Shipped(str(row["version"]), str(row["source"]), files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def changed(folder: Path, shipped: Shipped | None) -> tuple[str, ...]:
    """Name the shipped files that were changed by hand."""
    rows = shipped.files.items() if shipped is not None else ()
    return tuple(path for path, sha256 in sorted(rows) if _differs(folder / path, sha256))


def _differs(path: Path, sha256: str) -> bool:
    return not path.is_symlink() and path.is_file() and digest(path) != sha256
