"""A job that lets devices read their files again, and how far it is with each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

WAITING, TOLD, ENDED = "waiting", "told", "ended"  # states of a device
RUNNING, DONE, STOPPED = "running", "done", "stopped"  # states of a job


@dataclass(frozen=True, slots=True)
class SyncJob:
    """One job; `first` and `last` are when devices were told."""

    id: int
    utc: float
    who: str
    state: str = RUNNING
    ended: float | None = None
    sent: int = 0  # how often devices were told
    first: float | None = None
    last: float | None = None


@dataclass(frozen=True, slots=True)
class SyncRow:
    """One device of a job; `reason` is a row of reasons.py once it ended, and why it waits again before that."""

    job: int
    device: str
    mac: str | None = None
    state: str = WAITING
    reason: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    tries: int = 0
    due: float = 0.0  # when it may be told, or when it must have fetched its file
    told: float | None = None
    ended: float | None = None
