"""The window of a roll-out, minute by minute."""

from __future__ import annotations

import pytest

from ringboot.fleet.rollouts import is_open


@pytest.mark.parametrize(
    ("window", "opens", "closes"),
    [("09:00-17:30", 540, 1050), ("22:00-06:00", 1320, 360), ("00:00-00:01", 0, 1), ("23:59-00:00", 1439, 0)],
)
def test_it_is_open_from_its_first_minute_until_before_its_last(window: str, opens: int, closes: int) -> None:
    assert is_open(window, opens)
    assert is_open(window, (closes - 1) % 1440)
    assert not is_open(window, closes)
    assert not is_open(window, (opens - 1) % 1440)


def test_no_window_and_one_that_never_ends_are_always_open() -> None:
    assert all(is_open("", minute) and is_open("08:00-08:00", minute) for minute in range(1440))
