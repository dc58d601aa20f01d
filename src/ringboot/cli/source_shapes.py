"""What `ringboot source` shows with --json, as types."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class SourceRow(BaseModel):
    """Where reservations are looked up."""

    name: str
    kind: str
    where: str = Field(description="A URL, a file or a function, without secrets.")
    timeout: str
    cache: str
    negative: str
    stale: str


class SourceList(BaseModel):
    """The sources in the order in which they are believed."""

    items: list[SourceRow]
    total: int


class SourceGiven(BaseModel):
    """What a source gives a client."""

    address: str
    network: str
    relay: str
    lease_time: int | None = Field(description="Seconds.")
    hostname: str
    options: dict[str, str]
    extra: dict[str, str] = Field(description="What else it says, for hooks.")
    fits: bool = Field(description="Whether it is for a client of this network, behind this relay.")


class SourceSaid(BaseModel):
    """What a source said of a client."""

    source: str
    failed: str = Field(description="Why it gave no answer.")
    seconds: float
    given: list[SourceGiven]


class SourceTried(BaseModel):
    """What all sources said."""

    mac: str
    network: str | None
    items: list[SourceSaid]


TABLE: dict[str, Any] = {"source list": SourceList, "source test": SourceTried}
