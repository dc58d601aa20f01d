"""From a lease to the name that is to stand in the DNS for it, and whose it is (RFC 4701)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ringboot.dhcp.fqdn import name_of, wants_no_update
from ringboot.fleet.books import Books
from ringboot.model.address import ip_text, mac_text
from ringboot.model.dnsname import DnsName
from ringboot.model.evidence import unpack
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.model.site import Network

HostName = Callable[[LeaseChange], str]  # what a reservation calls the client of a lease

_HARDWARE, _CLIENT_ID, _DUID = (number.to_bytes(2, "big") for number in range(3))  # RFC 4701 3.3
_SHA256 = b"\x01"
_BY_DUID = 255  # the first octet of an identifier that holds an IAID and a DUID (RFC 4361 6.1)


def dhcid(key: bytes, name: str) -> bytes:
    """Give the DHCID of a client, by its key, for a name (RFC 4701 3)."""
    if key[:1] != b"\0":
        kind, who = _HARDWARE, key
    elif key[1] == _BY_DUID and len(key) > 6:
        kind, who = _DUID, key[6:]
    else:
        kind, who = _CLIENT_ID, key[1:]
    labels = b"".join(bytes((len(label),)) + label.encode() for label in name.lower().split("."))
    return kind + _SHA256 + hashlib.sha256(who + labels + b"\0").digest()


def name_seen(
    books: Books, networks: Mapping[str, Network], change: LeaseChange, host_name: HostName, utc: float
) -> None:
    """Note what is to stand in the DNS after a change of a lease."""
    address = ip_text(change.address)
    before = books.names.get(address)
    network = networks.get(change.network)
    domain = (network.ddns_domain if network is not None else None) or ""
    name = ""
    if change.state == BOUND and change.expiry > utc and domain:
        said = unpack(change.evidence)
        name = "" if wants_no_update(said) else name_of(domain, host_name(change), said)
    if before is None and not name:
        return
    owner = dhcid(change.key, name).hex() if name else ""
    known = before or DnsName(address)
    if (known.wanted, known.dhcid) != (name, owner):
        mac = mac_text(change.mac) if change.mac else known.mac
        books.names.put(replace(known, mac=mac, wanted=name, dhcid=owner, tries=0, due=0.0, problem="", why=""))


def sweep(books: Books, after: str, limit: int, is_live: Callable[[str], bool]) -> str:
    """Let names go whose lease ran out, so many rows at a time; give the last address, empty at the end."""
    rows = books.names.page(after, limit)
    for row in rows:
        if row.wanted and not is_live(row.address):
            books.names.put(replace(row, wanted="", dhcid="", tries=0, due=0.0, problem="", why=""))
    return rows[-1].address if len(rows) == limit else ""


def by_name(networks: Iterable[Network]) -> dict[str, Network]:
    """Give the networks by their names."""
    return {network.name: network for network in networks}
