"""The daemon itself for the administrator: how it goes, and reading its configuration again."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

from ringboot import __version__, log
from ringboot.desk.core import Core
from ringboot.desk.devices import all_devices
from ringboot.desk.errors import DeskError, Refused
from ringboot.desk.renders import Renders
from ringboot.setup import load
from ringboot.setup.problems import BadConfig
from ringboot.setup.settings import Settings

Row = dict[str, Any]
_FIXED = ("interfaces", "port")  # of [dhcp]: sockets that the supervisor opened at start
_FIXED_TABLES = ("server", "tftp", "http", "https")


class DaemonDesk:
    """What `ringboot status` and `ringboot reload` need."""

    core: Core
    renders: Renders
    files: Counter[tuple[str, str]]  # what became of file requests, by door and reason

    async def status(self) -> Row:
        """Tell how it goes: scalars, and tables as lists of rows."""
        core = self.core
        devices, configured = await asyncio.to_thread(self._count_devices)
        row: Row = {
            "version": __version__,
            "uptime": round(core.utc() - core.started),
            "config": str(core.config),
            "data": str(core.data),
            "devices": devices,
            "configured": configured,
            "rendering": self.renders.waiting,
            "loop_lag_ms": core.lag.longest_ms,
            "journal_behind": core.pace.behind,
            "held_back": int(core.pace.is_held_back),
            "processes": self.processes(),
            "dhcp": {"connected": core.link.connected, "revision": core.feed.site.revision},
            "networks": [
                {"name": each.name, "pools": len(each.pools), "unknown": each.unknown, "segment": each.segment}
                for each in core.feed.site.networks
            ],
            "renders": dict(core.pool.outcomes),
            "files": file_rows(self.files),
            "broken_plugins": [str(each) for each in core.shelf.broken],
        }
        try:
            row["interfaces"] = await core.link.ask("interfaces", {})
            row["counters"] = await core.link.ask("counters", {})
        except DeskError as error:
            row["dhcp"] |= {"connected": False, "problem": error.text}
        return row

    def _count_devices(self) -> tuple[int, int]:
        with self.core.db.reading() as books:
            flags = [device.configured for device in all_devices(books)]
        return len(flags), sum(flags)

    def processes(self) -> list[Row]:
        """Give what the supervisor runs, as it last wrote it down."""
        try:
            rows = json.loads((self.core.data / "run" / "processes.json").read_text())
        except (OSError, ValueError):
            return []
        return list(rows)

    async def reload(self) -> Row:
        """Read ringboot.toml again; what is wrong with it is told, and the old one stays."""
        core = self.core
        try:
            fresh = load.load(core.config)
        except BadConfig as error:
            raise Refused(f"The configuration was not changed:\n{error}", code="configuration") from None
        fixed = _fixed(core.began_with, fresh)
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
        answer: Row = {
            "config": str(core.config),
            "networks": len(fresh.dhcp.networks),
            "revision": core.feed.site.revision,
        }
        if fixed:
            answer["restart_needed"] = f"changed, and held from the next start: {', '.join(fixed)}"
        if core.shelf.broken:
            answer["broken_plugins"] = [str(each) for each in core.shelf.broken]
        return answer

    def _troubled(self) -> list[str]:
        """Name the devices whose files may come out differently now."""
        with self.core.db.reading() as books:
            return [
                device.id for device in all_devices(books)
                if device.problem is not None or device.plugin in self.core.shelf.blocked
            ]  # fmt: skip


def file_rows(files: Counter[tuple[str, str]]) -> list[Row]:
    """Write what became of file requests, by door and reason."""
    return [{"door": door, "reason": reason, "count": count} for (door, reason), count in sorted(files.items())]


def _fixed(began: Settings, fresh: Settings) -> list[str]:
    """Name what differs and waits for the next start: the sockets are open already."""
    fixed = [f"{key} in [dhcp]" for key in _FIXED if getattr(fresh.dhcp, key) != getattr(began.dhcp, key)]
    return fixed + [f"[{key}]" for key in _FIXED_TABLES if getattr(fresh, key) != getattr(began, key)]
