"""The things of `ringboot plugin` that commands show with --json, as types."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from ringboot.cli.things import Failed, Page


class Plugin(BaseModel):
    """A plugin, of the catalog or installed."""

    id: str
    name: str
    title: str
    version: str
    description: str
    installed: bool
    available: str | None = Field(description="A version that can be installed or upgraded to.")
    end_of_life: bool = Field(description="Whether it is neither installed nor upgraded any more.")
    enabled: bool
    devices: int
    custom_templates: list[str]
    problem: str | None


class WholePlugin(Plugin):
    """One with what it is made of."""

    models: list[str]
    dhcp_options: dict[str, str]
    folder: str
    templates: list[str]
    firmware: list[str] = Field(description="Files that are neither shipped nor rendered.")
    changed_files: list[str] = Field(description="Shipped files that were changed by hand.")


class Upgraded(WholePlugin):
    """A plugin that was upgraded, and what became of its devices' files."""

    before: str = Field(description="The version before.")
    kept: list[str] = Field(description="Copies of shipped files that were changed by hand.")
    configured: int
    failed: list[Failed]


class Upgrades(BaseModel):
    """What was upgraded."""

    items: list[Upgraded]


class Fetching(BaseModel):
    """What is being fetched."""

    what: str
    octets: int
    total: int | None


class Repository(BaseModel):
    """Where plugins are from beside those that are built in."""

    server: str | None
    plugins: int
    fetching: Fetching | None
    upgradable: list[str] = Field(description="Installed plugins of which there is a newer version.")


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


class Uninstalled(BaseModel):
    """A plugin that is gone; `backup` is where its custom templates are kept."""

    id: str
    custom_templates: list[str]
    firmware: list[str]
    backup: str | None
    devices: int


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
