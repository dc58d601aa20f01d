"""What commands about many devices, lines and models show with --json, as types."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ringboot.admin.shapes.configs import ConfigUser
from ringboot.admin.shapes.networks import Assigned, BulkDone, BulkSeen, DevicesImported, Job, Model, RawOfDevice
from ringboot.admin.shapes.things import Device, Page


class DevicesExported(BaseModel):
    """The CSV file that devices were written to, and how many."""

    file: str
    devices: int


TABLE: dict[str, Any] = {
    "device bulk": BulkDone | BulkSeen | Job,
    "device import": DevicesImported | Job,
    "device export": list[Device] | DevicesExported,
    "device assign": Assigned,
    "device layers": RawOfDevice,
    "model list": Page[Model],
    "config devices": Page[ConfigUser],
}
