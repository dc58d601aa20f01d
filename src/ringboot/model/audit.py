"""A change that somebody asked for, as the audit keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One request that was no mere question; `request`, `before` and `after` are JSON values without secrets.

    Of a change of one thing `before` and `after` are the thing, None where it was not there; of anything else `request`
    is what was asked and `after` what was answered.
    """

    utc: float
    who: str  # empty: nobody
    role: str  # viewer | operator | administrator; empty: nobody
    via: str  # unix | session | token NAME
    method: str
    path: str  # below /api/v1
    status: int
    request: Any = None
    before: Any = None
    after: Any = None
    id: int | None = None
