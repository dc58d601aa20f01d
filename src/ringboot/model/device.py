"""A device and a config, with provd's names and meanings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

AUTO = "auto"  # `added` of a device that made itself known


@dataclass(frozen=True, slots=True)
class Device:
    """One phone, gateway or softphone."""

    id: str
    mac: str | None = None  # aa:bb:cc:dd:ee:ff
    ip: str | None = None
    sn: str | None = None
    uuid: str | None = None
    vendor: str | None = None
    model: str | None = None
    version: str | None = None
    plugin: str | None = None
    config: str | None = None
    configured: bool = False  # its files were rendered without an error
    added: str | None = None
    description: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    association: str | None = None  # why this plugin was chosen
    problem: str | None = None  # why it is not configured


@dataclass(frozen=True, slots=True)
class Config:
    """One layer of configuration."""

    id: str
    parent_ids: tuple[str, ...] = ()
    raw_config: dict[str, Any] = field(default_factory=dict)
    role: str | None = None  # autocreate | default
    transient: bool = False  # deleted when no device uses it any more
    deletable: bool = True
    label: str | None = None
    code: str | None = None  # six digits that give it to the phone which dials them


@dataclass(frozen=True, slots=True)
class DeviceFile:
    """A file that was rendered for one device, or for all (device is None)."""

    plugin: str
    path: str  # below var/tftpboot
    device: str | None
    part: str
    secret: bool
    sha256: str
    template: str  # the template file that won, relative to the plugin folder
