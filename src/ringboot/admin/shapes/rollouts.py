"""Roll-outs, as types."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from ringboot.admin.shapes.things import Mac, Utc


class Rollout(BaseModel):
    """Devices that go from one plugin to another; state is running, waiting, paused, stopped, done or aborted."""

    model_config = ConfigDict(populate_by_name=True)

    id: str
    old: str = Field(alias="from")
    new: str = Field(alias="to")
    who: str
    began: Utc
    ended: Utc | None
    state: str
    reason: str
    why: str
    devices: int
    first: int = Field(description="Devices of the first group.")
    waiting: int
    moved: int
    failed: int
    skipped: int
    stop_at: int
    failures: int = Field(description="Since it began or was resumed.")
    window: str
    resume_at: Utc | None
    is_over: bool
    sync: bool


class RolloutDevice(BaseModel):
    """A device of a roll-out; state is waiting, moved, failed or skipped, group is first or rest."""

    device: str
    mac: Mac | None
    model: str | None
    group: str
    state: str
    why: str


class FileChange(BaseModel):
    """What would become of a path: new, changed, same or gone."""

    path: str
    change: str


class RolloutPreviewed(BaseModel):
    """What a device of a roll-out would get."""

    id: str
    mac: Mac | None
    model: str | None
    group: str
    problem: str | None
    files: list[FileChange]


class RolloutPreview(BaseModel):
    """What a roll-out would do, with `--dry-run`."""

    model_config = ConfigDict(populate_by_name=True)

    old: str = Field(alias="from")
    new: str = Field(alias="to")
    devices: int
    failed: int
    items: list[RolloutPreviewed]
