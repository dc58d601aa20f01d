"""What there is on this machine: interfaces, addresses, the way out, ports in use.  Only looks, changes nothing."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ringboot.model.address import ip_number, prefix_mask
from ringboot.setup.kinds import Subnet

_UP, _LOOPBACK = 0x1, 0x8  # IFF_ flags of netdevice(7)
_LISTENING = "0A"  # TCP state in /proc/net/tcp


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface."""

    name: str
    mac: str | None
    up: bool
    loopback: bool
    addresses: tuple[tuple[str, int], ...]  # IPv4 address and prefix length

    @property
    def subnets(self) -> tuple[Subnet, ...]:
        """Give the subnets that its addresses lie in."""
        return tuple(Subnet(ip_number(address) & prefix_mask(size), size) for address, size in self.addresses)


@dataclass(frozen=True, slots=True)
class Machine:
    """The interfaces, in the kernel's order, and the default gateway."""

    interfaces: tuple[Interface, ...]
    gateway: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names of all interfaces."""
        return tuple(each.name for each in self.interfaces)

    @property
    def all_addresses(self) -> tuple[str, ...]:
        """Give every IPv4 address of this machine."""
        return tuple(address for each in self.interfaces for address, _ in each.addresses)

    def addresses_of(self, name: str) -> tuple[str, ...]:
        """Give the IPv4 addresses of one interface."""
        return tuple(address for each in self.interfaces if each.name == name for address, _ in each.addresses)

    def interface(self, name: str) -> Interface | None:
        """Give one interface."""
        return next((each for each in self.interfaces if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Taken:
    """A port that another program listens on."""

    kind: str  # udp | tcp
    port: int
    program: str | None  # its name and process, when we may see it

    def __str__(self) -> str:
        """Say it in words."""
        return f"{self.kind.upper()} port {self.port} is in use" + (f" by {self.program}" if self.program else "")


def look() -> Machine:
    """Ask the kernel for interfaces, addresses and the default route."""
    # It takes a third of a second to import, few commands look, and it has no type hints.
    from pyroute2 import IPRoute  # type: ignore[import-untyped]  # noqa: PLC0415

    with IPRoute() as kernel:
        addresses: dict[int, list[tuple[str, int]]] = {}
        for row in kernel.get_addr(family=socket.AF_INET):
            address = row.get("IFA_LOCAL") or row.get("IFA_ADDRESS")
            if address:
                addresses.setdefault(row["index"], []).append((address, row["prefixlen"]))
        interfaces = tuple(
            Interface(
                name=row.get("IFLA_IFNAME"),
                mac=row.get("IFLA_ADDRESS"),
                up=bool(row["flags"] & _UP),
                loopback=bool(row["flags"] & _LOOPBACK),
                addresses=tuple(addresses.get(row["index"], ())),
            )
            for row in kernel.get_links()
        )
        routes = kernel.get_default_routes(family=socket.AF_INET)
        gateway = next((route.get("RTA_GATEWAY") for route in routes if route.get("RTA_GATEWAY")), None)
    return Machine(interfaces, gateway)


def ports_taken(wanted: Iterable[tuple[str, int]], proc: Path = Path("/proc")) -> list[Taken]:
    """Tell which of the wanted (udp or tcp, port) somebody listens on."""
    found: list[Taken] = []
    owners: dict[str, str] | None = None
    for kind, port in wanted:
        inode = next((inode for number, inode in _listeners(kind, proc) if number == port), None)
        if inode is not None:
            owners = _owners(proc) if owners is None else owners
            found.append(Taken(kind, port, owners.get(inode)))
    return found


def _listeners(kind: str, proc: Path) -> Iterator[tuple[int, str]]:
    for table in (kind, f"{kind}6"):
        with contextlib.suppress(OSError):
            for line in (proc / "net" / table).read_text().splitlines()[1:]:
                columns = line.split()
                if kind == "udp" or columns[3] == _LISTENING:
                    yield int(columns[1].rpartition(":")[2], 16), columns[9]


def _owners(proc: Path) -> dict[str, str]:
    """Map socket inodes to the programs that hold them, as far as we may see."""
    owners: dict[str, str] = {}
    for process in proc.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name = (process / "comm").read_text().strip()
            for descriptor in (process / "fd").iterdir():
                with contextlib.suppress(OSError):
                    target = str(descriptor.readlink())
                    if target.startswith("socket:["):
                        owners[target[8:-1]] = f"{name} (process {process.name})"
    return owners
