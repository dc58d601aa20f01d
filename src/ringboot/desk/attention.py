"""What needs a person, and how it stands with everything in one look."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator
from time import monotonic
from typing import Any, NamedTuple

from ringboot import reasons
from ringboot.desk.daemon import DaemonDesk
from ringboot.desk.pools import LOW, PoolUse, pool_uses
from ringboot.desk.standings import Judge
from ringboot.desk.top import TopDesk
from ringboot.fleet.books import Books
from ringboot.fleet.standing import FAILED, STATES, STUCK, about
from ringboot.model.address import ip_text, mac_text
from ringboot.model.device import Device
from ringboot.model.lease import DECLINED
from ringboot.model.machine import WAITING
from ringboot.reasons import Reason

MOST = 50  # rows of one reason
FOREIGN_FOR = 7200.0  # seconds that another DHCP server counts as being there
MANY = 1000  # devices from which on one look serves everybody who looks within SHARED seconds
SHARED, AT_LEAST = 3.0, 1.0  # AT_LEAST: that of the overview does so in any case, since it asks dhcp
SPAN, APART = 60.0, 5.0  # seconds that rates are taken over, and between two looks

Row = dict[str, Any]


class Need(NamedTuple):
    """One thing that needs a person, and what it is about: a device, lease, server, pool, plugin or process."""

    reason: Reason
    kind: str
    id: str
    detail: Row
    since: float | None = None

    def row(self) -> Row:
        """Give it as a row, with its text and what to do."""
        return {
            "reason": self.reason.id, "text": reasons.tell(self.reason.id, self.detail),
            "help": reasons.advise(self.reason.id, self.detail), "kind": self.kind, "id": self.id, "since": self.since,
        }  # fmt: skip


class _Look(NamedTuple):
    """What somebody saw, until when others may see it, too."""

    value: Row
    until: float


class AttentionDesk(TopDesk, DaemonDesk):
    """What `ringboot attention` and the first page need."""

    _samples: deque[Row] | None = None
    _looks: dict[str, _Look] | None = None
    _looking: asyncio.Lock | None = None

    async def attention(self) -> Row:
        """Give {"total", "reasons": {reason: how many}, "items": rows, at most so many of each reason}."""
        return await self._looked("attention", lambda: asyncio.to_thread(self._attention))

    async def _looked(self, what: str, look: Callable[[], Awaitable[Row]], least: float = 0.0) -> Row:
        """Look, one after the other; for who comes soon after, what was seen will do where looking takes a while."""
        if self._looks is None or self._looking is None:
            self._looks, self._looking = {}, asyncio.Lock()
        async with self._looking:
            found = self._looks.get(what)
            if found is None or monotonic() >= found.until:
                value = await look()
                many = len(self.core.feed.known) >= MANY
                found = self._looks[what] = _Look(value, monotonic() + (SHARED if many else least))
            return found.value

    def _attention(self) -> Row:
        counts: Counter[str] = Counter()
        rows: list[Row] = []
        for need in self._needs():
            counts[need.reason.id] += 1
            if counts[need.reason.id] <= MOST:
                rows.append(need.row())
        return {"total": sum(counts.values()), "reasons": dict(counts), "items": rows}

    def _needs(self) -> Iterator[Need]:
        yield from self._of_processes()
        yield from self._of_servers()
        yield from (need for use in pool_uses(self.core) if (need := _of_pool(use)) is not None)
        yield from self._of_devices()
        yield from self._of_machines()
        yield from self._of_leases()
        yield from self._of_plugins()

    def _of_processes(self) -> Iterator[Need]:
        for row in self.processes():
            down = row["pid"] is None or (row["name"] == "dhcp" and not self.core.link.connected)
            if down:
                why = row["last_end"] or "it does not answer"
                yield Need(reasons.PROCESS_DOWN, "process", row["name"], {"process": row["name"], "why": why})

    def _of_servers(self) -> Iterator[Need]:
        utc = self.core.utc()
        for event in self.core.others.met_now():
            if utc - event.utc < FOREIGN_FOR:
                yield Need(reasons.FOREIGN_SERVER, "server", event.address or "?", event.detail, event.utc)

    def _of_devices(self) -> Iterator[Need]:
        core, utc = self.core, self.core.utc()
        with core.db.reading() as books:
            judge = core.standings.judge(books, core.world, utc)
            for device in books.devices.heads():
                need = _of_device(device, judge, utc)
                if need is not None:
                    yield need

    def _of_machines(self) -> Iterator[Need]:
        with self.core.db.reading() as books:
            for machine in books.machines.all().values():
                device = books.devices.get(machine.device) if machine.state == WAITING else None
                if device is not None:
                    yield Need(reasons.MACHINE_WAITS, "device", device.id, about(device), machine.since)

    def _of_leases(self) -> Iterator[Need]:
        utc = self.core.utc()
        for lease in self.core.world.leases.taken(utc):
            if lease.state == DECLINED:
                detail: Row = {
                    "address": ip_text(lease.address), "network": lease.network,
                    "minutes": max(1, round((lease.expiry - utc) / 60)),
                    "mac": mac_text(lease.mac) if len(lease.mac) == 6 else "?",
                }  # fmt: skip
                yield Need(reasons.QUARANTINED, "lease", detail["address"], detail, float(lease.start))

    def _of_plugins(self) -> Iterator[Need]:
        shelf = self.core.shelf
        for ident, broken in sorted(shelf.blocked.items()):
            yield Need(reasons.PLUGIN_BROKEN, "plugin", ident, {"plugin": ident, "why": broken.lines()[0]})
        entries = shelf.repository.entries(self.core.world.settings.plugin_server)
        for ident, manifest in sorted(shelf.plugins.items()):
            offered = entries.get(manifest.name)
            if manifest.end_of_life or (offered is not None and offered.end_of_life):
                with self.core.db.reading() as books:
                    count = len(books.devices.find("plugin", ident))
                if count:
                    yield Need(reasons.PLUGIN_ENDED, "plugin", ident, {"plugin": ident, "count": count})

    # In one look

    async def overview(self) -> Row:
        """Give devices by state and brand, pools, rates a second, processes, and how much needs a person."""
        attention = await self.attention()
        seen = await self._looked("overview", self._overview, AT_LEAST)
        return seen | {"attention": {"total": attention["total"], "reasons": attention["reasons"]}}

    async def _overview(self) -> Row:
        top = await self.top()
        row = await asyncio.to_thread(self._of_all_devices)
        return row | {
            "pools": top["pools"],
            "leases": top["leases"],
            "rates": self._rates(top),
            "rendering": top["rendering"],
            "dhcp": top["dhcp"],
            "processes": self.processes(),
            "jobs": sum(job["state"] == "running" for job in self.core.jobs.all()),
        }

    def _of_all_devices(self) -> Row:
        with self.core.db.reading() as books:
            states, brands = self._counted(books)
        return {
            "devices": sum(states.values()),
            "states": {state: states[state] for state in STATES},
            "brands": [
                {"brand": brand, "devices": sum(each.values()), **{state: each[state] for state in STATES}}
                for brand, each in sorted(brands.items(), key=lambda item: (-sum(item[1].values()), item[0]))
            ],
        }

    def _counted(self, books: Books) -> tuple[Counter[str], dict[str, Counter[str]]]:
        core = self.core
        judge = core.standings.judge(books, core.world, core.utc())
        states: Counter[str] = Counter()
        brands: dict[str, Counter[str]] = {}
        for device in books.devices.heads():
            state = judge(device).state
            manifest = core.shelf.plugins.get(device.plugin or "")
            brand = manifest.title if manifest is not None else device.vendor or "?"
            states[state] += 1
            brands.setdefault(brand, Counter())[state] += 1
        return states, brands

    def _rates(self, top: Row) -> Row | None:
        """Give what happens a second, over a minute at most; nothing at the first look."""
        now = {
            "seconds": monotonic(),
            "messages": sum(top["messages"].values()),
            "answers": sum(count for name, count in top["outcomes"].items() if name in _ANSWERS),
            "files": sum(row["count"] for row in top["files"]),
            "renders": sum(top["renders"].values()),
        }
        if self._samples is None:
            self._samples = deque()
        samples = self._samples
        while len(samples) > 1 and now["seconds"] - samples[0]["seconds"] > SPAN:
            samples.popleft()
        if samples and any(now[key] < samples[-1][key] for key in now):
            samples.clear()  # a process was started again, and counts anew
        if not samples or now["seconds"] - samples[-1]["seconds"] >= APART:
            samples.append(now)
        took = now["seconds"] - samples[0]["seconds"]
        if took <= 0:
            return None
        return {key: round((now[key] - samples[0][key]) / took, 2) for key in now if key != "seconds"}


_ANSWERS = {
    each.id
    for each in (
        reasons.OFFERED, reasons.OFFERED_UNHELD, reasons.ACKNOWLEDGED, reasons.ACKNOWLEDGED_SHORT, reasons.RENEWED,
        reasons.RENEWED_SHORT, reasons.INFORMED,
    )
}  # fmt: skip


def _of_pool(use: PoolUse) -> Need | None:
    if not use.size or use.free > use.size * (1 - LOW):
        return None
    percent = round(100 * (use.size - use.free) / use.size)
    detail = {"pool": use.pool, "network": use.network, "percent": percent, "free": use.free}
    return Need(reasons.POOL_LOW, "network", use.network, detail)


def _of_device(device: Device, judge: Judge, utc: float) -> Need | None:
    stands = judge(device)
    detail: Row = about(device)
    if stands.state == FAILED:
        return Need(reasons.DEVICE_FAILED, "device", device.id, detail)
    if stands.state == STUCK and stands.since is not None:
        detail["minutes"] = round((utc - stands.since) / 60)
        return Need(reasons.DEVICE_STUCK, "device", device.id, detail, stands.since)
    if device.plugin is None:
        return Need(reasons.DEVICE_WAITS, "device", device.id, detail)
    return None
