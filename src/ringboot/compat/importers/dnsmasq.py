"""dnsmasq.conf: ranges, hosts, tags and options."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from glob import escape
from pathlib import Path

from ringboot.compat.importers import condition
from ringboot.compat.importers.condition import Alternative, Condition, both, either
from ringboot.compat.importers.dnsmasq_fields import (
    ADDRESS,
    MAC,
    SHORTEST,
    TIME,
    Host,
    host_of,
    mac_glob,
    seconds_of,
    sub_code_of,
    tags_of,
)
from ringboot.compat.importers.dnsmasq_kept import Option, Range, Read
from ringboot.compat.importers.dnsmasq_options import code_of, octets_of, option_text
from ringboot.compat.importers.dnsmasq_text import Line, read_dnsmasq_lines
from ringboot.compat.importers.dnsmasq_words import HARMLESS, why_not
from ringboot.compat.importers.imported import BadSource, ClassRule, Imported
from ringboot.compat.importers.networks import (
    ReservationRow,
    add_reservation,
    name_for,
    network_of,
    note_overridden,
)
from ringboot.compat.importers.values import CannotSay, is_number, written
from ringboot.dhcp import options as table
from ringboot.model.address import ip_number, ip_text, prefix_mask
from ringboot.model.site import Network, OptionTexts, Pool

LEASE_TIME = 3600  # dnsmasq's own, in seconds
_ANY_KNOWN = "!known"


def read_dnsmasq(path: Path) -> Imported:
    """Read dnsmasq.conf and the files that it names; BadSource."""
    return _Dnsmasq().read(read_dnsmasq_lines(path))


class _Dnsmasq:
    def __init__(self) -> None:
        self.found = Imported()
        self.kept = Read()
        self.words: dict[str, Callable[[Line], None]] = {
            "dhcp-range": self._range,
            "dhcp-host": self.kept.hosts.append,
            "dhcp-option": self._option,
            "dhcp-option-force": self._option,
            "dhcp-vendorclass": lambda line: self._part(line, "vendor-class"),
            "dhcp-userclass": lambda line: self._part(line, "user-class"),
            "dhcp-mac": self._mac,
            "dhcp-circuitid": lambda line: self._value(line, "82.1"),
            "dhcp-remoteid": lambda line: self._value(line, "82.2"),
            "dhcp-subscrid": lambda line: self._value(line, "82.6"),
            "dhcp-match": self._match,
            "dhcp-name-match": self._name,
            "shared-network": self.kept.shared.append,
            "interface": self._interface,
            "domain": self._domain,
            "dhcp-ignore": self._ignore,
        }

    def read(self, lines: Iterable[Line]) -> Imported:
        for line in lines:
            try:
                self._line(line)
            except CannotSay as error:
                self.found.drop(line.place, str(line), error.why, error.instead)
        self._flags()
        for line in self.kept.shared:
            self._share(line)
        for line in self.kept.hosts:
            self._host(line)
        self._give_options()
        self._own_options()
        return self.found

    def _line(self, line: Line) -> None:
        read = self.words.get(line.word)
        if read is not None:
            read(line)
        elif line.word in ("dhcp-authoritative", "dhcp-rapid-commit", "dhcp-ignore-clid", "bootp-dynamic"):
            self.kept.flags.add(line.word)
        elif line.word == "port" and line.texts == ("0",):
            self.kept.serves_names = False
        elif line.word not in HARMLESS:
            raise CannotSay(*why_not(line.word))

    # What lines say

    def _interface(self, line: Line) -> None:
        for name in line.texts:
            if "*" in name:
                raise CannotSay("interfaces are named here", "add --interface eth0")
            if name not in self.found.interfaces and name != "lo":
                self.found.interfaces.append(name)

    def _domain(self, line: Line) -> None:
        if len(line.texts) != 1:
            raise CannotSay("the domain of some addresses only", "give option domain-name in the network")
        self.found.options["15"] = written("15", line.texts[0].encode())

    def _ignore(self, line: Line) -> None:
        if [text.removeprefix("tag:").removeprefix("#") for text in line.texts] != [_ANY_KNOWN]:
            raise CannotSay(*why_not(line.word))
        self.kept.flags.add("only-known")

    def _range(self, line: Line) -> None:
        tags, needs, rest = tags_of(line.fields)
        if rest and not ADDRESS.fullmatch(rest[0].text) and ":" not in rest[0].text:
            tags.append(rest.pop(0).text)  # the old way to set a tag
        texts = [each.text for each in rest]
        if any(":" in text for text in texts):
            raise CannotSay("only IPv4 is served", "keep dnsmasq for it")
        if "proxy" in texts:
            raise CannotSay("the boot menu beside another DHCP server is not served yet", "keep dnsmasq for it")
        addresses = [text for text in texts if ADDRESS.fullmatch(text)]
        times = [text for text in texts if TIME.fullmatch(text)]
        if not addresses:
            raise BadSource(
                line.place, f"{line} has no address", "write dhcp-range=10.0.0.10,10.0.0.99,255.255.255.0,1h"
            )
        try:
            first, last, prefix = self._span(line, addresses, is_static="static" in texts)
        except ValueError as error:
            raise BadSource(line.place, f"{line} is no range: {error}", "write it as FIRST,LAST,NETMASK") from None
        network = self._network(line, first, prefix, seconds_of(times[-1]) if times else LEASE_TIME)
        for tag in tags:
            self.kept.network_tags.setdefault(tag, set()).add(network)
        if needs:
            self.found.drop(
                line.place, f"{', '.join(f'tag:{tag}' for tag in needs)} of {line}",
                "a pool is open to everybody whom its network serves", "make a network of its own",
            )  # fmt: skip
        if "static" not in texts:
            self.kept.ranges.append(Range(line, network, Pool(first, last), set(tags)))

    def _span(self, line: Line, addresses: Sequence[str], *, is_static: bool) -> tuple[int, int, int]:
        first = ip_number(addresses[0])
        after = list(addresses[1:])
        last = first if is_static or not after else ip_number(after.pop(0))
        if after:
            mask = ip_number(after[0])
            prefix = mask.bit_count()
            if mask != prefix_mask(prefix) or not prefix:
                raise ValueError(f"{after[0]} is no netmask")
        else:
            prefix = next(size for size in range(24, -1, -1) if (first ^ last) & prefix_mask(size) == 0)
            if not prefix:
                raise ValueError("it spans everything")
            self.found.drop(
                line.place, f"the netmask of {line}", f"dnsmasq takes it from the interface; written is /{prefix}",
                "correct subnet where that is another",
            )  # fmt: skip
        if (first ^ last) & prefix_mask(prefix) or first > last:
            raise ValueError("its ends do not lie in one subnet in this order")
        return first, last, prefix

    def _network(self, line: Line, address: int, prefix: int, time: int) -> str:
        number = address & prefix_mask(prefix)
        name = f"{ip_text(number)}/{prefix}"
        there = next((each for each in self.found.networks if each.name == name), None)
        if there is None:
            self.found.networks.append(
                Network(name, number, prefix, name, lease_time=time, min_lease_time=min(SHORTEST, time))
            )
        elif there.lease_time != time:
            self.found.drop(
                line.place, f"the lease time of {line}", "ranges of one network have one lease time",
                "make a network of its own, with the same segment",
            )  # fmt: skip
        return name

    def _option(self, line: Line) -> None:
        _, tags, rest = tags_of(line.fields)
        vendor, holder = "", ""
        while rest and (rest[0].text.startswith(("vendor:", "encap:", "vi-encap:"))):
            word, _, value = rest.pop(0).text.partition(":")
            if word == "vendor":
                vendor, holder = value, "43"
            else:
                holder = value if word == "encap" else f"125.{value}"
        if not rest or rest[0].text.startswith("option6:"):
            raise CannotSay("only options of DHCPv4 are sent", "keep dnsmasq for it")
        code = code_of(rest[0].text) if not holder else sub_code_of(rest[0].text)
        values = rest[1:]
        if not values:
            if tags or holder:
                raise CannotSay("an option cannot be held back", "give it only where it is wanted")
            self.kept.silent.add(code)
            return
        if holder:
            try:
                key = table.canonical(f"{holder}.{code}")
            except ValueError as error:
                raise CannotSay(str(error), "write the whole option as hex:..") from None
            text = written(key, octets_of(values))
        else:
            key, text = str(code), option_text(code, values)
        self.kept.options.append(Option(line, tuple(tags), key, text, vendor))

    def _part(self, line: Line, name: str) -> None:
        tags, _, rest = tags_of(line.fields)
        if len(rest) != 1 or rest[0].text.startswith("enterprise:"):
            raise CannotSay("this is not understood", f"match {name} in a class")
        self._learn(tags, [Alternative({name: (f"*{escape(rest[0].text)}*",)}, {})])

    def _mac(self, line: Line) -> None:
        tags, _, rest = tags_of(line.fields)
        if len(rest) != 1 or not MAC.fullmatch(rest[0].text):
            raise CannotSay("this is no pattern for a MAC", "write it as 00:08:5d:*:*:*")
        self._learn(tags, [Alternative({"mac": (mac_glob(rest[0].text),)}, {})])

    def _value(self, line: Line, source: str) -> None:
        tags, _, rest = tags_of(line.fields)
        self._learn(tags, condition.equals(source, octets_of(rest)))

    def _match(self, line: Line) -> None:
        tags, _, rest = tags_of(line.fields)
        if not rest or rest[0].text.startswith("vi-encap:"):
            raise CannotSay("vendors' own options cannot be asked for", "match what else these clients say")
        code = code_of(rest[0].text)
        values = rest[1:]
        if not values:
            self._learn(tags, condition.exists(str(code)))
        elif code == 93 and len(values) == 1 and is_number(values[0].text):
            self._learn(tags, [Alternative({"arch": (values[0].text,)}, {})])
        elif values[-1].text.endswith("*"):
            self._learn(tags, condition.begins(str(code), ",".join(each.text for each in values)[:-1].encode()))
        else:
            self._learn(tags, condition.equals(str(code), octets_of(values)))

    def _name(self, line: Line) -> None:
        tags, _, rest = tags_of(line.fields)
        if len(rest) != 1:
            raise CannotSay("this is not understood", "match hostname in a class")
        text = rest[0].text
        self._learn(tags, [Alternative({"hostname": (escape(text.rstrip("*")) + "*" * text.endswith("*"),)}, {})])

    def _learn(self, tags: Sequence[str], asked: Condition) -> None:
        for tag in tags:
            self.kept.tags[tag] = either(self.kept.tags[tag], asked) if tag in self.kept.tags else asked

    # Put together

    def _flags(self) -> None:
        flags = self.kept.flags
        self.found.networks = [
            replace(
                each, authoritative="dhcp-authoritative" in flags, rapid_commit="dhcp-rapid-commit" in flags,
                identity="mac" if "dhcp-ignore-clid" in flags else "client-id", bootp="bootp-dynamic" in flags,
                unknown="ignore" if "only-known" in flags else "serve",
            )
            for each in self.found.networks
        ]  # fmt: skip

    def _share(self, line: Line) -> None:
        """Join two networks into one segment."""
        found = [network_of(self.found.networks, ip_number(text)) for text in line.texts if ADDRESS.fullmatch(text)]
        joined = [each for each in found if each is not None]
        if len(joined) != 2:
            self.found.drop(
                line.place, str(line), "networks are joined by their addresses", "set the same segment in both"
            )
            return
        segment = name_for(joined[0].segment)
        names = {each.name for each in joined}
        self.found.networks = [
            replace(each, segment=segment) if each.name in names else each for each in self.found.networks
        ]

    def _host(self, line: Line) -> None:
        host = host_of(line)
        for text in host.rest:
            why = "one client cannot be ignored" if text == "ignore" else f"{text} cannot be said of one client"
            self.found.drop(line.place, f"{text} of {line}", why, "look for another way to treat it")
        for tag in host.needs:
            self.found.drop(line.place, f"tag:{tag} of {line}", "a reservation always holds", "nothing, or remove it")
        if not host.address:
            self._learn_host(line, host)
        whom = [("mac", mac) for mac in host.macs if "*" not in mac] + [("client-id", one.hex()) for one in host.ids]
        if host.address and whom:
            kind, value = whom[0]
            for _, other in whom[1:]:
                why = "an address is kept for one client"
                self.found.drop(line.place, f"{other} of {line}", why, "reserve another address for it")
            before = len(self.found.reservations)
            row = ReservationRow(line.place, str(line), kind, value, host.address, host.name, {})
            add_reservation(self.found, row)
            if len(self.found.reservations) > before:
                for tag in host.tags:
                    self.kept.host_tags.setdefault(tag, []).append(before)
        elif host.address or host.name or not host.tags:
            why = "it is for no MAC or identifier" if host.address else "it keeps no address"
            self.found.drop(line.place, str(line), why, "reserve an address for its MAC")

    def _learn_host(self, line: Line, host: Host) -> None:
        try:
            for mac in host.macs:
                self._learn(host.tags, [Alternative({"mac": (mac,)}, {})])
            for octets in host.ids:
                self._learn(host.tags, condition.equals("61", octets))
        except CannotSay as error:
            self.found.drop(line.place, f"the tags of {line}", error.why, error.instead)

    def _give_options(self) -> None:
        rules: dict[tuple[str, ...], OptionTexts] = {}
        asked: dict[tuple[str, ...], Condition] = {}
        places: dict[tuple[str, ...], Line] = {}
        pools: dict[int, OptionTexts] = {}
        for each in self.kept.options:
            ranged = [tag for tag in each.tags if tag in self.kept.network_tags and tag not in self.kept.tags]
            try:
                if not each.tags and not each.vendor:
                    self.found.options[each.key] = each.text
                elif ranged and (len(each.tags) > 1 or each.vendor):
                    raise CannotSay("an option for a range and a kind of client at once", "give it to one of them")
                elif ranged:
                    self._to_range(each, ranged[0], pools)
                elif self._to_hosts(each):
                    pass
                else:
                    group = (*each.tags, *((f"vendor-{each.vendor}",) if each.vendor else ()))
                    asked[group] = self._all_of(each)
                    rules.setdefault(group, {})[each.key] = each.text
                    places.setdefault(group, each.line)
            except CannotSay as error:
                self.found.drop(each.line.place, str(each.line), error.why, error.instead)
        self._lift(pools)
        for number, row in enumerate(self.kept.ranges):
            pool = replace(row.pool, options=pools.get(number, {}))
            self._replace(row.network, lambda network, pool=pool: replace(network, pools=(*network.pools, pool)))  # type: ignore[misc]
        for group, options in rules.items():
            for number, one in enumerate(asked[group], 1):
                called = name_for("-".join(group) if number == 1 else f"{'-'.join(group)}-{number}")
                self.found.classes.append(ClassRule(called, one.match, one.options, options))
            note_overridden(self.found, places[group].place, f"class {'-'.join(group)}", options, self.found.networks)

    def _to_hosts(self, each: Option) -> bool:
        """Give an option to the reservations of its only tag; True when nobody else has the tag."""
        if len(each.tags) != 1 or each.vendor:
            return False
        (tag,) = each.tags
        for at in self.kept.host_tags.get(tag, ()):
            row = self.found.reservations[at]
            self.found.reservations[at] = replace(row, options={**row.options, each.key: each.text})
        return tag in self.kept.host_tags and tag not in self.kept.tags

    def _all_of(self, each: Option) -> Condition:
        found: Condition | None = None
        for tag in each.tags:
            if tag.startswith("!"):
                raise CannotSay('"not" cannot be said by patterns', "give the option to everybody else")
            if tag not in self.kept.tags:
                raise CannotSay(f"tag {tag} is not set by what a client says", "write a class that matches the clients")
            found = self.kept.tags[tag] if found is None else both(found, self.kept.tags[tag])
        if each.vendor:
            vendor = [Alternative({"vendor-class": (f"*{escape(each.vendor)}*",)}, {})]
            found = vendor if found is None else both(found, vendor)
        assert found is not None
        return found

    def _to_range(self, each: Option, tag: str, pools: dict[int, OptionTexts]) -> None:
        """Give an option to the networks of a tag, or to its pools where the network has others."""
        for name in self.kept.network_tags[tag]:
            rows = [(number, row) for number, row in enumerate(self.kept.ranges) if row.network == name]
            if all(tag in row.tags for _, row in rows):
                self._replace(name, lambda row: replace(row, options={**row.options, each.key: each.text}))
            else:
                for number, row in rows:
                    if tag in row.tags:
                        pools.setdefault(number, {})[each.key] = each.text

    def _lift(self, pools: dict[int, OptionTexts]) -> None:
        """Give what all pools of a network give to the network: its reserved addresses lie outside of them."""
        for network in list(self.found.networks):
            rows = [pools.get(number, {}) for number, row in enumerate(self.kept.ranges) if row.network == network.name]
            shared = (
                {key: text for key, text in rows[0].items() if all(row.get(key) == text for row in rows)}
                if rows
                else {}
            )
            for row in rows:
                for key in shared:
                    del row[key]
            if shared:
                self._replace(network.name, lambda row, more=shared: replace(row, options={**row.options, **more}))  # type: ignore[misc]

    def _own_options(self) -> None:
        """Say what dnsmasq gives of its own: the broadcast address, its own address as router and DNS server."""
        for network in list(self.found.networks):
            last = network.subnet | ~prefix_mask(network.prefix) & 0xFFFFFFFF
            given = self.found.options.keys() | network.options.keys() | {str(code) for code in self.kept.silent}
            if "28" not in given:
                self._replace(
                    network.name,
                    lambda row, last=last: replace(row, options={"28": ip_text(last), **row.options}),  # type: ignore[misc]
                )
            line = next((row.line for row in self.kept.ranges if row.network == network.name), None)
            for code, what, wanted in (("3", "router", True), ("6", "DNS server", self.kept.serves_names)):
                if wanted and code not in given and line is not None:
                    self.found.drop(
                        line.place, f"the {what} of {line}", f"dnsmasq gives its own address as {what}, or the relay's",
                        f"give option {table.name_of(code)} in network {network.name}",
                    )  # fmt: skip

    def _replace(self, name: str, change: Callable[[Network], Network]) -> None:
        self.found.networks = [change(each) if each.name == name else each for each in self.found.networks]
