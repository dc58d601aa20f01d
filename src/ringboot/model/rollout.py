"""A roll-out: devices that go from one plugin to another, group by group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

# States of a roll-out.
RUNNING, WAITING, PAUSED, STOPPED, DONE, ABORTED = "running", "waiting", "paused", "stopped", "done", "aborted"
OPEN = (RUNNING, WAITING, PAUSED, STOPPED)  # not over yet

# States of a device in it.
TO_MOVE, MOVED, FAILED, SKIPPED = "waiting", "moved", "failed", "skipped"

FIRST, REST = 1, 2  # stages


@dataclass(frozen=True, slots=True)
class Rollout:
    """How it is to go, and how far it is."""

    id: str
    old: str  # plugin ids
    new: str
    who: str
    began: float
    state: str = RUNNING
    stage: int = REST  # FIRST while the first group is on its way
    resume_at: float | None = None  # when the pause after the first group ends; None: when somebody says so
    stop_at: int = 0  # failures that stop it; 0: none do
    failures: int = 0  # since it began or went on
    window: str = ""  # 22:00-06:00, local time; empty: always
    reason: str = ""  # why it is in this state
    why: str = ""  # that in words
    ended: float | None = None
    sync: bool = False  # a device is moved only when it has fetched its new files


class RolloutDevice(NamedTuple):
    """One device of a roll-out."""

    rollout: str
    device: str
    stage: int
    state: str
    why: str = ""
