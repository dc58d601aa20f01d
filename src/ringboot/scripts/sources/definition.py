"""From a record of a source to what its client gets: the names of columns, one row each.

The names are staticDHCPd's (its tables `maps` and `subnets`, its INI keys with _ for -, its JSON), and some of ours.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from ringboot.dhcp import options as table
from ringboot.dhcp import private
from ringboot.dhcp.private import Private
from ringboot.dhcp.rules import RESERVED
from ringboot.model.address import ip_number, ip_text, prefix_mask
from ringboot.model.duration import seconds_of
from ringboot.model.scripting import Given
from ringboot.model.site import Network, OptionTexts
from ringboot.scripts.sources.source import Record

_LONGEST = 0xFFFFFFFF  # seconds
_OPTION = "option:"  # before the name of a column that holds any other option

# Names of columns that hold an option -> its key
OPTIONS: dict[str, str] = {
    "subnet_mask": "1",
    "gateway": "3",
    "gateways": "3",
    "domain_name_servers": "6",
    "domain_name": "15",
    "broadcast_address": "28",
    "ntp_servers": "42",
}


class BadDefinition(ValueError):
    """A definition that cannot be used; the text says which and why."""


class Row(NamedTuple):
    """What a source gives a client, and behind which relay only."""

    given: Given
    relay: str = ""


class Site(NamedTuple):
    """What of the configuration definitions are judged by."""

    networks: Sequence[Network] = ()
    declared: Sequence[Private] = ()


def row_of(record: Record, origin: str, site: Site) -> Row:
    """Read a definition; BadDefinition."""
    found: dict[str, object] = {}
    options: OptionTexts = {}
    extra: dict[str, str] = {}
    for name, value in record.items():
        if value is None or value in ("", []):
            continue
        if name in _COLUMNS:
            column, read = _COLUMNS[name]
            found[column] = _read(name, value, read)
        elif name in OPTIONS:
            options[OPTIONS[name]] = _option(OPTIONS[name], name, _text(value), ())
        elif name == "options":
            options |= _options(value, site.declared)
        elif name.startswith(_OPTION):
            options |= _options({name.removeprefix(_OPTION): value}, site.declared)
        elif name == "extra" and isinstance(value, Mapping):
            extra |= {str(key): _text(each) for key, each in value.items() if each is not None}
        else:
            extra[name] = _text(value)
    relay = str(found.pop("relay", ""))
    given = Given(origin, options=options, extra=extra, **found)  # type: ignore[arg-type]  # each is read by its row
    _check_place(given, site.networks)
    return Row(given, relay)


def _read(name: str, value: object, read: Callable[[object], object]) -> object:
    try:
        return read(value)
    except ValueError as error:
        raise BadDefinition(f"{name}: {error}") from None


def _address(value: object) -> str:
    return ip_text(ip_number(_text(value).strip()))


def _seconds(value: object) -> int:
    """Read a number of seconds, "8h" or a timedelta."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    text = _text(value).strip()
    number = float(text) if text.replace(".", "", 1).isdecimal() and len(text) < 20 else seconds_of(text)
    if not 1 <= number <= _LONGEST:
        raise ValueError(f"{text} is no time that a lease can have")
    return round(number)


def _text(value: object) -> str:
    """Write a value as an option's text is written: lists with commas."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(_text, value))
    return json.dumps(value) if isinstance(value, Mapping) else str(value)


_COLUMNS: dict[str, tuple[str, Callable[[object], object]]] = {
    "ip": ("address", _address),
    "address": ("address", _address),
    "network": ("network", _text),
    "hostname": ("hostname", _text),
    "lease_time": ("lease_time", _seconds),
    "t1": ("t1", _seconds),
    "t2": ("t2", _seconds),
    "relay": ("relay", _address),
    "giaddr": ("relay", _address),
}


def _options(value: object, declared: Iterable[Private]) -> OptionTexts:
    """Read options by name or number, as an object or as the JSON text of one."""
    if isinstance(value, str | bytes):
        try:
            value = json.loads(value)
        except ValueError:
            raise BadDefinition("options: it is no JSON object") from None
    if not isinstance(value, Mapping):
        raise BadDefinition("options: it is no object with the names of options")
    read: OptionTexts = {}
    for name, each in value.items():
        if each is None:
            continue
        row = private.find(declared, str(name))
        try:
            key = table.canonical(str(name)) if row is None else row.key
            text = _text(each) if row is None else private.plain(row, _text(each), filled=_text(each))
        except ValueError as error:
            raise BadDefinition(f"option {name}: {error}") from None
        read[key] = _option(key, str(name), text, RESERVED)
    return read


def _option(key: str, name: str, text: str, reserved: Iterable[int]) -> str:
    code = int(key.partition(".")[0])
    if code in reserved:
        raise BadDefinition(f"option {name} is written by the server itself")
    if "{" not in text:  # a placeholder is filled, and judged, when the answer is written
        try:
            table.encode_text(key, text)
        except ValueError as error:
            raise BadDefinition(f"{name}: {error}") from None
    return text


def _check_place(given: Given, networks: Sequence[Network]) -> None:
    """Find the network that holds the address, or that is named; BadDefinition."""
    if given.network and not any(each.name == given.network for each in networks):
        raise BadDefinition(f"network: no network is called {given.network!r:.60}")
    if not given.address and not given.network:
        raise BadDefinition("it has neither an ip nor a network")
    if given.address and holder(given, networks) is None:
        where = f"network {given.network}" if given.network else "any network of the configuration"
        raise BadDefinition(f"ip: {given.address} does not lie in {where}")


def holder(given: Given, networks: Sequence[Network]) -> Network | None:
    """Give the network of a definition."""
    if not given.address:
        return next((each for each in networks if each.name == given.network), None)
    number = ip_number(given.address)
    for each in networks:
        if number & prefix_mask(each.prefix) == each.subnet and given.network in ("", each.name):
            return each
    return None


def choose(rows: Sequence[Row], networks: Sequence[Network], network: str | None, relay: str | None) -> list[Row]:
    """Give those that fit where the client is: behind their relay, and of several those of its wire.

    One alone stays, for a client may be where it has no address: that is told when it is answered.
    """
    rows = [each for each in rows if each.relay in ("", relay or "")]
    if len(rows) < 2:
        return rows
    segment = next((each.segment for each in networks if each.name == network), None)
    return [each for each in rows if (net := holder(each.given, networks)) is not None and net.segment == segment]
