"""Unpacks archives of strangers (tar, also gzip and bzip2; zip): plain files and folders below one place, bounded."""

from __future__ import annotations

import bz2
import contextlib
import errno
import gzip
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

_PIECE = 1 << 18  # octets written at once
_HEADER = 1 << 20  # octets that a tar header may have: a name, not a flood
_SLACK = 1 << 26  # octets of headers and padding in all
_LONGEST_NAME, _LONGEST_PATH = 255, 1024  # octets
_SPECIAL = stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX
_ZIP = b"PK\x03\x04"
_KINDS = {
    tarfile.SYMTYPE: "a link", tarfile.LNKTYPE: "a link", tarfile.CHRTYPE: "a device", tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
}  # fmt: skip
_MODES = {
    stat.S_IFLNK: "a link", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device", stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
}  # fmt: skip
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)


class BadArchive(Exception):
    """An archive that is not unpacked; `entry` is the name of what is wrong in it, empty when it is the whole."""

    def __init__(self, archive: Path, entry: str, why: str) -> None:
        self.archive = archive
        self.entry = entry
        self.why = why
        super().__init__(f"{archive.name}: {entry!r} {why}" if entry else f"{archive.name} {why}")


class Limits(NamedTuple):
    """How much may come out of an archive."""

    files: int = 20_000  # folders count as well
    octets: int = 1 << 30


class _Entry(NamedTuple):
    name: str
    is_folder: bool
    size: int
    odd: str  # what it is that is not unpacked; empty when it is a plain file or a folder
    source: Any


def unpack(archive: Path, to: Path, limits: Limits = Limits()) -> list[str]:  # noqa: B008  a NamedTuple never changes
    """Unpack into an empty folder and name the files, by their path in it; raises BadArchive, OSError.

    What is written before something wrong is met stays in the folder: let it be one to be thrown away.
    """
    place = _Place(archive, to, limits)
    try:
        with archive.open("rb") as file:
            is_zip = file.read(len(_ZIP)) == _ZIP
        with _zip(archive) if is_zip else _tar(archive, limits) as entries:
            for entry in entries:
                place.take(entry)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, UnicodeError, ValueError) as error:
        raise BadArchive(archive, "", f"cannot be read: {error or type(error).__name__}") from None
    except OSError as error:
        if error.errno in (None, errno.EINVAL):  # of gzip and bzip2; of a place before the beginning
            raise BadArchive(archive, "", f"cannot be read: {error}") from None
        raise
    except (RuntimeError, NotImplementedError) as error:  # of zip: a password, a method
        raise BadArchive(archive, "", f"cannot be read: {error}") from None
    return sorted(place.files)


