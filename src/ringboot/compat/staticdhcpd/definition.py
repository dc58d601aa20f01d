"""What a client gets, as staticDHCPd's scripts and databases say it; to and from a reservation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ringboot.compat.staticdhcpd.addresses import AddressLike, IPv4
from ringboot.compat.staticdhcpd.conversion import addresses_of
from ringboot.model.scripting import Given

_NEVER = frozenset({50, 51, 52, 53, 54, 55, 57, 58, 59, 61, 82})  # the protocol's, and no options of a reservation
_MOST_SERVERS = 3  # of names and of time, as it always was


class Definition:
    """An address for a client, and the options of its group; `subnet` and `serial` only name the group."""

    def __init__(
        self,
        ip: AddressLike,
        lease_time: Any,
        subnet: Any,
        serial: Any,
        hostname: Any = None,
        gateways: AddressLike = None,
        subnet_mask: AddressLike = None,
        broadcast_address: AddressLike = None,
        domain_name: Any = None,
        domain_name_servers: AddressLike = None,
        ntp_servers: AddressLike = None,
        extra: Any = None,
    ) -> None:
        """Take addresses in any form, several with commas or as a sequence; ValueError names what is wrong."""
        if not ip:
            raise ValueError("a Definition needs an ip")
        self.ip = IPv4(ip)
        self.lease_time = int(lease_time)
        self.subnet = subnet
        self.serial = serial
        self.hostname = str(hostname) if hostname else None
        self.gateways = _several(gateways)
        self.subnet_mask = IPv4(subnet_mask) if subnet_mask else None
        self.broadcast_address = IPv4(broadcast_address) if broadcast_address else None
        self.domain_name = str(domain_name) if domain_name else None
        self.domain_name_servers = _several(domain_name_servers, _MOST_SERVERS)
        self.ntp_servers = _several(ntp_servers, _MOST_SERVERS)
        self.extra = extra

    def __repr__(self) -> str:
        return f"Definition({str(self.ip)!r}, {self.lease_time}, {self.subnet!r}, {self.serial!r})"


def _several(addresses: AddressLike, most: int | None = None) -> list[IPv4] | None:
    if addresses is None or (isinstance(addresses, str | bytes) and not addresses):
        return None
    return addresses_of(addresses)[:most] or None


def texts_of(definition: Definition) -> dict[str, str]:
    """Give the options of a definition by key, as a reservation has them."""
    said: dict[str, object] = {
        "1": definition.subnet_mask,
        "3": definition.gateways,
        "6": definition.domain_name_servers,
        "12": definition.hostname,
        "15": definition.domain_name,
        "28": definition.broadcast_address,
        "42": definition.ntp_servers,
    }
    return {
        key: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for key, value in said.items()
        if value
    }


def given_of(definition: Definition, origin: str) -> Given:
    """Turn a definition into what dhcp grants."""
    options = texts_of(definition)
    return Given(
        origin=origin,
        address=str(definition.ip),
        lease_time=definition.lease_time or None,
        hostname=options.pop("12", ""),
        options=options,
    )


def with_options(given: Given, said: Mapping[int, bytes]) -> Given:
    """Add options, of which 58 and 59 are the times after which the client renews and rebinds."""
    texts = {str(code): f"hex:{octets.hex()}" for code, octets in said.items() if code not in _NEVER}
    return replace(
        given,
        options=given.options | texts,
        t1=int.from_bytes(said[58]) if 58 in said else given.t1,
        t2=int.from_bytes(said[59]) if 59 in said else given.t2,
    )


def definition_of(given: Given, lease_time: int) -> Definition:
    """Turn a reservation of ours into a definition, for hooks that are asked about its client."""
    options = given.options
    return Definition(
        given.address, given.lease_time or lease_time, given.network, 0, given.hostname or options.get("12"),
        options.get("3"), options.get("1"), options.get("28"), options.get("15"), options.get("6"), options.get("42"),
    )  # fmt: skip


def of_old(row: Any) -> Definition | None:
    """Read the answer of a `handleUnknownMAC(mac)` from before 2.0: nothing, a Definition, or its ten values.

    (ip, hostname, subnet mask, broadcast, domain, name servers, time servers, lease time, subnet, serial); with eleven
    the gateway stands after the host's name (unverified: no manual shows both).
    """
    if not row or isinstance(row, Definition):
        return row or None
    values = list(row)
    if len(values) == 10:
        values.insert(2, None)
    if len(values) != 11:
        raise ValueError(f"handleUnknownMAC(mac) gives 10 values, not {len(row)}")
    ip, hostname, gateway, mask, broadcast, domain, dns, ntp, lease_time, subnet, serial = values
    return Definition(ip, lease_time, subnet, serial, hostname, gateway, mask, broadcast, domain, dns, ntp)
