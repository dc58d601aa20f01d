"""How a device is told to read its files again: what its plugin, its config and its lease say about that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sipmessage import URI

from ringboot import reasons
from ringboot.fleet import configs, raw_config
from ringboot.fleet.books import Books
from ringboot.fleet.fields import FieldErrors
from ringboot.fleet.rendered import expected
from ringboot.fleet.world import World
from ringboot.model.address import ip_text, mac_octets
from ringboot.model.device import Device
from ringboot.plugins.names import shape
from ringboot.plugins.schema import Manifest
from ringboot.reasons import Reason
from ringboot.sip.digest import Account
from ringboot.sip.notify import PORTS, Contact, Notify

CONTACT = "sip_contact"  # the option of a device that says where it hears SIP


class Plan(NamedTuple):
    """What is to be sent, and the file that the device then fetches; None: any of its own."""

    notify: Notify
    path: str | None


class Line(NamedTuple):
    """What a device registers by: the user of its first line, and what proves to it that we know it."""

    user: str = ""
    account: Account | None = None


class Unfit(NamedTuple):
    """Why a device cannot be told."""

    reason: Reason
    detail: dict[str, Any]


def plan(books: Books, world: World, device: Device, utc: float, line: Line | None = None) -> Plan | Unfit:
    """Say how a device is told now; `line`: what it registers by until it reads its files, when that is known."""
    detail = {"mac": device.mac or device.id}
    manifest = world.plugins.get(device.plugin) if device.plugin is not None else None
    if manifest is None or device.plugin is None:
        return Unfit(reasons.SYNC_NO_PLUGIN, detail)
    resync = manifest.resync_of(device.model, device.version)
    if resync.how == "none" or resync.event is None:
        named = device.model or "such a device"
        return Unfit(reasons.SYNC_NOT_SUPPORTED, {**detail, "plugin": device.plugin, "model": named})
    if not device.configured:
        return Unfit(reasons.SYNC_NOT_CONFIGURED, {**detail, "why": device.problem or "nobody made them yet"})
    raw = _raw(books, device)
    contact = _contact(world, device, raw, utc)
    if isinstance(contact, Unfit):
        return contact._replace(detail={**detail, **contact.detail})
    user, account = line or _line(raw)
    path = None if resync.done is None else _path(manifest, device, resync.done, raw)
    return Plan(Notify(contact._replace(user=user), resync.event, account), path)


def address_of(world: World, device: Device, utc: float) -> str | None:
    """Give where a device is: an address that it has now, else the last one that it proved to have."""
    leases = [] if device.mac is None else world.leases.of_mac(mac_octets(device.mac), utc)
    held = [ip_text(lease.address) for lease in leases]
    return device.ip if device.ip in held or not held else held[0]


def _raw(books: Books, device: Device) -> Mapping[str, Any]:
    flat = configs.for_device(books.configs, device)
    try:
        return {} if flat is None else raw_config.complete(flat.raw)
    except FieldErrors:
        return {}


def _contact(world: World, device: Device, raw: Mapping[str, Any], utc: float) -> Contact | Unfit:
    """Give where it hears SIP: as its option says, else at its address by the transport of its config."""
    said = device.options.get(CONTACT)
    if said is not None:
        return _read(str(said))
    address = address_of(world, device, utc)
    if address is None:
        return Unfit(reasons.SYNC_NO_ADDRESS, {})
    return Contact(address, world.settings.sip_port, raw.get("sip_transport") or "udp")


def _read(text: str) -> Contact | Unfit:
    try:
        uri = URI.parse(text if text.startswith("sip:") else f"sip:{text}")
    except ValueError:
        return Unfit(reasons.SYNC_BAD_CONTACT, {"contact": text})
    transport = (uri.parameters.get("transport") or "udp").lower()
    if transport not in PORTS or not 0 <= (uri.port or 0) <= 65535 or uri.host.startswith("["):
        return Unfit(reasons.SYNC_BAD_CONTACT, {"contact": text})
    return Contact(uri.host, uri.port or 0, transport)


def line_of(books: Books, device: Device) -> Line:
    """Give what a device registers by when it has read its files."""
    return _line(_raw(books, device))


def _line(raw: Mapping[str, Any]) -> Line:
    for line in (raw.get("sip_lines") or {}).values():
        if line.get("username"):
            account = Account(str(line["auth_username"]), str(line["password"])) if line.get("password") else None
            return Line(str(line["username"]), account)
    return Line()


def _path(manifest: Manifest, device: Device, name: str, raw: Mapping[str, Any]) -> str | None:
    """Fill the name of the file that a device fetches then."""
    wanted = shape(name)
    rows = expected(manifest, device.plugin or "", device, raw)
    return next((row.path for row in rows if wanted.fullmatch(row.path)), None)
