"""What does not go together: reservations, the networks that they are for, and leases that others have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ringboot.model.address import ip_number
from ringboot.model.evidence import unpack
from ringboot.model.lease import Lease
from ringboot.model.whose import BY_NAME, names_of, norm, octets_of
from ringboot.setup.checks import routers_of
from ringboot.setup.problems import ERROR, WARNING, Problem
from ringboot.setup.settings import Settings
from ringboot.setup.site import declared_in


class Entry(NamedTuple):
    """A reservation as it is written somewhere; texts may be wrong."""

    file: str
    line: int | None
    network: str
    kind: str
    value: str
    address: str

    @property
    def called(self) -> str:
        """Name it."""
        return f"reservation {self.kind} {self.value} in {self.network}"

    @property
    def at(self) -> str:
        """Say where it stands."""
        return self.file if self.line is None else f"{self.file}, line {self.line}"


def taken_addresses(settings: Settings, ours: Iterable[str]) -> dict[int, str]:
    """Give the addresses that no client may have, and whose they are: ours, and routers'."""
    taken = {ip_number(address): "our own address" for address in ours}
    if settings.server.address is not None:
        taken[ip_number(settings.server.address)] = "our own address"
    declared = declared_in(settings.dhcp.declared)
    for network in settings.dhcp.networks:
        for number in routers_of(network, declared):
            taken.setdefault(number, f'a router of network "{network.called}"')
    return taken


class Audit:
    """Looks through reservations one by one, and remembers those that it saw; `problems` is what it found."""

    def __init__(self, settings: Settings, taken: Mapping[int, str], leases: Mapping[int, Lease]) -> None:
        """`leases`: the live ones, by address."""
        self.problems: list[Problem] = []
        self._networks = {network.called: network for network in settings.dhcp.networks}
        self._taken = taken
        self._leases = leases
        self._addresses: dict[int, Entry] = {}
        self._keys: dict[tuple[str, str, str], Entry] = {}

    def look(self, entry: Entry, *, is_new: bool) -> None:
        """Look at one; `is_new`: it is to be imported, so that what is wrong is an error."""
        severity = ERROR if is_new else WARNING
        try:
            address, value = ip_number(entry.address), norm(entry.kind, entry.value)
        except ValueError as error:
            self._note(entry, severity, str(error), "correct it")
            return
        key = (entry.network, entry.kind, value)
        before = self._keys.setdefault(key, entry)
        if before is not entry:
            if before.file == entry.file or ip_number(before.address) != address:
                todo = f"remove one of them, or the {before.address} of {before.at}"
                self._note(entry, severity, f"the same client has a reservation in {before.at}", todo)
            return  # the same again: it replaces itself
        self._look_at_network(entry, severity, address)
        other = self._addresses.setdefault(address, entry)
        if other is not entry:
            what = f"{entry.address} is kept for {other.kind} {other.value} already ({other.at})"
            self._note(entry, severity, what, "give each client an address of its own")
        lease = self._leases.get(address)
        if lease is not None and (entry.kind, octets_of(entry.kind, value)) not in _names(lease):
            holder = ", ".join(f"{kind} {BY_NAME[kind].write(octets)}" for kind, octets in _names(lease)[-2:])
            todo = f"it gets it when that lease ends: ringboot lease release {entry.address}"
            self._note(entry, WARNING, f"{entry.address} is leased to another client ({holder})", todo)

    def _look_at_network(self, entry: Entry, severity: str, address: int) -> None:
        network = self._networks.get(entry.network)
        if network is None:
            names = ", ".join(self._networks) or "none"
            self._note(entry, severity, f'no network is called "{entry.network}"', f"the networks are {names}")
            return
        subnet = network.subnet
        if not subnet.holds(address):
            home = next((each for each in self._networks.values() if each.subnet.holds(address)), None)
            where = "no network" if home is None else f'network "{home.called}"'
            self._note(entry, severity, f"{entry.address} lies in {where}, not in {subnet}", "choose another address")
        elif subnet.prefix < 31 and address in (subnet.number, subnet.last):
            what = f"{entry.address} is the address of the subnet or its broadcast address"
            self._note(entry, severity, what, "choose another address")
        elif address in self._taken:
            self._note(entry, severity, f"{entry.address} is {self._taken[address]}", "choose another address")

    def _note(self, entry: Entry, severity: str, what: str, todo: str) -> None:
        self.problems.append(Problem(entry.file, entry.line, entry.called, what, todo, severity))


def _names(lease: Lease) -> tuple[tuple[str, bytes], ...]:
    return names_of(lease.mac, unpack(lease.evidence))
