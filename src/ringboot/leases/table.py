"""Every address that somebody has or had, in memory: the truth about leases between two journal rows.

A change is applied at once and gives its inverse; `undo` puts everything back when the journal could not be written.
A lease object is never altered, only replaced, so that an inverse is the object that stood there before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from ringboot.leases.blocks import Blocks
from ringboot.leases.declines import Declines
from ringboot.leases.hardware import Hardware
from ringboot.leases.offers import Offer, Offers
from ringboot.leases.room import Room
from ringboot.leases.span import Span, fill
from ringboot.leases.tally import Tallies
from ringboot.leases.undo import Change, Undo, outranks
from ringboot.leases.watch import Watch, Watched
from ringboot.model.lease import BOUND, DECLINED, RELEASED, Lease, LeaseChange

_new = tuple.__new__  # a third of the cost of calling the class, once for every change

_NONE: frozenset[int] = frozenset()


class Table:
    """Leases by address and by client, offers, and the free addresses of each pool."""

    def __init__(self) -> None:
        self._leases: dict[int, Lease] = {}
        self._clients: dict[str, dict[bytes, Lease]] = {}  # by network, then client key
        self._names: dict[str, str] = {}  # one copy of each network's name
        self._offers = Offers()
        self._withheld: set[int] = set()
        self._spans: list[Span] = []  # in order of address
        self._starts: list[int] = []
        self._pools: dict[str, list[Span]] = {}  # by network, in file order
        self._blocks = Blocks()
        self._tallies = Tallies()
        self._room = Room()
        self._times: dict[int, int] = {}  # one copy of each duration: there are as many uses of one as leases
        self._hardware: Hardware | None = None
        self._watch: Watch | None = None
        self._declines = Declines()

    # What is known

    def of_address(self, address: int) -> Lease | None:
        """Give what is remembered of an address."""
        return self._leases.get(address)

    def of_client(self, network: str, key: bytes) -> Lease | None:
        """Give the client's lease in a network, or the one it had there and nobody else got since."""
        clients = self._clients.get(network)
        return None if clients is None else clients.get(key)

    def of_mac(self, mac: bytes) -> list[Lease]:
        """Give what is remembered of a MAC, in every network; nothing unless `index_macs` was asked for."""
        held = () if self._hardware is None else self._hardware.of(mac)
        return [lease for lease in map(self._leases.get, held) if lease is not None and lease.mac == mac]

    def index_macs(self, wanted: bool) -> None:
        """Keep an index by MAC from now on, or drop it: 100 octets a lease."""
        if not wanted:
            self._hardware = None
        elif self._hardware is None:
            self._hardware = Hardware()
            for address, lease in self._leases.items():
                self._hardware.add(lease.mac, address)

    def watch(self, watched: Watched) -> None:
        """Count leases in these pools and behind the circuits of these networks from now on, and nowhere else."""
        if self._watch is None or self._watch.watched != watched:
            self._watch = Watch(watched, self._leases.values()) if any(watched) else None

    def in_pool(self, address: int, utc: float) -> int:
        """Count the live leases of the pool that an address lies in, if it is watched."""
        return 0 if self._watch is None else self._watch.in_pool(address, utc)

    def behind(self, network: str, circuit: bytes, utc: float) -> int:
        """Count the live leases behind a circuit (model.evidence.circuit_of), if the network is watched."""
        return 0 if self._watch is None else self._watch.behind(network, circuit, self._leases, utc)

    def offer_of(self, network: str, key: bytes, steady: float) -> Offer | None:
        """Give the offer that waits for this client."""
        offer = self._offers.by_client.get((network, key))
        return None if offer is None or offer.until <= steady else offer

    def offered(self, address: int, steady: float) -> Offer | None:
        """Give the offer that keeps this address."""
        offer = self._offers.by_address.get(address)
        return None if offer is None or offer.until <= steady else offer

    def offered_addresses(self, steady: float) -> list[int]:
        """Name the addresses that wait for a client."""
        return [address for address, offer in self._offers.by_address.items() if offer.until > steady]

    def counts(self, utc: float, steady: float = 0.0) -> dict[str, int]:
        """Count addresses by state: bound, expired, released, declined, offered."""
        return {**self._tallies.counts(int(utc)), "offered": len(self.offered_addresses(steady))}

    def declines(self, mac: bytes, key: bytes, utc: float) -> int:
        """Count the addresses that a client put into quarantine within the last hour."""
        return self._declines.count(mac or key, utc)

    def __len__(self) -> int:
        return len(self._leases)

    def leases(self, after: int = -1, limit: int = 1000, network: str | None = None) -> list[Lease]:
        """Give a page of what is remembered, in order of address, beginning behind `after`."""
        found: list[Lease] = []
        for address in self._blocks.addresses(after):
            lease = self._leases.get(address)
            if lease is not None and network in (None, lease.network):
                found.append(lease)
                if len(found) >= limit:
                    break
        return found

    # Pools

    def set_pools(self, pools: Iterable[Span]) -> None:
        """Take these pools; one that was there already keeps what it knows of its free addresses."""
        old = {span.shape: span for span in self._spans}
        spans = [old.get(span.shape, span) for span in pools]
        self._pools = {}
        self._room.forget()
        for span in spans:
            self._pools.setdefault(span.network, []).append(span)
        self._spans = sorted(spans, key=lambda span: span.first)
        self._starts = [span.first for span in self._spans]
        new = [span for span in spans if span.shape not in old]
        fill(new, self._span, self._leases, self._offers.by_address, self._withheld)

    def withhold(self, address: int) -> None:
        """Never give this address from a pool: it is reserved, or our own."""
        if address not in self._withheld:
            self._withheld.add(address)
            self._room.forget()

    def admit(self, address: int) -> None:
        """Give this address from its pool again."""
        if address in self._withheld:
            self._withheld.discard(address)
            self._room.forget()
            self._settle(address)

    def withhold_only(self, addresses: set[int]) -> None:
        """Withhold these addresses and admit all others."""
        for address in self._withheld - addresses:
            self.admit(address)
        self._withheld |= addresses
        self._room.forget()

    def is_withheld(self, address: int) -> bool:
        """Say whether pools skip this address."""
        return address in self._withheld

    def free(self, network: str, utc: float, steady: float, closed: frozenset[int] = _NONE) -> int | None:
        """Find an address of the network's pools that nobody has; None when they are full.

        `closed`: the pools that are left out, by their places in file order.
        """
        for address in self._offers.lapsed(steady):
            self._settle(address)
        for place, span in enumerate(self._pools.get(network, ())):
            if place in closed:
                continue
            found = span.free(self._leases, self._offers.by_address, self._withheld, utc)
            if found is not None:
                return found
        return None

    def may_hold(self, network: str, utc: float, steady: float) -> bool:
        """Say whether one more offer may keep its address: offers hold at most half of what is free in a network."""
        held = self._offers.held.get(network, 0)
        if 2 * held < self._room.sizes.get(network, 0) - len(self._leases):
            return True  # nearly always, and told in no time: as if all who are remembered were still here
        for address in self._offers.lapsed(steady):
            self._settle(address)
        held = self._offers.held.get(network, 0)
        return not held or 2 * held < self._free_in(network, utc)

    def may_spoil(self, network: str) -> bool:
        """Say whether one more address may go into quarantine that nobody asked for: at most half of a network."""
        size = self._room.of(network, self._pools, self._withheld, self._span)
        return 2 * (self._tallies[network].declined + 1) <= size

    def _free_in(self, network: str, utc: float) -> int:
        clients, tally = len(self._clients.get(network, ())), self._tallies[network]
        size = self._room.of(network, self._pools, self._withheld, self._span)
        return self._room.free(network, size, tally, clients, self._leases, self._withheld, utc)

    def spare(self, network: str, key: bytes, utc: float, closed: frozenset[int] = _NONE) -> int | None:
        """Find a free address for a client whose offer will not keep it; None and `closed` as in `free`."""
        for place, span in enumerate(self._pools.get(network, ())):
            if place in closed:
                continue
            found = span.spare(key, self._leases, self._offers.by_address, self._withheld, utc)
            if found is not None:
                return found
        return None

    def tend(self, utc: float, steps: int = 500) -> None:
        """Look after addresses whose lease ran out, so many in each pool; the door calls it every second."""
        for span in self._spans:
            span.tend(self._leases, utc, steps)

    # Changes

    def apply(self, change: Change) -> Undo:
        """Make a change, and give what undoes it."""
        undo = _new(Undo, ([], [], []))
        if isinstance(change, LeaseChange):
            short = self._renew if change.address in self._leases else self._bind
            if not short(change, undo):
                self._change(change, undo)
                for address in {address for address, _ in undo.leases} | {offer.address for offer, _ in undo.offers}:
                    self._settle(address)
            span = self._span(change.address)
            if span is not None:
                span.tend(self._leases, change.utc, 2)  # a change leaves one entry behind at most: two keep pace
        elif isinstance(change, Offer):
            for before in self._offers.displaced_by(change):
                self._drop_offer(before, undo)
                if before.address != change.address:
                    self._settle(before.address)
            self._offers.put(change)
            undo.offers.append((change, False))
        else:
            self._drop_offer(self._offers.by_client.get((change.network, change.key)), undo)
            for offer, _ in undo.offers:
                self._settle(offer.address)
        return undo

    def undo(self, undo: Undo) -> None:
        """Put back what a change replaced; changes are undone in the reverse of their order."""
        for address, lease in reversed(undo.leases):
            now = self._leases.get(address)
            if now is not None and now.state == DECLINED and now.key:
                self._declines.take_back(now.mac or now.key)
            self._put(address, lease)
        for network, key, lease in reversed(undo.clients):
            self._index(network, key, lease)
        for offer, was_there in reversed(undo.offers):
            if was_there:
                self._offers.restore(offer)
            else:
                self._offers.drop(offer)
        for address, _ in undo.leases:
            self._settle(address)
        for offer, _ in undo.offers:
            self._settle(offer.address)

    def load(self, changes: Iterable[LeaseChange]) -> int:
        """Take the rows of the journal, oldest first, and give their number."""
        count = 0
        scratch = Undo([], [], [])
        for change in changes:
            count += 1
            short = self._renew if change.address in self._leases else self._bind
            if not short(change, scratch):
                self._change(change, scratch)
            scratch.leases.clear()
            scratch.clients.clear()
        fill(self._spans, self._span, self._leases, self._offers.by_address, self._withheld)
        return count

    def _renew(self, change: LeaseChange, undo: Undo) -> bool:
        """Prolong a lease, the short way; False when it is anything but that."""
        _, state, network, address, key, mac, start, expiry, evidence, utc = change
        before = self._leases.get(address)
        if before is None or before.key != key or before.state != BOUND or state != BOUND:
            return False
        if before.expiry > expiry or before.network != network or address in self._offers.by_address:
            return False
        clients = self._clients[network]
        if clients.get(key) is not before or (network, key) in self._offers.by_client:
            return False
        # The parts that are equal stay the same objects: there are as many of them as leases.
        if before.mac == mac:
            mac = before.mac
        elif self._hardware is not None:
            self._hardware.take(before.mac, address)
            self._hardware.add(mac, address)
        seconds = expiry - int(utc)
        seconds = self._times.setdefault(seconds, seconds)
        lease = Lease(before.network, before.address, before.key, mac, BOUND, start, expiry, evidence, seconds)
        self._leases[address] = clients[key] = lease
        self._tallies[network].prolong(before.expiry, expiry)
        if self._watch is not None:
            self._watch.moved(before, lease)
        undo.leases.append((address, before))
        undo.clients.append((network, key, before))
        return True

    def _bind(self, change: LeaseChange, undo: Undo) -> bool:
        """Give an address that nobody had to a client without one, the short way; False when it is not that."""
        _, state, network, address, key, mac, start, expiry, evidence, utc = change
        leases, clients, offers = self._leases, self._clients.get(network), self._offers
        if state != BOUND or address in leases or clients is None or key in clients:
            return False
        offer = offers.by_address.get(address)
        if offer is not offers.by_client.get((network, key)):
            return False
        if offer is not None:
            offers.drop(offer)
            undo.offers.append((offer, True))
        seconds = expiry - int(utc)
        seconds = self._times.setdefault(seconds, seconds)
        network = self._names.setdefault(network, network)
        lease = Lease(network, address, key, mac, BOUND, start, expiry, evidence, seconds)
        leases[address] = clients[key] = lease
        if self._hardware is not None:
            self._hardware.add(mac, address)
        self._tallies[network].add(lease)
        if self._watch is not None:
            self._watch.moved(None, lease)
        if address >> 8 not in self._blocks.known:
            self._blocks.add(address)
        undo.leases.append((address, None))
        undo.clients.append((network, key, None))
        self._settle(address)
        return True

    def _change(self, change: LeaseChange, undo: Undo) -> None:
        self._drop_offer(self._offers.by_address.get(change.address), undo)
        before = self._leases.get(change.address)
        if change.kind == "freed":
            self._replace(change.address, before, None, undo)
            return
        _, state, network, address, key, mac, start, expiry, evidence, utc = change
        network = self._names.setdefault(network, network)
        lease = Lease(network, address, key, mac, state, start, expiry, evidence, expiry - int(utc))
        self._replace(address, before, lease, undo)
        if state == DECLINED:
            if change.kind == "declined" and key:
                self._declines.note(mac or key, utc)
            return
        if state == BOUND and self._offers.by_client:
            self._drop_offer(self._offers.by_client.get((network, key)), undo)
        other = self.of_client(network, key)
        if other is None or other.address == address:
            self._point(lease, undo)
        elif outranks(lease, other) or change.kind != "kept":
            self._point(lease, undo)
            self._retire(other, utc, undo)
        else:
            self._retire(lease, utc, undo)

    def _retire(self, lease: Lease, utc: float, undo: Undo) -> None:
        """Take an address from a client that has another one in this network: it holds one at a time."""
        if lease.state == BOUND:
            end = min(lease.expiry, int(utc))
            retired = Lease(
                lease.network, lease.address, lease.key, lease.mac, RELEASED, lease.start, end, lease.evidence
            )
            undo.leases.append((lease.address, lease))
            self._put(lease.address, retired)

    def _replace(self, address: int, before: Lease | None, after: Lease | None, undo: Undo) -> None:
        undo.leases.append((address, before))
        self._put(address, after)
        if before is not None and self.of_client(before.network, before.key) is before:
            undo.clients.append((before.network, before.key, before))
            self._index(before.network, before.key, None)

    def _point(self, lease: Lease, undo: Undo) -> None:
        undo.clients.append((lease.network, lease.key, self.of_client(lease.network, lease.key)))
        self._index(lease.network, lease.key, lease)

    def _drop_offer(self, offer: Offer | None, undo: Undo) -> None:
        if offer is not None:
            self._offers.drop(offer)
            undo.offers.append((offer, True))

    def _put(self, address: int, lease: Lease | None) -> None:
        before = self._leases.get(address)
        if self._watch is not None:
            self._watch.moved(before, lease)
        if before is not None:
            self._tallies[before.network].take(before)
            if self._hardware is not None:
                self._hardware.take(before.mac, address)
        if lease is None:
            self._leases.pop(address, None)
            return
        self._leases[address] = lease
        self._tallies[lease.network].add(lease)
        if self._hardware is not None:
            self._hardware.add(lease.mac, address)
        if before is None and address >> 8 not in self._blocks.known:
            self._blocks.add(address)

    def _index(self, network: str, key: bytes, lease: Lease | None) -> None:
        clients = self._clients.get(network)
        if clients is None:
            clients = self._clients[network] = {}
        if lease is None:
            clients.pop(key, None)
        else:
            clients[key] = lease

    # Free addresses

    def _span(self, address: int) -> Span | None:
        place = bisect_right(self._starts, address) - 1
        if place >= 0 and self._spans[place].last >= address:
            return self._spans[place]
        return None

    def _settle(self, address: int) -> None:
        """Tell the pool of an address that it may be free, or will be."""
        span = self._span(address)
        if span is not None:
            span.give_back(address, self._leases.get(address))
            if len(span.heap) > 2 * len(self._leases) + 1024:
                span.rebuild(self._leases)
