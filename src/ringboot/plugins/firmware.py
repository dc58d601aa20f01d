"""Firmware in a plugin's folder: what is installed there, putting a package in, taking it away; all or nothing.

`var/installed/ID` is a package's record, in provd's form. A change is written down before it is done, and finished, or
undone, by settle() when something broke it off:

    .ID.new/    the new files, numbered, and what they replace (old-0 ...)
    .ID.next    the new record: from here on the files are moved to var/tftpboot
    .ID.old     the record that no longer holds: what only it names is removed

Equal files are one: a file that any plugin's package has installed already is linked, not stored again. Links need no
place of their own and no bookkeeping: each plugin's folder is whole, and the last one that goes takes the file along.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ringboot.plugins.package import Package
from ringboot.plugins.shipped import digest

_RECORDS = "var/installed"
_SERVED = "var/tftpboot"
_LARGEST = 8 << 20  # octets of a record


class NotPlaced(Exception):
    """Firmware that is not installed or taken away; the text says why."""


class Record(NamedTuple):
    """An installed package."""

    id: str
    version: str
    description: str = ""
    depends: tuple[str, ...] = ()
    explicit: bool = True  # False: only because another one needs it
    files: Mapping[str, str] = {}


class Taken(NamedTuple):
    """What taking a package away did."""

    removed: tuple[str, ...]
    kept: tuple[str, ...]  # not what was installed any more, or another package's too


def records(folder: Path) -> dict[str, Record]:
    """Read what is installed in a plugin's folder; a record that cannot be read counts as none."""
    found = (_read(path, path.name) for path in sorted((folder / _RECORDS).glob("[!.]*")))
    return {record.id: record for record in found if record is not None}


