"""Whom a config reaches, and what a change of it would do, as types."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from ringboot.admin.shapes.templates import Previewed
from ringboot.admin.shapes.things import Mac


class ConfigUser(BaseModel):
    """A device that uses a config, or what inherits from it."""

    id: str
    mac: Mac | None
    model: str | None
    plugin: str | None
    config: str | None
    description: str | None


class ConfigReached(ConfigUser):
    """One that would have other values: dotted keys with what they are and what they would be; null: not there."""

    before: dict[str, Any]
    after: dict[str, Any]


class Foreseen(BaseModel):
    """What a change of a config would do."""

    id: str
    reached: int = Field(description="Devices that use it, or what inherits from it.")
    changed: int = Field(description="Those that would have other values.")
    items: list[ConfigReached] = Field(description="The first of those.")
    files: Previewed | None = Field(description="Those of the device that was named.")
