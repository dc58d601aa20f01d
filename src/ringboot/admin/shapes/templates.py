"""Templates, and files before and after, as types."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from ringboot.admin.shapes.things import Mac, Utc


class Template(BaseModel):
    """A template; its state is shipped or replaced, that of a custom one as `ringboot template list --help` says."""

    plugin: str
    template: str
    custom: bool
    path: str
    state: str
    origin: str | None = Field(description="The shipped template that a custom one was copied from.")
    version: str | None = Field(description="The plugin's version, of a custom one when it was copied.")
    devices: int
    shared: bool = Field(description="A file that all devices share is made of it.")


class User(BaseModel):
    """A device that has a file made of a template."""

    id: str
    mac: Mac | None
    model: str | None


class WholeTemplate(Template):
    """One with its text."""

    file: str = Field(description="Its path on the daemon's machine.")
    text: str
    original: str | None = Field(description="What a custom one was copied from, as it was.")
    now: str | None = Field(description="What is shipped now in place of it.")
    used_by: list[User]


class TemplateFault(BaseModel):
    """A fault that was found in a template; line 0: not known."""

    plugin: str
    template: str
    line: int
    kind: Literal["syntax", "name", "attribute", "filter", "test", "include", "unused"]
    what: str


class TemplateFaults(BaseModel):
    """All of them."""

    read: int
    items: list[TemplateFault]


class MigratedTemplate(BaseModel):
    """What became of a custom template; `text` with `--dry-run` only."""

    plugin: str
    template: str
    result: str = Field(description="merged, conflict, resolved; else its state, and nothing was done.")
    conflicts: list[int] = Field(description="Lines where conflicts begin.")
    kept: str | None = Field(description="Where the one before is kept.")
    text: str | None
    path: str = Field(description="Where the result stands.")


class Migrated(BaseModel):
    """All of them."""

    items: list[MigratedTemplate]


class PreviewedFile(BaseModel):
    """A file that a device would get."""

    path: str
    part: str
    template: str
    secret: bool
    sha256: str
    shared: bool = Field(description="All devices of the plugin have it.")
    state: Literal["same", "changed", "new", "gone"] = Field(description="Against what is served.")
    text: str | None = Field(description="None: it would be deleted.")
    served: str | None = Field(description="What is served now; None: nothing.")


class LeftOut(BaseModel):
    """A file of the manifest that the device does not get."""

    name: str
    why: str


class Previewed(BaseModel):
    """All that a device would get."""

    id: str
    mac: Mac | None
    plugin: str
    config: str
    files: list[PreviewedFile]
    left: list[LeftOut]


class KeptFile(BaseModel):
    """A file as it was."""

    path: str
    part: str
    secret: bool
    template: str
    sha256: str
    size: int


class Generation(BaseModel):
    """All files of a device, from one time on."""

    number: int
    utc: Utc
    why: str
    held: bool = Field(description="Somebody put it back.")
    changed: int = Field(description="Files that differ from the generation before.")
    served: bool = Field(description="It is what the device gets now.")
    files: list[KeptFile]


class Histories(BaseModel):
    """The generations of a device's files, newest first."""

    total: int
    items: list[Generation]


class RolledBack(BaseModel):
    """What was put back, as which generation."""

    id: str
    mac: Mac | None
    from_: int = Field(alias="from")
    number: int
    changed: int
