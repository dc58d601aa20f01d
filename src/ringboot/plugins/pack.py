"""Packs a plugin folder into an archive of a repository; the same files always make the same octets."""

from __future__ import annotations

import gzip
import io
import os
import secrets
import tarfile
from pathlib import Path

from ringboot.plugins.folder import check_id, shipped_files
from ringboot.plugins.index import FILE, Entry, load_index, write_index
from ringboot.plugins.manifest import load_manifest
from ringboot.plugins.shipped import digest


def pack(folder: Path, repository: Path, ident: str = "") -> Entry:
    """Write `<id>-<version>.tar.gz` into a repository's folder and name it in the index there.

    The id is the folder's name unless one is given. Templates of the administrator's and what is rendered or downloaded
    stay behind. NotInstalled, BadManifest, BadIndex, OSError.
    """
    manifest = load_manifest(folder)
    ident = check_id(ident or folder.resolve().name)
    repository.mkdir(parents=True, exist_ok=True)
    entries = load_index(repository)
    data = _archive(folder, ident)
    file = f"{ident}-{manifest.version}.tar.gz"
    _write(repository / file, data)
    entry = Entry(
        id=ident, name=manifest.name, title=manifest.title, version=manifest.version, needs=manifest.needs,
        description=manifest.description, end_of_life=manifest.end_of_life,
        file=file, size=len(data), sha256=digest(repository / file),
    )  # fmt: skip
    _write(repository / FILE, write_index({**entries, ident: entry}.values()).encode())
    return entry


def _archive(folder: Path, ident: str) -> bytes:
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", filename="", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in shipped_files(folder, load_manifest(folder)):
            member = tarfile.TarInfo(f"{ident}/{path.relative_to(folder)}")
            member.size = path.stat().st_size
            member.mode = 0o644
            with path.open("rb") as file:
                archive.addfile(member, file)
    return out.getvalue()


def _write(path: Path, data: bytes) -> None:
    """Write a file that is never seen half."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        new.write_bytes(data)
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)
