"""How many addresses the pools of each network have to give, and how many of those nobody has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from ringboot.leases.span import Span
from ringboot.leases.tally import Tally
from ringboot.model.lease import BOUND, DECLINED, Lease


class Room:
    """Counted when it is asked for, and remembered until the pools, or what they withhold, change."""

    __slots__ = ("_free", "sizes")

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}  # by network; empty: to be counted
        self._free: dict[str, tuple[int, int]] = {}  # the second, and what was free then

    def forget(self) -> None:
        """Count anew when it is asked for."""
        self.sizes = {}

    def of(
        self, network: str, pools: Mapping[str, list[Span]], withheld: Collection[int],
        span_of: Callable[[int], Span | None],
    ) -> int:  # fmt: skip
        """Tell how many addresses the pools of a network have to give, whoever has them now."""
        if not self.sizes:
            self.sizes = {name: sum(span.last + 1 - span.first for span in spans) for name, spans in pools.items()}
            for address in withheld:
                span = span_of(address)
                if span is not None:
                    self.sizes[span.network] -= 1
        return self.sizes.get(network, 0)

    def free(  # noqa: PLR0917  what the table keeps, and nobody else calls it
        self, network: str, room: int, tally: Tally, clients: int, leases: Mapping[int, Lease],
        withheld: Collection[int], utc: float,
    ) -> int:  # fmt: skip
        """Tell how many addresses nobody has, offered ones too, as it was within this second."""
        second, free = self._free.get(network, (-1, 0))
        if second != int(utc):
            counts = tally.counts(int(utc))
            held = (leases.get(address) for address in withheld)
            in_use = sum(lease is not None and lease.network == network and lease.expiry > utc for lease in held)
            free = room - counts[BOUND] - counts[DECLINED] + in_use
            self._free[network] = (int(utc), free)
        return max(free, room - clients - tally.declined)
