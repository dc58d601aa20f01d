"""Something that happened to a device or an address, as the timeline keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One entry; `reason` is a row of reasons.py, `detail` fills its text."""

    utc: float
    reason: str
    mac: str | None = None
    device: str | None = None
    address: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    id: int | None = None