def _read(path: Path, ident: str) -> Record | None:
    try:
        if path.stat().st_size > _LARGEST:
            return None
        raw = json.loads(path.read_text(encoding="utf-8"))
        sums = raw.get("sha256") or {}
        return Record(
            ident, str(raw["version"]), str(raw.get("description") or ""), tuple(map(str, raw.get("depends") or ())),
            bool(raw.get("explicit_install", True)),
            {str(name): str(sums.get(name, "")) for name in raw.get("files") or () if _is_inside(str(name))},
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _is_inside(path: str) -> bool:
    return bool(path) and not path.startswith("/") and ".." not in path.split("/")


def _write(path: Path, record: Record) -> None:
    """Write a record, whole and on the disk."""
    raw = {
        "id": record.id, "version": record.version, "description": record.description,
        "depends": list(record.depends), "explicit_install": record.explicit,
        "files": list(record.files), "sha256": dict(record.files),
    }  # fmt: skip
    fresh = path.with_name(f".{record.id}.part")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(raw, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def set_explicit(folder: Path, record: Record) -> None:
    """Note that somebody asked for a package that is there already."""
    _write(folder / _RECORDS / record.id, record._replace(explicit=True))


# --- in ---


def put_in(
    folder: Path,
    package: Package,
    tree: Mapping[str, Path],
    *,
    explicit: bool,
    others: Iterable[Path] = (),
    refuse: Callable[[str], str] = lambda path: "",  # noqa: ARG005 - nothing is refused
) -> Record:
    """Install files as a package, or in place of its version that is there; raises NotPlaced, OSError.

    `others` are the folders of all plugins, `refuse` says of a path why it is not for firmware (empty: it is).
    """
    settle(folder)
    here = records(folder)
    sums = {path: digest(file) for path, file in sorted(tree.items())}
    ours = {path: value for path, value in sums.items() if not _is_anothers(folder, package.id, path, value, here)}
    for path in sums:
        if why := refuse(path) or _no_place(folder, path):
            raise NotPlaced(f"{package.id}: {path} {why}")
    before = here.get(package.id)
    record = Record(
        package.id, package.version, package.description, package.depends,
        explicit or (before is not None and before.explicit), ours,
    )  # fmt: skip
    staged = _staged(folder, package.id)
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()  # nothing is made anew of a plugin that was taken away meanwhile
    try:
        known = _known(others)
        for number, path in enumerate(ours):
            _stage(tree[path], staged / str(number), known.get(ours[path]), ours[path])
        _write(folder / _RECORDS / f".{package.id}.next", record)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    _finish(folder, package.id)
    return record


def _staged(folder: Path, ident: str) -> Path:
    return folder / _RECORDS / f".{ident}.new"


def _is_anothers(folder: Path, ident: str, path: str, value: str, here: Mapping[str, Record]) -> bool:
    """Tell whether a file lies there that no package put there, and that is the same; refuse what differs."""
    target = folder / _SERVED / path
    for other in here.values():
        if other.id != ident and path in other.files and other.files[path] not in (value, ""):
            raise NotPlaced(f"{ident}: {path} is another file in package {other.id}; uninstall that one first")
    if any(path in record.files for record in here.values()) or not os.path.lexists(target):
        return False
    if not target.is_file() or digest(target) != value:
        raise NotPlaced(f"{ident}: {path} is there already, and no package put it there; move {target} away first")
    return True


def _no_place(folder: Path, path: str) -> str:
    if not _is_inside(path):
        return "leads out of the folder that is served"
    root = folder / _SERVED
    for above in (root / path).parents:
        if above == root:
            break
        if os.path.lexists(above) and not above.is_dir():
            return f"needs a folder where {above} is a file"
    target = root / path
    if target.is_dir():
        return "is a folder"
    if not target.parent.resolve().is_relative_to(root.resolve()):
        return "leads out of the folder that is served"
    return ""


def _known(others: Iterable[Path]) -> dict[str, Path]:
    """Name a file for each SHA-256 that any plugin's package has installed."""
    return {
        value: folder / _SERVED / path
        for folder in others
        for record in records(folder).values()
        for path, value in record.files.items()
        if value
    }


def _stage(file: Path, to: Path, same: Path | None, value: str) -> None:
    """Put a file where it waits: a link to one that is equal, to the file itself, or, across disks, a copy."""
    for source in (same, file):
        if source is None or (source is same and not _is(source, value)):
            continue
        try:
            os.link(source, to, follow_symlinks=False)
        except OSError:  # another disk, or too many links
            continue
        break
    else:
        shutil.copyfile(file, to)
    with contextlib.suppress(OSError):  # a link to another's file may not be ours to change
        to.chmod(0o644)
    with to.open("rb") as settled:
        os.fsync(settled.fileno())


def _is(path: Path, value: str) -> bool:
    try:
        return not path.is_symlink() and path.is_file() and (not value or digest(path) == value)
    except OSError:
        return False


# --- finishing and undoing ---


def settle(folder: Path) -> None:
    """Finish, or undo, what was broken off; only while nothing else is done in this folder."""
    place = folder / _RECORDS
    for path in sorted(place.glob(".*.next")):
        _finish(folder, path.name[1 : -len(".next")])
    for path in sorted(place.glob(".*.old")):
        _clear(folder, path.name[1 : -len(".old")])
    for path in place.glob(".*.new"):
        shutil.rmtree(path, ignore_errors=True)
    for path in place.glob(".*.part"):
        path.unlink()


def sweep(folder: Path) -> None:
    """Remove where steps were being carried out; only while none are."""
    for path in (folder / _RECORDS).glob(".*.work"):
        shutil.rmtree(path, ignore_errors=True)


def make_work(folder: Path, ident: str) -> Path:
    """Make an empty folder for a package's steps, on the disk where its files will be."""
    work = folder / _RECORDS / f".{ident}.work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    return work


def _finish(folder: Path, ident: str) -> None:
    """Move the new files to their places, make the new record the one that holds, remove what is over."""
    place, root = folder / _RECORDS, folder / _SERVED
    coming, staged = place / f".{ident}.next", _staged(folder, ident)
    record = _read(coming, ident)
    if record is None:
        coming.unlink(missing_ok=True)
        return
    try:
        for number, path in enumerate(record.files):
            _move(staged / str(number), staged / f"old-{number}", root / path)
    except OSError as error:
        _undo(record, staged, root)
        coming.unlink()
        shutil.rmtree(staged, ignore_errors=True)
        why = error.strerror or str(error)
        raise NotPlaced(f"{ident}: {error.filename or root} could not be written: {why}; all is as before") from None
    _outdate(folder, ident)
    os.replace(coming, place / ident)
    _clear(folder, ident)
    shutil.rmtree(staged, ignore_errors=True)


def _move(new: Path, old: Path, target: Path) -> None:
    if not new.exists():
        return  # it was moved before this was broken off
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and not old.exists():
        os.link(target, old)
    os.replace(new, target)
    new.unlink(missing_ok=True)  # two links to one file are not moved over each other


def _undo(record: Record, staged: Path, root: Path) -> None:
    for number, path in enumerate(record.files):
        old, new = staged / f"old-{number}", staged / str(number)
        with contextlib.suppress(OSError):
            if old.exists():
                os.replace(old, root / path)
            elif not new.exists():
                _remove(root, path)


def _outdate(folder: Path, ident: str) -> None:
    place = folder / _RECORDS
    if (place / ident).exists():
        os.replace(place / ident, place / f".{ident}.old")


def _clear(folder: Path, ident: str) -> Taken:
    """Remove what only a record names that no longer holds."""
    outdated = folder / _RECORDS / f".{ident}.old"
    record = _read(outdated, ident)
    removed, kept = [], []
    if record is not None:
        held = {path for other in records(folder).values() for path in other.files}
        root = folder / _SERVED
        for path, value in record.files.items():
            if path in held or not _is(root / path, value):
                kept += [path] if os.path.lexists(root / path) else []
            else:
                _remove(root, path)
                removed.append(path)
    outdated.unlink(missing_ok=True)
    return Taken(tuple(removed), tuple(kept))


def _remove(root: Path, path: str) -> None:
    (root / path).unlink(missing_ok=True)
    for above in (root / path).parents:
        if above == root or not _emptied(above):
            break


def _emptied(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


# --- out ---


def take_out(folder: Path, ident: str) -> Taken:
    """Remove a package and the files that only it holds; one that was changed since stays; NotPlaced, OSError."""
    settle(folder)
    here = records(folder)
    if ident not in here:
        raise NotPlaced(f"{ident} is not installed")
    needed = [other.id for other in here.values() if ident in other.depends and other.id != ident]
    if needed:
        raise NotPlaced(f"{ident} is needed by {', '.join(needed)}; uninstall that first")
    _outdate(folder, ident)
    return _clear(folder, ident)


def not_needed(folder: Path) -> Iterator[str]:
    """Name packages that nobody asked for, and that nothing needs any more."""
    here = records(folder)
    needed = {name for record in here.values() for name in record.depends}
    return (record.id for record in here.values() if not record.explicit and record.id not in needed)
