"""What a webhook is to be told, until its receiver has taken it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one receiver; a repetition has the same id. Ids grow with time."""

    id: str
    hook: str
    event: str
    utc: float  # when it happened
    body: str
    tries: int = 0
    due: float = 0.0  # UTC
    why: str = ""  # it was not taken the last time
