from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.model.lease import BOUND, RELEASED, Lease, LeaseChange
from ringboot.store import journal as journal_module
from ringboot.store.journal import Journal, JournalDamaged, JournalFailed

NOW = 1_700_000_000


def bound(address: int, client: int = 0, start: int = NOW, kind: str = "bound") -> LeaseChange:
    mac = (client or address).to_bytes(6, "big")
    return LeaseChange(
        kind, BOUND, "phones", address, b"\x01" + mac, mac, start, start + 3600, b"evidence", start + 0.5
    )


def released(address: int, start: int = NOW) -> LeaseChange:
    return bound(address, start=start, kind="released")._replace(state=RELEASED)


class Leases:
    """What the journal says, as the lease table would hold it."""

    def __init__(self) -> None:
        self.held: dict[int, Lease] = {}

    def take(self, *changes: LeaseChange) -> None:
        for change in changes:
            if change.kind == "freed":
                self.held.pop(change.address, None)
            else:
                self.held[change.address] = Lease(
                    change.network, change.address, change.key, change.mac, change.state, change.start, change.expiry,
                    change.evidence,
                )  # fmt: skip

    def of_address(self, address: int) -> Lease | None:
        return self.held.get(address)


def loaded(folder: Path) -> tuple[dict[int, Lease], int]:
    leases = Leases()
    with closing(Journal.open(folder)) as journal:
        leases.take(*journal.load())
        return leases.held, journal.seq


@pytest.fixture(autouse=True)
def _little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs that begin small: megabytes of zeros for each journal here would take their time."""
    monkeypatch.setattr(journal_module, "LOG_ROOM", 32 << 10)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compaction that begins at once and goes in slices of a few rows."""
    monkeypatch.setattr(journal_module, "COMPACT_ROWS", 0)
    monkeypatch.setattr(journal_module, "SLICE_SCAN", 7)
    monkeypatch.setattr(journal_module, "SLICE_COPY", 3)
    monkeypatch.setattr(journal_module, "LOG_ROOM", 0)


def test_what_was_appended_is_there_after_opening_again(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path / "leases")) as journal:
        assert journal.append([bound(1), bound(2)]) == 2
        assert journal.append([released(1)]) == 3

    with closing(Journal.open(tmp_path / "leases")) as journal:
        assert list(journal.load()) == [bound(1), bound(2), released(1)]
        assert (journal.seq, journal.rows) == (3, 3)


changes = st.builds(
    LeaseChange,
    kind=st.sampled_from(["bound", "renewed", "released", "declined", "freed"]),
    state=st.sampled_from(["bound", "released", "declined"]),
    network=st.text(max_size=20).filter(lambda text: text.encode("utf-8", "ignore").decode() == text),
    address=st.integers(0, 2**32 - 1),
    key=st.binary(max_size=300),
    mac=st.binary(max_size=16),
    start=st.integers(0, 2**40),
    expiry=st.integers(0, 2**40),
    evidence=st.binary(max_size=2000),
    utc=st.floats(0, 2e9),
)


@given(st.lists(changes, min_size=1, max_size=6))
def test_every_change_reads_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, batch: list[LeaseChange]
) -> None:
    folder = tmp_path_factory.mktemp("leases")
    with closing(Journal.open(folder)) as journal:
        journal.append(batch)
        assert list(journal.load()) == batch


@pytest.mark.parametrize(
    "mistake",
    [
        {"expiry": 1.5},
        {"network": None},
        {"utc": "now"},
        {"key": None},
        {"mac": "00:08"},
        {"start": 2**70},
        {"kind": "\udc80"},
    ],
)
def test_a_row_that_could_not_be_loaded_is_never_written(tmp_path: Path, mistake: dict[str, Any]) -> None:
    with closing(Journal.open(tmp_path)) as journal:
        with pytest.raises(JournalFailed, match="refused a row"):
            journal.append([bound(1), bound(2)._replace(**mistake)])

        assert journal.append([bound(3)]) == 1
        assert list(journal.load()) == [bound(3)]


# Compaction


