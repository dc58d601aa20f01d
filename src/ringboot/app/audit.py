"""What `ringboot check` finds beyond ringboot.toml: in reservations, kept or to come, and in leases of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ringboot.model.address import ip_number
from ringboot.model.lease import Lease
from ringboot.setup.audit import Audit, Entry, taken_addresses
from ringboot.setup.problems import WARNING, Problem
from ringboot.setup.settings import Settings
from ringboot.store.errors import StoreDamaged, StoreFailed
from ringboot.store.journal_reader import JournalDamaged, JournalFailed
from ringboot.store.offline import leases_in, reservations_in

Rows = Iterable[Mapping[str, Any]]


def audit(settings: Settings, ours: Iterable[str], tables: Iterable[tuple[Path, Rows]], utc: float) -> list[Problem]:
    """Compare what is kept and what the tables would add with the networks and with each other.

    `ours`: the addresses of this machine; `tables`: CSV files, their rows with the line as "row".
    """
    problems: list[Problem] = []
    kept = _kept(settings.server.data / "fleet.db", problems)
    new = [_entry(path, row) for path, rows in tables for row in rows]
    leases = _leases(settings.server.data / "leases", [*kept, *new], utc, problems)
    found = Audit(settings, taken_addresses(settings, ours), leases)
    for entries, is_new in ((kept, False), (new, True)):
        for entry in entries:
            found.look(entry, is_new=is_new)
    return problems + found.problems


def _entry(path: Path, row: Mapping[str, Any]) -> Entry:
    texts = (str(row.get(key) or "") for key in ("network", "kind", "value", "address"))
    network, kind, value, address = texts
    return Entry(str(path), row.get("row"), network, kind or "mac", value, address)


def _kept(path: Path, problems: list[Problem]) -> list[Entry]:
    try:
        if not path.exists():
            return []
        rows = reservations_in(path)
    except (StoreDamaged, StoreFailed, OSError) as error:
        problems.append(_unread(path, error))
        return []
    return [Entry(str(path), None, row.network, row.kind, row.value, row.address) for row in rows]


def _leases(folder: Path, entries: list[Entry], utc: float, problems: list[Problem]) -> dict[int, Lease]:
    addresses: set[int] = set()
    for entry in entries:
        try:
            addresses.add(ip_number(entry.address))
        except ValueError:
            continue  # told with the entry itself
    try:
        return leases_in(folder, addresses, utc) if addresses and folder.exists() else {}
    except (JournalDamaged, JournalFailed, OSError) as error:
        problems.append(_unread(folder, error))
        return {}


def _unread(path: Path, error: Exception) -> Problem:
    return Problem(str(path), None, "", f"was not looked at: {error}", "run this as the user of the daemon", WARNING)
