"""What a daemon has written, read beside it or without it; nothing is changed, nothing is mended."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

from ringboot.leases.table import Table
from ringboot.model.lease import BOUND, Lease, LeaseChange
from ringboot.model.site import Reservation
from ringboot.store.journal_reader import JournalReader
from ringboot.store.opening import PATIENCE, failure
from ringboot.store.smallbooks import ReservationBook

_PAGE = 10_000


def reservations_in(path: Path) -> list[Reservation]:
    """Read the reservations of a fleet.db; StoreFailed, StoreDamaged."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)) as connection:
            return ReservationBook(connection).all()
    except sqlite3.Error as error:
        raise failure(path, error) from None


def leases_in(folder: Path, addresses: Collection[int], utc: float) -> dict[int, Lease]:
    """Read the live leases of these addresses from a journal; JournalFailed, JournalDamaged."""
    table = Table()
    with closing(JournalReader(folder)) as journal:
        table.load(_changes(journal))
    found = ((address, table.of_address(address)) for address in addresses)
    return {
        address: lease for address, lease in found if lease is not None and lease.state == BOUND and lease.expiry > utc
    }


def _changes(journal: JournalReader) -> Iterator[LeaseChange]:
    after = 0
    while rows := journal.read(after, _PAGE):
        yield from (change for _, change in rows)
        after = rows[-1][0]
