"""The dhcp process from start to end: takes up the lease journal, then loops until told to stop."""

from __future__ import annotations

import time
from pathlib import Path

from ringboot import log
from ringboot.host.start import Start
from ringboot.leases.table import Table
from ringboot.servers.dhcp.loop import Loop
from ringboot.servers.dhcp.priority import hurry
from ringboot.store.journal import Journal, JournalDamaged, JournalFailed

EXIT_DAMAGED = 7  # the supervisor does not start us again: the same would be said
EXIT_FAILED = 1


def run(start: Start) -> int:
    """Run until SIGTERM; give the exit code."""
    log.start("dhcp", json=start.json_log, verbose=start.verbose)
    hurry()
    try:
        journal = Journal.open(Path(start.data) / "leases")
        try:
            table = _load(journal)
        except JournalDamaged:
            journal.close()
            raise
    except JournalDamaged as error:
        log.get().error("the lease journal is damaged", why=str(error))
        return EXIT_DAMAGED
    except JournalFailed as error:
        log.get().error("the lease journal cannot be opened", why=str(error))
        return EXIT_FAILED
    loop = Loop(start, journal, table)
    try:
        loop.run()
    finally:
        loop.close()
    return 0


def _load(journal: Journal) -> Table:
    table = Table()
    began = time.monotonic()
    rows = table.load(journal.load())
    log.get().info("leases", rows=rows, addresses=len(table), seconds=round(time.monotonic() - began, 3))
    return table
