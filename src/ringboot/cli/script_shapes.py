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


TABLE: dict[str, Any] = {"script status": Scripts, "script list": HookList}
