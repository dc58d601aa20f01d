"""The administrator's Python, as types."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from ringboot.admin.shapes.things import Utc


class ScriptHook(BaseModel):
    """A hook, and what became of its calls since the process of scripts began."""

    hook: str = Field(description="File and function.")
    kind: str
    place: str = Field(description="File and line.")
    filters: str = Field(description="As they are written.")
    calls: int
    failures: int
    late: int = Field(description="Those of the failures that took too long.")
    average_ms: float
    slowest_ms: float
    problem: str = Field(description="The last failure.")
    failed_at: Utc | None
    traceback: str


class Scripts(BaseModel):
    """How the scripts do; without any configured all of it is empty."""

    configured: bool
    connected: bool = Field(description="Whether their process answers.")
    problem: str = Field(description="Why it does not.")
    scripts: list[str]
    started: Utc | None
    running: str | None = Field(description="The hook that runs just now.")
    asked: int = Field(description="Questions of dhcp.")
    waiting: int
    told: int = Field(description="Changes of leases that hooks were told of.")
    leases: int = Field(description="Addresses that the scripts know of.")
    memory: int = Field(description="Octets.")
    memory_limit: int = Field(description="Octets of address space.")
    notices: dict[str, Any] = Field(description="Messages to web services: waiting, taken, failed, dropped, problem.")
    hooks: list[ScriptHook]
    sources: list[dict[str, Any]] = Field(description="How each foreign source of reservations does.")


class ScriptLink(BaseModel):
    """A page that a script offers."""

    name: str
    path: str


class ScriptPage(BaseModel):
    """A page of a script."""

    status: int
    type: str = Field(description="Of the content, as the script says.")
    data: str = Field(description="The content, as base64.")
    framed: bool = Field(description="It is a document to be shown in a frame.")
    title: str
    links: list[ScriptLink] = Field(description="The pages that there are.")
