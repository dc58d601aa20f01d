"""An import as ringboot.toml, and its reservations as rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ringboot.compat.importers.imported import ClassRule, Imported
from ringboot.compat.importers.values import shown
from ringboot.dhcp.private import Private
from ringboot.leases.terms import INFINITE
from ringboot.model.address import ip_text
from ringboot.model.site import Network, OptionTexts, Pool

# Keys of a network that stand in the file as they are in the model, and those of them that are times.
_PLAIN = (
    "segment", "relays", "authoritative", "lease_time", "min_lease_time", "max_lease_time", "t1", "t2", "identity",
    "rapid_commit", "bootp", "bootp_lease_time", "unknown", "quarantine",
)  # fmt: skip
_TIMES = {"lease_time", "min_lease_time", "max_lease_time", "bootp_lease_time"}
_UNITS = ((604800, "w"), (86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def toml_text(found: Imported, origin: str) -> str:
    """Write the configuration; `origin` says where it comes from."""
    lines = [f"# From {origin}, by ringboot import. Look through it, then: ringboot check"]
    if found.address is not None:
        lines += ["", "[server]", _line("address", found.address)]
    lines += ["", "[dhcp]", _line("interfaces", found.interfaces)]
    lines += [_line(key, port) for key in ("port", "pxe_port") if (port := getattr(found, key)) is not None]
    _table(lines, "[dhcp.options]", shown(found.options, found.declared))
    for row in found.declared:
        lines += ["", "[[dhcp.option]]", _line("code", row.key), _line("name", row.name), _line("kind", row.kind)]
    for network in found.networks:
        _network(lines, network, found.declared)
    for rule in found.classes:
        _class(lines, rule, found.declared)
    return "\n".join(lines) + "\n"


def reservation_rows(found: Imported) -> list[dict[str, Any]]:
    """Give the reservations as the API and the CSV file have them."""
    return [
        {
            "network": row.network,
            "kind": row.kind,
            "value": row.value,
            "address": row.address,
            "hostname": row.hostname,
            "options": shown(row.options, found.declared),
        }
        for row in found.reservations
    ]


def _network(lines: list[str], network: Network, declared: list[Private]) -> None:
    plain = Network(network.name, network.subnet, network.prefix, network.name)
    subnet = f"{ip_text(network.subnet)}/{network.prefix}"
    lines += ["", "[[dhcp.network]]"]
    if network.name != subnet:
        lines.append(_line("name", network.name))
    lines.append(_line("subnet", subnet))
    for key in _PLAIN:
        value = getattr(network, key)
        if value != getattr(plain, key):
            lines.append(_line(key, _time(value) if key in _TIMES else value))
    if network.pools and not any(map(_is_rich, network.pools)):
        lines.append(_line("pools", [_range(pool) for pool in network.pools]))
    _table(lines, "[dhcp.network.options]", shown(network.options, declared))
    if any(map(_is_rich, network.pools)):
        for pool in network.pools:
            lines += ["", "[[dhcp.network.pool]]", _line("range", _range(pool))]
            lines += [_line("class", _one(pool.classes))] if pool.classes else []
            _table(lines, "[dhcp.network.pool.options]", shown(pool.options, declared))


def _class(lines: list[str], rule: ClassRule, declared: list[Private]) -> None:
    lines += ["", "[[dhcp.class]]", _line("name", rule.name)]
    if rule.lease_time is not None:
        lines.append(_line("lease_time", _time(rule.lease_time)))
    _table(lines, "[dhcp.class.match]", {key: _one(globs) for key, globs in rule.match.items()}, always=True)
    _table(lines, "[dhcp.class.match.options]", {key: _one(globs) for key, globs in rule.match_options.items()})
    _table(lines, "[dhcp.class.options]", shown(rule.options, declared))


def _is_rich(pool: Pool) -> bool:
    return bool(pool.options or pool.classes)


def _table(lines: list[str], title: str, rows: Mapping[str, Any] | OptionTexts, *, always: bool = False) -> None:
    if rows or always:
        lines += ["", title, *(_line(key, value) for key, value in rows.items())]


def _line(key: str, value: Any) -> str:
    bare = key.replace("-", "").replace("_", "").isalnum() and key.isascii()
    return f"{key if bare else _value(key)} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _one(globs: Iterable[str]) -> str | list[str]:
    listed = list(globs)
    return listed[0] if len(listed) == 1 else listed


def _range(pool: Pool) -> str:
    return f"{ip_text(pool.first)}-{ip_text(pool.last)}"


def _time(seconds: int) -> str:
    if seconds >= INFINITE:
        return "infinite"
    return next(f"{seconds // size}{unit}" for size, unit in _UNITS if seconds % size == 0)
