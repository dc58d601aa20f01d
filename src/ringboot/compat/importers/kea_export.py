"""Our configuration as Kea's: what its DHCPv4 server needs to answer as ours does, and what it cannot say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from ringboot.compat.importers.imported import NotCarried, Place
from ringboot.compat.importers.values import CannotSay
from ringboot.dhcp import options as table
from ringboot.dhcp.arches import codes_of
from ringboot.model.address import ip_text
from ringboot.model.site import Network, OptionTexts, Pool, Reservation, Site
from ringboot.setup.match import ClassMatch
from ringboot.setup.settings import ClassTable, Settings
from ringboot.setup.site import site_of
from ringboot.wire import kinds

Json = dict[str, Any]

_HEX_GLOB = re.compile(r"(?:[0-9a-f]{2}:)+(?:[0-9a-f]{2}\*?|\*)")
_BRACKETED = re.compile(r"\[(.)\]")
_IDENTIFIERS = {"mac": "hw-address", "client-id": "client-id", "circuit-id": "circuit-id"}
_SAID = {
    "name", "subnet", "prefix", "segment", "authoritative", "pools", "lease_time", "min_lease_time",
    "max_lease_time", "t1", "t2", "identity", "unknown", "quarantine", "options", "relays",
}  # fmt: skip
_TODO = "look for a way of Kea's own"


def export_kea(settings: Settings, reservations: Iterable[Reservation], file: str) -> tuple[str, list[NotCarried]]:
    """Write kea-dhcp4.conf; also gives what it does not say, at `file`."""
    return _Export(settings, file).write(list(reservations))


class _Export:
    def __init__(self, settings: Settings, file: str) -> None:
        self.settings, self.place = settings, Place(file)
        self.site: Site = site_of(settings, revision=0)
        self.not_carried: list[NotCarried] = []

    def drop(self, construct: str, why: str, instead: str = _TODO) -> None:
        self.not_carried.append(NotCarried(self.place, construct, why, instead))

    def write(self, reservations: list[Reservation]) -> tuple[str, list[NotCarried]]:
        segments: dict[str, list[Network]] = {}
        for network in self.site.networks:
            segments.setdefault(network.segment, []).append(network)
        rows = {
            each.name: self._subnet(number, each, reservations) for number, each in enumerate(self.site.networks, 1)
        }
        for rule in self.site.boot:
            self.drop(f"boot rule {rule.name}", "it is not written", "set next-server and boot-file-name in a class")
        whole: Json = {
            "interfaces-config": {"interfaces": list(self.settings.dhcp.interfaces)},
            "lease-database": {"type": "memfile", "persist": True},
            "option-data": self._options(self.site.options, "[dhcp]"),
            # Kea takes an option from the first class that gives it, we from the last.
            "client-classes": [row for each in reversed(self.settings.dhcp.classes) if (row := self._class(each))],
            "subnet4": [rows[alone[0].name] for alone in segments.values() if len(alone) == 1],
            "shared-networks": [
                self._shared(name, several, rows) for name, several in segments.items() if len(several) > 1
            ],
        }
        return json.dumps({"Dhcp4": whole}, indent=2) + "\n", self.not_carried

    def _shared(self, name: str, several: list[Network], rows: dict[str, Json]) -> Json:
        """Join subnets; what Kea wants to be the same in all of them is the first one's."""
        first = rows[several[0].name]
        same = {key: first[key] for key in ("authoritative", "match-client-id")}
        for network in several[1:]:
            if network.authoritative != several[0].authoritative:
                self.drop(f"authoritative of network {network.name}", f"in a shared network it is {several[0].name}'s")
        return {"name": name, **same, "subnet4": [{**rows[each.name], **same} for each in several]}

    def _subnet(self, number: int, network: Network, reservations: list[Reservation]) -> Json:
        where = f"network {network.name}"
        plain = Network(network.name, network.subnet, network.prefix, network.segment)
        for field in fields(network):
            if field.name not in _SAID and getattr(network, field.name) != getattr(plain, field.name):
                self.drop(f"{field.name} of {where}", "Kea has no such setting")
        if network.unknown == "quarantine":
            self.drop(f"quarantine of {where}", "Kea's pools know known and unknown clients, not where others go")
        least, most = network.min_lease_time, network.max_lease_time
        return {
            "id": number,
            "subnet": f"{ip_text(network.subnet)}/{network.prefix}",
            "valid-lifetime": network.lease_time,
            "min-valid-lifetime": min(8, network.lease_time) if least is None else least,
            "max-valid-lifetime": network.lease_time if most is None else most,
            "calculate-tee-times": True,
            "t1-percent": network.t1,
            "t2-percent": network.t2,
            "authoritative": network.authoritative,
            "match-client-id": network.identity == "client-id",
            "relay": {"ip-addresses": list(network.relays)},
            "pools": [self._pool(pool, network) for pool in network.pools],
            "option-data": self._options(network.options, where),
            "reservations": [
                row for each in reservations if each.network == network.name and (row := self._reservation(each))
            ],
        }

    def _pool(self, pool: Pool, network: Network) -> Json:
        text = f"{ip_text(pool.first)} - {ip_text(pool.last)}"
        made: Json = {"pool": text, "option-data": self._options(pool.options, f"pool {text}")}
        if network.unknown != "serve":
            made["client-class"] = "KNOWN"
        elif len(pool.classes) == 1:
            made["client-class"] = pool.classes[0]
        if len(pool.classes) > (network.unknown == "serve"):
            self.drop(f"class of pool {text}", "a pool of Kea's is for one class", "make a class that says both")
        if pool.max_leases is not None:
            self.drop(f"max_leases of pool {text}", "Kea has no such setting")
        return made

    def _reservation(self, row: Reservation) -> Json | None:
        label = f"reservation of {row.value}"
        if row.kind not in _IDENTIFIERS:
            self.drop(label, f"Kea knows no reservations by {row.kind}", "use its flexible identifier (a hook)")
            return None
        value = row.value
        if row.kind == "circuit-id":
            value = value.removeprefix("hex:") if value.startswith("hex:") else f"'{value}'"
        made: Json = {_IDENTIFIERS[row.kind]: value, "ip-address": row.address}
        if row.hostname:
            made["hostname"] = row.hostname
        made["option-data"] = self._options(row.options, label)
        return made

    def _options(self, texts: OptionTexts, where: str) -> list[Json]:
        filled: OptionTexts = {}
        for key, text in texts.items():
            try:
                filled[key] = self._filled(text)
            except CannotSay as error:
                self.drop(f"option {table.name_of(key)} of {where}", error.why, error.instead)
        return [
            {"code": code, "csv-format": False, "data": octets.hex(), "always-send": True}
            for code, octets in table.build(filled).items()
        ]

    def _filled(self, text: str) -> str:
        if "{" not in text:
            return text
        server, http = self.settings.server.address, self.settings.http.listen
        if server is None:
            raise CannotSay(
                f"{text} has a placeholder, and no address of ours is configured", "set address in [server]"
            )
        values: Mapping[str, str] = {
            "{server}": server, "{tftp}": server,
            **({"{http}": f"http://{server}:{http.port}", "{http_port}": str(http.port)} if http else {}),
        }  # fmt: skip
        for name, value in values.items():
            text = text.replace(name, value)
        if "{" in text:
            raise CannotSay(f"{text} is made for each client", "write a value that holds for all")
        return text

    def _class(self, each: ClassTable) -> Json | None:
        try:
            test = _test(each.match)
        except CannotSay as error:
            self.drop(f"class {each.name}", error.why, error.instead)
            return None
        options = next(row.options for row in self.site.classes if row.name == each.name)
        networks = [row.options for row in self.site.networks]
        networks += [pool.options for row in self.site.networks for pool in row.pools]
        for key in options:
            if any(key.partition(".")[0] == other.partition(".")[0] for texts in networks for other in texts):
                what = f"option {table.name_of(key)} of class {each.name}"
                self.drop(what, "a network gives it too, and Kea takes the network's", "remove one of the two")
        made: Json = {"name": each.name, "test": test, "option-data": self._options(options, f"class {each.name}")}
        return made if each.lease_time is None else {**made, "valid-lifetime": each.lease_time}


