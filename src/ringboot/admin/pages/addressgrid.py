"""A window of a network's addresses as squares, a row of 32 each, from the runs that the API gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ringboot.model.address import ip_number, ip_text, prefix_mask

ACROSS = 32
WINDOW = 1024  # addresses that are drawn at once
SQUARE, GAP = 16, 3
LABELLED = 100  # room for the address that a row begins with


class Square(NamedTuple):
    """One address."""

    x: int
    y: int
    address: str
    state: str


class Row(NamedTuple):
    """What stands beside a row of squares."""

    y: int
    address: str


class Grid(NamedTuple):
    """A window, and where the next ones begin."""

    width: int
    height: int
    squares: tuple[Square, ...]
    rows: tuple[Row, ...]
    counts: tuple[tuple[str, int], ...]  # addresses by state, within the window
    first: str
    last: str
    before: str | None
    after: str | None


def window(subnet: str, wanted: str, pools: Iterable[str]) -> tuple[int, int]:
    """Give the first and last address to draw: around the wanted one, else where the first pool begins."""
    start, end = bounds(subnet)
    try:
        place = ip_number(wanted)
    except ValueError:
        place = min((ip_number(pool.partition("-")[0]) for pool in pools), default=start)
    place = min(max(place, start), end)
    first = max(start, place - place % WINDOW) if end - start >= WINDOW else start
    return first, min(end, first + WINDOW - 1)


def bounds(subnet: str) -> tuple[int, int]:
    """Give the ends of a subnet that is written as 10.0.0.0/16."""
    address, _, prefix = subnet.partition("/")
    mask = prefix_mask(int(prefix))
    start = ip_number(address) & mask
    return start, start | (~mask & 0xFFFFFFFF)


def grid(subnet: str, first: int, last: int, runs: Iterable[Mapping[str, Any]]) -> Grid:
    """Draw the addresses from first to last."""
    squares: list[Square] = []
    counts: Counter[str] = Counter()
    pitch, offset = SQUARE + GAP, first % ACROSS
    for run in runs:
        begin, end = max(first, ip_number(str(run["first"]))), min(last, ip_number(str(run["last"])))
        for address in range(begin, end + 1):
            line, column = divmod(address - first + offset, ACROSS)
            squares.append(Square(LABELLED + column * pitch, line * pitch, ip_text(address), str(run["state"])))
            counts[str(run["state"])] += 1
    lines = (last - first + offset) // ACROSS + 1
    rows = tuple(Row(line * pitch, ip_text(max(first, first - offset + line * ACROSS))) for line in range(lines))
    start, end = bounds(subnet)
    return Grid(
        LABELLED + ACROSS * pitch, lines * pitch, tuple(squares), rows, tuple(counts.most_common()),
        ip_text(first), ip_text(last),
        ip_text(max(start, first - WINDOW)) if first > start else None,
        ip_text(last + 1) if last < end else None,
    )  # fmt: skip
