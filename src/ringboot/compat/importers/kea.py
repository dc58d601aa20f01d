"""Kea's DHCPv4 configuration: networks, pools, classes and reservations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from ringboot.compat.importers import condition
from ringboot.compat.importers.condition import Condition
from ringboot.compat.importers.imported import BadSource, ClassRule, Imported, Place
from ringboot.compat.importers.json_text import Node, read_json
from ringboot.compat.importers.kea_keys import HARMLESS, NOT_CARRIED, UNKNOWN
from ringboot.compat.importers.kea_options import KeaOptions, binary
from ringboot.compat.importers.kea_test import read_test
from ringboot.compat.importers.networks import (
    ReservationRow,
    add_reservation,
    name_for,
    note_overridden,
    read_range,
    read_subnet,
)
from ringboot.compat.importers.values import CannotSay
from ringboot.leases.terms import INFINITE
from ringboot.model.address import ip_number, ip_text
from ringboot.model.site import Network, OptionTexts, Pool

LEASE_TIME = 7200  # Kea's own default
_BUILT_IN = "VENDOR_CLASS_"
# What is inherited from the whole and from a shared network.
_INHERITED = (
    "valid-lifetime", "min-valid-lifetime", "max-valid-lifetime", "renew-timer", "rebind-timer", "authoritative",
    "match-client-id", "calculate-tee-times", "t1-percent", "t2-percent",
)  # fmt: skip
_IDENTIFIERS = {"hw-address": "mac", "client-id": "client-id", "circuit-id": "circuit-id"}
_OTHER_IDENTIFIERS = ("duid", "flex-id")

Settings = dict[str, Node]


class _Around(NamedTuple):
    """What surrounds a subnet: inherited settings, options of the shared network, the wire that it shares."""

    settings: Settings
    options: OptionTexts
    segment: str | None
    interface: Node | None


def read_kea(path: Path) -> Imported:
    """Read kea-dhcp4.conf and what it includes; BadSource."""
    root = read_json(path)
    whole = root.get("Dhcp4")
    if whole is None or not isinstance(whole.value, dict):
        raise BadSource(root.place, 'there is no "Dhcp4"', "is it the file of kea-dhcp4?")
    return _Kea().read(root, whole)


class _Kea:
    def __init__(self) -> None:
        self.found = Imported()
        self.options = KeaOptions(self.found)
        self.known: dict[str, Condition] = {}
        self.rules: dict[str, list[str]] = {}  # what a class became
        self.used: set[str] = set()  # classes that pools are for
        self.places: list[tuple[Place, str, OptionTexts]] = []  # of the classes

    def read(self, root: Node, whole: Node) -> Imported:
        for key, node in root.items():
            if key != "Dhcp4":
                self.found.drop(node.place, key, "it is about another program", "keep it for that program")
        self._rest(whole, "Dhcp4", {
            "interfaces-config", "option-def", "option-data", "client-classes", "subnet4", "shared-networks",
            "reservations", *_INHERITED,
        })  # fmt: skip
        self._interfaces(whole)
        self._definitions(whole)
        self.found.options = self.options.read(whole.get("option-data"), "Dhcp4")
        self._look_for_uses(whole)
        self._classes(whole.get("client-classes"))
        around = _Around(self._settings(whole), {}, None, None)
        for shared in _rows(whole, "shared-networks"):
            self._shared(shared, around)
        for subnet in _rows(whole, "subnet4"):
            self._subnet(subnet, around)
        for row in _rows(whole, "reservations"):
            self._reservation(row, None)
        for place, name, texts in self.places:
            note_overridden(self.found, place, name, texts, self.found.networks)
        self.found.classes.reverse()  # Kea takes an option from the first class that gives it, we from the last
        return self.found

    def _interfaces(self, whole: Node) -> None:
        rows = whole.get("interfaces-config")
        if rows is None:
            return
        self._rest(rows, "interfaces-config", {"interfaces"})
        for each in _rows(rows, "interfaces"):
            name, _, address = each.text().partition("/")
            if name == "*":
                self.found.drop(each.place, "interface *", "interfaces are named here", "add --interface eth0")
            elif name not in self.found.interfaces:
                self.found.interfaces.append(name)
            if address:
                self.found.drop(
                    each.place, f"address {address} of an interface", "all addresses of an interface are served",
                    "nothing needs to be done, or name another interface",
                )  # fmt: skip

    def _definitions(self, whole: Node) -> None:
        self.options.define(whole.get("option-def"))
        for row in _rows(whole, "client-classes"):
            self.options.define(row.get("option-def"))

    def _settings(self, node: Node) -> Settings:
        return {key: found for key in _INHERITED if (found := node.get(key)) is not None}

    # Classes

    def _classes(self, rows: Node | None) -> None:
        for row in rows.rows() if rows else ():
            name = _text(row, "name")
            self._rest(row, f"class {name}", {
                "name", "test", "option-data", "option-def", "valid-lifetime", "min-valid-lifetime",
                "max-valid-lifetime",
            })  # fmt: skip
            options = self.options.read(row.get("option-data"), f"class {name}")
            asked = self._condition(row, name)
            if asked is None:
                continue
            self.known[name] = asked
            time = row.get("valid-lifetime")
            for key in ("min-valid-lifetime", "max-valid-lifetime"):
                bound = row.get(key)
                if bound is not None:
                    self.found.drop(
                        bound.place, f"{key} of class {name}", "a class has one lease time", "set it in the network"
                    )
            if not options and time is None and name not in self.used:
                continue  # it only serves others, which have its condition already
            for number, each in enumerate(asked, 1):
                called = name_for(name if number == 1 else f"{name}-{number}")
                self.rules.setdefault(name, []).append(called)
                self.found.classes.append(
                    ClassRule(called, each.match, each.options, options, None if time is None else time.number())
                )
            self.places.append((row.place, f"class {name}", options))

    def _condition(self, row: Node, name: str) -> Condition | None:
        test = row.get("test")
        if test is None:
            if name.startswith(_BUILT_IN):
                return condition.equals("60", name.removeprefix(_BUILT_IN).encode())
            self.found.drop(
                row.place, f"class {name}", "it has no test: only Kea's hooks or reservations put clients in it",
                "give it a match, or give the options with the reservations",
            )  # fmt: skip
            return None
        try:
            return read_test(test.text(), self.known, self.options.code_of)
        except CannotSay as error:
            self.found.drop(test.place, f"class {name}", error.why, error.instead)
            return None

    # Networks

    def _shared(self, shared: Node, around: _Around) -> None:
        name = _text(shared, "name")
        self._rest(shared, f"shared network {name}", {
            "name", "subnet4", "option-data", "interface", "relay", *_INHERITED,
        })  # fmt: skip
        options = self.options.read(shared.get("option-data"), f"shared network {name}")
        inner = _Around(around.settings | self._settings(shared), options, name_for(name), shared.get("interface"))
        before = len(self.found.networks)
        for subnet in _rows(shared, "subnet4"):
            self._subnet(subnet, inner)
        self._relays(shared, self.found.networks[before:])

    def _subnet(self, subnet: Node, around: _Around) -> None:
        text = _text(subnet, "subnet")
        where = f"subnet {text}"
        self._rest(subnet, where, {
            "subnet", "id", "pools", "client-class", "option-data", "reservations", "interface", "relay", *_INHERITED,
        })  # fmt: skip
        try:
            first, prefix = read_subnet(text)
        except ValueError as error:
            raise BadSource(subnet.place, f"{text!r} is no subnet: {error}", "write it as 10.0.0.0/24") from None
        interface = subnet.get("interface") or around.interface
        if interface is not None and interface.text() and interface.text() not in self.found.interfaces:
            self.found.interfaces.append(interface.text())
        settings = around.settings | self._settings(subnet)
        network = Network(
            f"{ip_text(first)}/{prefix}", first, prefix, around.segment or f"{ip_text(first)}/{prefix}",
            pools=tuple(self._pools(subnet, where)),
            options={**_timers(settings), **around.options, **self.options.read(subnet.get("option-data"), where)},
            **_of_network(settings),
        )  # fmt: skip
        self.found.networks.append(network)
        if around.segment is None:
            self._relays(subnet, [network])
        for row in _rows(subnet, "reservations"):
            self._reservation(row, network)

    def _pools(self, subnet: Node, where: str) -> Iterable[Pool]:
        for row in _rows(subnet, "pools"):
            text = _text(row, "pool")
            self._rest(row, f"pool {text}", {"pool", "option-data", "pool-id", "client-class"})
            try:
                first, last = read_range(text)
            except ValueError as error:
                raise BadSource(
                    row.place, f"{text!r} is no pool: {error}", "write it as 10.0.0.10 - 10.0.0.99"
                ) from None
            options = self.options.read(row.get("option-data"), f"pool {text} of {where}")
            yield Pool(first, last, options, self._members(row.get("client-class") or subnet.get("client-class"), text))

    def _members(self, node: Node | None, pool: str) -> tuple[str, ...]:
        """Give the classes that a pool is for."""
        if node is None:
            return ()
        if node.text() not in self.rules:
            why = "this class is none here, so that the pool is open to everybody"
            self.found.drop(node.place, f"client-class {node.text()} of pool {pool}", why, "name a class in the pool")
        return tuple(self.rules.get(node.text(), ()))

    def _look_for_uses(self, node: Node) -> None:
        """Find the classes that pools and subnets are for, wherever these stand."""
        for key in ("shared-networks", "subnet4", "pools"):
            for row in _rows(node, key):
                named = row.get("client-class")
                if named is not None:
                    self.used.add(named.text())
                self._look_for_uses(row)

    def _relays(self, node: Node, networks: list[Network]) -> None:
        relay = node.get("relay")
        if relay is None:
            return
        rows = relay.get("ip-addresses")
        one = relay.get("ip-address")
        for each in (*(rows.rows() if rows else ()), *((one,) if one else ())):
            text = each.text()
            if text == "0.0.0.0" or not networks:
                continue
            try:
                ip_number(text)
            except ValueError as error:
                raise BadSource(each.place, str(error), "write it as 10.0.0.1") from None
            if not any(_holds(network, ip_number(text)) for network in networks):
                at = self.found.networks.index(networks[0])
                networks[0] = replace(networks[0], relays=(*networks[0].relays, ip_text(ip_number(text))))
                self.found.networks[at] = networks[0]

    # Reservations

    def _reservation(self, row: Node, network: Network | None) -> None:
        self._rest(row, "a reservation", {
            *_IDENTIFIERS, *_OTHER_IDENTIFIERS, "ip-address", "hostname", "option-data",
        })  # fmt: skip
        kind, value, label = "", "", "a reservation"
        for key in (*_IDENTIFIERS, *_OTHER_IDENTIFIERS):
            node = row.get(key)
            if node is not None:
                kind, value, label = (
                    _IDENTIFIERS.get(key, key),
                    _value(key, node),
                    f"reservation of {key} {node.text()}",
                )
        options = self.options.read(row.get("option-data"), label)
        address = row.get("ip-address")
        hostname = row.get("hostname")
        add_reservation(
            self.found,
            ReservationRow(
                row.place, label, kind, value, address.text() if address else "",
                hostname.text() if hostname else "", options,
            ),
            network,
        )  # fmt: skip

    # What is left

    def _rest(self, node: Node, where: str, handled: set[str]) -> None:
        """Note the keys that nobody reads."""
        for key, found in node.items():
            if key in handled or key == "comment" or found.value in HARMLESS.get(key, ()):
                continue
            self.found.drop(found.place, f"{key} of {where}", *NOT_CARRIED.get(key, UNKNOWN))


def _of_network(settings: Settings) -> dict[str, Any]:
    """Turn Kea's settings into those of a network; a client gets what it asks for only within min and max."""

    def seconds(key: str, default: int) -> int:
        return min(settings[key].number(), INFINITE) if key in settings else default

    def flag(key: str, *, default: bool) -> bool:
        return settings[key].flag() if key in settings else default

    time = max(1, seconds("valid-lifetime", LEASE_TIME))
    made: dict[str, Any] = {
        "lease_time": time,
        "min_lease_time": max(1, min(seconds("min-valid-lifetime", time), time)),
        "max_lease_time": max(seconds("max-valid-lifetime", time), time),
        "authoritative": flag("authoritative", default=False),
        "identity": "client-id" if flag("match-client-id", default=True) else "mac",
    }
    if flag("calculate-tee-times", default=False):
        made["t1"] = _part(settings, "t1-percent", 0.5)
        made["t2"] = _part(settings, "t2-percent", 0.875)
    return made


