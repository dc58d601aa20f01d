"""`dynamism`: addresses for clients that nobody knows, from a list that the site gives."""

from __future__ import annotations

import csv
import html
import io
import threading
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

from ringboot.compat.staticdhcpd.addresses import MAC, AddressLike, IPv4
from ringboot.compat.staticdhcpd.conversion import addresses_of
from ringboot.compat.staticdhcpd.definition import Definition
from ringboot.compat.staticdhcpd.packet import DHCPPacket
from ringboot.compat.staticdhcpd.world import Held, World

HOLD = 60.0  # seconds that an address is kept for a client that was offered it
DISCOURAGED = 0.975  # part of the lease after which a client renews
_TRIES = 60  # seconds in which a scan is tried again while dhcp is not there


class Lease(NamedTuple):
    """Who has an address, and until when; times in seconds since 1970, UTC."""

    expiration: float
    ip: IPv4
    last_seen: float


class DynamicPool:
    """Addresses for whoever comes; its leases are the daemon's, so that a restart keeps them."""

    world: ClassVar[World]

    def __init__(
        self,
        subnet: Any,
        serial: Any,
        lease_time: int,
        hostname_prefix: str,
        subnet_mask: AddressLike = None,
        gateway: AddressLike = None,
        broadcast_address: AddressLike = None,
        domain_name: Any = None,
        domain_name_servers: AddressLike = None,
        ntp_servers: AddressLike = None,
        discourage_renewals: bool = True,
    ) -> None:
        """Begin without addresses; `lease_time` in seconds, the rest as in a Definition."""
        self.subnet, self.serial, self.lease_time = subnet, serial, int(lease_time)
        self.hostname_prefix, self.discourage_renewals = hostname_prefix, discourage_renewals
        self._options = (subnet_mask, broadcast_address, domain_name, domain_name_servers, ntp_servers)
        self._gateway = gateway
        self._pool: deque[IPv4] = deque()  # free ones; the one that was free longest is first
        self._map: dict[MAC, Lease] = {}
        self._resting: dict[IPv4, float] = {}  # declined ones, and until when
        self._hits: deque[tuple[str, str]] = deque()  # of a scan that goes on beside
        self._unread: set[str] = set()  # addresses whose leases of before were not looked for
        self._lock = threading.RLock()

    # The site's

    def add_ips(self, ips: Iterable[AddressLike], arp_addresses: bool = True, arp_timeout: float = 1.0) -> None:
        """Add addresses; those that are leased stay with who has them, and so do those that answer to ARP."""
        with self._lock:
            known = {*self._pool, *self._resting, *(lease.ip for lease in self._map.values())}
            fresh = list(dict.fromkeys(address for ip in ips for address in addresses_of(ip) if address not in known))
            self._pool.extend(fresh)
            self._unread.update(str(address) for address in fresh)
        if arp_addresses and fresh:
            arguments = ([str(address) for address in fresh], arp_timeout)
            threading.Thread(target=self._scan, args=arguments, name="arp", daemon=True).start()
            self.world.callbacks.systemAddTickHandler(self._take_hits)

    def handle(self, method: str, packet: DHCPPacket, mac: AddressLike, client_ip: AddressLike) -> Definition | None:
        """Give what a client gets; None: nothing is free, or it gave its address back."""
        mac = MAC(mac)
        wanted = client_ip or packet.extractIPOrNone("requested_ip_address") or packet.extractIPOrNone("ciaddr")
        with self._lock:
            self._recall()
            self._cleanup_leases()
            if method in ("RELEASE", "DECLINE"):
                self._reclaim(mac, wanted, method)
                return None
            if method == "INFORM":
                return self._inform(mac, wanted)
            definition = self._allocate(mac, wanted, method)
        if definition is not None and self.discourage_renewals:
            early = int(DISCOURAGED * self.lease_time)
            packet.setOption("renewal_time_value", early, force_selection=True)
            packet.setOption("rebinding_time_value", early, force_selection=True)
        return definition

    def show_leases_xhtml(self, *_: Any, **__: Any) -> str:
        """Give the leases as a table."""
        rows = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in self._rows())
        heads = "".join(f"<th>{each}</th>" for each in _COLUMNS)
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

    def show_leases_csv(self, *_: Any, **__: Any) -> tuple[str, str]:
        """Give the leases as a file."""
        file = io.StringIO()
        csv.writer(file).writerows((_COLUMNS, *self._rows()))
        return "text/csv", file.getvalue()

    # What a subclass may replace

    def _allocate(self, mac: MAC, client_ip: AddressLike = None, method: str = "REQUEST") -> Definition | None:
        """Give a client the address it has, the one it wants when that is free, or the one that was free longest."""
        lease = self._get_lease(mac)
        wanted = IPv4(client_ip) if client_ip else None
        if lease is not None:
            ip = lease.ip
        elif wanted is not None and wanted in self._pool:
            ip = wanted
        elif self._pool:
            ip = self._pool[0]
        else:
            return None
        granted = method != "DISCOVER" and (wanted is None or wanted == ip)
        now = self.world.outside.utc()
        until = now + (self.lease_time if granted else min(HOLD, self.lease_time))
        self._bind(mac, ip, max(until, lease.expiration if lease else 0.0))
        return self._definition(ip)

    def _inform(self, mac: MAC, client_ip: AddressLike = None) -> Definition | None:
        """Give a client that has an address the rest."""
        return self._definition(IPv4(client_ip)) if client_ip else None

    def _reclaim(self, mac: MAC, client_ip: AddressLike = None, method: str = "RELEASE") -> bool:
        """Take an address back; one that somebody else uses rests for a lease.  Tells whether the client had it."""
        lease = self._map.get(mac)
        if lease is None or (client_ip and lease.ip != IPv4(client_ip)):
            return False
        self._drop_lease(mac)
        if method == "DECLINE":
            self._pool.remove(lease.ip)
            self._resting[lease.ip] = self.world.outside.utc() + self.lease_time
        return True

    def _get_lease(self, mac: MAC) -> Lease | None:
        """Give a client's lease."""
        return self._map.get(mac)

    def _query_lease(self, ip: AddressLike) -> MAC | None:
        """Say who has an address."""
        wanted = IPv4(ip)
        return next((mac for mac, lease in self._map.items() if lease.ip == wanted), None)

    def _drop_lease(self, mac: MAC) -> None:
        """Forget a client's lease; its address is the last to be given out."""
        lease = self._map.pop(mac, None)
        if lease is not None:
            self._pool.append(lease.ip)

    def _cleanup_leases(self) -> None:
        """Forget what has run out."""
        now = self.world.outside.utc()
        for mac in [mac for mac, lease in self._map.items() if lease.expiration <= now]:
            self._drop_lease(mac)
        for ip in [ip for ip, until in self._resting.items() if until <= now]:
            del self._resting[ip]
            self._pool.append(ip)

    # Ours

    def _recall(self) -> None:
        """Take up the leases that there are already; when addresses are added in `init()`, nobody has read them yet."""
        if not self._unread:
            return
        for held in self.world.outside.leases():
            if held.address in self._unread:
                self._bind(MAC(held.mac), IPv4(held.address), held.expires)
        self._unread.clear()

    def _definition(self, ip: IPv4) -> Definition:
        mask, broadcast, domain, dns, ntp = self._options
        name = f"{self.hostname_prefix}-{str(ip).replace('.', '-')}"
        return Definition(
            ip, self.lease_time, self.subnet, self.serial, name, self._gateway, mask, broadcast, domain, dns, ntp
        )  # fmt: skip

    def _bind(self, mac: MAC, ip: IPv4, expiration: float) -> None:
        if ip in self._pool:
            self._pool.remove(ip)
        self._map[mac] = Lease(expiration, ip, self.world.outside.utc())

    def _scan(self, addresses: list[str], seconds: float) -> None:
        """Ask who is there, beside everything else; dhcp may come up later than the scripts."""
        rest = threading.Event()
        for _ in range(_TRIES):
            try:
                self._hits.extend(self.world.outside.scan(addresses, seconds).items())
                return
            except OSError as error:  # TimeoutError is one
                why = str(error)
            rest.wait(1.0)
        self.world.outside.log("warning", f"nobody could ask by ARP who uses the pool's addresses: {why}")

    def _take_hits(self) -> None:
        """Make leases of the hosts that answered, for one lease time."""
        rows: list[Held] = []
        with self._lock:
            self._recall()
            until = self.world.outside.utc() + self.lease_time
            while self._hits:
                address, mac = self._hits.popleft()
                if IPv4(address) in self._pool and MAC(mac) not in self._map:
                    self._bind(MAC(mac), IPv4(address), until)
                    rows.append(Held(address, mac, until))
        if rows:
            threading.Thread(target=self.world.outside.seed, args=(rows,), name="seed", daemon=True).start()

    def _rows(self) -> list[tuple[str, str, str, str]]:
        with self._lock:
            self._recall()
            leases = sorted(self._map.items(), key=lambda each: each[1].ip)
        return [(str(row.ip), str(mac), _time(row.expiration), _time(row.last_seen)) for mac, row in leases]


_COLUMNS = ("ip", "mac", "expiration", "last seen")


def _time(utc: float) -> str:
    return datetime.fromtimestamp(utc, UTC).astimezone().isoformat(sep=" ", timespec="seconds")


def extension(world: World) -> dict[str, Any]:
    """Give what the module holds at this site."""
    return {"DynamicPool": type("DynamicPool", (DynamicPool,), {"world": world})}