def fill(journal: Journal, leases: Leases, addresses: int, times: int) -> None:
    for time in range(times):
        for first in range(0, addresses, 5):
            batch = [bound(address, start=NOW + time) for address in range(first, min(first + 5, addresses))]
            journal.append(batch)
            leases.take(*batch)


@pytest.mark.usefixtures("small")
def test_compaction_leaves_one_row_for_each_lease(tmp_path: Path) -> None:
    leases = Leases()
    with closing(Journal.open(tmp_path)) as journal:
        fill(journal, leases, 40, 5)
        gone = bound(3, kind="freed")
        journal.append([gone])
        leases.take(gone)
        assert journal.wants_compaction(len(leases.held))
        while journal.compact(leases.of_address):
            assert journal.compacting
        assert journal.rows == 39
        assert not journal.wants_compaction(len(leases.held))
        assert {change.kind for change in journal.load()} == {"kept"}

    assert sorted(path.name for path in tmp_path.iterdir()) == ["00000002.journal", "settled"]
    held, seq = loaded(tmp_path)
    assert held == leases.held
    assert seq == 201 + 39


def test_compaction_waits_until_most_rows_are_history(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path)) as journal:
        journal.rows = 2 * 1000 + 50_000
        assert not journal.wants_compaction(1000)
        journal.rows += 1
        assert journal.wants_compaction(1000)


@pytest.mark.usefixtures("small")
def test_a_crash_at_any_point_of_compaction_loses_nothing(tmp_path: Path) -> None:
    leases = Leases()
    newest = 0
    folder = tmp_path / "leases"
    with closing(Journal.open(folder)) as journal:
        fill(journal, leases, 30, 3)
        step = 0
        more = True
        while more:
            more = journal.compact(leases.of_address)
            change = bound(step * 7 % 45, client=9000 + step, start=NOW + 10 + step)
            journal.append([change])
            leases.take(change)
            step += 1
            crashed = tmp_path / f"crash-{step}"  # what the disk holds if the power goes now
            shutil.copytree(folder, crashed, ignore=shutil.ignore_patterns("*-shm"))
            held, seq = loaded(crashed)
            assert held == leases.held
            assert seq == journal.seq > newest
            newest = seq
    assert step > 8


@pytest.mark.usefixtures("small")
def test_a_compaction_that_was_broken_off_goes_on_where_it_was(tmp_path: Path) -> None:
    leases = Leases()
    with closing(Journal.open(tmp_path)) as journal:
        fill(journal, leases, 30, 3)
        for _ in range(5):
            assert journal.compact(leases.of_address)

    with closing(Journal.open(tmp_path)) as journal:
        before = list(journal.load())
        assert journal.wants_compaction(10**6)
        while journal.compact(leases.of_address):
            pass
        after = list(journal.load())

    assert len(before) == 90 + sum(change.kind == "kept" for change in before)
    assert sorted(change.address for change in after) == list(range(30)), "each lease once, also the ones copied before"


@pytest.mark.usefixtures("small")
def test_numbers_go_on_after_every_lease_is_gone(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path)) as journal:
        journal.append([bound(1), bound(1, kind="freed")])
        while journal.compact(lambda _: None):
            pass
        assert journal.rows == 0

    with closing(Journal.open(tmp_path)) as journal:
        assert list(journal.load()) == []
        assert journal.append([bound(5)]) == 3


@pytest.mark.parametrize("left", ["00000002.journal.new", "00000002.journal.new-journal", "00000001.journal-wal"])
def test_what_an_interrupted_creation_or_removal_left_is_swept(tmp_path: Path, left: str) -> None:
    with closing(Journal.open(tmp_path)) as journal:
        journal.append([bound(1)])
    if left == "00000001.journal-wal":
        (tmp_path / "00000001.journal").rename(tmp_path / "00000002.journal")
    (tmp_path / left).write_bytes(b"half of it")

    held, seq = loaded(tmp_path)

    assert (list(held), seq) == ([1], 1)
    assert not (tmp_path / left).exists()


def test_the_write_ahead_log_does_not_grow_without_end(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path)) as journal:
        for time in range(1500):
            journal.append([bound(time)])
            journal.tidy(idle=False)
        log = tmp_path / "00000001.journal-wal"
        assert log.stat().st_size < 8 << 20