class _Place:
    """A folder that is filled, and all that was put there."""

    def __init__(self, archive: Path, root: Path, limits: Limits) -> None:
        self._archive = archive
        self._root = root
        self._limits = limits
        self._octets = 0
        self.files: set[str] = set()
        self._folders: set[str] = {""}

    def take(self, entry: _Entry) -> None:
        why = entry.odd or _odd_name(entry.name)
        if why:
            raise BadArchive(self._archive, entry.name, why)
        parts = [part for part in entry.name.split("/") if part not in ("", ".")]
        path = "/".join(parts)
        above = ["/".join(parts[:count]) for count in range(1, len(parts))]
        if (
            path in self.files
            or any(each in self.files for each in above)
            or (path in self._folders and not entry.is_folder)
        ):
            raise BadArchive(self._archive, entry.name, "is there twice")
        self._folders.update(above)
        self._octets += entry.size
        if len(self.files) + len(self._folders) > self._limits.files or self._octets > self._limits.octets:
            raise BadArchive(
                self._archive, entry.name,
                f"is too much: more than {self._limits.files} files or {self._limits.octets} octets would come out",
            )  # fmt: skip
        target = self._root / path
        if entry.is_folder:
            self._folders.add(path)
            target.mkdir(parents=True, exist_ok=True)
            return
        if not path:
            raise BadArchive(self._archive, entry.name, "has no name")
        self.files.add(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with entry.source() as source, target.open("xb") as file:
            self._copy(entry, source, file)

    def _copy(self, entry: _Entry, source: IO[bytes], file: IO[bytes]) -> None:
        left = entry.size
        while piece := source.read(_PIECE):
            left -= len(piece)
            if left < 0:
                raise BadArchive(self._archive, entry.name, "holds more than it says")
            file.write(piece)
        if left:
            raise BadArchive(self._archive, entry.name, "ends too early")


def _odd_name(name: str) -> str:
    """Say what is wrong with a name; empty when nothing is."""
    if name.startswith("/") or (len(name) > 1 and name[1] == ":"):
        return "is an absolute path"
    parts = name.split("/")
    if ".." in parts:
        return "leads out of the folder (..)"
    if "\\" in name or not name.isprintable():
        return "has an odd name: a backslash, a control character, or no UTF-8"
    octets = [len(os.fsencode(part)) for part in parts]
    if max(octets) > _LONGEST_NAME or sum(octets) + len(parts) > _LONGEST_PATH:
        return "has too long a name"
    return ""


# --- tar ---


class _Bounded:
    """What a tar file is read from: no header may be a flood, and all of it has an end."""

    def __init__(self, file: IO[bytes], octets: int) -> None:
        self._file = file
        self._left = octets

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _HEADER:
            raise tarfile.ReadError(f"a header of {size} octets")
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise tarfile.ReadError("too much would come out")
        return data

    def seek(self, place: int) -> int:
        """Go forward as the reading goes, so that what is skipped counts, too."""
        while (here := self._file.tell()) < place and self.read(min(place - here, _PIECE)):
            pass
        return self._file.tell() if self._file.tell() == place else self._file.seek(place)

    def tell(self) -> int:
        return self._file.tell()


@contextlib.contextmanager
def _tar(archive: Path, limits: Limits) -> Iterator[Iterator[_Entry]]:
    with archive.open("rb") as raw:
        magic = raw.read(3)
        raw.seek(0)
        file: IO[bytes] = raw
        if magic[:2] == b"\x1f\x8b":
            file = gzip.GzipFile(fileobj=raw)  # type: ignore[assignment]  # it reads, seeks and tells as IO does
        elif magic == b"BZh":
            file = bz2.BZ2File(raw)
        bounded: Any = _Bounded(file, limits.octets + _SLACK)
        with tarfile.open(fileobj=bounded, mode="r:") as tar:
            yield _tar_entries(tar)


def _tar_entries(tar: tarfile.TarFile) -> Iterator[_Entry]:
    for member in tar:
        odd = ""
        if member.type in _KINDS:
            odd = f"is {_KINDS[member.type]}"
        elif not member.isdir() and member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
            odd = "is neither a file nor a folder"
        elif member.mode & _SPECIAL and not (member.isdir() and not member.mode & stat.S_ISUID):
            odd = "has a bit set that gives rights (setuid, setgid, sticky)"
        elif member.size < 0:
            odd = "has a size below nothing"
        yield _Entry(
            member.name, member.isdir(), 0 if member.isdir() else member.size, odd,
            lambda member=member: tar.extractfile(member),
        )  # fmt: skip
        tar.members.clear()  # type: ignore[attr-defined]  # typeshed leaves it out; it remembers every header


# --- zip ---


@contextlib.contextmanager
def _zip(archive: Path) -> Iterator[Iterator[_Entry]]:
    with zipfile.ZipFile(archive) as opened:
        yield _zip_entries(opened)


def _zip_entries(opened: zipfile.ZipFile) -> Iterator[_Entry]:
    for each in opened.infolist():
        mode = each.external_attr >> 16
        odd = ""
        if stat.S_IFMT(mode) in _MODES:
            odd = f"is {_MODES[stat.S_IFMT(mode)]}"
        elif mode & _SPECIAL and not each.is_dir():
            odd = "has a bit set that gives rights (setuid, setgid, sticky)"
        elif each.flag_bits & 1:
            odd = "needs a password"
        elif each.compress_type not in _METHODS:
            odd = f"is compressed by method {each.compress_type}, which is not unpacked here"
        yield _Entry(each.orig_filename, each.is_dir(), each.file_size, odd, lambda each=each: opened.open(each))
