"""Every number of the daemon at one moment, as Prometheus reads it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import Any

from ringboot import metrics
from ringboot.desk.core import Core
from ringboot.desk.daemon import DaemonDesk
from ringboot.desk.errors import DeskError
from ringboot.desk.pools import PoolUse, pool_uses
from ringboot.desk.webhooks import WebhookDesk
from ringboot.model.lease import DECLINED

Number = dict[str, Any]


class NumbersDesk(WebhookDesk, DaemonDesk):
    """What `ringboot metrics` and Prometheus need."""

    codes: Counter[str]  # that were dialled, by reason
    sip_door: Counter[str]  # what phones asked there, by reason

    async def metrics(self) -> str:
        """Write all numbers as Prometheus reads them."""
        return metrics.exposition(await self.numbers())

    async def numbers(self) -> list[Number]:
        """Give all numbers, each with name, labels and value; those of dhcp are missing while it does not answer."""
        core = self.core
        uses = await asyncio.to_thread(pool_uses, core)
        counts = await asyncio.to_thread(_leases, core)
        devices, configured = await asyncio.to_thread(self._count_devices)
        numbers = [*_of_pools(uses), *counts]
        numbers += [_number("devices", devices - configured, configured="no")]
        numbers += [_number("devices", configured, configured="yes")]
        numbers += [_number("files", count, door=door, reason=why) for (door, why), count in sorted(self.files.items())]
        numbers += [_number("renders", count, outcome=name) for name, count in sorted(core.pool.outcomes.items())]
        numbers += [_number("dns_updates", count, reason=name) for name, count in sorted(self.dns_outcomes.items())]
        numbers += [_number("codes", count, reason=name) for name, count in sorted(self.codes.items())]
        numbers += [_number("sip_door", count, reason=name) for name, count in sorted(self.sip_door.items())]
        waiting, _ = await asyncio.to_thread(self._count_names)
        numbers += [_number("dns_waiting", waiting)]
        numbers += [
            _number("webhook_messages", count, webhook=hook, outcome=outcome)
            for (hook, outcome), count in sorted(self.hooks.outcomes.items())
        ]
        numbers += [_number("webhook_waiting", row["waiting"], webhook=row["name"]) for row in await self.webhooks()]
        numbers += [_number("restarts", row["restarts"], process=row["name"]) for row in self.processes()]
        numbers += [
            _number("loop_lag_ms", core.lag.longest_ms),
            _number("journal_behind", core.pace.behind),
            _number("held_back", int(core.pace.is_held_back)),
            _number("dhcp_other_servers", core.others.present(core.utc())),
            _number("journal_octets", await asyncio.to_thread(_journal_octets, core)),
            _number("uptime_seconds", round(core.utc() - core.started)),
        ]
        if core.scripts is not None:
            with contextlib.suppress(DeskError, LookupError):
                numbers += _of_scripts(await core.scripts.ask("status", {}))
        with contextlib.suppress(DeskError):  # the others are worth having; what is missing tells that dhcp is gone
            numbers += await core.link.ask("counters", {})
        return numbers


def _number(name: str, value: float, **labels: str) -> Number:
    return {"name": name, "labels": labels, "value": value}


def _of_scripts(status: dict[str, Any]) -> list[Number]:
    rows: dict[str, dict[str, Any]] = {each["hook"]: each for each in status["hooks"]}
    notices = status["notices"]
    return [
        *(_number("script_calls", row["calls"], hook=name) for name, row in rows.items()),
        *(_number("script_failures", row["failures"], hook=name) for name, row in rows.items()),
        *(_number("script_late", row["late"], hook=name) for name, row in rows.items()),
        *(_number("script_slowest_ms", row["slowest_ms"], hook=name) for name, row in rows.items()),
        *(_number("script_notices", notices[each], outcome=each) for each in ("taken", "failed", "dropped")),
        _number("script_notices_waiting", notices["waiting"]),
        *(
            _number("source_lookups", row[outcome], source=row["name"], outcome=outcome)
            for row in status["sources"]
            for outcome in ("known", "unknown", "failed", "kept", "stale", "refused")
        ),
        *(_number("source_up", int(row["state"] == "closed"), source=row["name"]) for row in status["sources"]),
        *(_number("source_slowest_ms", row["slowest"] * 1000, source=row["name"]) for row in status["sources"]),
    ]


def _of_pools(uses: list[PoolUse]) -> list[Number]:
    return [
        _number(f"pool_{name}", getattr(use, name), network=use.network, pool=use.pool)
        for use in uses
        for name in ("size", "used", "declined", "free")
    ]


def _leases(core: Core) -> list[Number]:
    counted = Counter((lease.network, lease.state) for lease in core.world.leases.taken(core.utc()))
    known = {(net.name, state): 0 for net in core.feed.site.networks for state in ("bound", DECLINED)}
    return [
        _number("network_leases", value, network=network, state=state)
        for (network, state), value in sorted({**known, **counted}.items())
    ]


def _journal_octets(core: Core) -> int:
    total = 0
    for path in (core.data / "leases").glob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue  # an old generation that was dropped just now
    return total
