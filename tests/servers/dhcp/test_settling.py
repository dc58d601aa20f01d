"""An ACK leaves when the disk has its lease, and nobody waits for the disk meanwhile: a real process and journal."""

from __future__ import annotations

import errno
import os
import select
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from ringboot.answer.query import Now
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.servers.dhcp.disk import Disk
from ringboot.servers.dhcp.settling import MOST, Decided, Held, Settling
from ringboot.store.journal import Journal, JournalLost

NOW = Now(1_700_000_000.0, 1000.0)
PATIENCE = 10.0  # seconds


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal.open(tmp_path)) as made:
        yield made


@pytest.fixture
def disk() -> Iterator[Disk]:
    with closing(Disk()) as made:
        yield made


def written(journal: Journal, address: int) -> Held:
    mac = address.to_bytes(6, "big")
    change = LeaseChange("bound", BOUND, "phones", address, b"\x01" + mac, mac, 1_700_000_000, 1_700_003_600, b"", 0.5)
    return Held(journal.write([change]), [cast(Decided, None)], NOW)


def until_ended(disk: Disk) -> None:
    assert select.select([disk], [], [], PATIENCE)[0], "the disk did not answer"


def test_batches_are_held_until_the_disk_has_them_and_those_that_came_meanwhile_go_together(
    journal: Journal, disk: Disk
) -> None:
    settling = Settling(journal, disk)

    first, second, third = (written(journal, address) for address in (1, 2, 3))
    assert settling.hold(first) == []
    assert settling.hold(second) == []
    assert settling.hold(third) == []
    assert len(settling) == 3
    until_ended(disk)
    # The sync began when all three had been written, but before the second and third were held: it counts for what was
    # written then.
    assert settling.ended() == [first, second, third]
    assert len(settling) == 0
    assert journal.settled == third.seq


def test_what_is_written_while_the_disk_is_busy_waits_for_the_next_time(journal: Journal, disk: Disk) -> None:
    settling = Settling(journal, disk)

    first = written(journal, 1)
    assert settling.hold(first) == []
    second = written(journal, 2)
    assert settling.hold(second) == []
    until_ended(disk)
    assert settling.ended() == [first]
    assert journal.settled == first.seq
    until_ended(disk)
    assert settling.ended() == [second]


def test_without_such_a_process_the_loop_waits_itself(journal: Journal) -> None:
    held = written(journal, 1)
    assert Settling(journal).hold(held) == [held]
    assert journal.settled == held.seq


def test_a_process_that_is_gone_is_done_without(journal: Journal, disk: Disk) -> None:
    settling = Settling(journal, disk)
    first, second = written(journal, 1), written(journal, 2)

    os.kill(disk.pid, 9)
    until_ended(disk)

    assert [*settling.hold(first), *settling.ended()] == [first]
    assert settling.disk is None
    assert settling.hold(second) == [second]


def test_a_bounded_number_of_batches_waits(journal: Journal) -> None:
    class Slow:
        """A disk that never says it is done."""

        def sync(self, _path: Path) -> bool:
            return True

        def ended(self) -> OSError | None:
            raise AssertionError("nobody was told to look")

    settling = Settling(journal, Slow())
    held = [written(journal, address) for address in range(MOST)]
    given = [settling.hold(each) for each in held]
    assert given == [*([[]] * (MOST - 1)), held]


def test_all_that_waits_can_be_waited_for(journal: Journal, disk: Disk) -> None:
    settling = Settling(journal, disk)
    held = written(journal, 1)
    settling.hold(held)
    assert settling.flush() == [held]
    assert settling.flush() == []


def test_a_disk_that_fails_is_not_believed(journal: Journal, disk: Disk) -> None:
    class Elsewhere:
        """The real process, but asked for a file that cannot be synced."""

        def sync(self, _path: Path) -> bool:
            return disk.sync(Path("/proc/self/status"))

        def ended(self) -> OSError | None:
            return disk.ended()

    settling = Settling(journal, Elsewhere())
    held = written(journal, 1)
    assert settling.hold(held) == []
    until_ended(disk)
    with pytest.raises(JournalLost, match=os.strerror(errno.EINVAL).lower()):
        settling.ended()
    assert journal.settled < held.seq
