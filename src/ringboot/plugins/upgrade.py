"""Replaces an installed plugin by another version: wholly or not at all, and nothing of the administrator's is lost.

The new version is built beside the old one, with everything in it that is not shipped (as hard links), and the two
change places by renames. Which of the three folders are there tells how far it came, also after a kill:

    ID                                      before, or finished
    ID and .ID.upgrade-new                  was being built: thrown away
    .ID.upgrade-old and .ID.upgrade-new     the places were changing: undone
    ID and .ID.upgrade-old                  done but for the tidying: finished
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
from pathlib import Path
from typing import NamedTuple

from ringboot.plugins import shipped
from ringboot.plugins.folder import NotInstalled, PluginFolder, copy_shipped
from ringboot.plugins.manifest import BadManifest, load_manifest
from ringboot.plugins.shipped import Shipped, digest

_LEFT = re.compile(r"\.(?P<id>.+)\.(?:upgrade-(?P<kind>new|old)|[0-9a-f]{8})")
_SERVED = "var/tftpboot/"


class Staged(NamedTuple):
    """A version that is built and not yet in its place."""

    target: Path
    before: str
    after: str
    kept: tuple[str, ...]  # the copies of files that were changed by hand


def _beside(target: Path, kind: str) -> Path:
    return target.with_name(f".{target.name}.upgrade-{kind}")


def stage(source: Path, target: Path, name: str) -> Staged:
    """Build the version in `source` beside the plugin in `target`; NotInstalled, BadManifest.

    `name` is how its source calls it.
    """
    manifest = load_manifest(source)
    new = _beside(target, "new")
    try:
        shutil.rmtree(new, ignore_errors=True)
        files = copy_shipped(source, new, manifest)
        record = Shipped(manifest.version, name, files)
        shipped.write(new, record)
        kept = _bring(target, new, shipped.read(target), record)
        for path in (*files, shipped.RECORD):
            _to_disk(new / path)
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        raise NotInstalled(f"{new} could not be written: {error.strerror or error}") from error
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return Staged(target, _version(target), manifest.version, tuple(kept))


def _version(folder: Path) -> str:
    try:
        return PluginFolder(folder).manifest.version
    except BadManifest:
        return "?"


def _bring(target: Path, new: Path, before: Shipped | None, after: Shipped) -> list[str]:
    """Link into the new version what is not shipped, and copies of what was changed by hand; names those."""
    kept: list[str] = []
    had = before.files if before is not None else {}
    version = before.version if before is not None else _version(target)
    for path in shipped.files_of(target):
        is_link = (target / path).is_symlink()
        if path not in had and path not in after.files:
            _link(target / path, new / path)
            continue
        now = "" if is_link else digest(target / path)
        if now in (had.get(path), after.files.get(path)):
            continue
        copy = _free(target, new, f"{path}.kept-{version}")
        _link(target / path, new / copy)
        kept.append(copy)
    return kept


def _free(target: Path, new: Path, path: str) -> str:
    """Give a name that nothing has."""
    names = (path, *(f"{path}.{number}" for number in range(2, 1000)))
    return next(name for name in names if not os.path.lexists(target / name) and not os.path.lexists(new / name))


def _link(source: Path, place: Path) -> None:
    """Put a file into another folder without copying it, where the file system can."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, place, follow_symlinks=False)
    except FileNotFoundError:
        pass  # taken away meanwhile
    except OSError:
        shutil.copy2(source, place, follow_symlinks=False)


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def switch(staged: Staged) -> None:
    """Put a staged version in its place; NotInstalled, with all as it was."""
    target, old = staged.target, _beside(staged.target, "old")
    try:
        target.rename(old)
        try:
            _beside(target, "new").rename(target)
        except OSError:
            old.rename(target)
            raise
        _catch_up(old, target)
    except OSError as error:
        raise NotInstalled(f"{target} could not be replaced: {error.strerror or error}") from error


def _catch_up(old: Path, target: Path) -> None:
    """Take over what was changed in the old folder after it was linked."""
    ours = {path for folder in (old, target) if (row := shipped.read(folder)) is not None for path in row.files}
    there = set(shipped.files_of(old))
    for path in there - ours:
        if _inode(old / path) != _inode(target / path):
            _replace(old / path, target / path)
    for path in set(shipped.files_of(target)) - there - ours:
        if path.startswith(_SERVED):  # a device's file that was deleted meanwhile must not be served again
            (target / path).unlink(missing_ok=True)


def _inode(path: Path) -> int | None:
    try:
        return path.lstat().st_ino
    except OSError:
        return None


def _replace(source: Path, place: Path) -> None:
    beside = place.with_name(f".{place.name[:200]}.{secrets.token_hex(4)}")
    _link(source, beside)
    with contextlib.suppress(FileNotFoundError):
        os.replace(beside, place)


def drop(staged: Staged) -> None:
    """Throw a staged version away."""
    shutil.rmtree(_beside(staged.target, "new"), ignore_errors=True)


def undo(staged: Staged) -> None:
    """Put the version before back in its place, where the places were changed."""
    target, old, new = staged.target, _beside(staged.target, "old"), _beside(staged.target, "new")
    if old.exists():
        if target.exists():
            target.rename(new)
        old.rename(target)
    shutil.rmtree(new, ignore_errors=True)


def finish(staged: Staged) -> None:
    """Throw the version before away."""
    shutil.rmtree(_beside(staged.target, "old"), ignore_errors=True)


def recover(root: Path) -> list[str]:
    """Bring to an end what a kill interrupted, before any plugin is read; says what was done, a sentence each."""
    told: list[str] = []
    for path in sorted(root.iterdir(), reverse=True) if root.is_dir() else ():  # -old before -new
        found = _LEFT.fullmatch(path.name)
        if found is None or not path.is_dir() or path.is_symlink():
            continue
        target = root / found["id"]
        if found["kind"] != "old":
            shutil.rmtree(path, ignore_errors=True)
        elif target.exists():
            _catch_up(path, target)
            shutil.rmtree(path, ignore_errors=True)
            told.append(f"the upgrade of plugin {target.name} was finished")
        else:
            path.rename(target)
            told.append(f"the upgrade of plugin {target.name} was undone")
    return told
