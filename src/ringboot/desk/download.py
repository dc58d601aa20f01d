"""Fetches one file by HTTP: whole or not at all, going on where it broke off, through a proxy, checked, bounded.

What has come so far lies beside the target as NAME.part, and what it is a part of in NAME.part.json; both outlive the
process.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import aiohttp
from yarl import URL

from ringboot import __version__, reasons
from ringboot.reasons import Reason

LARGEST = 1 << 30  # octets
CONNECT, SILENT, LONGEST = 15.0, 30.0, 3600.0  # seconds: to be let in, between two pieces, for all of it
_PIECE = 1 << 18  # octets written at once
_AGAIN = 20  # how often a broken connection is taken up again
_IN_VAIN = 3  # and how often in a row without anything new; what aiohttp holds when a connection ends is lost
_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")

Progress = Callable[[int, int | None], None]  # octets that are there, octets in all where the server says so


# Why a file was not fetched. What to do next stands in `help`, as in every table of reasons.
URL_WRONG = Reason(
    "download-url", "download", "{url} cannot be asked: {why}", "Write it as http://HOST/PATH or https://HOST/PATH."
)
UNREACHABLE = Reason(
    "download-unreachable",
    "download",
    "{url} gives no answer: {why}",
    "Is the address right, and does it need a proxy? ringboot settings set http_proxy http://PROXY:PORT",
)
REFUSED = Reason(
    "download-refused", "download", "{url} answers {status} {phrase}", "Look whether the file is still there."
)
CUT = Reason(
    "download-cut",
    "download",
    "{url} broke off after {octets} octets: {why}",
    "Try again: it goes on from there, where the server allows that.",
)
SLOW = Reason(
    "download-slow", "download", "{url} was not there after {seconds} s", "Try again: it goes on from where it stopped."
)
TOO_LARGE = Reason(
    "download-too-large",
    "download",
    "{url} is larger than {limit} octets",
    "The index names a size, or this is not the file that it means.",
)
CHECKSUM = Reason(
    "download-checksum",
    "download",
    "{url} is not the file that was meant: its {kind} is {found}, not {wanted}",
    "Nothing of it is used. Refresh the index, or ask whoever keeps the repository.",
)
NOT_WRITTEN = Reason(
    "download-not-written", "download", "{path} cannot be written: {why}", "Is there room on the disk?"
)


class DownloadFailed(Exception):
    """A file that was not fetched; `reason` is one of the rows above, the text is that row's, filled."""

    def __init__(self, reason: Reason, **detail: object) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reasons.fill(reason.text, detail)}. {reasons.fill(reason.help, detail)}".rstrip())


class Checksum(NamedTuple):
    """What a file must amount to: "sha256" or "sha1", and hexadecimal digits."""

    kind: str
    digits: str


class _Cut(Exception):
    """The connection ended before the file did."""


