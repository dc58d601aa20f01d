"""What a boot rule means for one machine: which file, by what protocol, with which options."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ringboot.model.site import Boot, OptionTexts
from ringboot.netboot.machine import PXE, Machine
from ringboot.netboot.menu import chosen, file_of, menu, plain, wants_line

_LOADER_OPTIONS = ("209", "210", "211")
_MAGIC = {"208": "hex:f100747e"}  # without it, older loaders do not read the others (RFC 5071 3)
_NO_PROXY = {"175.176": "hex:01"}  # iPXE need not wait for another server that knows more
_LOADERS = ("ipxe", "undionly", "snponly")  # how the programs of iPXE are called


class Where(NamedTuple):
    """What of a machine's place and standing a rule may ask for."""

    network: str
    classes: frozenset[str]
    known: bool


class Plan(NamedTuple):
    """What a machine gets; texts with placeholders."""

    row: Boot
    file: str  # "": it boots from its disk
    is_url: bool  # for who boots by HTTP: absolute, and nothing may take its place
    options: OptionTexts
    octets: dict[int, bytes]  # options that no text says: 43, 60, 97
    looped: bool = False  # iPXE would have been given itself


def choose(rows: Sequence[Boot], fitting: Iterable[int], where: Where) -> Boot | None:
    """Give the first rule that fits; `fitting` are the places of those whose conditions hold, in order."""
    for number in fitting:
        row = rows[number]
        if row.networks and where.network not in row.networks:
            continue
        if row.classes and where.classes.isdisjoint(row.classes):
            continue
        if row.known is None or row.known == where.known:
            return row
    return None


def plan(row: Boot, machine: Machine, mac: bytes, server: int, *, proxy: bool = False) -> Plan:
    """Say what a rule means for a machine; `server` is where it finds us, `proxy`: its address is another's matter."""
    if machine.http:
        return _http(row)
    if machine.ipxe and row.script and machine.can_load(row.script):
        options = {**_loader(row.options), **({} if proxy else _NO_PROXY)}
        return Plan(row, row.script, False, options, _pxe(machine, plain(mac, machine)) if proxy else {})
    if machine.ipxe and is_ipxe(row.file) and not row.script:
        return Plan(row, "", False, _loader(row.options), {}, looped=True)
    if machine.item is not None and row.menu:
        octets = _pxe(machine, chosen(machine.item))
        return Plan(row, file_of(row, machine.item) or "", False, _loader(row.options), octets)
    if row.menu:
        return Plan(row, row.file, False, _loader(row.options), _pxe(machine, menu(row, server)))
    # Some firmware that reads PXEClient looks for a boot server and ignores the file: say it where it must be said.
    needed = proxy or wants_line(mac, machine)
    return Plan(row, row.file, False, _loader(row.options), _pxe(machine, plain(mac, machine)) if needed else {})


def is_ipxe(file: str) -> bool:
    """Say whether a file is iPXE itself, by its name."""
    return file.rpartition("/")[2].lower().startswith(_LOADERS) and not file.lower().endswith(".ipxe")


def _http(row: Boot) -> Plan:
    url = row.url or (row.file and f"{{http}}/{row.file.lstrip('/')}")
    if row.file.lower().startswith(("http://", "https://", "{http")):
        url = row.url or row.file
    return Plan(row, url, True, _loader(row.options), {60: b"HTTPClient"} if url else {})


def _pxe(machine: Machine, space: bytes) -> dict[int, bytes]:
    return {43: space, 60: PXE, **({97: machine.uuid} if machine.uuid else {})}


def _loader(options: OptionTexts) -> OptionTexts:
    return {**_MAGIC, **options} if any(code in options for code in _LOADER_OPTIONS) else options
