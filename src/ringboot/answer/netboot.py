"""What a machine that boots from the network is told beside its address: the file, whose it is, and PXE's options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ringboot.answer.case import Case
from ringboot.answer.facts import Facts
from ringboot.answer.network import Net
from ringboot.answer.options import Asker, Layer, build, fill
from ringboot.answer.said import said
from ringboot.answer.timers import with_timers
from ringboot.dhcp.reply import block as write_block
from ringboot.model.address import ip_number
from ringboot.model.site import OptionTexts
from ringboot.netboot.machine import machine_of
from ringboot.netboot.plan import Plan, Where, choose, plan

_PARAMETERS, _SERVER_NAME, _FILE = 55, 66, 67
_FILE_ROOM = 127  # octets of the field: the last is a NUL, which firmware looks for
_SNAME_ROOM = 63
_URLS = (b"http://", b"https://")


class Booted(NamedTuple):
    """What of a reply boots a machine."""

    block: bytes
    siaddr: int
    sname: bytes
    file: bytes
    detail: dict[str, object]


def plan_for(
    facts: Facts, options: Mapping[int, bytes], mac: bytes, *, network: str, known: bool, server: int,
    proxy: bool = False,
) -> Plan | None:  # fmt: skip
    """Find the boot rule for a client and what it means; None when none is for it."""
    fitting = facts.boots.of(options, mac) if facts.boots.rows else ()
    if not fitting:
        return None
    names = frozenset(facts.classes.rows[number].name for number in facts.classes.of(options, mac))
    row = choose(facts.site.boot, fitting, Where(network, names, known))
    return None if row is None else plan(row, machine_of(options), mac, server, proxy=proxy)


def layer_of(found: Plan) -> Layer:
    """Give what a plan says as options, for the layer of boot rules."""
    texts: OptionTexts = {str(code): f"hex:{value.hex()}" for code, value in found.octets.items()}
    if found.file:
        texts[str(_FILE)] = found.file
        if not found.is_url:
            texts[str(_SERVER_NAME)] = found.row.server_name or found.row.next_server or "{server}"
    for key in found.options:  # what the rule itself says stands over what follows from it, also one part of 43
        texts.pop(key.partition(".")[0], None)
    return Layer("boot", found.row.name, {**texts, **found.options})


def boot(case: Case, net: Net, address: int, server: int, seconds: int | None) -> Booted | None:
    """Write the options and the boot fields of a reply that gives a machine this address; None: it does not boot."""
    query, client, facts, _ = case
    if not facts.boots.rows:
        return None
    options = said(query, facts)
    found = plan_for(facts, options, client.mac, network=net.name, known=client.known, server=server)
    if found is None:
        return None
    wanted = options.get(_PARAMETERS, b"")
    reserved = client.reserved_in(net)
    texts = layer_of(found).texts
    asker = Asker(facts.classes.of(options, client.mac), reserved, client.mac, wanted, seconds, texts)
    octets = dict(facts.options.of(net, net.place(address), server, asker))
    own = {**texts, **(reserved.texts if reserved is not None else {})}
    for code in (_SERVER_NAME, _FILE):
        if str(code) not in own:  # the file of a network is not for those that a rule is for
            octets.pop(code, None)
    return _booted(case, found, octets, server, with_timers_of=(net, seconds))


def boot_alone(case: Case, server: int) -> Booted | None:
    """Write the same for a machine whose address is another server's matter; None: there is nothing to tell it."""
    query, client, facts, _ = case
    options = said(query, facts)
    found = plan_for(
        facts, options, client.mac, network=client.link.name, known=client.known, server=server, proxy=True
    )
    if found is None or not (found.file or (found.row.menu and machine_of(options).item is None)):
        return None
    octets = build(layer_of(found).texts, facts.options.values(server, client.mac))
    return _booted(case, found, octets, server)


def _booted(
    case: Case, found: Plan, octets: dict[int, bytes], server: int, with_timers_of: tuple[Net, int | None] | None = None
) -> Booted:
    """Divide what is told between options and fields: old firmware reads only the fields."""
    query, client, facts, _ = case
    wanted = query.message.options.get(_PARAMETERS, b"")
    values = facts.options.values(server, client.mac)
    if found.is_url and not octets.get(_FILE, b"").startswith(_URLS):  # a reservation may name a file for TFTP
        octets[_FILE] = (fill(found.file, values) or "").encode()
    file, name = octets.get(_FILE, b""), octets.get(_SERVER_NAME, b"")
    own = ip_number(values["server"])
    siaddr = _address(name) or (ip_number(found.row.next_server) if found.row.next_server else own)
    sname = b"" if found.is_url or _address(name) or len(name) > _SNAME_ROOM else name
    fits = not found.is_url and len(file) <= _FILE_ROOM
    if not file or (fits and _FILE not in wanted):
        octets.pop(_FILE, None)
    if not file or _SERVER_NAME not in wanted:
        octets.pop(_SERVER_NAME, None)
    detail: dict[str, object] = {"boot": found.row.name, "file": file.decode("latin-1")}
    if found.looped:
        detail["loop"] = found.row.file
    full = with_timers(octets, with_timers_of[0].row, with_timers_of[1]) if with_timers_of else octets
    written = write_block(full, wanted)
    if not file:
        return Booted(written, 0, b"", b"", detail)
    return Booted(written, 0 if found.is_url else siaddr, sname, file if fits else b"", detail)


def _address(text: bytes) -> int:
    try:
        return ip_number(text.decode("ascii"))
    except ValueError:
        return 0
