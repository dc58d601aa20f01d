"""Why a device stands where it stands: everything that is known of it, in one answer."""

from __future__ import annotations

from typing import Any

from ringboot import reasons
from ringboot.desk.core import Core
from ringboot.desk.devices import file_rows
from ringboot.desk.errors import DeskError
from ringboot.fleet.explain import Case, DhcpOutcome, diagnose
from ringboot.model.address import ip_text, mac_octets
from ringboot.model.event import Event
from ringboot.model.lease import BOUND, Lease

TIMELINE = 60  # events shown
FOREIGN = 20

Row = dict[str, Any]


class ExplainDesk:
    """What `ringboot explain` needs."""

    core: Core

    async def explain(self, mac: str) -> Row:
        """Tell a device's way; the shape stands in cli/explanation.py."""
        core, utc = self.core, self.core.utc()
        octets = mac_octets(mac)
        leases = core.world.leases.all_of_mac(octets)
        outcomes, silent = await self._outcomes(mac)
        with core.db.reading() as books:
            found = books.devices.find("mac", mac)
            device = found[0] if found else None
            events = books.events.timeline(device.id if device else None, mac, TIMELINE)
            files = books.files.of_device(device.id) if device else []
            foreign = books.events.newest(FOREIGN, reasons.FOREIGN_SERVER.id)
            rows = file_rows(books, device) if device else []
        case = Case(mac, utc, device, leases, outcomes, events, files, foreign)
        diagnosis = diagnose(case)
        return {
            "mac": mac,
            "device": None if device is None else {
                key: getattr(device, key)
                for key in ("id", "vendor", "model", "version", "ip", "config", "configured", "added", "problem")
            },
            "boot": {"reason": diagnosis.reason.id, "text": diagnosis.text, "help": diagnosis.reason.help},
            "dhcp": {
                "problem": silent,
                "leases": [self._lease(lease) for lease in leases],
                "outcomes": [_told(each) for each in outcomes],
            },
            "plugin": None if device is None else {"id": device.plugin, "why": device.association},
            "files": rows,
            "timeline": [_entry(event) for event in sorted(events, key=lambda event: (event.utc, event.id or 0))],
        }  # fmt: skip

    async def _outcomes(self, mac: str) -> tuple[list[DhcpOutcome], str | None]:
        try:
            rows = await self.core.link.ask("outcomes", {"mac": mac})
        except DeskError as error:
            return [], error.text
        return [DhcpOutcome(row["utc"], row["message"], row["reason"], row["detail"]) for row in rows], None

    def _lease(self, lease: Lease) -> Row:
        live = lease.state == BOUND and lease.expiry > self.core.utc()
        return {
            "network": lease.network,
            "address": ip_text(lease.address),
            "state": lease.state if live or lease.state != BOUND else "expired",
            "start": lease.start,
            "expiry": lease.expiry,
        }


def _told(outcome: DhcpOutcome) -> Row:
    return {
        "utc": outcome.utc,
        "message": outcome.message,
        "reason": outcome.reason,
        "text": reasons.tell(outcome.reason, dict(outcome.detail)),
    }


def _entry(event: Event) -> Row:
    return {"utc": event.utc, "reason": event.reason, "text": reasons.tell(event.reason, event.detail)}
