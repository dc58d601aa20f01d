"""Networks ready to be looked up: by address, with their neighbours on the wire, their pools and reservations."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import NamedTuple

from ringboot.model.address import ip_number, mac_octets, prefix_mask
from ringboot.model.site import Network, OptionTexts, Pool, Reservation


class Reserved:
    """A reservation ready for use; `value` is the MAC or the client identifier.  ValueError names what is wrong."""

    __slots__ = ("address", "row", "texts", "value")

    def __init__(self, row: Reservation) -> None:
        self.row = row
        self.address = ip_number(row.address)
        self.value = mac_octets(row.value) if row.kind == "mac" else bytes.fromhex(row.value)
        self.texts: OptionTexts = {**({"12": row.hostname} if row.hostname else {}), **row.options}


class Place(NamedTuple):
    """Where in a network an address lies: in a pool, or outside of them; `number` is unique in a site."""

    number: int
    pool: Pool | None


class Net:
    """One network."""

    __slots__ = (
        "by_id", "by_mac", "for_known", "for_unknown", "ignores", "ignores_ids", "mask", "name", "outside", "pools",
        "row", "wire",
    )  # fmt: skip

    def __init__(self, row: Network, numbers: Iterable[int]) -> None:
        number = iter(numbers)
        self.row = row
        self.name = row.name
        self.ignores_ids = row.identity == "mac"
        self.mask = prefix_mask(row.prefix)
        self.outside = Place(next(number), None)
        self.pools = tuple((pool.first, pool.last, Place(next(number), pool)) for pool in row.pools)
        self.by_mac: dict[bytes, Reserved] = {}
        self.by_id: dict[bytes, Reserved] = {}
        self.wire: tuple[Net, ...] = (self,)  # all of its segment, itself first, then in file order
        self.for_known: tuple[Net, ...] = ()  # which of them serve a client without a reservation, in order
        self.for_unknown: tuple[Net, ...] = ()
        self.ignores = False  # one of them ignores unknown clients, and none serves them

    def holds(self, address: int) -> bool:
        """Say whether the address lies in the subnet."""
        return address & self.mask == self.row.subnet

    def place(self, address: int) -> Place:
        """Say where in the network an address lies."""
        for first, last, place in self.pools:
            if first <= address <= last:
                return place
        return self.outside

    def reserved_for(self, mac: bytes, client_id: bytes | None) -> Reserved | None:
        """Give the client's reservation; one for its identifier is more exact than one for its MAC."""
        if client_id is not None and client_id in self.by_id:
            return self.by_id[client_id]
        return self.by_mac.get(mac)

    def is_served(self) -> bool:
        """Say whether we do DHCP on this wire at all; without pools and reservations it is elsewhere."""
        return any(net.pools or net.by_mac or net.by_id for net in self.wire)

    def unusable(self) -> set[int]:
        """Name the addresses of the subnet that no host may have."""
        if self.row.prefix > 30:
            return set()
        return {self.row.subnet, self.row.subnet | ~self.mask & 0xFFFFFFFF}


class Nets:
    """All networks of a site."""

    def __init__(self, rows: tuple[Network, ...] = ()) -> None:
        numbers = count()
        self.by_name = {row.name: Net(row, numbers) for row in rows}
        self._by_mask: list[tuple[int, dict[int, Net]]] = []  # longest prefix first
        for mask in sorted({net.mask for net in self.by_name.values()}, reverse=True):
            self._by_mask.append((mask, {net.row.subnet: net for net in self.by_name.values() if net.mask == mask}))
        for net in self.by_name.values():
            self._join(net)

    def at(self, address: int) -> Net | None:
        """Find the network whose subnet holds an address, the narrowest if several do."""
        for mask, subnets in self._by_mask:
            net = subnets.get(address & mask)
            if net is not None:
                return net
        return None

    def _join(self, net: Net) -> None:
        others = (other for other in self.by_name.values() if other.row.segment == net.row.segment)
        net.wire = (net, *(other for other in others if other is not net))
        quarantines = {other.row.quarantine for other in net.wire if other.row.unknown == "quarantine"}
        homes = [other for other in net.wire if other.name not in quarantines]
        net.for_known = tuple(home for home in homes if home.pools)
        unknown: list[Net] = []
        for home in homes:
            target = self.by_name.get(home.row.quarantine or "") if home.row.unknown == "quarantine" else home
            if home.row.unknown != "ignore" and target is not None and target.pools and target not in unknown:
                unknown.append(target)
        net.for_unknown = tuple(target for target in unknown if target in net.wire)
        net.ignores = not net.for_unknown and any(home.row.unknown == "ignore" for home in homes)
