"""What commands that let devices read their files again show with --json, as types."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from ringboot.cli.things import Failed, Mac, Utc


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


class SyncDevices(Sync):
    """A job with its devices."""

    items: list[SyncDevice]


class Synchronized(Sync):
    """A job with those of its devices that did not read their files again."""

    problems: list[SyncDevice]


class Reconfigured(BaseModel):
    """What came of making files again."""

    configured: int
    changed: int
    failed: list[Failed]
    sync: Synchronized | None = Field(None, description="With --sync: the job that let devices read them.")
