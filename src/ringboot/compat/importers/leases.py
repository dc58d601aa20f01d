"""Lease files of other servers: Kea's CSV with what its clean-up left, dhcpd.leases, and dnsmasq's."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from ringboot.compat.importers.imported import BadSource, LeaseRow, NotCarried, Place, read_source
from ringboot.compat.importers.isc_options import octets_of
from ringboot.compat.importers.isc_text import Statement, read_isc
from ringboot.leases.terms import INFINITE
from ringboot.model.address import ip_number, mac_octets
from ringboot.model.lease import BOUND, DECLINED, RELEASED

Row = LeaseRow | NotCarried
_ESCAPED = re.compile(r"&#x([0-9a-fA-F]{2})")
_HOST_NAME, _VENDOR_CLASS = 12, 60
_TODO = "correct the line, or give the client a lease by hand"
_KEA_STATES = {"0": BOUND, "1": DECLINED, "2": RELEASED, "3": RELEASED}
_ISC_STATES = {"active": BOUND, "abandoned": DECLINED}


def read_kea_leases(path: Path) -> Iterator[Row]:
    """Read a memfile and what its clean-up left beside it, oldest first; BadSource."""
    done = path.with_name(f"{path.name}.completed")
    older = [done] if done.exists() else [path.with_name(f"{path.name}.{number}") for number in (2, 1)]
    for each in (*(one for one in older if one.exists()), path):
        yield from _kea_file(each)


def _kea_file(path: Path) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(read_source(path), newline=""))
    titles = next(reader, [])
    if titles[:2] != ["address", "hwaddr"] or "expire" not in titles:
        raise BadSource(Place(str(path)), "is no lease file of kea-dhcp4", "its first line begins with address,hwaddr")
    for cells in reader:
        place = Place(str(path), reader.line_num)
        if cells:
            row = dict(zip(titles, cells, strict=False))
            yield _said(place, f"lease of {cells[0]:.20}", lambda row=row, place=place: _kea_row(row, place))  # type: ignore[misc]


def _kea_row(row: dict[str, str], place: Place) -> LeaseRow:
    lifetime, expire = int(row["valid_lifetime"]), int(row["expire"])
    state = _KEA_STATES[row.get("state", "0")] if lifetime else RELEASED
    name = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), row.get("hostname", "")).rstrip(".")
    client_id = bytes.fromhex(row["client_id"].replace(":", "")) or None
    mac = bytes.fromhex(row["hwaddr"].replace(":", ""))
    start = expire - lifetime
    expiry = INFINITE if lifetime >= INFINITE else expire
    return LeaseRow(place, ip_number(row["address"]), mac, client_id, state, start, expiry, _said_by(client_id, name))


def read_isc_leases(path: Path) -> Iterator[Row]:
    """Read dhcpd.leases, oldest first; BadSource."""
    for row in read_isc(path):
        if row.begins("lease") and row.block is not None and len(row.words) == 2:
            yield _said(row.place, str(row), lambda row=row: _isc_row(row))  # type: ignore[misc]


def _isc_row(row: Statement) -> LeaseRow:
    said = {" ".join(each.texts[:2]) if each.begins("binding") else each.texts[0]: each for each in row.block or ()}
    state = _ISC_STATES.get(said["binding state"].texts[2], RELEASED) if "binding state" in said else BOUND
    hardware, uid, name = said.get("hardware"), said.get("uid"), said.get("client-hostname")
    client_id = octets_of(uid.words[1]) if uid is not None and len(uid.words) == 2 else None
    vendor = next(
        (each for each in row.block or () if each.begins("set", "vendor-class-identifier") and len(each.words) == 4),
        None,
    )
    options = _said_by(client_id, name.texts[1] if name is not None and len(name.words) == 2 else "")
    if vendor is not None:
        options[_VENDOR_CLASS] = vendor.texts[3].encode("latin-1")
    expiry = _isc_time(said["ends"])
    if state == DECLINED and expiry <= _isc_time(said["starts"]):
        expiry = INFINITE  # nobody may have it until somebody says so
    mac = mac_octets(hardware.texts[2]) if hardware is not None else b""
    return LeaseRow(
        row.place, ip_number(row.texts[1]), mac, client_id, state, _isc_time(said["starts"]), expiry, options
    )


def _isc_time(row: Statement) -> int:
    words = row.texts[1:]
    if words[0] == "never":
        return INFINITE
    if words[0] == "epoch":
        return int(words[1])
    moment = dt.datetime.strptime(f"{words[1]} {words[2]}", "%Y/%m/%d %H:%M:%S").replace(tzinfo=dt.UTC)
    return int(moment.timestamp())


def read_dnsmasq_leases(path: Path) -> Iterator[Row]:
    """Read dnsmasq.leases; BadSource."""
    for number, text in enumerate(read_source(path).split("\n"), 1):
        words = text.split()
        place = Place(str(path), number)
        if words[:1] == ["duid"]:
            return  # leases of DHCPv6 follow
        if words:
            yield _said(place, f"lease {text:.40}", lambda words=words, place=place: _dnsmasq_row(words, place))  # type: ignore[misc]


def _dnsmasq_row(words: list[str], place: Place) -> LeaseRow:
    end, mac, address, name, client_id = words
    identifier = None if client_id == "*" else bytes.fromhex(client_id.replace(":", ""))
    octets = mac_octets(mac.partition("-")[2] or mac)
    expiry = int(end) or INFINITE
    options = _said_by(identifier, "" if name == "*" else name)
    return LeaseRow(place, ip_number(address), octets, identifier, BOUND, 0, expiry, options)


def _said_by(client_id: bytes | None, name: str) -> dict[int, bytes]:
    options = {} if not name else {_HOST_NAME: name.encode("latin-1", "replace")[:255]}
    return options if client_id is None else {**options, 61: client_id}


def _said(place: Place, construct: str, read: Callable[[], LeaseRow]) -> Row:
    try:
        return read()
    except (ValueError, LookupError, OverflowError) as error:
        return NotCarried(place, construct, f"it cannot be read ({error or type(error).__name__})", _TODO)
