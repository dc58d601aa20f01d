"""What `ringboot script` shows with --json, as types."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from ringboot.admin.shapes.scripts import Scripts


class HookBrought(BaseModel):
    """A hook that a file brings."""

    name: str = Field(description="File and function.")
    kind: str
    place: str = Field(description="File and line.")
    filters: str


class HookList(BaseModel):
    """The hooks in the order in which they are called."""

    items: list[HookBrought]
    total: int


class Answered(BaseModel):
    """What becomes of a message."""

    reason: str
    text: str
    type: str | None = Field(description="OFFER, ACK, NAK; nothing: no answer.")
    address: str | None
    next_server: str | None
    file: str | None
    options: dict[str, str]


class HookRun(BaseModel):
    """A hook that was called."""

    hook: str
    kind: str
    ms: float
    problem: str
    traceback: str


class Line(BaseModel):
    """What a hook logged."""

    level: str
    text: str
    values: dict[str, str]


class Notice(BaseModel):
    """What a web service would be told."""

    url: str
    body: Any
    headers: dict[str, str]


class Tried(BaseModel):
    """What hooks make of a message."""

    before: Answered
    after: Answered
    hooks: list[HookRun]
    log: list[Line]
    notices: list[Notice]


TABLE: dict[str, Any] = {"script status": Scripts, "script list": HookList, "script test": Tried}
