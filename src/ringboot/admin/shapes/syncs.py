"""Jobs that let devices read their files again, as types."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from ringboot.admin.shapes.things import Failed, Mac, Utc


class Sync(BaseModel):
    """A job that lets devices read their files again."""

    id: int
    state: Literal["running", "done", "stopped"]
    began: Utc
    ended: Utc | None
    who: str
    devices: int
    waiting: int
    told: int = Field(description="Those that were told, and have not fetched their file yet.")
    done: int
    failed: int
    reasons: dict[str, int] = Field(description="Of those that are done or failed.")
    sent: int = Field(description="How often devices were told.")
    rate: float | None = Field(description="How many were told in a minute.")


class SyncDevice(BaseModel):
    """How it stands with a device of a job."""

    device: str
    mac: Mac | None
    state: Literal["waiting", "told", "ended"]
    reason: str
    text: str
    help: str
    tries: int
    told: Utc | None
    ended: Utc | None


class Remade(BaseModel):
    """What came of making files again."""

    configured: int
    changed: int
    failed: list[Failed]
    sync: Sync | None = Field(None, description="The job that lets devices read them, where one was asked for.")
