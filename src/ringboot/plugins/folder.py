"""A plugin's folder, in the layout that provd made known: what lies where, installing one, taking it away."""

from __future__ import annotations

import re
import secrets
import shutil
import stat
import tarfile
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from ringboot.plugins import shipped
from ringboot.plugins.manifest import FILE, BadManifest, load_manifest
from ringboot.plugins.schema import Manifest
from ringboot.plugins.shipped import Shipped, digest

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SERVED = "var/tftpboot"
_FOLDERS = ("templates", "pkgs", "var/cache", "var/installed", "var/templates", _SERVED)
_SHIPPED = (FILE, "README", "README.md", *_FOLDERS)  # what is copied; samples and golden files are not
_OWN = ("var/templates/", "var/cache/", "var/installed/")  # nobody ships what lies there
_NOTES = ("var/installed/", "var/history/")
_MOST_FILES, _MOST_OCTETS = 20_000, 1 << 30


class NotInstalled(Exception):
    """A plugin folder that cannot be installed or taken away; the text says why."""


class Removed(NamedTuple):
    """What an uninstall took away that nobody ships."""

    custom: tuple[str, ...]  # the administrator's templates
    firmware: tuple[str, ...]
    backup: Path | None  # where they are kept


class PluginFolder:
    """An installed plugin; its id is the folder's name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name
        self.shipped = path / "templates"
        self.custom = path / "var" / "templates"
        self.tftpboot = path / _SERVED

    @cached_property
    def manifest(self) -> Manifest:
        """Read the manifest once; raises BadManifest."""
        return load_manifest(self.path)

    def custom_templates(self) -> tuple[str, ...]:
        """Name the administrator's own templates."""
        return _files(self.custom)

    def templates(self) -> tuple[str, ...]:
        """Name the shipped templates."""
        return _files(self.shipped)


def _files(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()))


def check_id(plugin: str) -> str:
    """Give the id back if it can be a folder's name; NotInstalled otherwise."""
    if not _ID.fullmatch(plugin):
        raise NotInstalled(f"{plugin!r} is no plugin id: letters, digits, dot, dash and underscore, 64 at most")
    return plugin


def installed(root: Path) -> tuple[dict[str, PluginFolder], list[BadManifest]]:
    """List the plugins below a folder by id, with their manifests read, and those whose manifest is broken."""
    sound: dict[str, PluginFolder] = {}
    broken: list[BadManifest] = []
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        if path.is_dir() and _ID.fullmatch(path.name) and (path / FILE).exists():
            folder = PluginFolder(path)
            try:
                _ = folder.manifest
            except BadManifest as error:
                broken.append(error)
            else:
                sound[folder.id] = folder
    return sound, broken


def install_plugin(source: Path, target: Path, name: str = "") -> PluginFolder:
    """Copy a plugin to its place, whole or not at all; raises NotInstalled or BadManifest.

    The files of devices stay behind, where a plugin is copied that was in use. `name` is how catalog or repository call
    it, empty for what a person gave.
    """
    check_id(target.name)
    if target.exists():
        raise NotInstalled(f"{target} is there already; uninstall it first, or choose another id")
    if not source.is_dir():
        raise NotInstalled(f"{source} is not a folder")
    manifest = load_manifest(source)
    new = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        files = copy_shipped(source, new, manifest)
        shipped.write(new, Shipped(manifest.version, name, files))
        new.rename(target)
    except OSError as error:
        raise NotInstalled(f"{target} could not be written: {error.strerror}") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return PluginFolder(target)


def copy_shipped(source: Path, new: Path, manifest: Manifest) -> dict[str, str]:
    """Copy what a plugin ships into a new folder, and give each file's SHA-256 by its path; NotInstalled, OSError.

    A copy of the administrator's own templates comes along, but is not what is shipped.
    """
    files: dict[str, str] = {}
    new.mkdir(parents=True)
    for path in _plain(source, manifest):
        place = new / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place, follow_symlinks=False)
        name = str(path.relative_to(source))
        if not name.startswith(_OWN):
            files[name] = digest(place)
    for name in _FOLDERS:
        (new / name).mkdir(parents=True, exist_ok=True)
    return files


def shipped_files(source: Path, manifest: Manifest) -> Iterator[Path]:
    """Walk over what a plugin folder ships: neither files of devices nor what is the administrator's; NotInstalled."""
    for path in _plain(source, manifest):
        if not str(path.relative_to(source)).startswith(_OWN):
            yield path


def _plain(source: Path, manifest: Manifest) -> Iterator[Path]:
    served = source / _SERVED
    for path in _shipped(source):
        if not (path.is_relative_to(served) and manifest.is_one_devices(str(path.relative_to(served)))):
            yield path


def _shipped(source: Path) -> Iterator[Path]:
    """Walk over the plain files of a plugin; refuse links, devices and floods."""
    count = size = 0
    for top in _SHIPPED:
        first = source / top
        for path in (first, *(sorted(first.rglob("*")) if first.is_dir() and not first.is_symlink() else ())):
            try:
                about = path.lstat()
            except FileNotFoundError:
                continue
            if stat.S_ISDIR(about.st_mode):
                continue
            if not stat.S_ISREG(about.st_mode):
                raise NotInstalled(f"{path} is neither a file nor a folder")
            count, size = count + 1, size + about.st_size
            if count > _MOST_FILES or size > _MOST_OCTETS:
                raise NotInstalled(f"{source} holds more than {_MOST_FILES} files or {_MOST_OCTETS >> 20} MiB")
            yield path


def firmware(folder: PluginFolder, rendered: Collection[str]) -> tuple[str, ...]:
    """Name what is served or was downloaded that is neither shipped nor rendered: firmware.

    `rendered` are the paths below var/tftpboot that the daemon made.
    """
    record = shipped.read(folder.path)
    known = set(record.files if record is not None else ()) | {f"{_SERVED}/{path}" for path in rendered}
    return tuple(
        path
        for path in shipped.files_of(folder.path)
        if path.startswith((f"{_SERVED}/", "var/cache/")) and path not in known
    )


def uninstall_plugin(folder: PluginFolder, stamp: str, rendered: Collection[str] = ()) -> Removed:
    """Take a plugin away; what is the administrator's is kept beside it, in an archive named by `stamp`.

    That is whatever is neither shipped, as it was shipped, nor rendered: templates, changed files, firmware.
    NotInstalled.
    """
    custom = folder.custom_templates()
    record = shipped.read(folder.path)
    ships = set(record.files if record is not None else ()) - set(shipped.changed(folder.path, record))
    ships |= {f"{_SERVED}/{path}" for path in rendered}
    kept = [path for path in shipped.files_of(folder.path) if path not in ships and not path.startswith(_NOTES)]
    files = firmware(folder, rendered)
    backup = None
    gone = folder.path.with_name(f".{folder.id}.{secrets.token_hex(4)}")
    try:
        if kept:
            backup = folder.path.with_name(f"{folder.id}-templates-{stamp}.tar.gz")
            # Firmware is compressed already; it shall not take minutes.
            with tarfile.open(backup, "x:gz", compresslevel=1) as archive:
                for path in kept:
                    archive.add(folder.path / path, f"{folder.id}/{path}", recursive=False)
        folder.path.rename(gone)
    except OSError as error:
        if backup is not None:
            backup.unlink(missing_ok=True)
        raise NotInstalled(f"{folder.path} could not be taken away: {error.strerror}") from error
    shutil.rmtree(gone, ignore_errors=True)
    return Removed(custom, files, backup)
