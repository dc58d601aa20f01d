"""How full pools were, as the geometry of a plot: lines over time in percent, with the same in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

WIDTH, HEIGHT = 720, 180
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 22  # room for what is written beside the lines
MOST_POINTS = 240  # of a line; each the highest of those it stands for
COLOURS = 6  # classes line-0 to line-5 of the style


class Line(NamedTuple):
    """One pool."""

    name: str
    colour: int
    points: str  # x,y of each, as a polyline has them
    now: float  # parts of 1
    highest: float
    highest_at: float  # an instant
    taken: int
    size: int


class Plot(NamedTuple):
    """All lines, and where marks stand."""

    lines: tuple[Line, ...]
    heights: tuple[tuple[float, int], ...]  # y, percent
    moments: tuple[tuple[float, float], ...]  # x, instant
    since: float
    until: float


def plot(rows: Sequence[Mapping[str, Any]]) -> Plot | None:
    """Draw the moments of a network's pools, oldest first; None when there are none."""
    if not rows:
        return None
    since, until = float(rows[0]["utc"]), max(float(row["utc"]) for row in rows)
    by_pool: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_pool.setdefault(str(row["pool"]), []).append(row)
    lines = tuple(_line(place, name, mine, since, until) for place, (name, mine) in enumerate(by_pool.items()))
    heights = tuple((_y(percent / 100), percent) for percent in (0, 25, 50, 75, 100))
    step = (until - since) / 4
    moments = tuple((_x(since + step * place, since, until), since + step * place) for place in range(5 if step else 1))
    return Plot(lines, heights, moments, since, until)


def _line(place: int, name: str, rows: Sequence[Mapping[str, Any]], since: float, until: float) -> Line:
    each = -(-len(rows) // MOST_POINTS)
    highest = [max(rows[start : start + each], key=part) for start in range(0, len(rows), each)]
    points = " ".join(f"{_x(float(row['utc']), since, until):.1f},{_y(part(row)):.1f}" for row in highest)
    fullest, last = max(rows, key=part), rows[-1]
    taken = int(last["used"]) + int(last["declined"])
    return Line(
        name, place % COLOURS, points, part(last), part(fullest), float(fullest["utc"]), taken, int(last["size"])
    )


def part(row: Mapping[str, Any]) -> float:
    """Give which part of a pool's addresses is taken."""
    return min(1.0, (float(row["used"]) + float(row["declined"])) / row["size"]) if row["size"] else 0.0


def _x(utc: float, since: float, until: float) -> float:
    wide = WIDTH - LEFT - RIGHT
    return LEFT + (wide * (utc - since) / (until - since) if until > since else wide)


def _y(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)
