"""Options with a form of their own: what builds their octets, and what reads them, under staticDHCPd's names."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ringboot.compat.staticdhcpd.addresses import AddressLike, IPv4
from ringboot.compat.staticdhcpd.conversion import addresses_of, octets_of
from ringboot.compat.staticdhcpd.text import Text
from ringboot.wire.names import write_name

NameList = str | bytes | Iterable[str]


class RFC:
    """The value of an option; its octets as `bytes()`, `list()` or `getValue()`."""

    def __init__(self, octets: bytes) -> None:
        """Hold the octets."""
        self._octets = octets

    def getValue(self) -> list[int]:
        """Give the octets as numbers."""
        return list(self._octets)

    def __bytes__(self) -> bytes:
        return self._octets

    def __iter__(self) -> Iterator[int]:
        return iter(self._octets)

    def __len__(self) -> int:
        return len(self._octets)

    def __getitem__(self, place: int) -> int:
        return self._octets[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RFC | bytes | list | tuple) and bytes(other) == self._octets

    def __hash__(self) -> int:
        return hash(self._octets)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._octets.hex()})"


class rfc1035_plus(RFC):
    """Domain names in a row: "a.example.org,b.example.org"."""

    def __init__(self, names: NameList) -> None:
        """ValueError names what is no domain name."""
        super().__init__(_names(names))


class rfc2610_78(RFC):
    """SLP directory agents (option 78)."""

    def __init__(self, mandatory: object, addresses: AddressLike) -> None:
        """Take whether others are to be left alone, and the agents' addresses."""
        super().__init__(bytes((bool(mandatory),)) + _ips(addresses))


class rfc2610_79(RFC):
    """SLP service scopes (option 79)."""

    def __init__(self, mandatory: object, scopes: str | bytes) -> None:
        """Take whether others are to be left alone, and the scopes."""
        super().__init__(bytes((bool(mandatory),)) + octets_of(scopes))


class rfc3361_120(RFC):
    """SIP servers (option 120): addresses, when all of them are, else names."""

    def __init__(self, servers: AddressLike) -> None:
        """ValueError names what is neither."""
        try:
            octets = b"\x01" + _ips(servers)
        except ValueError:
            if not isinstance(servers, str | bytes | Iterable):
                raise
            octets = b"\x00" + _names(servers)
        super().__init__(octets)


class rfc3397_119(rfc1035_plus):
    """Domains to search (option 119)."""


class rfc4280_88(rfc1035_plus):
    """Names of BCMCS controllers (option 88)."""


class rfc5223_137(rfc1035_plus):
    """Names of LoST servers (option 137)."""


class rfc3442_121(RFC):
    """Routes without classes (options 121 and 249)."""

    def __init__(self, routes: Iterable[tuple[object, AddressLike]]) -> None:
        """Take (subnet, router) each; the subnet is ("10.0.0.0", 8), ("10.0.0.0", "255.0.0.0") or "10.0.0.0/8"."""
        super().__init__(b"".join(_route(subnet, router) for subnet, router in routes))


class rfc3925_124(RFC):
    """Vendor classes by enterprise (option 124)."""

    def __init__(self, classes: Mapping[int, str | bytes]) -> None:
        """Take {enterprise: octets}."""
        super().__init__(b"".join(_numbered(4, each, octets_of(octets)) for each, octets in classes.items()))


class rfc3925_125(RFC):
    """Vendor options by enterprise (option 125)."""

    def __init__(self, vendors: Mapping[int, Mapping[int, str | bytes]]) -> None:
        """Take {enterprise: {code: octets}}."""
        super().__init__(
            b"".join(
                _numbered(4, each, b"".join(_numbered(1, code, octets_of(value)) for code, value in inner.items()))
                for each, inner in vendors.items()
            )
        )


class rfc4174_83(RFC):
    """iSNS servers (option 83)."""

    def __init__(self, functions: int, dd_access: int, admin: int, security: int, addresses: AddressLike) -> None:
        """Take three sets of 16 bits, one of 32, and the servers' addresses."""
        bits = b"".join(int(each).to_bytes(2) for each in (functions, dd_access, admin))
        super().__init__(bits + int(security).to_bytes(4) + _ips(addresses))


class rfc5678_139(RFC):
    """Mobility servers by their addresses (option 139)."""

    def __init__(self, servers: Iterable[tuple[int, AddressLike]]) -> None:
        """Take (kind of service, addresses) each."""
        super().__init__(b"".join(_numbered(1, code, _ips(addresses)) for code, addresses in servers))


class rfc5678_140(RFC):
    """Mobility servers by their names (option 140)."""

    def __init__(self, servers: Iterable[tuple[int, NameList]]) -> None:
        """Take (kind of service, names) each."""
        super().__init__(b"".join(_numbered(1, code, _names(names)) for code, names in servers))


def rfc3046_decode(octets: Sequence[int]) -> dict[int, bytes]:
    """Read what a relay agent added (option 82) as {code: octets}; the list given stays as it is."""
    return dict(_read(bytes(octets), 1))


def rfc3925_decode(octets: Sequence[int]) -> dict[int, bytes]:
    """Read option 124 as {enterprise: octets}."""
    return dict(_read(bytes(octets), 4))


def rfc3925_125_decode(octets: Sequence[int]) -> dict[int, dict[int, bytes]]:
    """Read option 125 as {enterprise: {code: octets}}."""
    return {each: dict(_read(inner, 1)) for each, inner in _read(bytes(octets), 4)}


def _read(octets: bytes, width: int) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(octets):
        start = at + width + 1
        end = start + octets[start - 1] if start <= len(octets) else start
        if end > len(octets):
            raise ValueError(f"the value that begins at octet {at} is longer than the option")
        found.append((int.from_bytes(octets[at : at + width]), octets[start:end]))
        at = end
    return found


def _numbered(width: int, number: int, octets: bytes) -> bytes:
    if len(octets) > 255:
        raise ValueError(f"{number}: {len(octets)} octets, where 255 are the most")
    return int(number).to_bytes(width) + bytes((len(octets),)) + octets


def _ips(addresses: AddressLike) -> bytes:
    return b"".join(bytes(address) for address in addresses_of(addresses))


def _names(names: NameList) -> bytes:
    parts = Text(octets_of(names)).split(",") if isinstance(names, str | bytes) else names
    return b"".join(write_name(str(part).strip()) for part in parts if str(part).strip())


def _route(subnet: object, router: AddressLike) -> bytes:
    address, prefix = subnet.split("/", 1) if isinstance(subnet, str) else tuple(subnet)  # type: ignore[arg-type]
    network = ipaddress.IPv4Network(f"{IPv4(address)}/{prefix}", strict=False)
    octets = network.network_address.packed[: (network.prefixlen + 7) // 8]
    return bytes((network.prefixlen,)) + octets + bytes(IPv4(router))


ENCODERS = (
    rfc1035_plus, rfc2610_78, rfc2610_79, rfc3361_120, rfc3397_119, rfc3442_121, rfc3925_124, rfc3925_125, rfc4174_83,
    rfc4280_88, rfc5223_137, rfc5678_139, rfc5678_140,
)  # fmt: skip
DECODERS = (rfc3046_decode, rfc3925_decode, rfc3925_125_decode)
