"""What `ringboot firmware` shows with --json, as types."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ringboot.admin.shapes.firmware import (
    Firmware,
    FirmwareInstalled,
    FirmwareRemoved,
    FirmwareUploaded,
    WholeFirmware,
)
from ringboot.admin.shapes.things import Page


class FirmwareUpgraded(BaseModel):
    """What was upgraded, by plugin."""

    items: list[FirmwareInstalled]


TABLE: dict[str, Any] = {
    "firmware list": Page[Firmware],
    "firmware show": WholeFirmware,
    "firmware install": FirmwareInstalled,
    "firmware upgrade": FirmwareUpgraded,
    "firmware uninstall": FirmwareRemoved,
    "firmware upload": FirmwareUploaded,
}
