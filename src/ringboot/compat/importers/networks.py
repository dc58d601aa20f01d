"""Subnets, ranges, names and reservations, as all formats need them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ringboot.compat.importers.imported import Imported, Place
from ringboot.compat.importers.values import is_number
from ringboot.dhcp import options as table
from ringboot.model import whose
from ringboot.model.address import ip_number, ip_text, prefix_mask
from ringboot.model.site import Network, OptionTexts, Reservation

_HOSTNAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9-]{1,63})*")


class ReservationRow(NamedTuple):
    """A reservation as it was written."""

    place: Place
    label: str
    kind: str  # as ours, or the other server's word for one that we lack
    value: str  # in any spelling that model.whose takes
    address: str
    hostname: str
    options: OptionTexts


def read_subnet(text: str) -> tuple[int, int]:
    """Read 10.0.0.0/24: its first address, bits behind the prefix cleared, and the prefix; ValueError."""
    address, slash, size = text.strip().partition("/")
    if not slash or not is_number(size) or not 1 <= int(size) <= 32:
        raise ValueError("it has no prefix length from 1 to 32")
    return ip_number(address) & prefix_mask(int(size)), int(size)


def read_range(text: str) -> tuple[int, int]:
    """Read 10.0.0.1 - 10.0.0.9, 10.0.0.0/28 or one address; ValueError."""
    if "/" in text:
        first, prefix = read_subnet(text)
        return first, first | ~prefix_mask(prefix) & 0xFFFFFFFF
    one, dash, other = text.partition("-")
    first = ip_number(one)
    last = ip_number(other) if dash else first
    if first > last:
        raise ValueError("it ends before it begins")
    return first, last


def network_of(networks: Iterable[Network], address: int) -> Network | None:
    """Find the network that holds an address."""
    return next((each for each in networks if address & prefix_mask(each.prefix) == each.subnet), None)


def name_for(text: str) -> str:
    """Make a name that ringboot.toml takes of any other."""
    return re.sub(r"[^A-Za-z0-9._:/-]", "-", text).lstrip("._:/-")[:63] or "unnamed"


def add_reservation(found: Imported, row: ReservationRow, inside: Network | None = None) -> None:
    """Add a reservation to the network that its address lies in, or note why that is not possible."""
    fault = _fault(found, row, inside)
    if isinstance(fault, Reservation):
        found.reservations.append(fault)
    else:
        found.drop(row.place, row.label, *fault)


def _fault(found: Imported, row: ReservationRow, inside: Network | None) -> Reservation | tuple[str, str]:
    if row.kind not in whose.BY_NAME:
        why = f"a reservation is for {' or '.join(whose.BY_NAME)}"
        return (why, "reserve it for the client's MAC") if row.kind else (why, "say whom it is for")
    if not row.address:
        return "it keeps no address", "make a class that matches the client, for its options"
    try:
        address = ip_number(row.address)
        value = whose.norm(row.kind, row.value)
    except ValueError as error:
        return str(error), "correct it"
    network = network_of([inside] if inside else found.networks, address)
    if network is None:
        where = f"network {inside.name}" if inside else "any network"
        return f"{row.address} does not lie in {where}", "give it an address inside"
    if network.prefix < 31 and address in (network.subnet, network.subnet | ~prefix_mask(network.prefix) & 0xFFFFFFFF):
        return f"{row.address} is no host's address", "give it an address inside"
    for other in found.reservations:
        if other.network == network.name and other.address == ip_text(address):
            return f"{row.address} is kept for {other.value} already", "give each client an address of its own"
        if (other.network, other.kind, other.value) == (network.name, row.kind, value):
            return f"{other.address} is kept for this client already", "keep one address in a network"
    if row.hostname and not _HOSTNAME.fullmatch(row.hostname):
        found.drop(row.place, f"host name {row.hostname} of {row.label}", "it is no host name", "correct it")
    name = row.hostname if row.hostname and _HOSTNAME.fullmatch(row.hostname) else None
    return Reservation(network.name, row.kind, value, ip_text(address), name, row.options)


def note_overridden(
    found: Imported, place: Place, construct: str, options: OptionTexts, networks: Iterable[Network]
) -> None:
    """Note the options of a class that networks give too: there the network's won, and with us the class's wins."""
    given: dict[str, str] = {}
    for network in networks:
        for texts in (network.options, *(pool.options for pool in network.pools)):
            given.update({key.partition(".")[0]: network.name for key in texts})
    for key in options:
        network_name = given.get(key.partition(".")[0])
        if network_name is not None:
            found.drop(
                place, f"option {table.name_of(key)} of {construct}",
                f"network {network_name} gives it too, and here the class wins", "remove one of the two",
            )  # fmt: skip