def _timers(settings: Settings) -> OptionTexts:
    """Give the times that clients are told, where they are not computed."""
    rows = (("58", "renew-timer"), ("59", "rebind-timer"))
    return {code: str(min(settings[key].number(), INFINITE)) for code, key in rows if key in settings}


def _part(settings: Settings, key: str, default: float) -> float:
    node = settings.get(key)
    if node is None:
        return default
    if not isinstance(node.value, float) or not 0 < node.value < 1:
        raise BadSource(node.place, f"{key} is no part of a time", "write a number between 0 and 1")
    return node.value


def _value(key: str, node: Node) -> str:
    """Read an identifier, pairs of digits or text in quotes, into a spelling that is ours."""
    if key not in ("client-id", "circuit-id"):
        return node.text()
    try:
        octets = binary(node.text())
    except CannotSay:
        return node.text()  # it is told when it is read
    return ("" if key == "client-id" else "hex:") + octets.hex()


def _rows(node: Node, key: str) -> list[Node]:
    found = node.get(key)
    return [] if found is None else found.rows()


def _text(node: Node, key: str) -> str:
    found = node.get(key)
    if found is None:
        raise BadSource(node.place, f'"{key}" is missing', "add it")
    return found.text()


def _holds(network: Network, address: int) -> bool:
    return address >> 32 - network.prefix == network.subnet >> 32 - network.prefix
