"""The files that a device had, kept beside its plugin: each content once, named by its SHA-256, and a line each time.

A folder for each device in var/history holds the contents, compressed, and the lines; nothing of it is served.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ringboot.model import codec

KEPT = 20  # generations of a device that are there for certain; up to twice as many until the oldest are dropped
_LINES = "generations"


class KeptFile(NamedTuple):
    """A file as it was."""

    path: str  # below var/tftpboot
    part: str
    secret: bool
    template: str
    sha256: str
    size: int


class Generation(NamedTuple):
    """All files of a device, from one time on."""

    number: int
    utc: float
    why: str
    held: bool  # a person put it back: only a person's next step replaces it
    files: tuple[KeptFile, ...]

    @property
    def contents(self) -> set[tuple[str, str]]:
        """Give path and SHA-256 of each file."""
        return {(file.path, file.sha256) for file in self.files}


class History:
    """What is kept of one device."""

    def __init__(self, plugin: str | Path, device: str) -> None:
        self._place = f"{plugin}/var/history/{folder_name(device)}"  # text: one is made for each render of a fleet

    @property
    def folder(self) -> Path:
        """Give the folder of the device."""
        return Path(self._place)

    @property
    def _lines(self) -> Path:
        return Path(self._place, _LINES)

    def has(self, sha256: str) -> bool:
        """Tell whether a content is kept."""
        return os.path.exists(f"{self._place}/{sha256}")

    def begun(self) -> bool:
        """Tell whether there is a generation."""
        return os.path.exists(f"{self._place}/{_LINES}")

    def take(self, packed: str | Path, sha256: str) -> None:
        """Move a content, as `pack` wrote it, to where it is kept."""
        try:
            os.replace(packed, f"{self._place}/{sha256}")
        except FileNotFoundError:
            self._make_folder()
            os.replace(packed, f"{self._place}/{sha256}")

    def all(self) -> list[Generation]:
        """Give the generations, oldest first; a line that a crash cut off is left out."""
        found = []
        for line in self._read().splitlines():
            with suppress(codec.BadMessage):
                found.append(codec.decode(Generation, line))
        return found

    def newest(self) -> Generation | None:
        """Give the newest one."""
        lines = self._read()
        while lines:
            lines, _, line = lines.rpartition(b"\n")
            with suppress(codec.BadMessage):
                return codec.decode(Generation, line)
        return None

    def held(self) -> Generation | None:
        """Give the newest one if a person put it back."""
        if b'"held":true' not in self._read():  # soon seen, and so it is with nearly all
            return None
        newest = self.newest()
        return newest if newest is not None and newest.held else None

    def note(self, files: Iterable[KeptFile], *, utc: float, why: str, held: bool) -> None:
        """Add a generation unless it is the newest already; the oldest go when there are too many."""
        newest = self.newest()
        files = tuple(files)
        if newest is not None and (newest.files, newest.held) == (files, held):
            return
        number = newest.number + 1 if newest is not None else 1
        line = codec.encode(Generation(number, utc, why, held, files))
        if newest is None:
            self._make_folder()
        with open(f"{self._place}/{_LINES}", "ab", buffering=0) as lines:
            lines.write(b"\n" + line)  # the end of a line that was cut off, too
        if number % KEPT == 0:
            self._trim()

    def data(self, file: KeptFile) -> bytes | None:
        """Give a content; None when it is not kept any more, or damaged."""
        try:
            data = zlib.decompress((self.folder / file.sha256).read_bytes())
        except (OSError, zlib.error):
            return None
        return data if hashlib.sha256(data).hexdigest() == file.sha256 else None

    def forget(self) -> None:
        """Drop all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _trim(self) -> None:
        """Keep the newest generations, and of the contents those that they have."""
        kept = self.all()[-KEPT:]
        new = self._lines.with_name(f".{_LINES}")
        new.write_bytes(b"".join(b"\n" + codec.encode(each) for each in kept))
        new.replace(self._lines)
        wanted = {_LINES, *(file.sha256 for each in kept for file in each.files)}
        for path in self.folder.iterdir():
            if path.name not in wanted:
                path.unlink(missing_ok=True)

    def _make_folder(self) -> None:
        """Make the folder of the device; not that of a plugin that was taken away meanwhile."""
        self.folder.parent.mkdir(exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)

    def _read(self) -> bytes:
        try:
            with open(f"{self._place}/{_LINES}", "rb", buffering=0) as lines:
                return lines.read()
        except OSError:
            return b""


def folder_name(device: str) -> str:
    """Name a device's folder; an id may hold what does not belong into a name."""
    return hashlib.sha256(device.encode()).hexdigest()[:32]


def pack(path: str | Path, data: bytes) -> None:
    """Write a content as it is kept."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
        new.write(zlib.compress(data, 1))


def tidy(plugin: Path, devices: Iterable[str]) -> None:
    """Drop what is kept of devices that are gone."""
    folder = plugin / "var" / "history"
    known = {folder_name(device) for device in devices}
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in known:
            shutil.rmtree(path, ignore_errors=True)
