"""The configuration while the daemon runs: what a file would change, reading it again, leases that no longer fit."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ringboot import log
from ringboot.answer.misfit import Fitting, Misfit, told
from ringboot.desk.errors import Refused
from ringboot.desk.renders import Renders
from ringboot.desk.reservations import ReservationDesk
from ringboot.desk.scripting import ScriptDesk
from ringboot.dhcp.private import shown
from ringboot.model.address import ip_number
from ringboot.model.site import SITE_VERSION, Reservation, Site, Snapshot
from ringboot.setup import load
from ringboot.setup.difference import Difference, differences
from ringboot.setup.outline import Outline, Value, outline, running
from ringboot.setup.problems import BadConfig
from ringboot.setup.settings import Settings

Row = dict[str, Any]
SHOWN_MISFITS = 100  # by a reload; `lease misfits` gives more


class ConfigurationDesk(ReservationDesk, ScriptDesk):
    """What `ringboot reload`, `ringboot diff` and `ringboot lease misfits` need."""

    renders: Renders

    async def reload(self, dry_run: bool) -> Row:
        """Read ringboot.toml again; what is wrong with it is told, and the old one stays."""
        core = self.core
        fresh = self._read(core.config, None, "The configuration was not changed")
        await self.try_scripts()
        changes = self._differences(fresh)
        row: Row = {
            "config": str(core.config),
            "dry_run": dry_run,
            "networks": len(fresh.dhcp.networks),
            "differences": [_told(each) for each in changes],
        }
        waiting = [f"{each.name} {key}" for each in changes for key in each.restart]
        if waiting:
            row["restart_needed"] = f"changed, and held from the next start: {', '.join(waiting)}"
        if dry_run:
            row["revision"] = core.feed.site.revision
            return row | await self._misfits(core.compile_site(fresh), SHOWN_MISFITS)
        await self._take(fresh)
        await self.read_scripts_again()
        row["revision"] = core.feed.site.revision
        if core.shelf.broken:
            row["broken_plugins"] = [str(each) for each in core.shelf.broken]
        return row | await self._misfits(core.feed.site, SHOWN_MISFITS)

    async def _take(self, fresh: Settings) -> None:
        core = self.core
        core.settings = fresh
        await core.db.write(core.read_plugins)
        done = await core.publish()
        await self.renders.common(core.shelf.plugins)
        self.renders.need(await asyncio.to_thread(self._troubled))
        log.get().info("configuration read again", path=str(core.config))
        if core.look_at_tls is not None:
            await core.look_at_tls()
        if not done:
            raise core.feed.complaint("The configuration was read")

    def _read(self, path: Path, text: str | None, what: str) -> Settings:
        try:
            return load.load(path) if text is None else load.load_text(path, text)
        except BadConfig as error:
            raise Refused(f"{what}:\n{error}", code="configuration") from None

    def _troubled(self) -> list[str]:
        """Name the devices whose files may come out differently now."""
        with self.core.db.reading() as books:
            return [
                device.id for device in books.devices.heads()
                if device.problem is not None or device.plugin in self.core.shelf.blocked
            ]  # fmt: skip

    # Differences

    async def diff(self, path: str | None, text: str | None) -> Row:
        """Say how a configuration (this text, or the daemon's own file as it is now) differs from what runs."""
        fresh = self._read(Path(path) if path else self.core.config, text, "The configuration cannot be used")
        return {"items": [_told(each) for each in self._differences(fresh)]}

    def _differences(self, fresh: Settings) -> list[Difference]:
        return differences(running(self.core.began_with, self.core.settings), outline(fresh))

    async def diff_reservations(self, rows: list[Row]) -> Row:
        """Say how these reservations differ from those that are kept; Refused when some are not good."""
        good, errors = await asyncio.to_thread(self._checked_rows, rows)
        if errors:
            raise Refused(
                "The reservations are not acceptable.",
                {f"line {each['row']}, {each['field']}": each["error"] for each in errors},
            )
        before, after = self._reserved(self.core.feed.reservations.values()), self._reserved(good)
        return {"items": [_told(each) for each in differences(before, after)]}

    def _reserved(self, rows: Iterable[Reservation]) -> Outline:
        made: Outline = {}
        for row in rows:
            options = dict(shown(self.core.feed.site.declared, key, text) for key, text in row.options.items())
            values = {"address": row.address, "hostname": row.hostname or ""}
            values |= {f"options.{name}": text for name, text in options.items()}
            made["reservation", f"{row.network} {row.kind} {row.value}"] = {
                key: Value(text, is_default=not text, restart=False) for key, text in values.items()
            }
        return made

    # Leases

    async def misfits(self, limit: int) -> Row:
        """Give the live leases that will not be renewed as things are: how many, by reason, and the first of them."""
        found = await self._misfits(self.core.feed.site, limit)
        row: Row = found["misfits"]
        return row

    async def _misfits(self, site: Site, limit: int) -> Row:
        found = await asyncio.to_thread(self._find, site)
        counts = Counter(each.reason.id for each in found)
        rows = [told(each) for each in found[:limit]]
        return {"misfits": {"total": len(found), "reasons": dict(sorted(counts.items())), "items": rows}}

    def _find(self, site: Site) -> list[Misfit]:
        core = self.core
        utc = core.utc()
        feed = core.feed
        reservations, known = tuple(feed.reservations.values()), tuple(feed.known)
        ours = tuple(ip_number(each) for here in core.addresses().values() for each in here)
        fitting = Fitting(Snapshot(SITE_VERSION, 0, site, reservations, known), ours, utc)
        return list(fitting.misfits(core.world.leases.live(utc)))


def _told(difference: Difference) -> Row:
    return {
        "change": difference.change,
        "what": difference.what,
        "name": difference.name,
        "keys": [each._asdict() for each in difference.keys],
    }
