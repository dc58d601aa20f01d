"""The slowest answers of a minute are found, whatever else there was, and forgotten after it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ringboot.model.slowest import KEPT, SLOT, SLOTS, Slowest


def noted(kept: Slowest, steady: float, seconds: float, what: str = "f") -> None:
    if kept.is_slow(steady, seconds):
        kept.note(seconds, steady, "http", what, "10.0.0.1")


@given(st.lists(st.tuples(st.floats(0, 59), st.integers(1, 10_000)), max_size=60))
def test_the_slowest_are_those_that_sorting_everything_would_find(answers: list[tuple[float, int]]) -> None:
    kept = Slowest()
    for steady, ms in sorted(answers):
        noted(kept, steady, ms / 1000)
    expected = sorted((ms for _, ms in answers), reverse=True)[:KEPT]
    assert [row.ms for row in kept.rows(59.0)] == expected


def test_what_is_older_than_a_minute_is_forgotten() -> None:
    kept = Slowest()
    noted(kept, 5.0, 9.0, "old")
    noted(kept, 5.0 + SLOT * SLOTS, 0.5, "new")
    assert [row.what for row in kept.rows(2 * SLOT + SLOT * SLOTS)] == ["new"]
    assert kept.rows(1000.0) == []


def test_noting_stays_bounded_and_fast_ones_are_not_noted() -> None:
    kept = Slowest()
    for place in range(1000):
        noted(kept, 1.0, 1 + place)
    assert not kept.is_slow(2.0, 5.0)
    assert kept.is_slow(2.0, 2000.0)
    assert len(kept.rows(2.0)) == KEPT
