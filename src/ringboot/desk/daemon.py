"""The daemon itself for the administrator: how it goes."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

from ringboot import __version__
from ringboot.answer import decide
from ringboot.desk.core import Core
from ringboot.desk.errors import DeskError
from ringboot.desk.renders import Renders

Row = dict[str, Any]


class DaemonDesk:
    """What `ringboot status` needs."""

    core: Core
    renders: Renders
    dns_outcomes: Counter[str]  # of names brought to the DNS, by reason
    files: Counter[tuple[str, str]]  # what became of file requests, by door and reason

    async def status(self) -> Row:
        """Tell how it goes: scalars, and tables as lists of rows."""
        core = self.core
        names_waiting, names_failed = await asyncio.to_thread(self._count_names)
        devices, configured = await asyncio.to_thread(self._count_devices)
        row: Row = {
            "version": __version__,
            "compiled": is_compiled(),
            "uptime": round(core.utc() - core.started),
            "config": str(core.config),
            "data": str(core.data),
            "devices": devices,
            "configured": configured,
            "rendering": self.renders.waiting,
            "loop_lag_ms": core.lag.longest_ms,
            "journal_behind": core.pace.behind,
            "held_back": int(core.pace.is_held_back),
            "dhcp_other_servers": core.others.present(core.utc()),
            "dns_waiting": names_waiting,
            "dns_failed": names_failed,
            "dns_updates": [{"reason": name, "count": count} for name, count in sorted(self.dns_outcomes.items())],
            "processes": self.processes(),
            "workers": core.pool.workers(),
            "dhcp": {"connected": core.link.connected, "revision": core.feed.site.revision},
            "networks": [
                {"name": each.name, "pools": len(each.pools), "unknown": each.unknown, "segment": each.segment}
                for each in core.feed.site.networks
            ],
            "renders": dict(core.pool.outcomes),
            "files": file_rows(self.files),
            "broken_plugins": [str(each) for each in core.shelf.broken],
            "other_servers": core.others.rows(),
        }
        try:
            row["interfaces"] = await core.link.ask("interfaces", {})
            row["scan"] = await core.link.ask("scan", {})
            row["counters"] = await core.link.ask("counters", {})
        except DeskError as error:
            row["dhcp"] |= {"connected": False, "problem": error.text}
        return row

    async def not_ready(self) -> list[str]:
        """Name the parts that do not work now: dhcp, another process, the workers, HTTPS."""
        core = self.core
        missing = [] if core.link.connected else ["dhcp"]
        missing += [row["name"] for row in self.processes() if row["pid"] is None and row["name"] not in missing]
        if not core.pool.is_up:
            missing.append("workers")
        if core.tls_problem:
            missing.append("https")
        return missing

    def _count_names(self) -> tuple[int, int]:
        with self.core.db.reading() as books:
            return books.names.waiting()

    def _count_devices(self) -> tuple[int, int]:
        with self.core.db.reading() as books:
            return books.devices.counts()

    def processes(self) -> list[Row]:
        """Give what the supervisor runs, as it last wrote it down."""
        try:
            rows = json.loads((self.core.data / "run" / "processes.json").read_text())
        except (OSError, ValueError):
            return []
        return list(rows)


def is_compiled() -> bool:
    """Tell whether the way of a DHCP message is machine code (docs/howto/speed.md)."""
    return not str(decide.__file__).endswith(".py")


def file_rows(files: Counter[tuple[str, str]]) -> list[Row]:
    """Write what became of file requests, by door and reason."""
    return [{"door": door, "reason": reason, "count": count} for (door, reason), count in sorted(files.items())]
