"""Live leases of another server, written into our journal while the daemon is stopped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ringboot.compat.importers.imported import LeaseRow, NotCarried
from ringboot.compat.importers.leases import Row
from ringboot.leases.table import Table
from ringboot.leases.terms import INFINITE
from ringboot.model import evidence
from ringboot.model.address import ip_text, prefix_mask
from ringboot.model.lease import BOUND, DECLINED, RELEASED, Lease, LeaseChange, client_key
from ringboot.model.site import Network
from ringboot.store.journal import Journal

SLICE = 500  # leases in a transaction
_ETHERNET = 1


@dataclass(slots=True)
class Taken:
    """What came of it; every address of the file is in one of the counts."""

    read: int = 0  # addresses in the file
    taken: int = 0
    over: int = 0  # expired, released or given back
    there: int = 0  # in the journal already
    not_carried: list[NotCarried] = field(default_factory=list)


def take_over(rows: Iterable[Row], networks: Sequence[Network], journal: Journal, now: float) -> Taken:
    """Append the live ones; the last row of an address counts.  JournalFailed, JournalDamaged."""
    now = float(now)  # which the journal keeps as such
    report = Taken()
    newest: dict[int, LeaseRow] = {}
    for row in rows:
        if isinstance(row, NotCarried):
            report.not_carried.append(row)
        else:
            newest[row.address] = row
    table = Table()
    table.load(journal.load())
    report.read = len(newest)
    holders: dict[tuple[str, bytes], int] = {}
    changes = []
    for row in sorted(newest.values(), key=lambda each: -each.expiry):
        if row.state == RELEASED or row.expiry <= now:
            report.over += 1
            continue
        change = _change(row, networks, now)
        fault = "no network holds it" if change is None else _fault(row, change, table.of_address(row.address), now)
        if fault == _SAME:
            report.there += 1
        elif fault or change is None:
            report.not_carried.append(NotCarried(row.place, f"lease of {ip_text(row.address)}", fault, _INSTEAD))
        else:
            before = holders.setdefault((change.network, change.key), row.address) if change.key else row.address
            if before != row.address:
                why = f"its client has {ip_text(before)} of the same network too"
                report.not_carried.append(NotCarried(row.place, f"lease of {ip_text(row.address)}", why, _INSTEAD))
                continue
            changes.append(change)
    for first in range(0, len(changes), SLICE):
        report.taken += len(changes[first : first + SLICE])
        journal.append(changes[first : first + SLICE])
    return report


_SAME = "same"
_INSTEAD = "the client gets an address when it asks again"


def _change(row: LeaseRow, networks: Sequence[Network], now: float) -> LeaseChange | None:
    network = next((each for each in networks if row.address & prefix_mask(each.prefix) == each.subnet), None)
    if network is None:
        return None
    if row.state == DECLINED:
        return LeaseChange(
            "declined", DECLINED, network.name, row.address, b"", b"", max(0, row.start), row.expiry, b"", now
        )  # fmt: skip
    key = client_key(_ETHERNET, row.mac, row.client_id, by_mac=network.identity == "mac")
    packed = evidence.pack(row.options)
    return LeaseChange(
        "bound",
        BOUND,
        network.name,
        row.address,
        key,
        row.mac,
        row.start if row.start > 0 else int(now),
        min(row.expiry, INFINITE),
        packed,
        now,
    )


def _fault(row: LeaseRow, change: LeaseChange, held: Lease | None, now: float) -> str:
    if not row.mac and not row.client_id and change.state == BOUND:
        return "nobody holds it"
    if held is None or held.state == RELEASED or held.expiry <= now:
        return ""
    if held.key == change.key and held.expiry >= change.expiry:
        return _SAME
    return "" if held.key == change.key else "somebody else has it by now"
