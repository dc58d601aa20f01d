"""The fleet database while it runs: one writer, commits shared, nothing half done."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ringboot.fleet.books import Books
from ringboot.model.device import Device
from ringboot.model.event import Event
from ringboot.store.errors import StoreFailed, StoreFull
from ringboot.store.fleetdb import FleetDb


@pytest.fixture
def db(fresh: Path) -> Iterator[FleetDb]:
    db = FleetDb.open(fresh)
    yield db
    db.close()


def put(name: str, value: int, gate: threading.Event | None = None) -> Callable[[Books], None]:
    """Make a job that sets a number, once a gate opens."""

    def job(books: Books) -> None:
        if gate is not None:
            assert gate.wait(10)
        books.numbers.put(name, value)

    return job


def number(db: FleetDb, name: str) -> int:
    with db.reading() as books:
        return books.numbers.get(name)


def fail(books: Books) -> None:
    books.numbers.put("n", 99)
    books.events.add(Event(1.0, "served"))
    raise ValueError("no")


def test_what_was_written_is_there_after_it_was_opened_again(db: FleetDb) -> None:
    db.write_sync(put("n", 5))
    db.write_sync(lambda books: books.devices.put(Device("a"), "anna", 1.0))
    db.close()
    again = FleetDb.open(db.path)
    assert number(again, "n") == 5
    again.close()


def test_a_job_gives_its_result_and_its_exception(db: FleetDb) -> None:
    async def story() -> None:
        assert await db.write(lambda books: books.numbers.get("n") + 1) == 1
        with pytest.raises(ValueError, match="no"):
            await db.write(fail)

    asyncio.run(story())
    with pytest.raises(ValueError, match="no"):
        db.write_sync(fail)
    db.write_sync(put("m", 1))  # which must not bring up what the failed jobs had collected
    assert (number(db, "n"), number(db, "m")) == (0, 1)
    with db.reading() as books:
        assert books.events.newest(9) == []


def test_what_is_noted_is_written_in_one_go_before_what_is_written_next_and_soon(db: FleetDb) -> None:
    async def story() -> None:
        for number in range(3):
            db.note(Event(float(number), "served"))
        assert db._writer._jobs.empty(), "nothing is written for each of them"
        await db.write(lambda books: books.events.add(Event(3.0, "configured")))
        assert moments() == [3.0, 2.0, 1.0, 0.0]
        db.note(Event(4.0, "served"))
        async with asyncio.timeout(30):
            while moments()[0] != 4.0:
                await asyncio.sleep(0.001)

    def moments() -> list[float]:
        with db.reading() as books:
            return [event.utc for event in books.events.newest(9)]

    asyncio.run(story())


def test_what_is_noted_at_the_end_is_not_lost(db: FleetDb) -> None:
    async def story() -> None:
        db.note(Event(1.0, "served"))

    asyncio.run(story())
    db.close()
    again = FleetDb.open(db.path)
    with again.reading() as books:
        assert [event.utc for event in books.events.newest(9)] == [1.0]
    again.close()


def test_what_is_noted_and_cannot_be_written_is_told(db: FleetDb, capsys: pytest.CaptureFixture[str]) -> None:
    async def story() -> None:
        db.close()
        db.note(Event(1.0, "served"))
        async with asyncio.timeout(30):
            while db._noted:
                await asyncio.sleep(0.001)

    asyncio.run(story())
    assert "a note was not written" in capsys.readouterr().out


def test_a_job_that_fails_undoes_only_itself(db: FleetDb) -> None:
    gate = threading.Event()

    async def story() -> list[object]:
        first = asyncio.ensure_future(db.write(put("a", 1, gate)))
        rest = [asyncio.ensure_future(db.write(job)) for job in (put("b", 2), fail, put("c", 3))]
        await asyncio.sleep(0)
        gate.set()
        return list(await asyncio.gather(first, *rest, return_exceptions=True))

    outcomes = asyncio.run(story())
    assert [type(outcome) for outcome in outcomes] == [type(None), type(None), ValueError, type(None)]
    assert [number(db, name) for name in "abcn"] == [1, 2, 3, 0]


def test_jobs_that_wait_share_a_commit(db: FleetDb) -> None:
    gate = threading.Event()
    seen: list[int] = []

    def look() -> int:
        other = sqlite3.connect(db.path)
        try:
            return int(other.execute("SELECT count(*) FROM number").fetchone()[0])
        finally:
            other.close()

    async def story() -> None:
        first = asyncio.ensure_future(db.write(put("first", 1, gate)))
        rest = [asyncio.ensure_future(db.write(put(f"n{n}", n))) for n in range(20)]
        last = asyncio.ensure_future(db.write(lambda _: seen.append(look())))
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(first, *rest, last)

    asyncio.run(story())
    assert seen == [0], "nothing was visible before the last of them was done"
    assert look() == 21


def test_a_reader_sees_one_moment_and_what_is_committed(db: FleetDb) -> None:
    with db.reading() as books:
        assert books.numbers.get("n") == 0
        db.write_sync(put("n", 1))
        assert books.numbers.get("n") == 0
        with db.reading() as inner:
            assert inner.numbers.get("n") == 1
    assert number(db, "n") == 1


def test_readers_on_many_threads(db: FleetDb) -> None:
    wrong: list[int] = []

    def read() -> None:
        last = 0
        for _ in range(50):
            now = number(db, "n")
            if now < last:
                wrong.append(now)
            last = now

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for value in range(50):
        db.write_sync(put("n", value))
    for reader in readers:
        reader.join()
    assert wrong == []
    assert number(db, "n") == 49


def test_a_reader_cannot_write(db: FleetDb) -> None:
    with pytest.raises(StoreFailed, match="readonly"), db.reading() as books:
        books.numbers.put("n", 1)
    assert number(db, "n") == 0


def test_a_fault_while_reading_leaves_the_reader_usable(db: FleetDb) -> None:
    with pytest.raises(KeyError), db.reading():
        raise KeyError("x")
    assert number(db, "n") == 0


def test_a_caller_that_gives_up_does_not_stop_the_writer(db: FleetDb) -> None:
    gate = threading.Event()

    async def story() -> None:
        waiting = asyncio.ensure_future(db.write(put("n", 1, gate)))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        gate.set()
        await db.write(put("m", 2))

    asyncio.run(story())
    assert (number(db, "n"), number(db, "m")) == (1, 2)


def test_a_loop_that_ended_does_not_stop_the_writer(db: FleetDb) -> None:
    gate = threading.Event()

    async def story() -> None:
        task = asyncio.ensure_future(db.write(put("n", 1, gate)))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(story())
    gate.set()
    db.write_sync(put("m", 2))
    assert (number(db, "n"), number(db, "m")) == (1, 2)


def test_a_job_that_waits_for_a_job_is_told_so(db: FleetDb) -> None:
    with pytest.raises(RuntimeError, match="cannot wait for another one"):
        db.write_sync(lambda _: db.write_sync(put("n", 1)))


def fill(books: Books) -> None:
    for number in range(200):
        books.devices.put(Device(f"d{number}", description="x" * 900), "anna", 1.0)


def test_a_full_disk_is_said_and_leaves_everything_as_it_was(db: FleetDb) -> None:
    db.write_sync(put("n", 1))
    limit(db, pages(db) + 4)
    with pytest.raises(StoreFull) as caught:
        db.write_sync(fill)
    assert str(caught.value) == (
        f"{db.path} could not be written: no space left. Make room on the disk of the data directory."
    )
    assert number(db, "n") == 1
    with db.reading() as books:
        assert books.devices.page("", 9) == []
    limit(db, 1 << 30)
    db.write_sync(fill)
    with db.reading() as books:
        assert len(books.devices.page("", 999)) == 200


def test_a_full_disk_fails_all_jobs_of_the_commit_or_only_the_one(db: FleetDb) -> None:
    gate = threading.Event()
    limit(db, pages(db) + 4)

    async def story() -> list[object]:
        first = asyncio.ensure_future(db.write(put("a", 1, gate)))
        rest = [asyncio.ensure_future(db.write(job)) for job in (fill, put("c", 3))]
        await asyncio.sleep(0)
        gate.set()
        return list(await asyncio.gather(first, *rest, return_exceptions=True))

    outcomes = asyncio.run(story())
    assert isinstance(outcomes[1], StoreFull)
    for name, outcome in (("a", outcomes[0]), ("c", outcomes[2])):
        assert (number(db, name) != 0) == (not isinstance(outcome, BaseException)), "what was promised is there"
    limit(db, 1 << 30)
    db.write_sync(put("a", 5))
    assert number(db, "a") == 5


def test_another_writer_does_not_hang_us(db: FleetDb, monkeypatch: pytest.MonkeyPatch) -> None:
    db.write_sync(lambda books: books.numbers._connection.execute("PRAGMA busy_timeout=10"))  # type: ignore[attr-defined]
    other = sqlite3.connect(db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreFailed, match="locked"):
            db.write_sync(put("n", 1))
    finally:
        other.execute("ROLLBACK")
        other.close()
    db.write_sync(put("n", 2))
    assert number(db, "n") == 2


def test_a_closed_database_takes_nothing_more(db: FleetDb) -> None:
    db.close()
    db.close()
    with pytest.raises(StoreFailed, match="it is closed"):
        db.write_sync(put("n", 1))


def pages(db: FleetDb) -> int:
    """Count the pages that the file has."""
    return db.write_sync(lambda books: int(books.numbers._connection.execute("PRAGMA page_count").fetchone()[0]))  # type: ignore[attr-defined]


def limit(db: FleetDb, most: int) -> None:
    """Let the disk be full after so many pages; SQLite then says what it says when the disk is."""
    db.write_sync(lambda books: books.numbers._connection.execute(f"PRAGMA max_page_count={most}"))  # type: ignore[attr-defined]
