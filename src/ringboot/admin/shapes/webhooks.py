"""Webhooks, as types."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ringboot.admin.shapes.things import Seconds, Utc


class Webhook(BaseModel):
    """A receiver that is told what happens; numbers since the main process began."""

    name: str
    url: str = Field(description="Without path and query, which may be secret.")
    events: list[str]
    waiting: int
    taken: int
    failed: int
    dropped: int
    last: Utc | None
    problem: str


class WebhookTried(BaseModel):
    """What a receiver answered; a status of 0: nothing."""

    name: str
    taken: bool
    status: int
    seconds: Seconds
    problem: str
