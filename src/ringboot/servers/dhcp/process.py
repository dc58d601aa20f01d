"""The dhcp process from start to end: takes up the lease journal, then loops until told to stop."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

from ringboot import log
from ringboot.host.start import Start
from ringboot.leases.table import Table
from ringboot.servers.dhcp.loop import Loop
from ringboot.store.journal import Journal, JournalDamaged, JournalFailed

EXIT_DAMAGED = 7  # the supervisor does not start us again: the same would be said
EXIT_FAILED = 1
PRIORITY = -10


def run(start: Start) -> int:
    """Run until SIGTERM; give the exit code."""
    log.start("dhcp", json=start.json_log, verbose=start.verbose)
    _hurry()
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


def _hurry() -> None:
    """Go before renderers and others, where that is allowed: this process has little to do, and clients wait for it."""
    with contextlib.suppress(OSError):
        os.nice(PRIORITY)
        if os.getsid(0) == os.getpid():
            # Where the kernel groups processes by session, nice only counts within ours (sched(7), autogroup).
            Path("/proc/self/autogroup").write_text(str(PRIORITY))


def _load(journal: Journal) -> Table:
    table = Table()
    began = time.monotonic()
    rows = table.load(journal.load())
    log.get().info("leases", rows=rows, addresses=len(table), seconds=round(time.monotonic() - began, 3))
    return table