def test_a_commit_finds_room_in_the_log(tmp_path: Path) -> None:
    for _ in range(2):  # a new journal, and one that was closed
        with closing(Journal.open(tmp_path)) as journal:
            journal.append([bound(1)])
            assert (tmp_path / "00000001.journal-wal").stat().st_size == journal_module.LOG_ROOM
    assert loaded(tmp_path)[1] == 2


def test_the_room_is_made_behind_what_a_crash_left(tmp_path: Path) -> None:
    folder = tmp_path / "leases"
    with closing(Journal.open(folder)) as journal:
        journal.append([bound(1)])
        shutil.copytree(folder, tmp_path / "crash", ignore=shutil.ignore_patterns("*-shm"))
    with (tmp_path / "crash" / "00000001.journal-wal").open("r+b") as log:
        log.truncate(9000)  # as a log that was never lengthened

    with closing(Journal.open(tmp_path / "crash")) as journal:
        assert (tmp_path / "crash" / "00000001.journal-wal").stat().st_size == journal_module.LOG_ROOM
        journal.append([bound(2)])
        assert list(journal.load()) == [bound(1), bound(2)]


def test_the_next_generation_gets_its_room_in_slices_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "LOG_SLICE", 8 << 10)
    leases = Leases()
    with closing(Journal.open(tmp_path)) as journal:
        fill(journal, leases, 10, 2)
        slices = 0
        while not journal.compacting:
            assert journal.compact(leases.of_address)
            slices += 1
            shutil.copytree(tmp_path, tmp_path.with_name(f"crash-{slices}"), ignore=shutil.ignore_patterns("*-shm"))
            journal.append([bound(3)])
            leases.take(bound(3))
        assert slices == 5
        assert (tmp_path / "00000002.journal-wal").stat().st_size == journal_module.LOG_ROOM
        while journal.compact(leases.of_address):
            pass
        assert not list(tmp_path.glob("*.new*"))
    assert loaded(tmp_path)[0] == leases.held
    for number in range(1, 6):
        assert len(loaded(tmp_path.with_name(f"crash-{number}"))[0]) == 10


# A writer that is killed

_WRITER = """
import sys
from ringboot.model.lease import LeaseChange
from ringboot.store import journal as module
from ringboot.store.journal import Journal
module.COMPACT_ROWS, module.SLICE_SCAN, module.SLICE_COPY = 300, 20, 9
journal = Journal.open(sys.argv[1])
held = {}
def take(changes):
    for change in changes:
        held[change.address] = module.Lease(change.network, change.address, change.key, change.mac, change.state,
                                            change.start, change.expiry, change.evidence)
take(journal.load())
number = journal.seq
while True:
    batch = []
    for _ in range(4):
        number += 1
        mac = number.to_bytes(6, "big")
        batch.append(LeaseChange("bound", "bound", "n", number % 97, mac, mac, number, number + 9, b"", float(number)))
    last = journal.append(batch)
    take(batch)
    print(last, *(f"{change.address}={change.start}" for change in batch), flush=True)
    if journal.wants_compaction(len(held)):
        journal.compact(held.get)
    journal.tidy(idle=False)
"""


def test_every_append_that_returned_survives_kill_9(tmp_path: Path) -> None:
    newest: dict[int, int] = {}
    seq = 0
    for _ in range(4):
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        for _ in range(150):
            last, *pairs = writer.stdout.readline().split()
            assert int(last) > seq, "a sequence number came again"
            seq = int(last)
            newest.update((int(address), int(start)) for address, start in (pair.split("=") for pair in pairs))
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read()
        writer.wait()
        writer.stdout.close()
        for line in rest.splitlines(keepends=True):
            if line.endswith("\n"):
                last, *pairs = line.split()
                seq = int(last)
                newest.update((int(address), int(start)) for address, start in (pair.split("=") for pair in pairs))

        held, found = loaded(tmp_path)

        assert found >= seq
        seq = found
        for address, start in newest.items():
            assert held[address].start >= start


# What stands in the way


