"""ISC's dhcpd.conf: networks, pools, classes and hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ringboot.compat.importers.condition import Condition, either
from ringboot.compat.importers.imported import BadSource, ClassRule, Imported
from ringboot.compat.importers.isc_options import IscOptions, octets_of
from ringboot.compat.importers.isc_scope import LEASE_TIME, LONGEST, SHORTEST, Sayings, Scope
from ringboot.compat.importers.isc_test import Source, compared, read_if, read_match
from ringboot.compat.importers.isc_text import Statement, Token, read_isc
from ringboot.compat.importers.isc_words import why_not
from ringboot.compat.importers.networks import ReservationRow, add_reservation, name_for, network_of
from ringboot.compat.importers.values import CannotSay
from ringboot.model.address import ip_number, ip_text, norm_mac
from ringboot.model.site import Network, OptionTexts, Pool

_CODE = ("if", "elsif", "else", "switch", "on", "zone", "key", "failover")
_IDENTIFIERS = {"agent.circuit-id": "circuit-id", "agent.remote-id": "remote-id", "dhcp-client-identifier": "client-id"}


def read_dhcpd(path: Path) -> Imported:
    """Read dhcpd.conf and what it includes; BadSource."""
    return _Isc().read(read_isc(path))


class _Isc:
    def __init__(self) -> None:
        self.found = Imported()
        self.options = IscOptions(self.found)
        self.sayings = Sayings(self.found, self.options)
        self.hosts: list[tuple[Statement, Scope]] = []
        self.matches: dict[str, list[Source]] = {}  # what the subclasses of a class give values of
        self.families: dict[str, Scope] = {}
        self.rules: dict[str, list[str]] = {}  # what a class and its subclasses became
        self.used: set[str] = set()  # classes that pools are for
        self.blocks: dict[str, Callable[[Statement, Scope], None]] = {
            "group": self._group,
            "shared-network": self._shared,
            "subnet": self._subnet,
            "class": self._class,
            "subclass": self._subclass,
            "host": lambda row, scope: self.hosts.append((row, scope)),
        }

    def read(self, rows: Sequence[Statement]) -> Imported:
        every = list(_all(rows))
        self.sayings.vendors = frozenset(row.texts[-1] for row in every if row.begins("vendor-option-space"))
        self.used = {row.texts[3] for row in every if row.begins("allow", "members", "of") and len(row.words) == 4}
        for row in every:
            if row.begins("option") and len(row.words) > 2 and self.options.is_definition(row):
                try:
                    self.options.define(row)
                except CannotSay as error:
                    self.found.drop(row.place, str(row), error.why, error.instead)
        scope = Scope("")
        self._take(rows, scope)
        self.found.options = scope.options
        self.found.classes.reverse()  # dhcpd takes an option from the first class that gives it, we from the last
        for row, outside in self.hosts:
            self._host(row, outside)
        return self.found

    def _take(self, rows: Sequence[Statement], scope: Scope, more: Sequence[str] = ()) -> list[Statement]:
        """Read what a block says of itself, then the blocks in it; gives the statements that begin with `more`."""
        is_block = [row.block is not None or row.begins("subclass") for row in rows]
        plain = [row for row, block in zip(rows, is_block, strict=True) if not block]
        kept = [row for row in rows if any(row.begins(*each.split()) for each in more)]
        self.sayings.read([row for row in plain if row not in kept], scope)
        outside = scope if scope.where else replace(scope, options={})  # what is global stays global
        blocks = [row for row, block in zip(rows, is_block, strict=True) if block and row not in kept]
        for row in sorted(blocks, key=lambda each: not (each.begins("class") or each.begins("subclass"))):
            read = self.blocks.get(row.texts[0].lower()) if row.words else None
            if read is None:
                self.sayings.drop(row, scope, *why_not(" ".join(row.texts).lower()))
            else:
                read(row, outside)
        return kept

    # Blocks

    def _group(self, row: Statement, scope: Scope) -> None:
        self._take(row.block or (), scope.inner("a group"))

    def _shared(self, row: Statement, scope: Scope) -> None:
        name = row.texts[1] if len(row.words) > 1 else "shared"
        inner = scope.inner(f"shared-network {name}")
        inner.settings["segment"] = name_for(name)
        before = len(self.found.networks)
        kept = self._take(row.block or (), inner, ("pool",))
        for pool in kept:  # of any subnet of it
            self._pool(pool, inner, self.found.networks[before:])

    def _subnet(self, row: Statement, scope: Scope) -> None:
        texts = row.texts
        try:
            first, mask = ip_number(texts[1]), ip_number(texts[3])
            prefix = mask.bit_count()
            if mask != (0xFFFFFFFF << 32 - prefix) & 0xFFFFFFFF or not prefix or first & ~mask:
                raise ValueError(f"{texts[3]} is no mask of {texts[1]}")
        except (ValueError, IndexError) as error:
            raise BadSource(
                row.place, f"{row} is no subnet: {error}", "write subnet 10.0.0.0 netmask 255.255.255.0"
            ) from None
        name = f"{ip_text(first)}/{prefix}"
        inner = scope.inner(f"subnet {name}")
        rows = row.block or ()
        at = len(self.found.networks)
        self.found.networks.append(Network(name, first, prefix, inner.settings.get("segment", name)))
        kept = self._take(rows, inner, ("pool", "range", "interface"))
        self.found.networks[at] = replace(self.found.networks[at], options=inner.options, **_of_network(inner))
        for each in kept:
            if each.begins("range"):
                self._range(each, [self.found.networks[at]], {})
            elif each.begins("pool"):
                self._pool(each, inner, [self.found.networks[at]])
            elif len(each.words) < 2:
                self.sayings.drop(each, inner, "it names no interface", "name it, or leave the statement out")
            elif each.texts[1] not in self.found.interfaces:
                self.found.interfaces.append(each.texts[1])

    def _pool(self, row: Statement, scope: Scope, networks: Sequence[Network]) -> None:
        inner = scope.inner(f"a pool of {scope.where}", options=False)
        kept = self._take(row.block or (), inner, ("range", "allow", "deny"))
        members: list[str] = []
        for each in kept:
            texts = [text.lower() for text in each.texts]
            if texts in (["deny", "unknown-clients"], ["allow", "known-clients"]):
                inner.settings["only_known"] = True
                inner.own.add("only_known")
            elif each.begins("allow", "members", "of") and self.rules.get(each.texts[-1]):
                members += self.rules[each.texts[-1]]
            elif not each.begins("range") and texts not in (["allow", "all", "clients"], ["allow", "unknown-clients"]):
                self.sayings.drop(
                    each, inner, "a pool is open to everybody whom its network serves", "make a network of its own"
                )
        found = [network_of(networks, address) for each in kept for address in _addresses(each)]
        for each in kept:
            if each.begins("range"):
                self._range(each, networks, inner.options, tuple(members))
        for name in dict.fromkeys(each.name for each in found if each is not None):
            self._settings_of_pool(row, inner, name)

    def _settings_of_pool(self, row: Statement, inner: Scope, name: str) -> None:
        """Give a network what its only pool says; of several pools they cannot differ."""
        own = inner.own & {"lease_time", "max_lease_time", "min_lease_time", "only_known"}
        if not own:
            return
        at = self._at(name)
        current = self.found.networks[at]
        if len(current.pools) == 1:
            self.found.networks[at] = replace(current, **_of_network(inner))
        elif any(getattr(current, key) != value for key, value in _of_network(inner).items()):
            self.sayings.drop(
                row, inner, f"{', '.join(sorted(own)).replace('_', '-')} cannot differ between the pools of a network",
                "make a network of its own, with the same segment",
            )  # fmt: skip

    def _at(self, name: str) -> int:
        return next(number for number, each in enumerate(self.found.networks) if each.name == name)

    def _range(
        self, row: Statement, networks: Sequence[Network], options: OptionTexts, members: tuple[str, ...] = ()
    ) -> None:
        found = _addresses(row)
        if not found:
            raise BadSource(row.place, f"{row} is no range of addresses", "write range 10.0.0.10 10.0.0.99;")
        first, last = min(found), max(found)
        network = network_of(networks, first)
        if network is None:
            raise BadSource(row.place, f"{ip_text(first)} lies in no subnet here", "move it into its subnet")
        at = self._at(network.name)
        current = self.found.networks[at]
        bootp = current.bootp or "dynamic-bootp" in row.texts
        self.found.networks[at] = replace(
            current, pools=(*current.pools, Pool(first, last, options, members)), bootp=bootp
        )

    # Classes

    def _class(self, row: Statement, scope: Scope) -> None:
        name = row.texts[1] if len(row.words) > 1 else "unnamed"
        inner = scope.inner(f"class {name}", options=False)
        kept = self._take(row.block or (), inner, ("match", "spawn", "lease"))
        self.families[name] = inner
        for each in kept:
            try:
                if each.begins("match", "if"):
                    self._rules(name, read_if(each.words[2:], self.options.key_of), inner)
                elif each.begins("match"):
                    self.matches[name] = read_match(each.words[1:], self.options.key_of)
                else:
                    raise CannotSay(*why_not(" ".join(each.texts).lower()))
            except CannotSay as error:
                self.sayings.drop(each, inner, error.why, error.instead)

    def _subclass(self, row: Statement, scope: Scope) -> None:
        name = row.texts[1] if len(row.words) > 1 else ""
        family = self.families.get(name, scope)
        inner = family.inner(f"subclass {name}")
        self._take(row.block or (), inner)
        octets = octets_of(row.words[2]) if len(row.words) == 3 else None
        try:
            if octets is None:
                raise CannotSay("its value is neither a string nor hex pairs", "write one")
            if name not in self.matches:
                raise CannotSay(f"class {name} has no match that says what its subclasses are told apart by", "add it")
            asked: Condition = []
            for source in self.matches[name]:
                asked = either(asked, compared(source, octets)) if asked else compared(source, octets)
        except CannotSay as error:
            self.sayings.drop(row, inner, error.why, error.instead)
            return
        self._rules(f"{name}-{row.texts[2]}", asked, inner, name)

    def _rules(self, name: str, asked: Condition, scope: Scope, family: str = "") -> None:
        time = scope.settings.get("lease_time") if "lease_time" in scope.own else None
        if not scope.options and time is None and (family or name) not in self.used:
            return  # it gives nothing
        taken = {each.name for each in self.found.classes}
        for number, each in enumerate(asked, 1):
            called = name_for(name if number == 1 else f"{name}-{number}")
            if called in taken:
                called = name_for(f"{called[:50]}-{len(taken)}")
            taken.add(called)
            self.rules.setdefault(family or name, []).append(called)
            self.found.classes.append(ClassRule(called, each.match, each.options, scope.options, time))

    # Hosts

    def _host(self, row: Statement, scope: Scope) -> None:
        name = row.texts[1] if len(row.words) > 1 else "unnamed"
        inner = scope.inner(f"host {name}")
        kept = self._take(row.block or (), inner, (
            "hardware", "fixed-address", "host-identifier", "option dhcp-client-identifier",
        ))  # fmt: skip
        kind, value = "", ""
        client_id: str | None = None
        addresses: list[Token] = []
        for each in kept:
            if each.begins("hardware", "ethernet") and len(each.words) == 3:
                kind, value = "mac", each.texts[2]
            elif each.begins("host-identifier", "option") and len(each.words) == 4:
                octets = octets_of(each.words[3])
                kind = _IDENTIFIERS.get(each.texts[2], each.texts[2])
                value = "" if octets is None else ("hex:" if kind != "client-id" else "") + octets.hex()
            elif each.begins("fixed-address"):
                addresses = [word for word in each.words[1:] if word.text != ","]
            elif each.begins("option") and len(each.words) == 3:
                octets = octets_of(each.words[2])
                client_id = octets.hex() if octets is not None else client_id
            else:
                self.sayings.drop(each, inner, *why_not(" ".join(each.texts).lower()))
        if client_id is not None and not kind:
            kind, value = "client-id", client_id
        hostname = name if inner.settings.get("names_hosts") else ""
        if not addresses:
            self._unaddressed(row, name, inner, kind, value)
        for address in addresses:
            label = f"host {name}"
            add_reservation(
                self.found,
                ReservationRow(address.place, label, kind, value, address.text, hostname, dict(inner.options)),
            )

    def _unaddressed(self, row: Statement, name: str, scope: Scope, kind: str, value: str) -> None:
        """Make a class of a host that gets an address of a pool."""
        if not scope.options:
            why = "it keeps no address, and that it makes its client a known one is not carried over"
            self.found.drop(row.place, f"host {name}", why, "reserve an address for it, or add the device")
            return
        try:
            field = {"mac": norm_mac(value)} if kind == "mac" else {"client-id": bytes.fromhex(value).hex(":")}
        except ValueError:
            self.found.drop(row.place, f"host {name}", "whose it is cannot be said", "reserve an address for its MAC")
            return
        match: dict[str, tuple[str, ...]] = {key: (text,) for key, text in field.items()}
        self.found.classes.append(ClassRule(name_for(f"host-{name}"), match, {}, scope.options))


def _all(rows: Sequence[Statement]) -> Iterator[Statement]:
    for row in rows:
        yield row
        yield from _all(row.block or ())


def _addresses(row: Statement) -> list[int]:
    if not row.begins("range"):
        return []
    words = [text for text in row.texts[1:] if text.lower() != "dynamic-bootp"]
    try:
        return [ip_number(text) for text in words]
    except ValueError as error:
        raise BadSource(row.place, str(error), "write range 10.0.0.10 10.0.0.99;") from None


def _of_network(scope: Scope) -> dict[str, Any]:
    said = scope.settings
    most = said.get("max_lease_time", LONGEST)
    time = min(said.get("lease_time", LEASE_TIME), most)
    return {
        "lease_time": time,
        "max_lease_time": most,
        "min_lease_time": min(said.get("min_lease_time", SHORTEST), time),
        "authoritative": said.get("authoritative", False),
        "identity": "mac" if said.get("ignores_ids") else "client-id",
        "unknown": "ignore" if said.get("only_known") else "serve",
    }
