"""The things of `ringboot plugin` that commands show with --json, as types."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from ringboot.admin.shapes.plugins import Plugin, Repository, Uninstalled, Upgraded, WholePlugin
from ringboot.admin.shapes.things import Page


class Upgrades(BaseModel):
    """What was upgraded."""

    items: list[Upgraded]


class Packed(BaseModel):
    """A plugin as an archive of a repository."""

    id: str
    name: str
    title: str
    version: str
    description: str
    needs: str = Field(description="The oldest Ringboot that it works with.")
    end_of_life: bool
    file: str
    size: int = Field(description="Octets.")
    sha256: str


class PluginIndex(BaseModel):
    """What a repository has."""

    items: list[Packed]


class PluginFault(BaseModel):
    """Something that is wrong with a plugin; line 0: not known."""

    file: str = Field(description="Relative to its folder.")
    line: int
    what: str


class PluginFaults(BaseModel):
    """All of them."""

    items: list[PluginFault]


class Sketched(BaseModel):
    """A plugin that was begun."""

    folder: str
    files: list[str]
    faults: list[PluginFault] = Field(description="Such as a built-in brand that knows the phone as well.")


class GoldenFile(BaseModel):
    """A golden file that is not as it is made now."""

    path: str = Field(description="Relative to the folder golden.")
    state: Literal["new", "changed", "gone"]
    diff: str


class GoldenFiles(BaseModel):
    """How many files were made, and those that differ."""

    made: int
    updated: bool
    items: list[GoldenFile]


TABLE: dict[str, Any] = {
    "plugin list": Page[Plugin],
    "plugin show": WholePlugin,
    "plugin install": WholePlugin,
    "plugin update": Repository,
    "plugin upgrade": Upgrades,
    "plugin uninstall": Uninstalled,
    "plugin pack": Packed,
    "plugin index": PluginIndex,
    "plugin new": Sketched,
    "plugin lint": PluginFaults,
    "plugin test": GoldenFiles,
}
