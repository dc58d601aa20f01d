"""What commands that let devices read their files again show with --json, as types."""

from __future__ import annotations

from pydantic import Field

from ringboot.admin.shapes.syncs import Remade, Sync, SyncDevice


class SyncDevices(Sync):
    """A job with its devices."""

    items: list[SyncDevice]


class Synchronized(Sync):
    """A job with those of its devices that did not read their files again."""

    problems: list[SyncDevice]


class Reconfigured(Remade):
    """What came of making files again."""

    sync: Synchronized | None = Field(None, description="With --sync: the job that let devices read them.")
