"""Main's mirror of the lease table, fed by the journal: who holds an address now."""

from __future__ import annotations

from dataclasses import replace

from ringboot.model.address import ip_number
from ringboot.model.lease import BOUND, RELEASED, Lease, LeaseChange

_FREED, _RENEWED = "freed", "renewed"


class LeaseView:
    """Leases by address and by MAC.

    One thread applies changes; others may look, because each step replaces one whole value of a dict.
    """

    def __init__(self) -> None:
        self._by_address: dict[int, Lease] = {}
        self._of_mac: dict[bytes, tuple[int, ...]] = {}
        self._held: dict[tuple[str, bytes], int] = {}  # network, client -> the address that it is bound to
        self.moves = 0  # how often an address changed hands or state: renewals do not count

    def clear(self) -> None:
        """Forget all of it: the journal is another one."""
        self._by_address.clear()
        self._of_mac.clear()
        self._held.clear()
        self.moves = 0

    def __len__(self) -> int:
        return len(self._by_address)

    def taken(self, utc: float) -> list[Lease]:
        """Give the addresses that nobody else can have now: bound, or declined a while ago."""
        return [row for row in list(self._by_address.values()) if row.expiry > utc and row.state != RELEASED]

    def is_open(self, address: int, mac: bytes, utc: float) -> bool:
        """Tell whether a client with this MAC could have an address: nobody else has it, and it does not rest."""
        row = self._by_address.get(address)
        if row is None or row.expiry <= utc or row.state == RELEASED:
            return True
        return row.state == BOUND and bool(mac) and row.mac == mac

    def live(self, utc: float) -> list[Lease]:
        """Give every lease that somebody may use now, in order of address."""
        rows = [row for row in list(self._by_address.values()) if _live(row, utc)]
        return sorted(rows, key=lambda row: row.address)

    def apply(self, change: LeaseChange) -> None:
        """Take over one row of the journal; the same row twice does no harm."""
        before = self._by_address.get(change.address)
        self.moves += change.kind != _RENEWED
        if before is not None:
            self._part(before, change)
        if change.kind == _FREED:
            self._by_address.pop(change.address, None)
            return
        self._by_address[change.address] = Lease(
            change.network,
            change.address,
            change.key,
            change.mac,
            change.state,
            change.start,
            change.expiry,
            change.evidence,
        )
        if change.state == BOUND:
            self._end_other(change)
        held = self._of_mac.get(change.mac, ())
        if change.address not in held:
            self._of_mac[change.mac] = (*held, change.address)

    def _end_other(self, change: LeaseChange) -> None:
        """End the lease that a client had in the same network: it holds one address there, and no row says so."""
        client = (change.network, change.key)
        before = self._by_address.get(self._held.get(client, change.address))
        self._held[client] = change.address
        if before is None or before.address == change.address or (before.network, before.key) != client:
            return
        if before.state == BOUND:
            self._by_address[before.address] = replace(before, state=RELEASED)

    def _part(self, before: Lease, change: LeaseChange) -> None:
        """Forget what was known by an address of whoever had it, as far as that is somebody else."""
        gone = change.kind == _FREED
        if gone or before.mac != change.mac:
            self._leave(before.mac, change.address)
        client = (before.network, before.key)
        if (gone or client != (change.network, change.key)) and self._held.get(client) == change.address:
            del self._held[client]

    def _leave(self, mac: bytes, address: int) -> None:
        rest = tuple(each for each in self._of_mac.get(mac, ()) if each != address)
        if rest:
            self._of_mac[mac] = rest
        else:
            self._of_mac.pop(mac, None)

    def row(self, address: int) -> Lease | None:
        """Give what is known of an address, also a lease that ran out."""
        return self._by_address.get(address)

    def at(self, address: str | int, utc: float) -> Lease | None:
        """Give the live lease of an address."""
        number = address if isinstance(address, int) else ip_number(address)
        lease = self._by_address.get(number)
        return lease if lease is not None and _live(lease, utc) else None

    def of_mac(self, mac: bytes, utc: float) -> list[Lease]:
        """Give the live leases of a MAC, the newest first: it may hold several, in several networks."""
        return [lease for lease in self.all_of_mac(mac) if _live(lease, utc)]

    def all_of_mac(self, mac: bytes) -> list[Lease]:
        """Give every lease of a MAC that is remembered, the newest first, also those that ran out."""
        held = [self._by_address.get(address) for address in self._of_mac.get(mac, ())]
        leases = [lease for lease in held if lease is not None and lease.mac == mac]
        return sorted(leases, key=lambda lease: (lease.start, lease.expiry), reverse=True)


def _live(lease: Lease, utc: float) -> bool:
    return lease.state == BOUND and lease.expiry > utc
