"""Plugins and the repository that they are from, as types."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ringboot.admin.shapes.things import Failed


class Plugin(BaseModel):
    """A plugin, of the catalog or installed; of one that is broken much is missing."""

    id: str
    name: str | None = None
    title: str | None = None
    version: str | None = None
    description: str = ""
    installed: bool
    available: str | None = Field(None, description="A version that can be installed or upgraded to.")
    end_of_life: bool = Field(description="Whether it is neither installed nor upgraded any more.")
    enabled: bool
    devices: int = 0
    custom_templates: list[str] = []
    problem: str | None


class WholePlugin(Plugin):
    """One with what it is made of, as far as it is installed."""

    models: list[str] = []
    dhcp_options: dict[str, str] = {}
    folder: str | None = None
    templates: list[str] = []
    firmware: list[str] = Field([], description="Files that are neither shipped nor rendered.")
    changed_files: list[str] = Field([], description="Shipped files that were changed by hand.")


class Upgraded(WholePlugin):
    """A plugin that was upgraded, and what became of its devices' files."""

    before: str = Field(description="The version before.")
    kept: list[str] = Field(description="Copies of shipped files that were changed by hand.")
    configured: int
    failed: list[Failed]


class Fetching(BaseModel):
    """What is being fetched."""

    what: str
    octets: int
    total: int | None


class Source(BaseModel):
    """Where plugins are from beside those that are built in."""

    server: str | None
    plugins: int
    fetching: Fetching | None


class Repository(Source):
    """That, and what it has for us."""

    upgradable: list[str] = Field(description="Installed plugins of which there is a newer version.")


class Uninstalled(BaseModel):
    """A plugin that is gone; `backup` is where its custom templates are kept."""

    id: str
    custom_templates: list[str]
    firmware: list[str]
    backup: str | None
    devices: int
