"""Bringing two changes of one text together, line by line: what both kept divides it, what one changed is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from ringboot.plugins.merged import MARKS, Merged, Texts

Lines = Sequence[str]


class _Part(NamedTuple):
    """What stands in a place in each of the three texts."""

    base: Lines
    yours: Lines
    theirs: Lines


def merge(texts: Texts) -> Merged:
    """Merge two changes of a base; where both changed the same lines, mark a conflict with all three."""
    lines: list[str] = []
    conflicts: list[int] = []
    base, yours, theirs = (_lines(text) for text in texts[:3])
    for part in _parts(base, yours, theirs):
        settled = _settled(part)
        if settled is not None:
            lines += settled
            continue
        conflicts.append(len(lines) + 1)
        lines += _marked(part, texts.called)
    return Merged("".join(lines), tuple(conflicts))


def _settled(part: _Part) -> Lines | None:
    if part.theirs in (part.yours, part.base):
        return part.yours
    return part.theirs if part.base == part.yours else None


def _marked(part: _Part, called: tuple[str, str, str]) -> Iterator[str]:
    base, yours, theirs = called
    yield f"{MARKS[0]}{yours}\n"
    yield from _ended(part.yours)
    yield f"{MARKS[1]}{base}\n"
    yield from _ended(part.base)
    yield f"{MARKS[2]}\n"
    yield from _ended(part.theirs)
    yield f"{MARKS[3]}{theirs}\n"


def _ended(lines: Lines) -> Iterator[str]:
    """Give lines so that a mark can follow: the last line of a text may have no end."""
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n"


def _lines(text: str) -> list[str]:
    """Cut after each \\n only: other signs that end a line somewhere stand inside values."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _parts(base: Lines, yours: Lines, theirs: Lines) -> Iterator[_Part]:
    """Cut the three texts at the lines that both sides kept."""
    at_base = at_yours = at_theirs = 0
    for start, in_yours, in_theirs, size in (*_kept(base, yours, theirs), (len(base), len(yours), len(theirs), 0)):
        part = _Part(base[at_base:start], yours[at_yours:in_yours], theirs[at_theirs:in_theirs])
        if any(part):
            yield from _trimmed(part)
        same = base[start : start + size]
        if same:
            yield _Part(same, same, same)
        at_base, at_yours, at_theirs = start + size, in_yours + size, in_theirs + size


def _kept(base: Lines, yours: Lines, theirs: Lines) -> Iterator[tuple[int, int, int, int]]:
    """Give the runs of lines that stand in all three: where in each, and how many."""
    ours = SequenceMatcher(None, base, yours, autojunk=False).get_matching_blocks()
    others = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    left = right = 0
    while left < len(ours) and right < len(others):
        one, two = ours[left], others[right]
        start, end = max(one.a, two.a), min(one.a + one.size, two.a + two.size)
        if start < end:
            yield start, one.b + start - one.a, two.b + start - two.a, end - start
        if one.a + one.size < two.a + two.size:
            left += 1
        else:
            right += 1


def _trimmed(part: _Part) -> Iterator[_Part]:
    """Take out of a part what both sides changed alike at its ends, so that a conflict holds what differs only."""
    if _settled(part) is not None:
        yield part
        return
    most = min(len(part.yours), len(part.theirs))
    head = next((n for n in range(most) if part.yours[n] != part.theirs[n]), most)
    tail = next((n for n in range(most - head) if part.yours[-1 - n] != part.theirs[-1 - n]), most - head)
    empty: Lines = ()
    if head:
        yield _Part(empty, part.yours[:head], part.theirs[:head])
    yours, theirs = part.yours[head : len(part.yours) - tail], part.theirs[head : len(part.theirs) - tail]
    if any((part.base, yours, theirs)):
        yield _Part(part.base, yours, theirs)
    if tail:
        same = part.yours[len(part.yours) - tail :]
        yield _Part(empty, same, same)
