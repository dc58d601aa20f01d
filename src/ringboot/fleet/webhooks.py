"""What a webhook can be told: which events of the daemon it means, and how a message is written and signed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ringboot import reasons
from ringboot.model.address import ip_text, mac_text
from ringboot.model.event import Event
from ringboot.model.lease import DECLINED, LeaseChange
from ringboot.model.site import Network
from ringboot.reasons import Reason

ID, EVENT, TIMESTAMP, SIGNATURE = (
    "Ringboot-Id", "Ringboot-Event", "Ringboot-Timestamp", "Ringboot-Signature",
)  # fmt: skip
TEST = "test"  # the event of a message that somebody sends to try a receiver


class Kind(NamedTuple):
    """An event as receivers know it: the reasons that it is made of."""

    name: str
    reasons: tuple[Reason, ...]
    text: str


TABLE: tuple[Kind, ...] = (
    Kind("new-device", (reasons.DEVICE_CREATED, reasons.DEVICE_ADDED), "a device made itself known, or was added"),
    Kind("configured", (reasons.CONFIGURED,), "a device's files stand ready, for the first time or changed"),
    Kind("failed", (reasons.TEMPLATE_ERROR, reasons.RENDER_FAILED), "a device's files could not be made"),
    Kind("stuck", (reasons.DEVICE_STUCK,), "a device boots, and does not fetch its files"),
    Kind(
        "quarantine",
        (reasons.QUARANTINED, reasons.CLIENT_QUARANTINED),
        "an address is used without a lease, or an unknown client got one in a quarantine network",
    ),
    Kind("made-known", (reasons.MADE_KNOWN,), "a machine that was unknown was registered"),
    Kind("pool-low", (reasons.POOL_LOW,), "nine of ten addresses of a pool are taken"),
    Kind("pool-recovered", (reasons.POOL_RECOVERED,), "it has room again"),
)
BY_REASON: Mapping[str, Kind] = {reason.id: row for row in TABLE for reason in row.reasons}


def message(ident: str, kind: str, event: Event) -> str:
    """Write what a receiver is told of an event: one JSON object."""
    detail = {"mac": event.mac, "address": event.address, **event.detail}
    return json.dumps(
        {
            "id": ident,
            "event": kind,
            "utc": event.utc,
            "reason": event.reason,
            "text": reasons.tell(event.reason, detail),
            "help": reasons.advise(event.reason, detail),
            "mac": event.mac,
            "device": event.device,
            "address": event.address,
            "detail": event.detail,
        }
    )


def signature(secret: bytes, timestamp: int, body: bytes) -> str:
    """Sign a message: HMAC-SHA256 over the timestamp, a full stop and the body; "v1=" and hex digits."""
    return "v1=" + hmac.new(secret, b"%d.%b" % (timestamp, body), hashlib.sha256).hexdigest()


def quarantined(change: LeaseChange, networks: Iterable[Network]) -> Event | None:
    """Tell of a row of the journal that puts an address into quarantine, or an unknown client."""
    address = ip_text(change.address)
    mac = mac_text(change.mac) if len(change.mac) == 6 else None
    detail: dict[str, object] = {"address": address, "network": change.network}
    if change.kind == "declined" and change.state == DECLINED:
        detail |= {"minutes": max(1, round((change.expiry - change.utc) / 60)), "mac": mac or "?"}
        return Event(change.utc, reasons.QUARANTINED.id, None, None, address, detail)
    if change.kind == "bound" and any(each.quarantine == change.network for each in networks):
        return Event(change.utc, reasons.CLIENT_QUARANTINED.id, mac, None, address, {**detail, "mac": mac or "?"})
    return None