def overwrite(place: int, octets: bytes) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[place : place + len(octets)] = octets
        path.write_bytes(data)

    return change


def replace_octets(old: bytes, new: bytes) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        data = path.read_bytes()
        assert old in data
        path.write_bytes(data.replace(old, new))

    return change


def truncate(size: int) -> Callable[[Path], None]:
    return lambda path: os.truncate(path, size)


def run_sql(*statements: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            for statement in statements:
                database.execute(statement)

    return change


def other_database(path: Path) -> None:
    path.unlink()
    run_sql("CREATE TABLE t (x)")(path)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.write_bytes(b"these are not leases\n" * 400), "file is not a database"),
        (truncate(0), "the file is empty"),
        (truncate(8192), "malformed"),
        (truncate(60), "the file is empty or cut off"),
        (other_database, "a database, but not a lease journal"),
        (overwrite(8192, bytes(8192)), "malformed"),
        (run_sql("PRAGMA user_version = 9"), "written in version 9 of the journal; this program reads version 1"),
        (run_sql("ALTER TABLE change RENAME COLUMN mac TO hw"), "the table of changes is not there"),
        (run_sql("DROP TABLE about"), "no such table: about"),
        (run_sql("UPDATE about SET first_seq = 99999"), "does not say which number it begins with"),
        (
            run_sql(
                "ALTER TABLE change RENAME TO old",
                "CREATE TABLE change AS SELECT * FROM old",
                "UPDATE change SET seq = 'x'",
            ),
            "does not say which number it begins with",
        ),
        (replace_octets(b"CREATE TABLE change", b"CREATE TABL\xb6 change"), "it holds text that is none"),
        (run_sql("UPDATE change SET expiry = 'later' WHERE seq = 77"), "row 77 is not a lease change"),
        (run_sql("UPDATE change SET address = 1.5 WHERE seq = 78"), "row 78 is not a lease change"),
    ],
)
def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path, spoil: Callable[[Path], None], why: str) -> None:
    path = tmp_path / "00000001.journal"
    with closing(Journal.open(tmp_path)) as journal:
        journal.append([bound(address) for address in range(500)])
    spoil(path)
    before = path.read_bytes()

    with pytest.raises(JournalDamaged) as caught:
        loaded(tmp_path)

    assert str(path) in str(caught.value)
    assert why in str(caught.value)
    assert "Move the file away together with its -wal and -shm, then restore all of them" in str(caught.value)
    assert path.read_bytes() == before


def crashed(folder: Path, rows: int = 500) -> Path:
    """Give a folder as a crash leaves it: part of the rows is in the file, the rest in its write-ahead log."""
    with closing(Journal.open(folder / "running")) as journal:
        journal.append([bound(address) for address in range(rows)])
        journal.tidy(idle=False)
        journal._checkpoint()
        journal.append([bound(address) for address in range(rows, 2 * rows)])
        shutil.copytree(folder / "running", folder / "crashed")
    return folder / "crashed"


def data_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith(("-shm", "settled"))}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"these are not leases\n" * 4000),
        truncate(8192),
        overwrite(0, b"garbage" * 20),
        overwrite(4096 * 3, b"\xff" * 4096 * 3),
    ],
)
def test_what_a_crash_left_in_the_log_is_not_moved_into_a_damaged_file(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    folder = crashed(tmp_path)
    spoil(folder / "00000001.journal")
    before = data_of(folder)
    assert before.keys() == {"00000001.journal", "00000001.journal-wal"}
    with pytest.raises(JournalDamaged, match=r"Nothing was changed"):
        loaded(folder)
    assert data_of(folder) == before


def test_a_journal_that_is_gone_but_for_its_log_is_not_begun_anew(tmp_path: Path) -> None:
    folder = crashed(tmp_path)
    (folder / "00000001.journal").unlink()
    before = data_of(folder)
    with pytest.raises(JournalDamaged, match=r"00000001\.journal: is gone, but 00000001\.journal-wal, which belongs"):
        loaded(folder)
    assert data_of(folder) == before
    (folder / "00000001.journal-wal").unlink()
    assert loaded(folder) == ({}, 0)


def test_more_generations_than_there_can_be_are_not_guessed_at(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path)):
        pass
    for number in (2, 3):
        shutil.copy(tmp_path / "00000001.journal", tmp_path / f"0000000{number}.journal")

    with pytest.raises(JournalDamaged, match=r"00000001.journal, 00000002.journal, 00000003.journal"):
        Journal.open(tmp_path)


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "leases").write_text("")

    with pytest.raises(JournalFailed, match=str(tmp_path / "leases")):
        Journal.open(tmp_path / "leases")


