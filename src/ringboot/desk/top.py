"""What `ringboot top` shows: counters to take rates from, pools, and the slowest answers of the last minute."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

from ringboot.desk.core import Core
from ringboot.desk.daemon import file_rows
from ringboot.desk.errors import DeskError
from ringboot.desk.pools import pool_uses
from ringboot.desk.renders import Renders
from ringboot.model.slowest import Slow, Slowest

Row = dict[str, Any]
OF_DHCP = 3  # of its answers; files are slower, and would hide them


class TopDesk:
    """The numbers that change while one looks at them."""

    core: Core
    renders: Renders
    files: Counter[tuple[str, str]]
    slowest: Slowest

    async def top(self) -> Row:
        """Tell them; counters only grow until their process starts again."""
        core = self.core
        slow = self.slowest.rows(time.monotonic())
        row: Row = {
            "seconds": time.monotonic(),
            "dhcp": core.link.connected,
            "messages": {},
            "outcomes": {},
            "questions": {},
            "leases": {},
            "files": file_rows(self.files),
            "renders": dict(core.pool.outcomes),
            "rendering": self.renders.waiting,
            "journal_behind": core.pace.behind,
            "loop_lag_ms": core.lag.longest_ms,
            "pools": [each.row() for each in await asyncio.to_thread(pool_uses, core)],
        }
        try:
            for each in await core.link.ask("counters", {}):
                name = each["name"].removeprefix("dhcp_")
                if name in ("messages", "outcomes", "questions", "leases"):
                    row[name][next(iter(each["labels"].values()))] = each["value"]
            slow += [Slow(*each) for each in (await core.link.ask("slowest", {}))[:OF_DHCP]]
        except DeskError as error:
            row |= {"dhcp": False, "problem": error.text}
        row["slowest"] = [each._asdict() for each in sorted(slow, reverse=True)]
        return row
