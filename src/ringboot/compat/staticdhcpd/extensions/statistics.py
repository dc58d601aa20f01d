"""`statistics`: how many packets came and how long they took, since the start and in windows of time."""

from __future__ import annotations

import csv
import html
import io
import json
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ringboot.compat.staticdhcpd.callbacks import WEB_METHOD_TEMPLATE, Statistics
from ringboot.compat.staticdhcpd.world import METHODS, World

_PATH = "/ca/uguu/puukusoft/staticDHCPd/extension/stats"
_DEFAULTS: dict[str, Any] = {
    "MODULE": "statistics", "LIFETIME_STATS_ENABLED": True, "LIFETIME_STATS_DISPLAY": True,
    "LIFETIME_STATS_ORDERING": None, "LIFETIME_STATS_PATH": f"{_PATH}/lifetime", "LIFETIME_STATS_NAME": "Lifetime",
    "AVERAGES_ENABLED": True, "AVERAGES_WINDOWS": [0, 1, 2, 3, 12, 72, 288], "AVERAGES_DISPLAY": True,
    "AVERAGES_ORDERING": None, "AVERAGES_PATH": f"{_PATH}/averages", "AVERAGES_NAME": "Averages",
    "GRAPH_ENABLED": True, "GRAPH_ORDERING": None, "GRAPH_RENDER_DIMENSIONS": (1536, 320), "GRAPH_NAME": "Graph",
    "GRAPH_INCLUDE_METHOD_LINES": True, "GRAPH_INCLUDE_METHOD_DISCARDED_LINES": False,
    "GRAPH_CSV_PATH": f"{_PATH}/graph.csv", "GRAPH_CSV_NAME": "CSV", "GRAPH_JSON_PATH": f"{_PATH}/graph.json",
    "GRAPH_JSON_NAME": "JSON", "QUANTISATION_INTERVAL": 300, "RETENTION_COUNT": 576,
}  # fmt: skip


@dataclass(slots=True)
class Bin:
    """What came in a span of time; `seconds` is what it took altogether."""

    start: float = 0.0
    received: Counter[str] = field(default_factory=Counter)
    discarded: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, row: Statistics) -> None:
        """Count a packet."""
        self.received[row.method] += 1
        self.discarded[row.method] += not row.processed
        self.seconds += row.processing_time

    def plus(self, other: Bin) -> Bin:
        """Give both together."""
        return Bin(
            self.start, self.received + other.received, self.discarded + other.discarded, self.seconds + other.seconds
        )


class Figures:
    """The bins; the newest is last."""

    def __init__(self, world: World) -> None:
        """Register with the site."""
        self._world = world
        self._said = said = world.extensions.statistics.extension_config_merge(defaults=_DEFAULTS)
        self.whole = Bin(world.outside.utc())
        self._bins: deque[Bin] = deque(maxlen=said.RETENTION_COUNT)
        callbacks = world.callbacks
        callbacks.statsAddHandler(self.note)
        for part, show in (("LIFETIME_STATS", self.lifetime), ("AVERAGES", self.averages)):
            if not said[f"{part}_ENABLED"]:
                continue
            name, path = said[f"{part}_NAME"], said[f"{part}_PATH"]
            if said[f"{part}_DISPLAY"]:
                callbacks.webAddDashboard(said.MODULE, name, show, said[f"{part}_ORDERING"])
            else:
                callbacks.webAddMethod(
                    path, show, hidden=False, module=said.MODULE, name=name, display_mode=WEB_METHOD_TEMPLATE
                )
        if said.GRAPH_ENABLED:
            callbacks.webAddDashboard(said.MODULE, said.GRAPH_NAME, self.graph, said.GRAPH_ORDERING)
            for path, show_raw, name in (
                (said.GRAPH_CSV_PATH, self.csv, said.GRAPH_CSV_NAME),
                (said.GRAPH_JSON_PATH, self.json, said.GRAPH_JSON_NAME),
            ):
                callbacks.webAddMethod(path, show_raw, hidden=False, module=said.MODULE, name=name)

    def note(self, row: Statistics) -> None:
        """Count a packet."""
        self.whole.add(row)
        self._now().add(row)

    def _now(self) -> Bin:
        width = self._said.QUANTISATION_INTERVAL
        start = self._world.outside.utc() // width * width
        if not self._bins or self._bins[-1].start != start:
            self._bins.append(Bin(start))
        return self._bins[-1]

    def lifetime(self, *_: Any, **__: Any) -> str:
        """Give what came since the start, by method."""
        rows = [(name, self.whole.received[name], self.whole.discarded[name]) for name in METHODS]
        return _table(("Method", "Received", "Discarded"), [*rows, ("all", *_sums(self.whole)[:2])])

    def averages(self, *_: Any, **__: Any) -> str:
        """Give what came in the last bins: none of them is the one that goes on."""
        now = self._now()
        width = self._said.QUANTISATION_INTERVAL
        rows = []
        for window in self._said.AVERAGES_WINDOWS:
            found = Bin()
            for each in self._bins:
                if each.start >= now.start - window * width and (window == 0 or each is not now):
                    found = found.plus(each)
            received, discarded, mean = _sums(found)
            rows.append((f"{window * width // 60} min" if window else "now", received, discarded, f"{mean * 1000:.3f}"))
        return _table(("Window", "Received", "Discarded", "ms each"), rows)

    def graph(self, *_: Any, **__: Any) -> str:
        """Give what came in each bin as a line."""
        width, height = self._said.GRAPH_RENDER_DIMENSIONS
        points = [_sums(each)[0] for each in self._bins] or [0]
        most = max(*points, 1)
        step = width / max(len(points) - 1, 1)
        line = " ".join(f"{at * step:.1f},{height - count * height / most:.1f}" for at, count in enumerate(points))
        return (
            f'<svg viewBox="0 0 {width} {height}" width="100%" role="img" aria-label="{most} packets at most">'
            f'<polyline points="{line}" fill="none" stroke="currentColor"/></svg>'
        )

    def _lines(self) -> list[dict[str, Any]]:
        said = self._said
        return [
            {
                "time": datetime.fromtimestamp(each.start, UTC).isoformat(),
                **dict(zip(("received", "discarded", "seconds_each"), _sums(each), strict=True)),
                **({name: each.received[name] for name in METHODS} if said.GRAPH_INCLUDE_METHOD_LINES else {}),
                **(
                    {f"{name} discarded": each.discarded[name] for name in METHODS}
                    if said.GRAPH_INCLUDE_METHOD_DISCARDED_LINES
                    else {}
                ),
            }
            for each in self._bins
        ]

    def csv(self, *_: Any, **__: Any) -> tuple[str, str]:
        """Give the bins as a file."""
        self._now()
        lines = self._lines()
        file = io.StringIO()
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        writer.writerows(lines)
        return "text/csv", file.getvalue()

    def json(self, *_: Any, **__: Any) -> tuple[str, str]:
        """Give the bins as JSON."""
        return "application/json", json.dumps(self._lines())


def _sums(of: Bin) -> tuple[int, int, float]:
    received = of.received.total()
    return received, of.discarded.total(), of.seconds / received if received else 0.0


def _table(heads: tuple[str, ...], rows: list[Any]) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f"<table><thead><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr></thead><tbody>{lines}</tbody></table>"
    )


def extension(world: World) -> dict[str, Any]:
    """Give what the module holds at this site."""
    return {"figures": Figures(world)}
