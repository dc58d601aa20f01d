"""A piece of work that takes a while, as it is written down: it is known after the daemon has ended in the middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

RUNNING, DONE, FAILED, STOPPED, INTERRUPTED = "running", "done", "failed", "stopped", "interrupted"
DEVICES, OCTETS = "devices", "octets"  # what is counted


@dataclass(frozen=True, slots=True)
class JobRecord:
    """How one stood when it was last written."""

    id: str
    kind: str
    what: str
    who: str
    started: float
    state: str = RUNNING
    ended: float | None = None
    doing: str = ""
    done: int = 0
    total: int | None = None
    unit: str = DEVICES
    result: Any = None
    problem: str | None = None
    code: str | None = None  # of the problem
    again: dict[str, Any] | None = None  # {"action", "ids", "values"} by which it can be taken up
