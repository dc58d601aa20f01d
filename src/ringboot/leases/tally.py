"""How many addresses are in each state, counted as they change; "expired" follows from the clock."""

from __future__ import annotations

from ringboot.model.lease import BOUND, DECLINED, RELEASED, Lease


class Tally:
    """Counts by state; bound ones also by the second in which they end."""

    __slots__ = ("_clock", "_ends", "_expired", "_states")

    def __init__(self) -> None:
        self._states = {BOUND: 0, RELEASED: 0, DECLINED: 0}
        self._ends: dict[int, int] = {}  # second -> bound leases that end in it, later than the clock
        self._expired = 0  # bound leases that ended at the clock or before
        self._clock = 0

    def add(self, lease: Lease) -> None:
        """Count a lease."""
        self._count(lease, 1)

    def take(self, lease: Lease) -> None:
        """Stop counting a lease."""
        self._count(lease, -1)

    def prolong(self, old: int, new: int) -> None:
        """Move a bound lease from one end to a later one."""
        ends = self._ends
        left = ends.get(old, 0) - 1
        if left < 0:  # it ended already
            self._expired -= 1
        elif left:
            ends[old] = left
        else:
            del ends[old]
        if new > self._clock:
            ends[new] = ends.get(new, 0) + 1
        else:
            self._expired += 1

    def _count(self, lease: Lease, step: int) -> None:
        self._states[lease.state] += step
        if lease.state == BOUND:
            if lease.expiry <= self._clock:
                self._expired += step
            else:
                left = self._ends.get(lease.expiry, 0) + step
                if left:
                    self._ends[lease.expiry] = left
                else:
                    del self._ends[lease.expiry]

    @property
    def declined(self) -> int:
        """Tell how many addresses are in quarantine, or were the last time that anything became of them."""
        return self._states[DECLINED]

    def counts(self, utc: int) -> dict[str, int]:
        """Give the counts at this second; the clock only moves forward, so a step back shows what was already over."""
        if utc > self._clock:
            passed = range(self._clock + 1, utc + 1)
            self._clock = utc
            if len(passed) < len(self._ends):
                over = [second for second in passed if second in self._ends]
            else:
                over = [second for second in self._ends if second <= utc]
            self._expired += sum(self._ends.pop(second) for second in over)
        return {
            BOUND: self._states[BOUND] - self._expired,
            "expired": self._expired,
            RELEASED: self._states[RELEASED],
            DECLINED: self._states[DECLINED],
        }


class Tallies(dict[str, Tally]):
    """One for each network, made when it is first asked for."""

    def __missing__(self, network: str) -> Tally:
        made = self[network] = Tally()
        return made

    def counts(self, utc: int) -> dict[str, int]:
        """Give the counts of all networks together."""
        counts = {BOUND: 0, "expired": 0, RELEASED: 0, DECLINED: 0}
        for tally in self.values():
            for state, count in tally.counts(utc).items():
                counts[state] += count
        return counts
