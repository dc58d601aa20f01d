"""var/cache: the files that firmware packages are made of, taken only when their checksum fits."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from ringboot.plugins.package import PackageFile

_CACHE = "var/cache"


def place_of(folder: Path, file: PackageFile) -> Path:
    """Say where a package's file lies in its plugin's folder."""
    return folder / _CACHE / file.name


def is_there(folder: Path, file: PackageFile) -> bool:
    """Tell whether a file of this name and size is there, without reading it."""
    path = place_of(folder, file)
    try:
        return path.is_file() and path.stat().st_size == file.size
    except OSError:
        return False


def find(folder: Path, file: PackageFile, others: Iterable[Path]) -> bool:
    """Tell whether a file is there and is what it must be; another plugin's that is the same is linked to."""
    if is_there(folder, file) and _fits(place_of(folder, file), file):
        return True
    for other in others:
        if other != folder and is_there(other, file) and _fits(place_of(other, file), file):
            fresh = place_of(folder, file).with_name(f".{secrets.token_hex(4)}.part")
            try:
                os.link(place_of(other, file), fresh, follow_symlinks=False)
                os.replace(fresh, place_of(folder, file))
            except OSError:  # another disk: it is fetched again
                continue
            finally:
                fresh.unlink(missing_ok=True)
            return True
    return False


def _fits(path: Path, file: PackageFile) -> bool:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, file.kind).hexdigest() == file.digits


class Arriving:
    """A file that a person gives: written beside the others, and kept only when it is one that a package wants."""

    def __init__(self, folder: Path, wanted: Iterable[PackageFile]) -> None:
        self._folder = folder
        self._wanted = tuple(wanted)
        self._most = max((file.size for file in self._wanted), default=0)
        self._path = folder / _CACHE / f".{secrets.token_hex(4)}.upload"
        self._file: BinaryIO = self._path.open("xb")
        self._sums = {kind: hashlib.new(kind) for kind in ("sha1", "sha256")}
        self._size = 0

    def write(self, piece: bytes) -> bool:
        """Take a piece; False: it is larger than anything that is wanted."""
        self._size += len(piece)
        if self._size > self._most:
            return False
        self._file.write(piece)
        for each in self._sums.values():
            each.update(piece)
        return True

    def settle(self) -> list[PackageFile]:
        """Put it in the place of every file that it is; none: it is not one of them."""
        self._file.flush()
        os.fsync(self._file.fileno())
        found = [file for file in self._wanted if self._sums[file.kind].hexdigest() == file.digits]
        for file in found:
            fresh = self._path.with_suffix(".part")
            os.link(self._path, fresh)
            os.replace(fresh, place_of(self._folder, file))
            fresh.unlink(missing_ok=True)  # two links to one file are not moved over each other
        return found

    def close(self) -> None:
        """Drop what was written and is not kept."""
        self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink()


def sweep(folder: Path) -> None:
    """Remove what a crash left behind; only while nothing arrives here."""
    for path in (*(folder / _CACHE).glob(".*.upload"), *(folder / _CACHE).glob(".*.part")):
        path.unlink(missing_ok=True)
