"""How many addresses a client declined within the last hour."""

from __future__ import annotations

from ringboot.leases.declines import HOUR, KEPT, Declines


def test_what_is_older_than_an_hour_does_not_count() -> None:
    declines = Declines()
    for utc in (0.0, 1800.0, 3000.0):
        declines.note(b"one", utc)
    assert [declines.count(b"one", utc) for utc in (3000.0, HOUR, 1800.0 + HOUR, 3000.0 + HOUR)] == [3, 2, 1, 0]
    assert declines.count(b"two", 3000.0) == 0


def test_the_last_one_is_taken_back() -> None:
    declines = Declines()
    declines.note(b"one", 1.0)
    declines.note(b"one", 2.0)
    declines.take_back(b"one")
    assert declines.count(b"one", 3.0) == 1
    declines.take_back(b"one")
    declines.take_back(b"one")
    assert (declines.count(b"one", 3.0), len(declines)) == (0, 0)


def test_memory_is_bounded_whoever_declines() -> None:
    declines = Declines()
    for number in range(KEPT + 100):
        declines.note(number.to_bytes(6, "big"), float(number))
    assert len(declines) == KEPT
    assert declines.count((KEPT + 99).to_bytes(6, "big"), KEPT + 99.0) == 1
