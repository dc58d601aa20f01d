"""The dhcp process from start to end: takes up the lease journal, then loops until told to stop."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from ringboot import log
from ringboot.host import rights
from ringboot.host.start import Start
from ringboot.leases.table import Table
from ringboot.model.lease import LeaseChange
from ringboot.servers.dhcp.loop import Loop
from ringboot.servers.dhcp.priority import hurry
from ringboot.store.journal import Journal, JournalDamaged, JournalFailed, JournalLost

EXIT_DAMAGED = 7  # the supervisor does not start us again: the same would be said
EXIT_FAILED = 1
BEAT_EVERY = 50_000  # rows


def run(start: Start) -> int:
    """Run until SIGTERM; give the exit code."""
    log.start("dhcp", json=start.json_log, level=start.log_level)
    hurry()
    rights.keep_to_oneself()
    try:
        journal = Journal.open(Path(start.data) / "leases")
        try:
            table = _load(journal, start.fds.get("beat"))
        except JournalDamaged:
            journal.close()
            raise
    except JournalDamaged as error:
        log.get().error("the lease journal is damaged", why=str(error))
        return EXIT_DAMAGED
    except (JournalFailed, JournalLost) as error:
        log.get().error("the lease journal cannot be opened", why=str(error))
        return EXIT_FAILED
    loop = Loop(start, journal, table)
    try:
        loop.run()
    except JournalLost as error:
        log.get().error("the disk fails the lease journal; it is read again", why=str(error))
        return EXIT_FAILED
    finally:
        loop.close()
    return 0


def _load(journal: Journal, beat: int | None) -> Table:
    gc.disable()  # it would look at all that was loaded so far, again and again
    table = Table()
    began = time.monotonic()
    rows = table.load(_beating(journal.load(), beat))
    log.get().info("leases", rows=rows, addresses=len(table), seconds=round(time.monotonic() - began, 3))
    return table


def _beating(changes: Iterable[LeaseChange], beat: int | None) -> Iterator[LeaseChange]:
    """Give the changes on, and a sign of life now and then: a million take longer than the supervisor waits."""
    for count, change in enumerate(changes, 1):
        if count % BEAT_EVERY == 0 and beat is not None:
            with contextlib.suppress(OSError):
                os.write(beat, b".")
        yield change
