"""Firmware packages, as types."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Firmware(BaseModel):
    """A firmware package of a plugin."""

    plugin: str
    id: str = Field(description="Empty: a row that tells what is wrong with the plugin's packages.")
    version: str | None = Field(description="What could be installed; None: the plugin has it no more.")
    installed: str | None = Field(description="The version that is installed.")
    state: str = Field(description="available, installed, upgrade or broken")
    size: int | None = Field(description="Octets of its files.")
    description: str
    problem: str | None


class FirmwareFile(BaseModel):
    """A file that a firmware package is made of."""

    name: str
    url: str = Field(description="Empty: it must be fetched by hand.")
    size: int
    kind: str = Field(description="Of the checksum: sha256 or sha1")
    digits: str
    cached: bool = Field(description="Whether it is there.")


class WholeFirmware(Firmware):
    """A firmware package with its files and steps."""

    depends: list[str]
    explicit: bool | None = Field(description="False: installed only because another one needs it.")
    place: str
    files: list[FirmwareFile]
    steps: list[str]
    installed_files: list[str] = Field(description="Paths below var/tftpboot.")


class FirmwareInstalled(BaseModel):
    """Packages that were installed, and the files of them."""

    plugin: str
    installed: list[str]
    files: list[str]


class FirmwareRemoved(BaseModel):
    """A package that is gone."""

    plugin: str
    id: str
    removed: list[str]
    kept: list[str] = Field(description="Files that another package has too, or that were changed.")
    not_needed: list[str] = Field(description="Packages that nobody asked for and nothing needs any more.")


class FirmwareUploaded(BaseModel):
    """A file that was taken, under the names that packages have for it."""

    plugin: str
    files: list[str]
    packages: list[str]


class Doing(BaseModel):
    """What is being done, and how far it is."""

    what: str
    octets: int
    size: int | None


class FirmwareDoing(BaseModel):
    """What is being done with a plugin's firmware."""

    plugin: str
    doing: Doing | None
