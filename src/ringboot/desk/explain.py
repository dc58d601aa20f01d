"""Why a device stands where it stands: everything that is known of it, in one answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from ringboot import reasons
from ringboot.answer.facts import Facts
from ringboot.answer.layers import Told, option_layers
from ringboot.desk.core import Core
from ringboot.desk.devices import file_rows
from ringboot.desk.errors import DeskError
from ringboot.dhcp.private import shown
from ringboot.fleet.explain import Case, DhcpOutcome, diagnose, met_between_boots, said_of
from ringboot.leases.table import Table
from ringboot.model.address import ip_number, ip_text, mac_octets, mac_text
from ringboot.model.device import Device
from ringboot.model.event import Event
from ringboot.model.evidence import unpack
from ringboot.model.lease import BOUND, Lease
from ringboot.model.site import Network, Reservation

TIMELINE = 60  # events shown
FOREIGN = 20
_NO_VALUE = {  # of the placeholders that may have none
    "https": "no [https] is served",
    "token": "no device with this MAC has a secret URL yet; ringboot device url makes one",
}

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
            files = books.files.made_for(device.id) if device else []
            foreign = books.events.newest(FOREIGN, reasons.FOREIGN_SERVER.id)
            rows = file_rows(books, device) if device else []
        newest = leases[0] if leases else None
        state = await asyncio.to_thread(self._state, device) if device is not None else None
        network = self._network(newest, outcomes)
        case = Case(mac, utc, device, leases, outcomes, events, files, [*foreign, *core.others.met_now()])
        diagnosis, said = diagnose(case), said_of(case)
        beside = met_between_boots(replace(case, foreign=self._on_its_wire(case.foreign, network)))
        manifest = core.shelf.plugins.get(device.plugin) if device is not None and device.plugin else None
        folder = core.shelf.folders.get(device.plugin) if device is not None and device.plugin else None
        return {
            "mac": mac,
            "boot": {"reason": diagnosis.reason.id, "text": diagnosis.text, "help": diagnosis.help},
            "device": None if device is None else asdict(device) | {"state": state},
            "said": {"agents": list(said.agents), "asks": list(said.asks)},
            "network": None if network is None else {
                "name": network.name,
                "subnet": f"{ip_text(network.subnet)}/{network.prefix}",
                "segment": network.segment,
            },
            "reservations": [
                {"network": row.network, "kind": row.kind, "value": row.value, "address": row.address}
                for row in self._reservations(octets, newest)
            ],
            **self._layers(newest),
            "leases": [self._lease(lease) for lease in leases],
            "plugin": None if device is None or device.plugin is None else {
                "id": device.plugin,
                "title": manifest.title if manifest else None,
                "version": manifest.version if manifest else None,
                "folder": None if folder is None else str(folder.path),
                "why": device.association,
            },
            "files": rows,
            "timeline": _timeline(outcomes, events, beside),
            "dhcp_silent": silent,
        }  # fmt: skip

    def _state(self, device: Device) -> str:
        core = self.core
        with core.db.reading() as books:
            return core.standings.of(books, core.world, device, core.utc()).state

    async def _outcomes(self, mac: str) -> tuple[list[DhcpOutcome], str | None]:
        try:
            rows = await self.core.link.ask("outcomes", {"mac": mac})
        except DeskError as error:
            return [], error.text
        # dhcp gives the newest first, and its clock has seconds only: within one the order is all there is.
        return [DhcpOutcome(row["utc"], row["message"], row["reason"], row["detail"]) for row in reversed(rows)], None

    def _lease(self, lease: Lease) -> Row:
        live = lease.state == BOUND and lease.expiry > self.core.utc()
        said = unpack(lease.evidence)
        return {
            "network": lease.network,
            "address": ip_text(lease.address),
            "state": lease.state if live or lease.state != BOUND else "expired",
            "start": lease.start,
            "expiry": lease.expiry,
            "hostname": _text(said.get(12)),
            "vendor_class": _text(said.get(60)),
        }

    def _network(self, lease: Lease | None, outcomes: Sequence[DhcpOutcome]) -> Network | None:
        """Give the network of the newest lease, else the one that dhcp answered or refused it in."""
        told = [str(each.detail["network"]) for each in outcomes if "network" in each.detail]
        name = lease.network if lease is not None else next(reversed(told), None)
        return next((each for each in self.core.feed.site.networks if each.name == name), None)

    def _on_its_wire(self, met: Sequence[Event], network: Network | None) -> list[Event]:
        """Leave out the servers that were met elsewhere: on an interface that has no address in the same segment."""
        if network is None:
            return []
        ours = [
            (interface, self.core.world.networks.of(address))
            for interface, addresses in self.core.addresses().items()
            for address in addresses
        ]
        here = {interface for interface, each in ours if each is not None and each.segment == network.segment}
        return [event for event in met if event.detail.get("interface") in here]

    def _layers(self, lease: Lease | None) -> Row:
        """Name the classes that a lease's evidence matches, and each option with its layer, as dhcp works them out."""
        if lease is None:
            return {"classes": [], "options": []}
        said = unpack(lease.evidence)
        facts = Facts(self.core.feed.site, Table())
        for row in self._reservations(lease.mac, lease):
            facts.put_reservation(row)
        if mac_text(lease.mac) in self.core.feed.words:
            facts.put_word(mac_text(lease.mac), "***")  # it is a secret
        server = ip_number(self.core.facts(ip_text(lease.address)).server)
        told = option_layers(facts, lease.network, lease.address, lease.mac, said, server=server)
        return {
            "classes": [facts.classes.rows[number].name for number in facts.classes.of(said, lease.mac)],
            "options": [self._option(each) for each in told],
        }

    def _option(self, told: Told) -> Row:
        name, value = shown(self.core.feed.site.declared, told.key, told.text if told.value is None else told.value)
        return {
            "key": told.key,
            "name": name,
            "value": value,
            "layer": told.layer,
            "source": told.source,
            "not_sent": _not_sent(told),
        }

    def _reservations(self, mac: bytes, lease: Lease | None) -> list[Reservation]:
        """Give those that are for a client: where its newest lease is, else anywhere; the first counts."""
        feed = self.core.feed
        places = [network.name for network in feed.site.networks] if lease is None else [lease.network]
        return feed.reserved_for(places, mac, {} if lease is None else unpack(lease.evidence))


