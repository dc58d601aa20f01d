"""All that decides an answer, ready to be looked up: the site, reservations, known devices, the lease table."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace as altered

from ringboot.answer.classes import Classes
from ringboot.answer.hooks import Hooks
from ringboot.answer.network import Net, Nets, Reserved
from ringboot.answer.options import Options, check
from ringboot.answer.recalled import Recalled
from ringboot.leases.span import Span
from ringboot.leases.table import Table
from ringboot.leases.watch import Watched
from ringboot.model.address import ip_number, mac_octets
from ringboot.model.scripting import Hello
from ringboot.model.site import Class, Network, OptionTexts, Reservation, Site, Snapshot
from ringboot.model.whose import PLACES, Name

_Key = tuple[str, str, str]  # network, kind, value as text


class Facts:
    """What `decide` reads.  Rows of the feed change it one by one, a snapshot all at once."""

    site: Site
    nets: Nets
    classes: Classes
    boots: Classes  # the boot rules, as classes of the machines that they are for
    options: Options

    def __init__(self, site: Site, table: Table, seed: bytes = b"") -> None:
        self.table = table
        self.seed = seed  # random octets that nobody else knows; without any, no client is told a nonce
        self.problems: list[str] = []  # what of the site cannot be used
        self.reservations: dict[_Key, Reserved] = {}  # to read
        self._names: Counter[Name] = Counter()  # whom they are for, wherever
        self._places = 0  # how many of them know a client by where it is plugged in
        self.reads_relay = False  # what a relay says plays a part
        self._addresses: Counter[int] = Counter()  # what they keep
        self._known: set[bytes] = set()
        self._words: dict[bytes, str] = {}  # MAC -> the secret word of its device's URL
        self._servers: dict[tuple[str, tuple[int, ...]], int] = {}
        self._met: set[tuple[int, ...]] = set()
        self._own: set[int] = set()  # addresses of ours
        self._barred: set[int] = set()  # what no pool gives, reservations aside
        self.hooks: Hooks | None = None  # as the scripts process said last; None: it said nothing yet
        self.recalled = Recalled()
        self.asks = False  # a message may have to be asked about there, or would, if it had said anything
        self.replace_site(site)

    # Changes

    def replace_site(self, site: Site) -> None:
        """Take another site; ValueError for a pattern or an address that cannot be read, then nothing changes."""
        usable, problems = _usable(site)
        classes = Classes(usable.classes)
        boots = Classes(tuple(Class(row.name, "boot", (row.conditions,)) for row in usable.boot))
        nets = Nets(usable.networks, classes.numbers())
        own = {ip_number(site.server)} if site.server else set()
        self.site, self.problems = usable, problems
        self.nets, self.classes, self.options = nets, classes, Options(usable, classes, self._words)
        self.boots = boots
        if not usable.scripts:
            self.hooks, self.recalled = None, Recalled()
        self._look_at_scripts()
        self._servers = {}
        self._own |= own
        for reserved in self.reservations.values():
            self._attach(reserved)
        self.table.set_pools(Span(row.name, pool.first, pool.last) for row in usable.networks for pool in row.pools)
        self.table.index_macs(bool(usable.leasequery))
        self.table.watch(_watched(usable))
        self._withhold()

    def replace(self, snapshot: Snapshot) -> None:
        """Take a whole snapshot; ValueError, then nothing changes."""
        rows = [Reserved(row) for row in snapshot.reservations]
        known = {mac_octets(mac) for mac in snapshot.known}
        words = {mac_octets(mac): word for mac, word in snapshot.words.items()}
        before = self.reservations, self._names, self._places, self._addresses, self._known, self._words
        self.reservations, self._names, self._places = {}, Counter(), 0
        self._addresses, self._known, self._words = Counter(), known, words
        for reserved in rows:
            self._remember(reserved)
        try:
            self.replace_site(snapshot.site)
        except ValueError:
            self.reservations, self._names, self._places, self._addresses, self._known, self._words = before
            self._look_at_relays()
            raise

    def take_hooks(self, hello: Hello) -> None:
        """Hear whom the scripts process is to be asked about; ValueError, then nothing changes."""
        self.hooks = Hooks(hello)
        self._look_at_scripts()

    def put_reservation(self, row: Reservation) -> None:
        """Add a reservation, or replace the one of the same network, kind and value; ValueError."""
        reserved = Reserved(row)
        self._forget((row.network, row.kind, row.value))
        self._remember(reserved)
        self._attach(reserved)
        self.table.withhold(reserved.address)

    def drop_reservation(self, network: str, kind: str, value: str) -> None:
        """Remove a reservation; it may be gone already."""
        self._forget((network, kind, value))

    def put_known(self, mac: str) -> None:
        """Hear of a configured or approved device; ValueError."""
        self._known.add(mac_octets(mac))

    def drop_known(self, mac: str) -> None:
        """Hear that a device is gone; ValueError."""
        self._known.discard(mac_octets(mac))

    def put_word(self, mac: str, word: str) -> None:
        """Hear the secret word of a device's URL; ValueError."""
        self._words[mac_octets(mac)] = word

    def drop_word(self, mac: str) -> None:
        """Hear that it opens nothing any more; ValueError."""
        self._words.pop(mac_octets(mac), None)

    # Questions

    def is_known(self, mac: bytes, client_id: bytes | None) -> bool:
        """Say whether a client is a device, or has a reservation anywhere."""
        if mac in self._known:
            return True
        if not self._names:
            return False
        return ("mac", mac) in self._names or (client_id is not None and ("client-id", client_id) in self._names)

    def server_for(self, net: Net, ours: tuple[int, ...]) -> int:
        """Choose the server identifier: our address in that network, else the interface's first."""
        key = (net.name, ours)
        server = self._servers.get(key)
        if server is None:
            server = next((address for address in ours if net.holds(address)), ours[0])
            self._servers[key] = server
        return server

    def meet(self, ours: tuple[int, ...]) -> None:
        """Hear which addresses are ours on an interface; no client ever gets them."""
        if ours not in self._met:
            self._met.add(ours)
            self._own.update(ours)
            self._barred.update(ours)
            for address in ours:
                self.table.withhold(address)

    def is_reserved(self, address: int) -> bool:
        """Say whether an address is kept for somebody."""
        return address in self._addresses

    def is_own(self, address: int) -> bool:
        """Say whether an address is one of this server's."""
        return address in self._own

    # Reservations

    def _remember(self, reserved: Reserved) -> None:
        row = reserved.row
        self.reservations[row.network, row.kind, row.value] = reserved
        self._names[reserved.name] += 1
        if row.kind in PLACES:
            self._places += 1
            self._look_at_relays()
        self._addresses[reserved.address] += 1
        reserved.texts, bad = check(reserved.texts, f"reservation {row.kind} {row.value} in {row.network}")
        self.problems += bad

    def _attach(self, reserved: Reserved) -> None:
        net = self.nets.by_name.get(reserved.row.network)
        if net is None or not net.holds(reserved.address):
            return  # the network may come with a later site
        net.reserved[reserved.name] = reserved

    def _forget(self, key: _Key) -> None:
        reserved = self.reservations.pop(key, None)
        if reserved is None:
            return
        name = reserved.name
        self._names[name] -= 1
        if not self._names[name]:
            del self._names[name]
        if name[0] in PLACES:
            self._places -= 1
            self._look_at_relays()
        net = self.nets.by_name.get(key[0])
        if net is not None and net.reserved.get(name) is reserved:
            del net.reserved[name]
        self._addresses[reserved.address] -= 1
        if not self._addresses[reserved.address]:
            del self._addresses[reserved.address]
            if reserved.address not in self._barred:
                self.table.admit(reserved.address)

    def _look_at_relays(self) -> None:
        own = self.classes.reads_relay or self.boots.reads_relay or self._places > 0
        self.reads_relay = own or (self.hooks is not None and self.hooks.reads_relay)

    def _look_at_scripts(self) -> None:
        self.asks = self.site.scripts and (self.hooks is None or not self.hooks.concerns_nobody)
        self._look_at_relays()

    def _withhold(self) -> None:
        self._barred = self._own.union(*(net.unusable() for net in self.nets.by_name.values()))
        self.table.withhold_only(self._barred | set(self._addresses))


