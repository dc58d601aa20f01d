"""The repository of plugins that the settings name: what it has, as last read; fetching and unpacking its archives."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from ringboot.desk.download import DownloadFailed, download
from ringboot.desk.errors import Refused
from ringboot.desk.jobs import tell
from ringboot.model.job import OCTETS
from ringboot.plugins import index, shipped
from ringboot.plugins.archived import open_plugin
from ringboot.plugins.index import BadIndex, Entry, read_index
from ringboot.plugins.unpack import BadArchive

OPEN = "open-"


class Fetching(NamedTuple):
    """What is being fetched now."""

    what: str
    octets: int
    total: int | None


class Repository:
    """Keeps the index and what is being fetched in a folder of ours; one fetch at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: tuple[str, dict[str, Entry]] = ("", {})
        self.fetching: Fetching | None = None

    def entries(self, server: str) -> dict[str, Entry]:
        """Give what the repository had when it was last read; nothing when it never was."""
        if not server:
            return {}
        if self._read[0] != server:
            path = self._index(server)
            found: dict[str, Entry] = {}
            with contextlib.suppress(OSError, BadIndex):
                found = read_index(path.read_bytes(), server)
            self._read = (server, found)
        return self._read[1]

    def _index(self, server: str) -> Path:
        """Each repository has a file of its own: after a change of the setting nobody takes one for the other."""
        return self._folder / f"{hashlib.sha256(server.encode()).hexdigest()[:16]}.json"

    async def update(self, server: str, proxy: str) -> dict[str, Entry]:
        """Read the index anew; DownloadFailed, BadIndex, OSError, and all is as it was."""
        place = self._index(server)
        new = place.with_suffix(".new")
        await self._fetch(server, index.FILE, new, proxy=proxy, limit=index.LARGEST)
        try:
            found = read_index(await asyncio.to_thread(new.read_bytes), f"{server.rstrip('/')}/{index.FILE}")
            os.replace(new, place)
        finally:
            new.unlink(missing_ok=True)
        self._read = (server, found)
        return found

    async def _fetch(
        self, server: str, name: str, to: Path, *, proxy: str, limit: int, sha256: str | None = None
    ) -> None:
        await asyncio.to_thread(self._folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        if server.startswith("/"):
            await asyncio.to_thread(_copy, Path(server) / name, to, limit, sha256)
            return

        def progress(octets: int, total: int | None) -> None:
            self.fetching = Fetching(name, octets, total)
            tell(octets, total, OCTETS, f"fetches {name}")

        try:
            await download(
                f"{server.rstrip('/')}/{name}", to,
                sha256=sha256, size_limit=limit, proxy=proxy or None, progress=progress,
            )  # fmt: skip
        finally:
            self.fetching = None

    @asynccontextmanager
    async def opened(self, entry: Entry, server: str, proxy: str) -> AsyncIterator[Path]:
        """Fetch a plugin's archive, check it, and give the folder in it for the time of the block.

        DownloadFailed, BadArchive, OSError.
        """
        archive = self._folder / entry.file
        await self._fetch(server, entry.file, archive, proxy=proxy, limit=entry.size, sha256=entry.sha256)
        try:
            async with self.unpacked(archive) as folder:
                yield folder
        finally:
            archive.unlink(missing_ok=True)

    @asynccontextmanager
    async def unpacked(self, archive: Path) -> AsyncIterator[Path]:
        """Give the plugin's folder in an archive for the time of the block; BadArchive, OSError."""
        place = self._folder / f"{OPEN}{secrets.token_hex(4)}"
        try:
            yield await asyncio.to_thread(open_plugin, archive, place)
        finally:
            await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what a kill left open; what was being fetched stays, to be gone on with."""
        for path in self._folder.glob(f"{OPEN}*"):
            shutil.rmtree(path, ignore_errors=True)


def _copy(source: Path, to: Path, limit: int, sha256: str | None) -> None:
    """Copy a file of a folder's repository; OSError, BadArchive when it is not the one that the index means."""
    if source.stat().st_size > limit:
        raise BadArchive(source, "", f"is larger than {limit} octets, which the index names")
    shutil.copyfile(source, to)
    if sha256 is not None and (found := shipped.digest(to)) != sha256:
        to.unlink()
        raise BadArchive(source, "", f"is not the file that was meant: its SHA-256 is {found}, not {sha256}")


@contextlib.contextmanager
def refusing(what: str) -> Iterator[None]:
    """Turn what goes wrong with a repository into a refusal that begins with `what`."""
    try:
        yield
    except (DownloadFailed, BadIndex, BadArchive) as error:
        raise Refused(f"{what}: {error}") from None
    except OSError as error:
        raise Refused(f"{what}: {error.filename or ''} {error.strerror or error}") from None
