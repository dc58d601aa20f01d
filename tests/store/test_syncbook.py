"""Jobs as rows: what is open, what is counted, and that the oldest are let go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ringboot.fleet.books import Books
from ringboot.model.sync import DONE, ENDED, TOLD, SyncRow
from ringboot.store.fleetdb import FleetDb
from ringboot.store.syncbook import KEPT


def test_what_is_not_done_with_is_found_again_after_a_restart(fresh: Path) -> None:
    db = FleetDb.open(fresh)

    def begin(books: Books) -> None:
        job = books.syncs.add(5.0, "anna")
        rows = [SyncRow(job.id, f"d{number}", detail={"path": "a.cfg"}) for number in range(3)]
        books.syncs.put(rows)
        books.syncs.put([replace(rows[1], state=TOLD, tries=1, told=6.0, due=9.0)])
        books.syncs.put([replace(rows[2], state=ENDED, reason="sync-done", ended=7.0)])
        books.syncs.put_job(replace(job, sent=2, first=6.0, last=6.5))

    db.write_sync(begin)
    db.close()
    db = FleetDb.open(fresh)
    with db.reading() as books:
        assert [(row.device, row.state) for row in books.syncs.open()] == [("d0", "waiting"), ("d1", "told")]
        assert books.syncs.open()[1] == SyncRow(1, "d1", None, TOLD, "", {"path": "a.cfg"}, 1, 9.0, 6.0, None)
        assert sorted(books.syncs.tally(1)) == [("ended", "sync-done", 1), ("told", "", 1), ("waiting", "", 1)]
        assert books.syncs.is_open(1)
        job = books.syncs.job(1)
    assert job is not None
    assert (job.who, job.sent, job.first, job.last) == ("anna", 2, 6.0, 6.5)
    db.close()


def test_the_oldest_that_ended_are_let_go_and_what_runs_is_kept(fresh: Path) -> None:
    db = FleetDb.open(fresh)

    def fill(books: Books) -> list[int]:
        running = books.syncs.add(0.0, "anna")
        books.syncs.put([SyncRow(running.id, "d1")])
        for number in range(KEPT + 5):
            job = books.syncs.add(float(number), "anna")
            books.syncs.put([SyncRow(job.id, "d2", state=ENDED)])
            books.syncs.put_job(replace(job, state=DONE, ended=1.0))
        return [job.id for job in books.syncs.jobs()]

    kept = db.write_sync(fill)
    assert kept == [*range(KEPT + 6, 6, -1), 1]
    with db.reading() as books:
        assert (books.syncs.rows(2), books.syncs.job(2), books.syncs.is_open(2)) == ([], None, False)
        assert len(books.syncs.rows(1)) == len(books.syncs.rows(KEPT)) == 1
    db.close()