def _watched(site: Site) -> Watched:
    """Tell which leases have to be counted: where there are limits, and where leases get short in scarcity."""
    pools = sorted(
        (pool.first, pool.last)
        for row in site.networks
        for pool in row.pools
        if pool.max_leases is not None or row.scarce_lease_time is not None
    )
    return Watched(tuple(pools), frozenset(row.name for row in site.networks if row.max_leases_per_circuit))


def _usable(site: Site) -> tuple[Site, list[str]]:
    """Leave out the options that cannot be written; `setup` has refused them, so this is for an old snapshot."""
    problems: list[str] = []

    def good(texts: OptionTexts, where: str) -> OptionTexts:
        kept, bad = check(texts, where)
        problems.extend(bad)
        return kept

    def network(row: Network) -> Network:
        pools = tuple(altered(pool, options=good(pool.options, f"network {row.name}, pool")) for pool in row.pools)
        return altered(row, pools=pools, options=good(row.options, f"network {row.name}"))

    usable = altered(
        site,
        options=good(site.options, "dhcp"),
        networks=tuple(network(row) for row in site.networks),
        classes=tuple(altered(row, options=good(row.options, f"class {row.name}")) for row in site.classes),
        boot=tuple(altered(row, options=good(row.options, f"boot rule {row.name}")) for row in site.boot),
    )
    return usable, problems
