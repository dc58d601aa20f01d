"""Two changes of one text and what becomes of them; nothing but values, so that main can know them."""

from __future__ import annotations

from typing import NamedTuple

MARKS = ("<<<<<<< ", "||||||| ", "=======", ">>>>>>> ")  # how a conflict is marked, as git does with diff3


class Texts(NamedTuple):
    """A text, and what two sides made of it."""

    base: str
    yours: str
    theirs: str
    called: tuple[str, str, str] = ("base", "yours", "theirs")  # what the marks say; in this order


class Merged(NamedTuple):
    """Both changes in one text."""

    text: str
    conflicts: tuple[int, ...] = ()  # the lines (from 1) where a conflict begins


def first_mark(text: str) -> int:
    """Give the line (from 1) of the first mark of a conflict, 0 when there is none."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith((MARKS[0], MARKS[1], MARKS[3])) or line == MARKS[2]:
            return number
    return 0