async def download(
    url: str,
    to: Path,
    *,
    sha256: str | None = None,
    sha1: str | None = None,
    size_limit: int = LARGEST,
    proxy: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Fetch a file to `to`, whose folder must be there, replacing what lies there; raises DownloadFailed.

    `proxy` is "http://[user:password@]host:port". Without a checksum only a file that its server names by a strong ETag
    is gone on with. One caller a target at a time.
    """
    target = _target(url)
    checksums = [Checksum(kind, digits) for kind, digits in (("sha256", sha256), ("sha1", sha1)) if digits]
    through = _target(proxy) if proxy else None
    fetch = _Fetch(target, to, checked=bool(checksums), limit=size_limit, proxy=through, progress=progress)
    try:
        async with asyncio.timeout(LONGEST):
            resumed = await fetch.whole()
            wrong = await asyncio.to_thread(_mismatch, fetch.part, checksums)
            if wrong is not None and resumed:  # the part was of another file: once more, from its beginning
                await asyncio.to_thread(fetch.forget)
                await fetch.whole()
                wrong = await asyncio.to_thread(_mismatch, fetch.part, checksums)
        if wrong is not None:
            await asyncio.to_thread(fetch.forget)
            wanted, found = wrong
            raise DownloadFailed(CHECKSUM, url=fetch.shown, kind=wanted.kind.upper(), found=found, wanted=wanted.digits)
        await asyncio.to_thread(fetch.settle)
    except TimeoutError:
        raise DownloadFailed(SLOW, url=fetch.shown, seconds=round(LONGEST)) from None
    except OSError as error:
        raise DownloadFailed(NOT_WRITTEN, path=to, why=error.strerror or error) from None


def _target(url: str) -> URL:
    try:
        target = URL(url)
        if target.scheme not in ("http", "https") or not target.host or target.port is None:
            raise ValueError("it is no http or https URL")
    except ValueError as error:
        raise DownloadFailed(URL_WRONG, url=url, why=error) from None
    return target


def _mismatch(path: Path, checksums: list[Checksum]) -> tuple[Checksum, str] | None:
    """Give the first checksum that a file does not have, and what it has instead."""
    for wanted in checksums:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, wanted.kind).hexdigest()
        if found != wanted.digits.lower():
            return wanted, found
    return None


class _Fetch:
    """One file on its way; `part` is what has come."""

    def __init__(
        self, url: URL, to: Path, *, checked: bool, limit: int, proxy: URL | None, progress: Progress | None
    ) -> None:
        self.url = url
        self.shown = str(url.with_user(None))
        self._to = to
        self.part = to.with_name(f"{to.name}.part")
        self._about = to.with_name(f"{to.name}.part.json")
        self._checked = checked
        self._limit = limit
        self._proxy = proxy
        self._progress = progress
        self._have = 0

    async def whole(self) -> bool:
        """Fetch all of it into the part; tells whether something was there before that."""
        times = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=SILENT)
        headers = {"User-Agent": f"ringboot/{__version__}", "Accept-Encoding": "identity"}
        async with aiohttp.ClientSession(
            timeout=times, headers=headers, auto_decompress=False, read_bufsize=1 << 16
        ) as session:
            validator = await asyncio.to_thread(self._left_over)
            resumed = self._have > 0
            came, why = self._have, "it always answers with another part"
            in_vain, was_cut = 0, False
            for _ in range(_AGAIN):
                before = self._have
                try:
                    if await self._once(session, validator, begun=was_cut):
                        return resumed
                except _Cut as cut:
                    came, why, was_cut = self._have, str(cut), True
                    validator = await asyncio.to_thread(self._left_over)
                    in_vain = 0 if self._have > before else in_vain + 1
                    if in_vain == _IN_VAIN:
                        break
                    resumed = resumed or self._have > 0
        raise DownloadFailed(CUT, url=self.shown, octets=came, why=why)

    async def _once(self, session: aiohttp.ClientSession, validator: str | None, *, begun: bool) -> bool:
        """Ask once, for what is lacking; False: it must be asked for anew; _Cut: the connection ended too early.

        `begun`: it was cut before, so that nobody there now is worth another try.
        """
        headers = {}
        if self._have:
            headers["Range"] = f"bytes={self._have}-"
            if validator:
                headers["If-Range"] = validator
        started = begun
        try:
            async with session.get(self.url, headers=headers, proxy=self._proxy) as answer:
                if self._have and self._is_another_part(answer):
                    await asyncio.to_thread(self.forget)
                    return False
                if answer.status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
                    raise DownloadFailed(REFUSED, url=self.shown, status=answer.status, phrase=answer.reason or "")
                started = True
                await self._take(answer)
                return True
        except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, TimeoutError, ConnectionError) as error:
            if started:
                raise _Cut(_why(error)) from None
            raise DownloadFailed(UNREACHABLE, url=self.shown, why=_why(error)) from None
        except aiohttp.ClientError as error:
            raise DownloadFailed(UNREACHABLE, url=self.shown, why=_why(error)) from None

    def _is_another_part(self, answer: aiohttp.ClientResponse) -> bool:
        """Tell whether a server has nothing behind what is there, or sends something else than what was asked for."""
        if answer.status != HTTPStatus.PARTIAL_CONTENT:
            return answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        return found is None or int(found[1]) != self._have

    async def _take(self, answer: aiohttp.ClientResponse) -> None:
        """Write what comes behind what is there, or from the beginning where the server begins there."""
        begins = self._have if answer.status == HTTPStatus.PARTIAL_CONTENT else 0
        total = None if answer.content_length is None else begins + answer.content_length
        await self._check_size(total or 0)
        file = await asyncio.to_thread(self._open, begins, _validator(answer))
        try:
            async for piece in answer.content.iter_chunked(_PIECE):
                await self._check_size(self._have + len(piece))
                await asyncio.to_thread(file.write, piece)
                self._have += len(piece)
                if self._progress is not None:
                    self._progress(self._have, total)
        finally:
            await asyncio.to_thread(file.close)

    async def _check_size(self, octets: int) -> None:
        if octets > self._limit:
            await asyncio.to_thread(self.forget)
            raise DownloadFailed(TOO_LARGE, url=self.shown, limit=self._limit)

    def _open(self, begins: int, validator: str | None) -> BinaryIO:
        if begins == 0:
            self.forget()
            about = {"url": self.shown, "validator": validator}
            self._about.write_text(json.dumps(about), encoding="utf-8")
        return self.part.open("ab")

    def _left_over(self) -> str | None:
        """Look at what an earlier attempt left; gives what names the file it is a part of, to be asked for again."""
        try:
            about: dict[str, Any] = json.loads(self._about.read_text(encoding="utf-8"))
            validator = about["validator"]
            if about["url"] != self.shown or not (validator or self._checked):
                raise ValueError
            self._have = self.part.stat().st_size
        except (OSError, ValueError, KeyError, TypeError):
            self.forget()
            return None
        return validator if isinstance(validator, str) else None

    def forget(self) -> None:
        """Drop what has come."""
        self._have = 0
        for path in (self.part, self._about):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def settle(self) -> None:
        """Put the whole file in its place, on the disk."""
        with self.part.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(self.part, self._to)
        self.forget()


def _validator(answer: aiohttp.ClientResponse) -> str | None:
    """Give what names exactly these octets (RFC 9110 8.8.3); a weak ETag and a date do not."""
    tag = answer.headers.get("ETag", "")
    return tag if tag.startswith('"') else None


def _why(error: Exception) -> str:
    """Say what went wrong, without a URL, which may hold a password."""
    if isinstance(error, aiohttp.ClientResponseError):  # of the proxy
        return f"the proxy answers {error.status} {error.message}"
    if isinstance(error, TimeoutError):
        return "it is silent for too long"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    ended = isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError)
    return "the connection ended" if ended else type(error).__name__
