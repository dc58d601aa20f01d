"""How many addresses of each pool are taken."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, NamedTuple

from ringboot.desk.core import Core
from ringboot.model.address import ip_text
from ringboot.model.lease import DECLINED

LOW = 0.9  # the part of a pool that is taken when it runs low

Row = dict[str, Any]


class PoolUse(NamedTuple):
    """A pool at one moment: addresses in all, those that somebody has, those in quarantine."""

    network: str
    pool: str  # 10.0.1.0-10.0.1.255
    size: int
    used: int
    declined: int

    @property
    def free(self) -> int:
        """Give how many nobody has; some of them may be offered."""
        return self.size - self.used - self.declined

    def row(self) -> Row:
        """Give it as a row, with what is free."""
        return {**self._asdict(), "free": self.free}


def pool_uses(core: Core) -> list[PoolUse]:
    """Count the taken addresses of each pool; call it on another thread, because there may be a million."""
    pools = sorted((pool.first, pool.last, net.name) for net in core.feed.site.networks for pool in net.pools)
    firsts = [first for first, _, _ in pools]
    used, declined = [0] * len(pools), [0] * len(pools)
    for lease in core.world.leases.taken(core.utc()):
        place = bisect_right(firsts, lease.address) - 1
        if place >= 0 and lease.address <= pools[place][1]:
            (declined if lease.state == DECLINED else used)[place] += 1
    return [
        PoolUse(name, f"{ip_text(first)}-{ip_text(last)}", last - first + 1, used[place], declined[place])
        for place, (first, last, name) in enumerate(pools)
    ]
