"""How it stands with a device, in a word: the one definition of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from ringboot import reasons
from ringboot.model.device import Device

AUTOPROV, CONFIGURED, FAILED, STUCK = "autoprov", "configured", "failed", "stuck"
STATES = (AUTOPROV, CONFIGURED, FAILED, STUCK)

BOOT = 600.0  # seconds that a boot may take until the device has fetched a file of its own
SLACK = 90.0  # seconds that a fetch may lie before the lease: another server, or an event that was told a minute ago

FETCHED = frozenset({reasons.SERVED.id, reasons.NOT_MODIFIED.id})
REFUSED = frozenset(
    row.id
    for row in (
        reasons.NOT_YOURS, reasons.NO_PROOF, reasons.CLAIM_CONTRADICTS, reasons.NO_PLUGIN, reasons.BAD_PATH,
        reasons.BAD_REQUEST, reasons.NOT_READABLE, reasons.BROKEN_OFF,
    )
)  # fmt: skip


class Boot(NamedTuple):
    """What was seen of a device's last boot, in UTC seconds."""

    leased: float | None = None  # when its live lease began
    fetched: float | None = None  # when it last got a file of its own
    refused: float | None = None  # when it was first refused one since then


class Standing(NamedTuple):
    """Its state; `since`: when the boot began that it is stuck in."""

    state: str
    since: float | None = None


def standing(device: Device, boot: Boot, *, assigned: bool, has_files: bool, utc: float) -> Standing:
    """Tell how it stands with a device.

    failed: its files could not be made.  stuck: it has had an address, or was refused a file, for longer than a boot
    takes, and has not fetched a file of its own since.  autoprov: nobody has given it a config (`assigned`), or no
    plugin makes its files.  configured: all else.
    """
    if device.problem is not None:
        return Standing(FAILED)
    began = _began(boot) if has_files and device.configured else None
    if began is not None and utc - began > BOOT:
        return Standing(STUCK, began)
    if device.plugin is None or not assigned:
        return Standing(AUTOPROV)
    return Standing(CONFIGURED)


def _began(boot: Boot) -> float | None:
    """Tell when the boot began that is not over; None when it is, or none was seen."""
    fetched = boot.fetched if boot.fetched is not None else float("-inf")
    beginnings = [
        at for at, slack in ((boot.leased, SLACK), (boot.refused, 0.0)) if at is not None and fetched < at - slack
    ]
    return min(beginnings, default=None)


def about(device: Device) -> dict[str, Any]:
    """Give what a reason says of a device that needs a person."""
    return {
        "name": device.description or device.mac or device.id, "id": device.id, "mac": device.mac or device.id,
        "model": " ".join(filter(None, (device.vendor, device.model))) or "a device", "why": device.problem,
    }  # fmt: skip