def _test(match: ClassMatch) -> str:
    """Write Kea's expression for a match; CannotSay."""
    rows: list[tuple[str, tuple[str, ...] | None, bool]] = [
        ("pkt4.mac", match.mac, True),
        ("option[60].hex", match.vendor_class, False),
        ("option[77].hex", match.user_class, False),
        ("option[61].hex", match.client_id, True),
        ("relay4[1].hex", match.circuit_id, True),
        ("relay4[2].hex", match.remote_id, True),
        ("option[12].hex", match.hostname, False),
    ]
    parts = [_any(_glob(source, each, octets=octets) for each in globs) for source, globs, octets in rows if globs]
    if match.arch is not None:
        parts.append(_any(f"option[93].hex == 0x{code:04x}" for each in match.arch for code in codes_of(each)))
    for name, globs in match.options.items():
        parts.append(_any(_option(name, each) for each in globs))
    return " and ".join(parts)


def _any(tests: Iterable[str]) -> str:
    listed = list(tests)
    return listed[0] if len(listed) == 1 else f"({' or '.join(listed)})"


def _option(name: str, glob: str) -> str:
    key = table.canonical(name)
    code, dot, sub = key.partition(".")
    if dot and code != "82":
        raise CannotSay(f"{name} is asked for", "Kea's vendor expressions may say it")
    source = f"relay4[{sub}].hex" if dot else f"option[{code}].hex"
    if glob != "*" and not dot and not isinstance(table.row_of(int(code)).kind, kinds.Text | kinds.Opaque):
        return f"{source} == 0x{table.encode_text(key, glob).hex()}"
    return _glob(source, glob, octets=True)


def _glob(source: str, glob: str, *, octets: bool) -> str:
    if glob == "*":
        return source.replace(".hex", ".exists")
    if octets and (_HEX_GLOB.fullmatch(glob.lower()) or re.fullmatch(r"(?:[0-9a-f]{2}:)+\*(?::\*)*", glob.lower())):
        value = bytes.fromhex(re.sub(r"[:*]", "", glob))
    else:
        bare = _BRACKETED.sub("", glob.removesuffix("*"))
        if re.search(r"[*?\[\]]", bare):
            raise CannotSay(f"the pattern {glob} asks for more than a beginning", "Kea's match() may say it (2.3 on)")
        value = _BRACKETED.sub(r"\1", glob.removesuffix("*")).encode()
    if glob.endswith("*"):
        return f"substring({source},0,{len(value)}) == 0x{value.hex()}"
    return f"{source} == 0x{value.hex()}"
