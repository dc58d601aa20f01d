"""What dhcp must know, kept in step: the snapshot on disk, and rows sent one by one with a sequence number.

The numbers only have to grow by one while both processes run; after any doubt dhcp reads the snapshot again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from ringboot import log
from ringboot.desk.dhcplink import DhcpLink, Frame
from ringboot.desk.errors import Busy, DeskError
from ringboot.model import codec
from ringboot.model.site import SITE_VERSION, Reservation, Site, Snapshot, names_token
from ringboot.model.whose import BY_NAME, names_of

SETTLE = 0.5  # seconds between a row and the snapshot that holds it too
RETRY = 5.0  # seconds after a snapshot that could not be written
MODE = 0o600  # the snapshot may hold secrets
PROMISE = 2.0  # seconds that a caller waits for dhcp to apply a change

ReservationKey = tuple[str, str, str]


def key_of(row: Reservation) -> ReservationKey:
    """Name a reservation by network, kind and value."""
    return row.network, row.kind, row.value


class Feed:
    """Hold site, reservations, known MACs and the words of secret URLs as dhcp shall see them."""

    def __init__(self, path: Path, link: DhcpLink, revision: int) -> None:
        self.path = path
        self._link = link
        self._seq = revision
        self.site = Site(revision=revision)
        self.reservations: dict[ReservationKey, Reservation] = {}
        self.known: set[str] = set()
        self.words: dict[str, str] = {}  # MAC -> the secret word of its URL
        self.names_token = False  # some option holds {token}: nothing else needs the words
        self._applied = asyncio.Condition()
        self._have = (0, 0)  # sequence and revision that dhcp says it has
        self._write_due: asyncio.TimerHandle | None = None
        self._encoding: asyncio.Task[bytes] | None = None
        self._rereading = False  # dhcp was told to, and has not done so yet
        self._written = 0  # the sequence number of the snapshot that was written last
        self.problem: str | None = None  # why the last snapshot could not be written

    def heard(self, frame: Frame) -> None:
        """Take a frame of dhcp that concerns the feed: hello, applied, gap."""
        behind = frame["t"] == "hello" and (frame["seq"], frame["revision"]) != (self._seq, self.site.revision)
        if behind or (frame["t"] == "gap" and not self._rereading):  # every row on the way then is a gap of its own
            self._let_reread()
        elif frame["t"] in ("applied", "hello"):
            self._rereading = False
            self._have = (frame["seq"], frame["revision"])
            task = asyncio.ensure_future(self._notify())
            task.add_done_callback(lambda done: done.exception())

    async def _notify(self) -> None:
        async with self._applied:
            self._applied.notify_all()

    def install(self, site: Site, words: Callable[[], Mapping[str, str]] = dict) -> None:
        """Make this the site, and let dhcp read it; `words` gives those of all devices, and is called if needed."""
        self.site = replace(site, revision=max(site.revision, self.site.revision + 1))
        self.names_token = names_token(site, self.reservations.values())
        self.words = dict(words()) if self.names_token else {}
        self._seq += 1
        self._let_reread()

    def _let_reread(self) -> None:
        self.write()
        self._rereading = self._link.send({"t": "reread"})

    def reserved_for(self, places: Iterable[str], mac: bytes, options: Mapping[int, bytes]) -> list[Reservation]:
        """Give the reservations in these networks for a client that says this, the most exact first."""
        names = [(kind, BY_NAME[kind].write(value)) for kind, value in names_of(mac, options)]
        where = tuple(places)
        found = (self.reservations.get((place, kind, value)) for kind, value in names for place in where)
        return [row for row in found if row is not None]

    def put_reservations(self, rows: Iterable[Reservation]) -> None:
        """Add or replace reservations and send them."""
        for row in rows:
            self.reservations[key_of(row)] = row
            self._row("put-reservation", codec.to_plain(row))

    def drop_reservation(self, key: ReservationKey) -> None:
        """Remove a reservation and say so."""
        if self.reservations.pop(key, None) is not None:
            self._row("drop-reservation", dict(zip(("network", "kind", "value"), key, strict=True)))

    def put_known(self, mac: str) -> None:
        """Let dhcp know a MAC of ours."""
        if mac not in self.known:
            self.known.add(mac)
            self._row("put-known", {"mac": mac})

    def drop_known(self, mac: str) -> None:
        """Let dhcp forget a MAC."""
        if mac in self.known:
            self.known.discard(mac)
            self._row("drop-known", {"mac": mac})

    def put_word(self, mac: str, word: str) -> bool:
        """Let dhcp know the secret word of a device's URL, if an option may hold it; True when that is news."""
        if not self.names_token or self.words.get(mac) == word:
            return False
        self.words[mac] = word
        self._row("put-word", {"mac": mac, "word": word})
        return True

    def forget(self, mac: str) -> None:
        """Let dhcp forget a MAC, and the word of its device."""
        self.drop_known(mac)
        if self.words.pop(mac, None) is not None:
            self._row("drop-word", {"mac": mac})

    def _row(self, operation: str, row: Frame) -> None:
        self._seq += 1
        self._link.send({"t": "row", "seq": self._seq, "op": operation, "row": row})
        if self._write_due is None:
            self._write_due = asyncio.get_running_loop().call_later(SETTLE, self._write_apart)

    def _write_apart(self) -> None:
        """Write the snapshot without holding up the loop: it may be long, and dhcp has the rows already."""
        self._write_due = None
        snapshot = self._snapshot()

        def put(encoding: asyncio.Task[bytes]) -> None:
            self._encoding = None
            if not encoding.cancelled() and snapshot.seq > self._written:  # else a newer one was written meanwhile
                self._put(encoding.result(), snapshot.seq)

        self._encoding = asyncio.create_task(asyncio.to_thread(codec.encode, snapshot))
        self._encoding.add_done_callback(put)

    def _snapshot(self) -> Snapshot:
        return Snapshot(
            SITE_VERSION,
            self._seq,
            self.site,
            tuple(self.reservations.values()),
            tuple(sorted(self.known)),
            dict(self.words),
        )

    def write(self) -> None:
        """Write the snapshot that dhcp starts from when main is not there."""
        if self._write_due is not None:
            self._write_due.cancel()
            self._write_due = None
        self._put(codec.encode(self._snapshot()), self._seq)

    def _put(self, data: bytes, seq: int) -> None:
        fresh = self.path.with_suffix(".new")
        before = self.problem
        try:
            fresh.unlink(missing_ok=True)  # it would keep its mode
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "wb") as file:
                file.write(data)
            fresh.replace(self.path)
        except OSError as error:
            self.problem = f"{self.path} cannot be written: {error.strerror}"
            if before is None:
                log.get().error("the snapshot for dhcp cannot be written", path=str(self.path), why=error.strerror)
            self._write_due = asyncio.get_running_loop().call_later(RETRY, self.write)
            return
        self._written = seq
        self.problem = None
        if before is not None:
            log.get().info("the snapshot for dhcp is written again", path=str(self.path))
            self._rereading = self._link.send({"t": "reread"})  # it may have read the old one instead

    async def applied(self, patience: float = PROMISE) -> bool:
        """Wait until dhcp has all that was sent so far; False when it has not by then."""
        seq, revision = self._seq, self.site.revision
        try:
            async with asyncio.timeout(patience), self._applied:
                await self._applied.wait_for(lambda: self._have[0] >= seq and self._have[1] >= revision)
        except TimeoutError:
            return False
        return True

    async def promise(self, done: str) -> None:
        """Return when what was done holds for the next packet; DeskError says what keeps dhcp from it."""
        if not await self.applied():
            raise self.complaint(done)

    def complaint(self, done: str) -> DeskError:
        """Say that something was done, and that dhcp has not heard of it."""
        if self.problem is not None:
            return DeskError(
                f"{done}, but dhcp goes on with the old one: {self.problem}. Mend that; it is tried again by itself."
            )
        return Busy(f"{done}, but dhcp has not confirmed it yet. See: ringboot status")
