"""How much happens a second, from counters that only grow; and the last minutes of it as a line."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

KEPT = 90  # moments
_WIDE, _HIGH = 300, 32  # of the drawing


class Moment(NamedTuple):
    """The counters at one moment: seconds of a clock that never jumps, and totals."""

    seconds: float
    messages: float
    files: float
    renders: float


class Pace(NamedTuple):
    """One rate now, and the line of its past."""

    name: str
    unit: str
    now: float
    most: float
    line: str  # the data of an SVG path; empty while there is nothing to show
    area: str


class Rates:
    """Keeps what was seen while somebody looked."""

    def __init__(self) -> None:
        self._moments: deque[Moment] = deque(maxlen=KEPT + 1)

    def note(self, top: Mapping[str, Any]) -> list[Pace]:
        """Take an answer of /top, the same one perhaps again, and give the rates."""
        now = Moment(
            float(top["seconds"]),
            sum(top.get("messages", {}).values()),
            sum(row["count"] for row in top.get("files", ())),
            sum(top.get("renders", {}).values()),
        )
        if not self._moments or now.seconds > self._moments[-1].seconds:
            self._moments.append(now)
        rows = list(self._moments)
        return [
            _pace("DHCP messages", "a second", rows, 1),
            _pace("File requests", "a second", rows, 2),
            _pace("Configurations made", "a second", rows, 3),
        ]


def _pace(name: str, unit: str, moments: Sequence[Moment], column: int) -> Pace:
    rates = []
    for before, after in itertools.pairwise(moments):
        grown = after[column] - before[column]  # less than nothing when its process was started again
        rates.append(max(0.0, grown) / max(0.001, after.seconds - before.seconds))
    if not rates:
        return Pace(name, unit, 0.0, 0.0, "", "")
    most = max(rates)
    if len(rates) < 3 or most == 0:
        return Pace(name, unit, rates[-1], most, "", "")
    step = _WIDE / (len(rates) - 1)
    places = [f"{place * step:.1f} {_HIGH - 1 - (_HIGH - 3) * rate / most:.1f}" for place, rate in enumerate(rates)]
    line = "M" + "L".join(places)
    return Pace(name, unit, rates[-1], most, line, f"{line}L{_WIDE} {_HIGH}L0 {_HIGH}Z")
