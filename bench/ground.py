"""Where the servers serve: a network, the pool in it, and what clients get there."""

from __future__ import annotations

from dataclasses import dataclass

from ringboot.model.address import ip_number, ip_text, prefix_mask

LEASE_TIME = 3600


@dataclass(frozen=True, slots=True)
class Ground:
    """A subnet that holds the server's and the relay's address, and one pool of it."""

    subnet: str
    prefix: int
    first: str
    last: str

    @property
    def size(self) -> int:
        """Count the addresses of the pool."""
        return ip_number(self.last) - ip_number(self.first) + 1

    @property
    def mask(self) -> str:
        """Give the subnet mask as dotted text."""
        return ip_text(prefix_mask(self.prefix))

    def __str__(self) -> str:
        return f"{self.first} - {self.last}, {self.size:,} addresses, leases of {LEASE_TIME} s"


# More than 50,000 addresses: an offer waits for a while, also one that nobody takes.
CAMPUS = Ground("10.77.0.0", 16, "10.77.1.0", "10.77.200.255")
# More than a million.
ACCESS = Ground("10.0.0.0", 8, "10.128.0.0", "10.144.255.255")
