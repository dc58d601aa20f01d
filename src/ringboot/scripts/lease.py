"""The leases as scripts see them: one of them, and all that are live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ringboot.fleet.leaseview import LeaseView
from ringboot.model import evidence
from ringboot.model import lease as model
from ringboot.model.address import ip_number, ip_text
from ringboot.scripts.mac import MAC

_HOST_NAME, _VENDOR_CLASS, _CLIENT_ID = 12, 60, 61


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease as it is, or was when it ended; times are UTC."""

    address: str  #: The address.
    network: str  #: The network, by name.
    mac: MAC  #: Whose it is.
    client_id: str  #: Option 61 as hex.
    hostname: str  #: How the client calls itself.
    vendor_class: str  #: Option 60.
    relay: str  #: The relay agent's address, empty: it came directly.
    start: datetime  #: When the client got it.
    expires: datetime  #: When it ends.
    seeded: bool = False  #: It was made for a host that was found there, which has not asked yet.


def lease_of(row: model.Lease | model.LeaseChange) -> Lease:
    """Read a lease of the mirror, or a row of the journal."""
    options = evidence.unpack(row.evidence)
    relay = int.from_bytes(options.get(evidence.GIADDR, b""), "big")
    return Lease(
        address=ip_text(row.address),
        network=row.network,
        mac=MAC(row.mac),
        client_id=options.get(_CLIENT_ID, b"").hex(),
        hostname=evidence.text(f"dhcp.{_HOST_NAME}", options, row.mac) or "",
        vendor_class=evidence.text(f"dhcp.{_VENDOR_CLASS}", options, row.mac) or "",
        relay=ip_text(relay) if relay else "",
        start=datetime.fromtimestamp(row.start, UTC),
        expires=datetime.fromtimestamp(row.expiry, UTC),
        seeded=row.key[:1] == model.SEEDED,
    )


class Leases:
    """The leases that are live now; they are read from dhcp's journal, a moment behind it."""

    def __init__(self) -> None:
        self._view = LeaseView()
        self._utc: Callable[[], float] = float

    def use(self, view: LeaseView, utc: Callable[[], float]) -> None:
        """Look at these leases from now on, by this clock."""
        self._view, self._utc = view, utc

    @property
    def now(self) -> float:
        """The time as the hooks have it, in UTC seconds."""
        return self._utc()

    def is_free(self, address: str, mac: str = "") -> bool:
        """Whether nobody has an address, or this client has it, and it does not rest after a conflict."""
        return self._view.is_open(ip_number(address), MAC(mac).octets, self._utc())

    def by_address(self, address: str) -> Lease | None:
        """Give the lease of an address."""
        found = self._view.at(ip_number(address), self._utc())
        return None if found is None else lease_of(found)

    def by_mac(self, mac: str) -> list[Lease]:
        """Give the leases of a MAC, the newest first."""
        return [lease_of(row) for row in self._view.of_mac(MAC(mac).octets, self._utc())]

    def of_network(self, network: str) -> list[Lease]:
        """Give the leases of a network, by address."""
        return [lease_of(row) for row in self._view.live(self._utc()) if row.network == network]

    def __iter__(self) -> Iterator[Lease]:
        return map(lease_of, self._view.live(self._utc()))

    def __len__(self) -> int:
        return len(self._view.live(self._utc()))


leases = Leases()
