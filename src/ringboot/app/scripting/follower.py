"""Reads dhcp's journal behind it: the mirror of the leases, and the hooks that are told of each change.

The cursor is written with what was done for a row, so that a row is told again after a death, and none is missed.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from pathlib import Path

from ringboot import log
from ringboot.answer.classes import Classes
from ringboot.app.scripting.calls import Caller
from ringboot.fleet.leaseview import LeaseView
from ringboot.host.running import Interrupted
from ringboot.model import evidence
from ringboot.model import lease as model
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.model.scripting import DECLINED, EXPIRED, GRANTED, RELEASED, RENEWED
from ringboot.model.site import Class
from ringboot.scripts.lease import Lease, lease_of
from ringboot.scripts.registry import Registered, Registry
from ringboot.store.errors import StoreFailed
from ringboot.store.journal_reader import JournalDamaged, JournalFailed, JournalReader
from ringboot.store.scriptsdb import ScriptsDb

SLICE = 500  # rows between two signs of life while the mirror is read
BITE = 20  # rows that are told between two looks for questions of dhcp
DEATHS = 3  # times that a row may end the process before it is passed over
RETRY = 2.0  # seconds after a journal or a database that failed
KINDS = {"bound": GRANTED, "renewed": RENEWED, "released": RELEASED, "declined": DECLINED}
_CURSOR, _UTC, _EXPIRED, _DEATHS = "cursor", "cursor-utc", "expired", "deaths"


class Told:
    """The hooks of one kind that are told of leases, with their filters."""

    def __init__(self, rows: list[Registered]) -> None:
        self._rows = rows
        self._classes = Classes(tuple(Class(row.hook.name, "class", row.hook.alternatives) for row in rows))

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self._rows)

    def of(self, change: LeaseChange | model.Lease) -> list[Registered]:
        """Give those whose filters let a lease through."""
        if not self._rows:
            return []
        inside = self._classes.of(evidence.unpack(change.evidence), change.mac)
        return [
            row
            for place, row in enumerate(self._rows)
            if (not row.hook.alternatives or place in inside)
            and (not row.hook.networks or change.network in row.hook.networks)
        ]


class Follower:
    """The cursor, the mirror, and the leases that will run out; on the main thread."""

    def __init__(self, folder: Path, database: ScriptsDb) -> None:
        self.view = LeaseView()
        self._reader = JournalReader(folder)
        self._database = database
        self._ends: list[tuple[int, int]] = []  # when, and which address
        self._at = 0
        self._utc = 0.0  # of the last row that was told
        self._since = 0.0  # leases that ran out until then are told
        self._rest_until = 0.0
        self.told = 0  # rows

    def tell(self, registry: Registry, caller: Caller) -> None:
        """Tell these hooks; before the first step."""
        self._witnesses = registry.witnesses
        self._caller = caller
        self._told = {kind: Told(registry.of(kind)) for kind in (*KINDS.values(), EXPIRED)}
        self._is_quiet = not self._witnesses and not any(self._told.values())

    def load(self, beat: Callable[[], None], died_at: Interrupted | None) -> None:
        """Read the mirror up to the cursor; JournalDamaged, JournalFailed, StoreFailed."""
        cursor = self._database.get(_CURSOR)
        last = self._reader.last()
        upto = last if cursor is None else min(int(cursor), last)
        self._utc = float(self._database.get(_UTC) or 0.0)
        self._since = float(self._database.get(_EXPIRED) or time.time())
        while self._at < upto:
            rows = self._reader.read(self._at, SLICE)
            for seq, change in rows:
                if seq <= upto:
                    self._apply(change)
            beat()
            if not rows or rows[-1][0] >= upto:
                break
            self._at = rows[-1][0]
        self._at = upto
        self._ends = [each for each in self._ends if each[0] > self._since]  # the others were told
        heapq.heapify(self._ends)
        if cursor is None:
            with self._database.transaction():
                self._keep(upto, self._utc)
                self._database.put(_EXPIRED, repr(self._since))
        self._count_deaths(died_at)

    def _count_deaths(self, died_at: Interrupted | None) -> None:
        """Pass over a row at which the process ended again and again."""
        row = died_at.client.rpartition("#")[2] if died_at is not None else ""
        if not row.isdecimal():
            return
        before, _, count = (self._database.get(_DEATHS) or "0 0").partition(" ")
        deaths = int(count) + 1 if before == row else 1
        self._database.put(_DEATHS, f"{row} {deaths}")
        for seq, change in self._reader.read(self._at, 1) if deaths >= DEATHS else ():
            if seq == int(row) and died_at is not None:
                log.get().error(
                    "a change of a lease is not told: its hook has ended the process again and again",
                    hook=died_at.name, at=died_at.place, client=died_at.client,
                )  # fmt: skip
                self._keep(seq, self._utc)
                self._apply(change)
                self._at = seq

    def step(self) -> bool:
        """Tell of some rows, and of leases that ran out; True when there may be more."""
        now = time.monotonic()
        if now < self._rest_until:
            return False
        try:
            most = SLICE if self._is_quiet else BITE
            rows = self._reader.read(self._at, most)
            if self._is_quiet:
                self._mirror(rows)
            else:
                for seq, change in rows:
                    self._row(seq, change)
            return self._expire() or len(rows) == most
        except (JournalDamaged, JournalFailed, StoreFailed) as error:
            log.get().error("the journal could not be followed", why=str(error))
            self._rest_until = now + RETRY
            return False

    def _mirror(self, rows: list[tuple[int, LeaseChange]]) -> None:
        """Take in rows of which nobody is told: the cursor is written once for all of them."""
        for seq, change in rows:
            self._notice(seq)
            self._apply(change)
            self._at = seq
        if rows:
            with self._database.transaction():
                self._keep(self._at, max(self._utc, *(change.utc for _, change in rows)))

    def _notice(self, seq: int) -> None:
        if seq <= self._at:  # another journal stands where the old one was
            log.get().warning("the journal of leases begins anew")
            self.view.clear()

    def _row(self, seq: int, change: LeaseChange) -> None:
        self._notice(seq)
        kind = self._kind(change)
        lease = lease_of(change)
        self._apply(change)
        with self._database.transaction():
            if kind:
                for witness in self._witnesses:
                    witness(kind, lease, self._database)
                self._tell(kind, change, lease, seq)
            self._keep(seq, max(self._utc, change.utc))
        self._at = seq

    def _kind(self, change: LeaseChange) -> str:
        """Tell what a row means for hooks; nothing: they have heard of it, or need not."""
        if change.kind != "kept":
            return KINDS.get(change.kind, "") if change.utc > 0 else ""
        if change.utc <= self._utc or change.state != BOUND:
            return ""  # compaction copied what was told before
        before = self.view.at(change.address, change.utc)
        return RENEWED if before is not None and before.key == change.key else GRANTED

    def _tell(self, kind: str, change: LeaseChange | model.Lease, lease: Lease, seq: int) -> None:
        hooks = self._told[kind].of(change)
        self.told += bool(hooks)
        for row in hooks:
            self._caller.call(row, lambda row=row: row.function(lease), f"{lease.mac} {lease.address} #{seq}")  # type: ignore[misc]

    def _keep(self, seq: int, utc: float) -> None:
        self._database.put(_CURSOR, str(seq))
        self._database.put(_UTC, repr(utc))
        self._utc = utc

    def _apply(self, change: LeaseChange) -> None:
        before = self.view.row(change.address)
        self.view.apply(change)
        if change.state == BOUND and not (change.kind == "kept" and before and before.expiry == change.expiry):
            heapq.heappush(self._ends, (change.expiry, change.address))

    def _expire(self) -> bool:
        """Tell of some leases that ran out; True when there may be more."""
        utc = time.time()
        told = 0
        while self._ends and self._ends[0][0] <= utc and told < BITE:
            expiry, address = heapq.heappop(self._ends)
            row = self.view.row(address)
            if row is None or row.state != BOUND or row.expiry != expiry:
                continue
            if self._is_quiet:
                continue
            told += 1
            lease = lease_of(row)
            with self._database.transaction():
                for witness in self._witnesses:
                    witness(EXPIRED, lease, self._database)
                self._tell(EXPIRED, row, lease, 0)
        if told:
            # The next ones are told again after a death that comes before they were.
            self._since = min(float(self._ends[0][0]) - 1, utc) if told == BITE and self._ends else utc
            self._database.put(_EXPIRED, repr(self._since))
        return told == BITE

    def close(self) -> None:
        """Close the journal."""
        self._reader.close()
