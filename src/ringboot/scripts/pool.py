"""Addresses for clients that nobody knows: for a while, counted, and told of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

from ringboot.model.address import ip_number, ip_text
from ringboot.model.scripting import GRANTED, RENEWED
from ringboot.scripts.hooks import hook
from ringboot.scripts.lease import Lease, leases
from ringboot.scripts.mac import MAC
from ringboot.scripts.outside import here, is_there, later, log, notify
from ringboot.scripts.query import Query
from ringboot.scripts.registry import current
from ringboot.scripts.reservation import REFUSE, Duration, Refusal, Reservation, seconds_in
from ringboot.scripts.store import Store

CHUNK = 4096  # addresses asked about in one scan
ROWS = 250  # leases that are seeded in one step
OFFERED = 30.0  # seconds that an address is kept for who was told it and has not come back
SCAN_WAIT = 1.0  # seconds for answers
MOST = 65_536  # addresses of a pool
DISCOURAGED = 0.975  # the part of its time after which a client renews that is not to
MOST_GUESTS = 50_000  # that are remembered; of more, the oldest are forgotten
Guest = dict[str, Any]  # first (its first lease's start), at (the end of the last that was counted), renewals


class DynamicPool:
    """Gives addresses of a network to unknown clients; made in a script, and asked by a hook of it.

        guests = DynamicPool("guests", lease_time="2m", max_renewals=30)

        @hook.unknown
        def unknown(query: Query) -> Reservation | Refusal | None:
            return guests.handle(query)

    Its leases are real ones. What it remembers of clients outlives every process. Methods without an underscore are
    for subclasses to override.
    """

    def __init__(  # noqa: PLR0917  scripts name what they give
        self,
        network: str,
        lease_time: Duration | None = None,
        addresses: Iterable[str] | str | None = None,
        max_renewals: int | None = None,
        hostname_prefix: str = "",
        discourage_renewals: bool = False,
        arp: bool = True,
        *,
        t1: Duration | None = None,
        newcomers_to: str = "",
        cut_off_for: Duration = "1d",
        name: str = "",
    ) -> None:
        """Make one, whose addresses are those of the network's pools, or `addresses` ("10.0.0.50-10.0.0.99").

        `max_renewals`: after so many a client is refused its address, and gets none until it has not been seen for
        `cut_off_for`. `discourage_renewals`: clients are told to renew as late as can be; `t1`: when they are to.
        `arp`: hosts that answer at an address without a lease get one. `newcomers_to`: a URL that is told of each
        client that comes for the first time. `name`: what it remembers is kept under it; each pool needs its own.
        """
        self.network = network
        self.name = name or network
        self.lease_time = lease_time
        self.t1 = t1
        self.max_renewals = max_renewals
        self.hostname_prefix = hostname_prefix
        self.discourage_renewals = discourage_renewals
        self.arp = arp
        self.newcomers_to = newcomers_to
        self._idle = seconds_in("cut_off_for", cut_off_for) or 0
        self._addresses: dict[int, None] = {}
        self._next = 0  # place of the address that is tried first
        self._offered: dict[int, tuple[MAC, float]] = {}
        self._known: dict[MAC, Guest] | None = None
        self._cut: set[MAC] = set()  # who was told of as cut off
        current().witnesses.append(self._saw)
        hook.granted(self._was_granted)
        hook.renewed(self._was_renewed)
        hook.released(self._was_released)
        if addresses is not None:
            self.add_addresses([addresses] if isinstance(addresses, str) else addresses)
        elif arp:
            later(lambda: self.settle(here().pools(self.network)))

    # What a hook asks

    def handle(self, query: Query) -> Reservation | Refusal | None:
        """Say what a client gets: a Reservation, REFUSE, or None where the pool has nothing for it."""
        if query.type not in ("DISCOVER", "REQUEST", "BOOTP") or not query.mac:
            return None
        guest = self._guests().get(query.mac)
        if guest is not None and self._is_forgotten(guest):
            guest = None
        if guest is not None and self.max_renewals is not None and guest["renewals"] >= self.max_renewals:
            if query.mac not in self._cut:
                self._cut.add(query.mac)
                log.info("a client is cut off", mac=str(query.mac), pool=self.name, renewals=guest["renewals"])
                self.cut_off(query)
            return REFUSE
        self._cut.discard(query.mac)
        address = self.allocate(query) if self._addresses else None
        if address is None and self._addresses:
            log.warning("no address is left", pool=self.name, mac=str(query.mac))
            return None
        return self._reservation(query, address)

    def _reservation(self, query: Query, address: str | None) -> Reservation:
        t1, t2 = seconds_in("t1", self.t1), None
        seconds = seconds_in("lease_time", self.lease_time)
        if self.discourage_renewals and seconds is not None:
            t1 = t2 = max(1, int(DISCOURAGED * seconds))
        hostname = None
        if self.hostname_prefix:
            hostname = f"{self.hostname_prefix}-{(address or '').replace('.', '-') or query.mac.bare}"
        return Reservation(address, self.network, self.lease_time, t1, t2, hostname)

    # What a subclass may do otherwise

    def allocate(self, query: Query) -> str | None:
        """Choose an address of `addresses`: the one that it has, the one that it asks for, the next free; None."""
        held = [lease.address for lease in leases.by_mac(query.mac) if lease.network == self.network]
        for text in (*held, query.ciaddr, query.requested):
            if text and ip_number(text) in self._addresses and self._is_open(ip_number(text), query.mac):
                return self._offer(ip_number(text), query.mac)
        for address, (mac, until) in self._offered.items():
            if mac == query.mac and until > self._now() and self._is_open(address, mac):
                return self._offer(address, mac)
        places = list(self._addresses)
        for step in range(len(places)):
            place = (self._next + step) % len(places)
            if self._is_open(places[place], query.mac):
                self._next = place + 1
                return self._offer(places[place], query.mac)
        return None

    def granted(self, lease: Lease) -> None:
        """Hear that a client got an address; a repetition is possible."""

    def renewed(self, lease: Lease) -> None:
        """Hear that a client got its address again; a repetition is possible."""

    def released(self, lease: Lease) -> None:
        """Hear that a client gave its address back; a repetition is possible."""

    def cut_off(self, query: Query) -> None:
        """Hear that a client gets nothing more; again after the process was started anew."""

    def newcomer(self, lease: Lease) -> None:
        """Hear of a client that was never here; the second of a repetition has the same `id`."""
        if self.newcomers_to:
            notify(self.newcomers_to, self.about(lease))

    def about(self, lease: Lease) -> dict[str, Any]:
        """Write a newcomer for a web service."""
        return {
            "id": f"{self.name}-{lease.mac.bare}-{int(lease.start.timestamp())}",
            "mac": str(lease.mac),
            "address": lease.address,
            "network": lease.network,
            "hostname": lease.hostname,
            "vendor_class": lease.vendor_class,
            "since": lease.start.astimezone(UTC).isoformat(),
        }

    # Addresses

    def add_addresses(self, addresses: Iterable[str], arp: bool | None = None) -> None:
        """Take more addresses: single ones, and ranges ("10.0.0.50-10.0.0.99"); ValueError.

        `arp`: ask who is there already, else as the pool was made.
        """
        new = [each for each in _spread(addresses) if each not in self._addresses]
        if len(self._addresses) + len(new) > MOST:
            raise ValueError(f"a pool has {MOST} addresses at most")
        self._addresses.update(dict.fromkeys(new))
        if self.arp if arp is None else arp:
            later(lambda: self.settle(map(ip_text, new)))

    def settle(self, addresses: Iterable[str]) -> None:
        """Make leases for hosts that are there; not while hooks run, but beside them."""
        asked = list(addresses)
        seconds = seconds_in("lease_time", self.lease_time) or here().lease_time(self.network)
        found: dict[str, str] = {}
        for first in range(0, len(asked), CHUNK):
            found |= here().scan(asked[first : first + CHUNK], SCAN_WAIT)
        rows = [
            {"network": self.network, "address": address, "mac": mac, "seconds": seconds, "hostname": ""}
            for address, mac in found.items()
        ]
        refused: dict[str, str] = {}
        for first in range(0, len(rows), ROWS):
            refused |= here().seed(rows[first : first + ROWS])
        log.info(
            "hosts were looked for", pool=self.name, asked=len(asked), found=len(found), refused=len(refused),
            why="; ".join(f"{address} {why}" for address, why in list(refused.items())[:3]),
        )  # fmt: skip

    def _is_open(self, address: int, mac: MAC) -> bool:
        """Say whether nobody else has an address, or was told it a moment ago."""
        told = self._offered.get(address)
        if told is not None and told[0] != mac and told[1] > self._now():
            return False
        return leases.is_free(ip_text(address), mac)

    def _offer(self, address: int, mac: MAC) -> str:
        now = self._now()
        if len(self._offered) > 2 * len(self._addresses):
            self._offered = {each: told for each, told in self._offered.items() if told[1] > now}
        self._offered[address] = (mac, now + OFFERED)
        return ip_text(address)

    # What is remembered of clients

    def _saw(self, kind: str, lease: Lease, store: Store) -> None:
        """Count a row of the journal, once: what is kept is written together with how far the journal was read."""
        if kind not in (GRANTED, RENEWED) or not self._is_ours(lease) or lease.seeded:
            return
        guest = self._guests().get(lease.mac)
        end = int(lease.expires.timestamp())
        if guest is None or self._is_forgotten(guest):
            guest = {"first": int(lease.start.timestamp()), "at": end, "renewals": 0}
        elif end > guest["at"]:
            guest = {**guest, "at": end, "renewals": guest["renewals"] + 1}
        self._put(lease.mac, guest, store)

    def _was_granted(self, lease: Lease) -> None:
        if self._is_ours(lease) and not lease.seeded:
            guest = self._guests().get(lease.mac)
            if guest is not None and not guest["renewals"] and guest["first"] == int(lease.start.timestamp()):
                self.newcomer(lease)
            self.granted(lease)

    def _was_renewed(self, lease: Lease) -> None:
        if self._is_ours(lease):
            self.renewed(lease)

    def _was_released(self, lease: Lease) -> None:
        if self._is_ours(lease):
            self.released(lease)

    def _is_ours(self, lease: Lease) -> bool:
        if lease.network != self.network or not lease.mac:
            return False
        return not self._addresses or ip_number(lease.address) in self._addresses

    def renewals(self, mac: str) -> int:
        """Tell how often a client got its address again."""
        guest = self._guests().get(MAC(mac))
        return 0 if guest is None else int(guest["renewals"])

    def readmit(self, mac: str) -> None:
        """Forget a client: it comes as if for the first time."""
        if self._guests().pop(MAC(mac), None) is not None:
            self._cut.discard(MAC(mac))
            here().store.drop(self._shelf + MAC(mac))

    @property
    def _shelf(self) -> str:
        return f"pool {self.name} "

    def _guests(self) -> dict[MAC, Guest]:
        if self._known is None:
            if not is_there():
                return {}
            kept = here().store.under(self._shelf)
            self._known = {MAC(key.removeprefix(self._shelf)): json.loads(text) for key, text in kept.items()}
        return self._known

    def _put(self, mac: MAC, guest: Guest, store: Store) -> None:
        guests = self._guests()
        guests.pop(mac, None)
        guests[mac] = guest
        store.put(self._shelf + mac, json.dumps(guest))
        while len(guests) > MOST_GUESTS:
            oldest = min(guests, key=lambda each: int(guests[each]["at"]))
            del guests[oldest]
            store.drop(self._shelf + oldest)

    def _is_forgotten(self, guest: Guest) -> bool:
        """Say whether a client has not been seen for so long that it comes as if for the first time."""
        return int(guest["at"]) + self._idle < self._now()

    @staticmethod
    def _now() -> float:
        return leases.now


def _spread(addresses: Iterable[str]) -> Iterator[int]:
    """Give the addresses of texts, each a single one or a range, once each."""
    seen: set[int] = set()
    for text in addresses:
        first, dash, last = str(text).partition("-")
        begin = ip_number(first)
        end = ip_number(last) if dash else begin
        if end < begin or end - begin >= MOST:
            raise ValueError(f'"{text}" is no range of at most {MOST} addresses')
        for each in range(begin, end + 1):
            if each not in seen:
                seen.add(each)
                yield each
