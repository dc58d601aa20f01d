"""Packs a plugin folder into an archive of a repository, and names it in the index; the same files, the same octets."""

from __future__ import annotations

import gzip
import io
import os
import secrets
import tarfile
from pathlib import Path

from ringboot.plugins import version as versions
from ringboot.plugins.archived import ENDINGS, entry_of
from ringboot.plugins.folder import check_id, shipped_files
from ringboot.plugins.index import FILE, Entry, load_index, read_index, write_index
from ringboot.plugins.manifest import load_manifest


def pack(folder: Path, repository: Path, ident: str = "") -> Entry:
    """Write `<id>-<version>.tar.gz` into a repository's folder and name it in the index there.

    The id is the folder's name unless one is given. Templates of the administrator's and what is rendered or downloaded
    stay behind. NotInstalled, BadManifest, BadIndex, BadArchive, OSError.
    """
    manifest = load_manifest(folder)
    ident = check_id(ident or folder.resolve().name)
    repository.mkdir(parents=True, exist_ok=True)
    entries = load_index(repository)
    archive = repository / f"{ident}-{manifest.version}.tar.gz"
    _write(archive, _archive(folder, ident))
    entry = entry_of(archive)
    _write(repository / FILE, write_index({**entries, ident: entry}.values()).encode())
    return entry


def index_folder(repository: Path) -> list[Entry]:
    """Write a repository's index anew from the archives that lie there: of each plugin the newest version.

    BadArchive, OSError; then the index is as it was.
    """
    found: dict[str, Entry] = {}
    for path in sorted(repository.iterdir()):
        if path.name.endswith(ENDINGS) and not path.name.startswith("."):
            entry = entry_of(path)
            other = found.get(entry.id)
            if other is None or versions.natural(other.version) < versions.natural(entry.version):
                found[entry.id] = entry
    text = write_index(found.values())
    _write(repository / FILE, text.encode())
    return list(read_index(text, FILE).values())


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
