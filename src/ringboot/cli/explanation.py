"""A device's way as text: the same explanation always gives the same lines.

What `GET /api/v1/explain/{mac}` gives (any list may be empty, any other value null or absent; times: UTC seconds):

    {"mac": "aa:bb:cc:dd:ee:ff",
     "boot": {"reason": "no-file-asked", "text": "...", "help": "..."},     # the row of reasons.py, filled
     "device": {id, mac, ip, vendor, model, version, plugin, config, configured, added, association, problem, ...},
     "said": {"agents": ["its User-Agent"], "asks": ["a file", ...]},        # while no plugin makes its files
     "network": {"name", "subnet", "segment"},
     "classes": ["...", ...],                                               # those that its evidence matches
     "reservations": [{"network", "kind", "value", "address"}],             # those that are for it; the first counts
     "leases": [{"address", "network", "state", "start", "expiry", "hostname", "vendor_class", "client_id"}],
     "options": [{"key": "66", "name": "tftp-server-name", "value", "layer": "brand", "source": "its name",
                  "not_sent": None or why}],
     "plugin": {"id", "title", "version", "folder", "why"},
     "files": [{"path", "part", "template", "secret", "fetched": utc, "current": bool}],
     "timeline": [{"utc", "stage", "reason", "text"}],                      # the oldest first
     "dhcp_silent": "why the dhcp process did not say what it remembers"}
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from ringboot.cli.show import aligned, clean, moment, plain

Row = Mapping[str, Any]

_NAMES = ("vendor", "model", "version")
_DEVICE = ("id", "ip", "sn", "uuid", "config", "configured", "added", "description", "problem")


def explanation_text(told: Row, zone: dt.tzinfo | None = None) -> str:
    """Write an explanation; times in the given zone, else in the reader's."""
    parts = [
        _stand(told),
        _section("Device", _device(told.get("device"), told.get("said") or {})),
        _section("Network", _network(told, zone)),
        _section("DHCP options", _options(told.get("options") or ())),
        _section("Plugin", _plugin(told.get("plugin"))),
        _section("Files", _files(told.get("files") or (), zone)),
        _section("Timeline", _timeline(told, zone)),
    ]
    return "\n\n".join(parts)


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join((title, *lines))


def _pairs(rows: Sequence[tuple[str, Any]]) -> list[str]:
    known = [(name, clean(plain(value))) for name, value in rows if value not in (None, "", [], {})]
    return aligned(known, "  ") if known else []


def _stand(told: Row) -> str:
    device, boot = told.get("device") or {}, told.get("boot") or {}
    name = " ".join(plain(device[key]) for key in _NAMES if device.get(key))
    lines = [clean(f"{told['mac']}  {name}".rstrip())]
    lines.append(clean(f"Where it stands: {boot.get('text', 'nothing is known')} [{boot.get('reason', '?')}]"))
    if boot.get("help"):
        lines.append(clean(f"What to do: {boot['help']}"))
    return "\n".join(lines)


def _device(device: Row | None, said: Row) -> list[str]:
    known = _pairs([(key, device.get(key)) for key in _DEVICE]) if device else ["  No device is known by this MAC."]
    rows = [("User-Agent", text) for text in said.get("agents") or ()]
    return known + _pairs([*rows, *(("asked for", path) for path in said.get("asks") or ())])


def _network(told: Row, zone: dt.tzinfo | None) -> list[str]:
    network = told.get("network")
    lines = []
    if network:
        rows = [("name", network.get("name")), ("subnet", network.get("subnet")), ("segment", network.get("segment"))]
        lines += _pairs([*rows, ("classes", told.get("classes"))])
    else:
        lines.append("  No network is known for it.")
    for row in told.get("reservations") or ():
        kept = f"  reservation {row['address']} in {row['network']}, by its {row['kind']} {row['value']}"
        lines.append(clean(kept))
    leases = told.get("leases") or ()
    if not leases:
        lines.append("  It holds no lease.")
    for lease in leases:
        lines.append(clean(f"  lease {lease['address']} in {lease['network']}: {_lease_state(lease, zone)}"))
        said = [("hostname", lease.get("hostname")), ("vendor class", lease.get("vendor_class"))]
        lines += [f"  {line}" for line in _pairs(said)]
    return lines


def _lease_state(lease: Row, zone: dt.tzinfo | None) -> str:
    return f"{lease['state']}, from {moment(lease['start'], zone)} until {moment(lease['expiry'], zone)}"


def _options(options: Sequence[Row]) -> list[str]:
    if not options:
        return ["  It was given none."]
    rows = [(str(row["key"]), str(row["name"]), clean(plain(row["value"])), _layer(row)) for row in options]
    return aligned(rows, "  ")


def _layer(row: Row) -> str:
    source = row.get("source")
    if row["layer"] == "global" and source:
        source = f"[{source}]"  # the table of ringboot.toml
    named = f"by {row['layer']} {source}" if source else f"by {row['layer']}"
    return f"{named}; not sent: {row['not_sent']}" if row.get("not_sent") else named


def _plugin(plugin: Row | None) -> list[str]:
    if not plugin:
        return ["  No plugin makes its files."]
    return _pairs([(key, plugin.get(key)) for key in ("id", "title", "version", "folder", "why")])


def _files(files: Sequence[Row], zone: dt.tzinfo | None) -> list[str]:
    if not files:
        return ["  None was made for it."]
    rows = []
    for row in files:
        fetched = row.get("fetched")
        state = "not fetched" if fetched is None else f"fetched {moment(fetched, zone)}"
        if fetched is not None and not row.get("current", True):
            state += ", has changed since"
        rows.append((clean(str(row["path"])), plain(row.get("part") or "-"), clean(str(row["template"])), state))
    return aligned(rows, "  ")


def _timeline(told: Row, zone: dt.tzinfo | None) -> list[str]:
    events = told.get("timeline") or ()
    silent = told.get("dhcp_silent")
    lines = [clean(f"  What dhcp remembers is missing here: {silent}")] if silent else []
    rows = [(moment(row["utc"], zone), str(row["stage"]), clean(str(row["text"]))) for row in events]
    return [*lines, *(aligned(rows, "  ") if rows else ["  Nothing was seen."])]
