"""Networks ready to be looked up: by address, with their neighbours on the wire, their pools and reservations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import count
from typing import NamedTuple

from ringboot.model.address import ip_number, ip_text, prefix_mask
from ringboot.model.scripting import Given
from ringboot.model.site import Network, OptionTexts, Pool, Reservation
from ringboot.model.whose import BY_NAME, Name, octets_of

_REMEMBERED = 4096


class Reserved:
    """A reservation ready for use; `name` is by what it knows its client.  ValueError names what is wrong."""

    __slots__ = ("address", "name", "row", "texts")

    def __init__(self, row: Reservation) -> None:
        self.row = row
        self.address = ip_number(row.address)
        self.name: Name = (row.kind, octets_of(row.kind, row.value))
        self.texts: OptionTexts = {**({"12": row.hostname} if row.hostname else {}), **row.options}


class Provided(Reserved):
    """One that a script or a foreign source gives a client, for one message; `address` 0: one of the pools.

    Its network is "" where it does not say in which.
    """

    __slots__ = ("given",)

    def __init__(self, given: Given, network: str, address: int, name: Name) -> None:
        kind, octets = name
        text = ip_text(address) if address else ""
        self.row = Reservation(
            network, kind, BY_NAME[kind].write(octets), text, given.hostname or None, dict(given.options)
        )
        self.address = address
        self.name = name
        self.given = given
        timers = {code: str(seconds) for code, seconds in (("58", given.t1), ("59", given.t2)) if seconds is not None}
        self.texts = {**({"12": given.hostname} if given.hostname else {}), **timers, **given.options}


class Place(NamedTuple):
    """Where in a network an address lies: in a pool, or outside of them; `number` is unique in a site."""

    number: int
    pool: Pool | None
    members: frozenset[int] | None = None  # the classes that the pool serves; None: everybody

    def serves(self, classes: Collection[int]) -> bool:
        """Say whether clients of these classes are served from here."""
        return self.members is None or not self.members.isdisjoint(classes)


class Net:
    """One network."""

    __slots__ = (
        "_closed", "for_known", "for_unknown", "ignores", "ignores_ids", "is_gated", "is_limited", "mask", "name",
        "outside", "pools", "reserved", "row", "wire",
    )  # fmt: skip

    def __init__(self, row: Network, numbers: Iterable[int], classes: Mapping[str, int]) -> None:
        number = iter(numbers)
        self.row = row
        self.name = row.name
        self.ignores_ids = row.identity == "mac"
        self.mask = prefix_mask(row.prefix)
        self.outside = Place(next(number), None)
        self.pools = tuple(
            (pool.first, pool.last, Place(next(number), pool, _members(pool, classes))) for pool in row.pools
        )
        self.is_gated = any(pool.classes for pool in row.pools)  # not all of them serve everybody
        self.is_limited = row.max_leases_per_circuit is not None or any(pool.max_leases for pool in row.pools)
        self._closed: dict[tuple[int, ...], frozenset[int]] = {}
        self.reserved: dict[Name, Reserved] = {}
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

    def closed_to(self, classes: tuple[int, ...]) -> frozenset[int]:
        """Give the places in `pools` of those that do not serve clients of these classes."""
        closed = self._closed.get(classes)
        if closed is None:
            closed = frozenset(at for at, (_, _, place) in enumerate(self.pools) if not place.serves(classes))
            if len(self._closed) >= _REMEMBERED:
                self._closed.clear()
            self._closed[classes] = closed
        return closed

    def reserved_for(self, names: Iterable[Name]) -> Reserved | None:
        """Give the reservation in this network for a client of these names, by the first that has one."""
        reserved = self.reserved
        for name in names:
            if name in reserved:
                return reserved[name]
        return None

    def reserved_on_wire(self, names: Iterable[Name]) -> tuple[Net, Reserved] | None:
        """Give it in any network of the wire: the more exact name counts, then the order of the networks."""
        for name in names:
            for net in self.wire:
                if name in net.reserved:
                    return net, net.reserved[name]
        return None

    def is_served(self) -> bool:
        """Say whether we do DHCP on this wire at all; without pools and reservations it is elsewhere."""
        return any(net.pools or net.reserved for net in self.wire)

    def unusable(self) -> set[int]:
        """Name the addresses of the subnet that no host may have."""
        if self.row.prefix > 30:
            return set()
        return {self.row.subnet, self.row.subnet | ~self.mask & 0xFFFFFFFF}


class Nets:
    """All networks of a site."""

    def __init__(self, rows: tuple[Network, ...] = (), classes: Mapping[str, int] | None = None) -> None:
        """`classes` gives their numbers by name."""
        numbers = count()
        self.by_name = {row.name: Net(row, numbers, classes or {}) for row in rows}
        self._by_relay = {ip_number(relay): net for net in self.by_name.values() for relay in net.row.relays}
        # Nearly always the same, and once for every message.
        self.of_relay: Callable[[int], Net | None] = self._of_relay if self._by_relay else self.at
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

    def _of_relay(self, address: int) -> Net | None:
        """Find the network that a relay agent is in: the one that names it, else the one that holds its address."""
        named = self._by_relay.get(address)
        return self.at(address) if named is None else named

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


def _members(pool: Pool, classes: Mapping[str, int]) -> frozenset[int] | None:
    return frozenset(classes[name] for name in pool.classes if name in classes) if pool.classes else None
