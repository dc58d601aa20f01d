from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ringboot.model.lease import BOUND, Lease, LeaseChange
from ringboot.store import journal as journal_module
from ringboot.store.journal import Journal, JournalDamaged
from ringboot.store.journal_reader import JournalReader


def bound(address: int, start: int = 1000) -> LeaseChange:
    mac = address.to_bytes(6, "big")
    return LeaseChange("bound", BOUND, "phones", address, b"\x01" + mac, mac, start, start + 60, b"", float(start))


def lease(address: int) -> Lease:
    return Lease("phones", address, b"\x01" + address.to_bytes(6, "big"), address.to_bytes(6, "big"), BOUND, 1, 2, b"")


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    monkeypatch.setattr(journal_module, "SLICE_SCAN", 4)
    monkeypatch.setattr(journal_module, "SLICE_COPY", 2)
    monkeypatch.setattr(journal_module, "LOG_ROOM", 0)
    with closing(Journal.open(tmp_path / "leases")) as opened:
        yield opened


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[JournalReader]:
    with closing(JournalReader(tmp_path / "leases")) as opened:
        yield opened


def seqs(rows: list[tuple[int, LeaseChange]]) -> list[int]:
    return [seq for seq, _ in rows]


def compact(journal: Journal, live: range) -> None:
    while journal.compact(lambda address: lease(address) if address in live else None):
        pass


def test_before_there_is_a_journal_there_is_nothing_to_read(reader: JournalReader) -> None:
    assert reader.read(0, 10) == []
    assert reader.last() == 0


def test_it_reads_on_from_its_cursor_while_the_writer_writes(journal: Journal, reader: JournalReader) -> None:
    journal.append([bound(1), bound(2), bound(3)])
    assert reader.read(0, 2) == [(1, bound(1)), (2, bound(2))]
    assert reader.read(2, 2) == [(3, bound(3))]
    assert reader.read(3, 2) == []
    journal.append([bound(4)])
    assert reader.read(3, 2) == [(4, bound(4))]
    assert reader.last() == 4


def test_it_follows_into_the_next_generation_without_a_gap(journal: Journal, reader: JournalReader) -> None:
    journal.append([bound(1), bound(2)])
    assert seqs(reader.read(0, 10)) == [1, 2]
    journal.append([bound(3)])
    assert journal.compact(lease)  # the new generation is there, nothing is copied yet
    journal.append([bound(4)])

    assert seqs(reader.read(2, 1)) == [3]
    assert seqs(reader.read(2, 10)) == [3, 4]
    compact(journal, range(5))
    assert [change.kind for _, change in reader.read(4, 10)] == ["kept"] * 3


def test_what_was_dropped_while_it_was_reading_is_read_to_its_end(journal: Journal, reader: JournalReader) -> None:
    journal.append([bound(n) for n in range(1, 6)])
    assert seqs(reader.read(0, 2)) == [1, 2]
    compact(journal, range(10))
    journal.append([bound(9)])

    rest = reader.read(2, 100)

    assert [change.kind for _, change in rest] == ["bound"] * 3 + ["kept"] * 5 + ["bound"]
    assert seqs(rest) == list(range(3, 12))


def test_a_cursor_from_before_the_oldest_generation_starts_at_its_oldest_row(
    journal: Journal, reader: JournalReader
) -> None:
    journal.append([bound(n) for n in range(1, 6)])
    compact(journal, range(3))

    rows = reader.read(1, 100)

    assert [(seq, change.kind, change.address) for seq, change in rows] == [(6, "kept", 2), (7, "kept", 1)]


def test_a_cursor_of_a_journal_that_is_no_more_starts_over(
    tmp_path: Path, journal: Journal, reader: JournalReader
) -> None:
    journal.append([bound(n) for n in range(1, 6)])
    assert seqs(reader.read(4, 10)) == [5]
    journal.close()
    shutil.rmtree(tmp_path / "leases")
    assert reader.read(5, 10) == []

    with closing(Journal.open(tmp_path / "leases")) as fresh:
        assert reader.read(5, 10) == []
        fresh.append([bound(7)])
        assert reader.read(5, 10) == [(1, bound(7))]


def test_a_journal_put_in_its_place_under_the_same_name_is_noticed(
    tmp_path: Path, journal: Journal, reader: JournalReader
) -> None:
    journal.append([bound(1)])
    assert seqs(reader.read(0, 10)) == [1]
    with closing(Journal.open(tmp_path / "other")) as other:
        other.append([bound(2), bound(3)])
    journal.close()
    shutil.rmtree(tmp_path / "leases")
    (tmp_path / "other").rename(tmp_path / "leases")

    assert reader.read(1, 10) == [(2, bound(3))]


def test_damage_is_named(tmp_path: Path, reader: JournalReader) -> None:
    (tmp_path / "leases").mkdir()
    (tmp_path / "leases" / "00000001.journal").write_bytes(b"no leases here " * 100)

    with pytest.raises(JournalDamaged, match=r"00000001\.journal: not a readable lease journal"):
        reader.read(0, 10)


def test_reading_holds_no_lock_that_stops_the_writer(journal: Journal, reader: JournalReader) -> None:
    for number in range(1, 400):
        journal.append([bound(number)])
        assert seqs(reader.read(number - 1, 10)) == [number]
        journal.tidy(idle=True)
