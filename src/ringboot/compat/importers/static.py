"""A site of staticDHCPd (conf.py, INI file or database): its groups become networks, its clients reservations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ringboot.compat.importers import static_conf
from ringboot.compat.importers.imported import BadSource, ClassRule, Imported, Place
from ringboot.compat.importers.networks import ReservationRow, add_reservation, name_for, network_of
from ringboot.compat.importers.static_conf import Conf, read_conf, relays_of
from ringboot.compat.importers.static_rows import Group, Host, Rows, read_ini_rows, read_sql_rows
from ringboot.compat.importers.values import CannotSay, encoded
from ringboot.model.address import ip_number, ip_text, prefix_mask
from ringboot.model.site import Network, OptionTexts
from ringboot.scripts.sources.definition import OPTIONS
from ringboot.scripts.sources.source import SQL
from ringboot.scripts.sources.source import Place as Where
from ringboot.scripts.sources.sql import SourceDatabase, split_password
from ringboot.setup.kinds import LONGEST_LEASE

PATIENCE = 30.0  # seconds for a database
LEASE_TIME = 28800  # ours
MOST_SERVERS = 3  # of DNS and NTP; it cuts off the rest
_WIRE = "everywhere"


def read_static(source: str) -> Imported:
    """Read a conf.py and where it says that its clients stand, an INI file, or a database by file or URL; BadSource."""
    found = Imported()
    conf: Conf | None = None
    kind, where = _kind_of(source), source
    if kind == "conf":
        conf = read_conf(Path(source), found)
        static_conf.apply(conf, found)
        kind, where = static_conf.database_of(conf)
    rows = Rows()
    if kind == "ini":
        rows = read_ini_rows(Path(where), found)
    elif kind:
        rows = _read_database(where, found)
    elif conf is not None and where:
        found.drop(conf.place("DATABASE_ENGINE"), "DATABASE_ENGINE", where, "import the file or the database itself")
    return _Site(found, conf).carry(rows)


def _kind_of(source: str) -> str:
    if "://" in source:
        return "sql"
    return {".py": "conf", ".ini": "ini"}.get(Path(source).suffix, "sql")


def _read_database(where: str, found: Imported) -> Rows:
    try:
        url, password = split_password(where) if "://" in where else ("", "")
        file = None if url else Path(where)
        if file is not None and not file.is_file():
            raise BadSource(Place(where), "is not there", "correct the name")
        database = SourceDatabase(Where("import", SQL, url=url, file=file, password=password, timeout=PATIENCE))
    except ValueError as error:
        raise BadSource(Place("the URL"), str(error), "write it as postgresql://USER:PASSWORD@HOST/DATABASE") from None
    try:
        return read_sql_rows(database, url or where, found)
    finally:
        database.close()


class _Site:
    def __init__(self, found: Imported, conf: Conf | None) -> None:
        self.found = found
        self.conf = conf
        self.options: dict[tuple[str, int], OptionTexts] = {}
        self.times: dict[tuple[str, int], int] = {}
        self.slower: dict[tuple[str, int, int], list[str]] = {}  # MACs with a lease time that is not their network's

    def carry(self, rows: Rows) -> Imported:
        for group in rows.groups.values():
            self.options[group.key] = self._options(group)
            self.times[group.key] = self._time(group)
        hosts = self._good(rows)
        for group in sorted(rows.groups.values(), key=lambda each: -len([h for h in hosts if h.key == each.key])):
            self._networks(group, [each for each in hosts if each.key == group.key])
        self._wires()
        for host in hosts:
            self._reserve(host)
        self._lease_times()
        return self.found

    def _good(self, rows: Rows) -> list[Host]:
        """Keep the clients whose address and group can be read; note the others."""
        kept = []
        for host in rows.hosts:
            try:
                ip_number(host.address)
            except ValueError as error:
                self.found.drop(host.place, f"client {host.mac}", str(error), "correct it")
                continue
            if host.key not in rows.groups:
                label = f"{host.key[0]}|{host.key[1]}"
                self.found.drop(host.place, f"client {host.mac}", f"there is no {label}", "add it, or name another")
                continue
            kept.append(host)
        return kept

    def _options(self, group: Group) -> OptionTexts:
        options: OptionTexts = {}
        for name, text in group.values.items():
            key = OPTIONS.get(name)
            if key is None:
                continue
            if key in ("6", "42"):
                text = ", ".join(text.replace(",", " ").split()[:MOST_SERVERS])  # noqa: PLW2901
            try:
                options[key] = encoded(key, text)
            except CannotSay as error:
                self.found.drop(group.place, f"{name} of {group.label}", error.why, error.instead)
        return options

    def _time(self, group: Group) -> int:
        text = group.values.get("lease_time", "")
        if text.isdecimal() and 0 < int(text) <= LONGEST_LEASE:
            return int(text)
        what = f"{text!r} is no number of seconds" if text else "it has none"
        self.found.drop(group.place, f"lease time of {group.label}", what, f"{LEASE_TIME} seconds are taken")
        return LEASE_TIME

    def _networks(self, group: Group, hosts: list[Host]) -> None:
        """Make the networks that hold a group's addresses, where none is there yet."""
        prefix = self._prefix(group, hosts)
        options = {key: text for key, text in self.options[group.key].items() if key != "1"}
        for address in sorted({ip_number(each.address) & prefix_mask(prefix) for each in hosts}):
            if self._overlapping(address, prefix) is not None:
                continue
            same = [each for each in self.found.networks if each.name.startswith(name_for(group.label))]
            name = name_for(group.label) + (f"-{len(same) + 1}" if same else "")
            self.found.networks.append(
                Network(
                    name, address, prefix, name, authoritative=bool(self.conf and self.conf.get("AUTHORITATIVE")),
                    lease_time=self.times[group.key], identity="mac", options=options,
                    rapid_commit=bool(self.conf and self.conf.values.get("ENABLE_RAPIDCOMMIT")),
                )
            )  # fmt: skip
        if not hosts:
            self.found.drop(group.place, group.label, "no client is in it", "add a network for it when one comes")

    def _overlapping(self, address: int, prefix: int) -> Network | None:
        last = address | ~prefix_mask(prefix) & 0xFFFFFFFF
        for each in self.found.networks:
            if each.subnet <= last and address <= each.subnet | ~prefix_mask(each.prefix) & 0xFFFFFFFF:
                return each
        return None

    def _prefix(self, group: Group, hosts: list[Host]) -> int:
        mask = group.values.get("subnet_mask", "")
        try:
            number = ip_number(mask)
            prefix = number.bit_count()
            if 0 < prefix < 33 and prefix_mask(prefix) == number:
                return prefix
            why = f"{mask} is no mask of a subnet"
        except ValueError:
            why = f"{mask!r} is no mask of a subnet" if mask else "it names no mask"
        addresses = [ip_number(each.address) for each in hosts]
        prefix = 24
        while prefix > 8 and len({each & prefix_mask(prefix) for each in addresses}) > 1:
            prefix -= 1
        if hosts:
            todo = f"a prefix length of {prefix} is taken from its addresses: look whether that is right"
            self.found.drop(group.place, f"subnet mask of {group.label}", why, todo)
        return prefix

    def _wires(self) -> None:
        """Put networks on one wire where no relay was let in; give relays to the networks that they serve."""
        networks, conf = self.found.networks, self.conf
        if not (conf is not None and conf.get("ALLOW_DHCP_RELAYS")):
            if len(networks) > 1:
                self.found.networks = [replace(each, segment=_WIRE) for each in networks]
            return
        place = conf.place("ALLOW_DHCP_RELAYS")
        if len(networks) > 1:
            self.found.drop(
                place, "ALLOW_DHCP_RELAYS", "there a client gets its address on whatever wire it is, here on its own",
                "give networks that share a wire the same segment",
            )  # fmt: skip
        for relay in relays_of(conf):
            self._relay(relay, conf.place("ALLOWED_DHCP_RELAYS"))

    def _relay(self, relay: str, place: Place) -> None:
        try:
            address = ip_number(relay)
        except ValueError as error:
            self.found.drop(place, f"relay {relay}", str(error), "correct it")
            return
        if network_of(self.found.networks, address) is not None:
            return  # a relay whose address lies in the subnet need not be named
        if len(self.found.networks) == 1:
            [only] = self.found.networks
            self.found.networks = [replace(only, relays=(*only.relays, ip_text(address)))]
            return
        todo = "name it in relays of the network that lies behind it"
        self.found.drop(place, f"relay {relay}", "its address lies in no network", todo)

    def _reserve(self, host: Host) -> None:
        network = network_of(self.found.networks, ip_number(host.address))
        if network is None:
            return
        own = self.options[host.key]
        mask = ip_text(prefix_mask(network.prefix))
        options = {key: text for key, text in own.items() if text != (mask if key == "1" else network.options.get(key))}
        for key in network.options.keys() - own.keys():
            self.found.drop(
                host.place, f"client {host.mac}", f"its group gives no option {key}, and network {network.name} does",
                "move its address to a network of its own",
            )  # fmt: skip
        row = ReservationRow(host.place, f"client {host.mac}", "mac", host.mac, host.address, host.hostname, options)
        before = len(self.found.reservations)
        add_reservation(self.found, row, network)
        if len(self.found.reservations) > before and self.times[host.key] != network.lease_time:
            at = (*host.key, self.times[host.key])
            self.slower.setdefault(at, []).append(self.found.reservations[-1].value)

    def _lease_times(self) -> None:
        """Give clients whose group shares a subnet with a slower or quicker one their lease time by a class."""
        for (subnet, serial, seconds), macs in self.slower.items():
            name = name_for(f"{subnet}|{serial}")
            self.found.classes.append(ClassRule(name, {"mac": _unique(macs)}, lease_time=seconds))


def _unique(macs: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(macs))
