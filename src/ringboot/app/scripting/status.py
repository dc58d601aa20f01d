"""How the scripts do, for `ringboot script status`, the API and the metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ringboot.scripts.registry import Registered

Row = dict[str, Any]


def hook_row(row: Registered) -> Row:
    """Write a hook with what became of its calls."""
    figures = row.figures
    average = figures.seconds / figures.calls if figures.calls else 0.0
    return {
        "hook": row.hook.name,
        "kind": row.hook.kind,
        "place": row.place,
        "filters": row.filters,
        "calls": figures.calls,
        "failures": figures.failures,
        "late": figures.late,
        "average_ms": round(average * 1000, 3),
        "slowest_ms": round(figures.slowest * 1000, 3),
        "problem": figures.problem,
        "failed_at": figures.failed_at or None,
        "traceback": figures.traceback,
    }


def resident() -> int:
    """Give how much memory this process has, in octets."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
