"""Who asked for which change, as types."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from ringboot.admin.shapes.things import Utc


class AuditEntry(BaseModel):
    """A request that was no mere question. Secrets are ***, and what would be too long reads `left_out`."""

    id: int
    utc: Utc
    who: str
    role: str = Field(description="viewer, operator or administrator")
    via: str = Field(description="unix, session, or token with its name")
    method: str
    path: str = Field(description="Below /api/v1.")
    status: int = Field(description="What it was answered with; from 400 on it was refused.")
    request: Any = Field(description="What was asked, where that changes no one thing.")
    before: Any = Field(description="The thing that is changed as it was; None: there was none.")
    after: Any = Field(description="The thing as it is then, or what was answered.")
