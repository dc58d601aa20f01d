"""The name of an address in the DNS: what is to stand there, and what does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DnsName:
    """One address; names are full, without a dot at the end, and empty where there is none."""

    address: str
    mac: str | None = None
    wanted: str = ""
    dhcid: str = ""  # whose name that is, as the hex of a DHCID record (RFC 4701)
    there: str = ""
    there_dhcid: str = ""
    tries: int = 0
    due: float = 0.0  # UTC, of the next try
    problem: str = ""  # the reason why the last one failed
    why: str = ""  # what the DNS server said then

    @property
    def is_done(self) -> bool:
        """Say whether the DNS holds what it is to hold."""
        return (self.wanted, self.dhcid) == (self.there, self.there_dhcid)