def test_a_second_writer_is_refused_without_harm(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path)) as first, closing(Journal.open(tmp_path)) as second:
        first.append([bound(1)])

        with pytest.raises(JournalFailed, match="only one daemon"):
            second.append([bound(2)])

        assert list(first.load()) == [bound(1)]


_IN_A_FULL_FOLDER = """
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}]
from ringboot.model.lease import LeaseChange
from ringboot.store.journal import Journal, JournalFailed
folder = Path(sys.argv[1])
journal = Journal.open(folder / "leases")
def batch(n):
    return [LeaseChange("bound", "bound", "n", n, bytes(7), bytes(6), 1, 2, bytes(900), 1.0)] * 20
good = 0
try:
    while True:
        journal.append(batch(good))
        good += 1
except JournalFailed as error:
    print(error)
for again in range(3):
    try:
        journal.append(batch(0))
        print("unexpected")
    except JournalFailed:
        pass
{make_room}
journal.append(batch(10**6))
assert journal.seq == 20 * (good + 1), (journal.seq, good)
journal.close()
journal = Journal.open(folder / "leases")
addresses = [change.address for change in journal.load()]
assert addresses == [n for n in [*range(good), 10**6] for _ in range(20)]
journal.close()
print("whole")
"""


def check_full(command: list[str], script: str, folder: Path) -> str:
    done = subprocess.run(
        [*command, sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=False
    )
    assert done.stdout.endswith("\nwhole\n"), done.stdout + done.stderr
    return done.stdout.splitlines()[0]


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk")
def test_on_a_full_disk_an_append_fails_whole_and_the_next_one_works_when_there_is_room(tmp_path: Path) -> None:
    script = _IN_A_FULL_FOLDER.format(tests="", make_room="(folder / 'ballast').unlink()")
    mount = f"mount -t tmpfs -o size=1m none {tmp_path} && truncate -s 0 {tmp_path}/ballast && "
    mount += f'head -c 300000 /dev/zero > {tmp_path}/ballast && exec "$0" "$@"'

    said = check_full(["unshare", "-m", "sh", "-c", mount], script, tmp_path)

    assert str(tmp_path / "leases") in said
    assert "the disk is full: make room on it" in said


def test_beyond_the_allowed_file_size_an_append_fails_whole_too(tmp_path: Path) -> None:
    limit = "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (400000, resource.RLIM_INFINITY))\n"
    room = "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))"

    said = check_full([], limit + _IN_A_FULL_FOLDER.format(tests="", make_room=room), tmp_path)

    assert str(tmp_path / "leases") in said


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a folder read-only")
@pytest.mark.parametrize("end", ["stopped", "crashed"])
def test_a_read_only_disk_is_said_at_the_start(tmp_path: Path, end: str) -> None:
    if end == "crashed":
        tmp_path = crashed(tmp_path)
    else:
        Journal.open(tmp_path).close()
    script = "import sys\nfrom ringboot.store.journal import Journal\nJournal.open(sys.argv[1])"
    mount = f'mount --bind {tmp_path} {tmp_path} && mount -o remount,bind,ro {tmp_path} && exec "$0" "$@"'

    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", mount, sys.executable, "-c", script, str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    last = done.stderr.splitlines()[-1]
    assert "JournalFailed" in last
    assert str(tmp_path / "00000001.journal") in last
    assert "look at its owner, its rights" in last


@pytest.fixture(autouse=True)
def _no_file_left_open(recwarn: pytest.WarningsRecorder) -> Iterator[None]:
    yield
    assert not [warning for warning in recwarn if issubclass(warning.category, ResourceWarning)]
