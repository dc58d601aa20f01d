"""What is agreed on: each row of the option table with its limits, and the rules of RFC 2347."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.tftp.options import MAX_WINDOW, MAX_WINDOW_OCTETS, TABLE, Agreed, Option, negotiate

ODD = ["", "-1", " 5", "+5", "5 ", "1e9", "0x10", "5.0", "٥", "²", "1_0", "NaN", str(2**64), "9" * 400]


@pytest.mark.parametrize("option", TABLE, ids=lambda row: row.name)
def test_limits_of_each_row(option: Option) -> None:
    for value in (option.least, option.most):
        assert option.name in negotiate({option.name: str(value)}, 10).answer
    for value in (option.least - 1, option.most + 1):
        assert negotiate({option.name: str(value)}, 10) == Agreed()


@pytest.mark.parametrize("option", TABLE, ids=lambda row: row.name)
@pytest.mark.parametrize("text", ODD)
def test_an_invalid_value_is_left_out(option: Option, text: str) -> None:
    other = "tsize" if option.name == "blksize" else "blksize"
    assert negotiate({option.name: text, other: "16"}, 16).answer == {other: "16"}


def test_names_are_unique() -> None:
    assert len({option.name for option in TABLE}) == len(TABLE)


def test_everything_at_once_in_the_order_and_spelling_of_the_client() -> None:
    asked = {"TSIZE": "0", "windowSize": "4", "multicast": "", "blksize": "1428", "timeout": "3"}
    agreed = negotiate(asked, 1234567)
    assert list(agreed.answer.items()) == [
        ("TSIZE", "1234567"),
        ("windowSize", "4"),
        ("blksize", "1428"),
        ("timeout", "3"),
    ]
    assert agreed[:3] == (1428, 4, 3)


def test_nothing_known_is_as_if_nothing_was_asked() -> None:
    assert negotiate({"multicast": "", "utimeout": "1000000"}, 5) == Agreed()


def test_of_two_spellings_the_first_counts() -> None:
    assert negotiate({"blksize": "100", "BLKSIZE": "200"}, 5).answer == {"blksize": "100"}


@given(st.integers(8, 65464), st.integers(1, 65535))
def test_a_window_fits_into_memory_and_never_exceeds_what_was_asked(blksize: int, windowsize: int) -> None:
    agreed = negotiate({"windowsize": str(windowsize), "blksize": str(blksize)}, 0)
    assert 1 <= agreed.windowsize <= min(windowsize, MAX_WINDOW)
    assert agreed.windowsize * agreed.blksize <= MAX_WINDOW_OCTETS
    assert agreed.answer["windowsize"] == str(agreed.windowsize)
