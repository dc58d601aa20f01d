"""Two texts side by side as a reader wants them: what stays, what goes, what comes, each line with its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

CONTEXT = 3  # lines shown around a change
_LONGEST = 20_000  # lines that are compared; a longer text is shown as it is
SAME, GONE, COME, GAP = "same", "gone", "come", "gap"


class Line(NamedTuple):
    """One line: its kind, its number before and after (None where it is not), its text."""

    kind: str
    before: int | None
    after: int | None
    text: str


def changes(before: str | None, after: str | None, context: int = CONTEXT) -> list[Line]:
    """Compare two texts; None is a text that is not there.  Nothing when they are the same."""
    old, new = (before or "").splitlines(), (after or "").splitlines()
    if old == new:
        return []
    if len(old) + len(new) > _LONGEST:
        return [*_gone(old, 0), *_come(new, 0)]
    return list(_lines(old, new, context))


def _lines(old: list[str], new: list[str], context: int) -> Iterator[Line]:
    shown = 0
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(context):
        if group[0][1] > shown:
            yield Line(GAP, None, None, f"{group[0][1] - shown} equal lines")
        for kind, first, last, start, end in group:
            if kind == "equal":
                for place, text in enumerate(old[first:last]):
                    yield Line(SAME, first + place + 1, start + place + 1, text)
            else:
                yield from _gone(old[first:last], first)
                yield from _come(new[start:end], start)
        shown = group[-1][2]
    if shown < len(old):
        yield Line(GAP, None, None, f"{len(old) - shown} equal lines")


def _gone(lines: list[str], first: int) -> Iterator[Line]:
    return (Line(GONE, first + place, None, text) for place, text in enumerate(lines, 1))


def _come(lines: list[str], first: int) -> Iterator[Line]:
    return (Line(COME, None, first + place, text) for place, text in enumerate(lines, 1))
