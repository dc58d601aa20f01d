"""The judge of what clients were given finds what is wrong, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.whole.checker.judge import (
    ACK,
    DECLINE,
    NAK,
    QUARANTINED,
    RELEASE,
    UNANSWERED,
    Judge,
    Record,
    packed,
    records,
)

ONE, OTHER = 1, 2
X, Y = 100, 101


def row(at: float, client: int, kind: int, address: int = X, seconds: int = 10, asked: float | None = None) -> Record:
    micro = int(at * 1e6)
    return Record(micro, micro if asked is None else int(asked * 1e6), client, address, seconds, kind, 2)


GOOD = {
    "one after the other": [row(0, ONE, ACK), row(10, OTHER, ACK)],
    "given back, then given": [row(0, ONE, ACK), row(1, ONE, RELEASE), row(1.1, OTHER, ACK)],
    "renewed, refused when it is over": [row(0, ONE, ACK), row(5, ONE, ACK), row(15, ONE, NAK)],
    "moved when it is over": [row(0, ONE, ACK), row(10, ONE, ACK, Y)],
    "two clients, two addresses": [row(0, ONE, ACK), row(1, OTHER, ACK, Y)],
    "after quarantine": [row(0, ONE, DECLINE), row(1, ONE, QUARANTINED), row(86_402, OTHER, ACK)],
    "refused another address than its own": [row(0, ONE, ACK), row(1, ONE, NAK, Y)],
}
BAD = {
    "given to another": ("given twice", [row(0, ONE, ACK), row(9.9, OTHER, ACK)]),
    "a lease runs from the question on": ("given twice", [row(0, ONE, ACK), row(9.5, OTHER, ACK, asked=3)]),
    "given to another, though renewed": ("given twice", [row(0, ONE, ACK), row(9, ONE, ACK), row(15, OTHER, ACK)]),
    "refused before its end": ("lost", [row(0, ONE, ACK), row(9, ONE, NAK)]),
    "never answered": ("lost", [row(0, ONE, ACK), row(9, ONE, UNANSWERED)]),
    "moved before its end": ("lost", [row(0, ONE, ACK), row(9, ONE, ACK, Y)]),
    "given from quarantine": ("from quarantine", [row(0, ONE, DECLINE), row(1, ONE, QUARANTINED), row(99, OTHER, ACK)]),
}


@pytest.mark.parametrize("rows", GOOD.values(), ids=GOOD)
def test_what_is_right_is_no_fault(rows: list[Record]) -> None:
    judge = Judge()
    judge.hear(rows)
    assert judge.faults == []


@pytest.mark.parametrize(("what", "rows"), BAD.values(), ids=BAD)
def test_what_must_not_happen_is_found(what: str, rows: list[Record]) -> None:
    judge = Judge()
    judge.hear(rows)
    assert [(fault.what, fault.record) for fault in judge.faults] == [(what, rows[-1])]


def test_records_are_read_as_they_are_written_and_half_a_one_is_left_out(tmp_path: Path) -> None:
    rows = [row(number, ONE, ACK) for number in range(5000)]
    (tmp_path / "log").write_bytes(packed(rows) + b"\1" * 31)
    assert list(records(tmp_path / "log")) == rows