def _not_sent(told: Told) -> str | None:
    if not told.is_sent:
        return "a later layer wins"
    if told.value is not None:
        return None
    return "; ".join(f"{{{name}}} has no value: {_NO_VALUE[name]}" for name in told.lacks)


def _timeline(outcomes: Sequence[DhcpOutcome], events: Sequence[Event], beside: Sequence[Event]) -> list[Row]:
    """Put what dhcp remembers, what was written down, and which other servers were met, into one order."""
    rows: list[Row] = [
        {
            "utc": each.utc,
            "stage": "dhcp",
            "reason": each.reason,
            "text": f"{each.message}: {reasons.tell(each.reason, each.detail)}",
        }
        for each in outcomes
    ]
    rows += [
        {
            "utc": each.utc,
            "stage": reasons.MET_BETWEEN.stage,
            "reason": reasons.MET_BETWEEN.id,
            "text": reasons.tell(reasons.MET_BETWEEN.id, each.detail),
        }
        for each in beside
    ]
    dhcp = {(each.reason, int(each.utc)) for each in outcomes}
    for event in reversed(events):
        stage = reasons.TABLE[event.reason].stage if event.reason in reasons.TABLE else "?"
        if stage == "dhcp" and (event.reason, int(event.utc)) in dhcp:
            continue
        rows.append(
            {
                "utc": event.utc,
                "stage": stage,
                "reason": event.reason,
                "text": reasons.tell(event.reason, event.detail),
            }
        )
    return sorted(rows, key=lambda row: int(row["utc"]))


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.rstrip(b"\0").decode("utf-8", "replace")
