"""ringboot boot test: what a machine would be told to boot, by a configuration and without a machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ringboot.cli.command import At
from ringboot.cli.exits import CONFIGURATION, NOT_FOUND, USAGE, Failure

if TYPE_CHECKING:
    from ringboot.answer.facts import Facts

_FEATURES = "hex:130101150101"  # of iPXE: HTTP and TFTP


def try_boot(
    at: At,
    *,
    arch: Annotated[str, typer.Option("--arch", help="Its architecture, by name or number.")],
    mac: Annotated[str, typer.Option("--mac", help="Its MAC.")] = "00:00:5e:00:53:01",
    network: Annotated[str, typer.Option("--network", help="Where it is. Default: the first network.")] = "",
    vendor_class: Annotated[
        str, typer.Option("--vendor-class", help="Its option 60. Default: that of such firmware.")
    ] = "",
    user_class: Annotated[str, typer.Option("--user-class", help="Its option 77.")] = "",
    ipxe: Annotated[bool, typer.Option("--ipxe", help="It has loaded iPXE already.")] = False,
    known: Annotated[bool, typer.Option("--known", help="It has a reservation, or is a configured device.")] = False,
) -> None:
    """Say which boot rule of the configuration file is for a machine, and what it is told.

    It asks no daemon: reservations and devices are not looked at.
    """
    from ringboot.answer.facts import Facts
    from ringboot.dhcp.arches import codes_of, name_of
    from ringboot.dhcp.options import encode_text
    from ringboot.leases.table import Table
    from ringboot.model.address import mac_octets
    from ringboot.setup.load import look as find
    from ringboot.setup.machine import look
    from ringboot.setup.site import site_of
    from ringboot.setup.where import DEFAULT_FILE

    path, machine = at.config or DEFAULT_FILE, look()
    problems, settings = find(path, machine)
    if settings is None:
        raise Failure(f"{problems[0]}\nAll of them: ringboot check --config {path}", CONFIGURATION)
    try:
        (code, *_), octets = codes_of(arch), mac_octets(mac)
    except ValueError as error:
        raise Failure(f"{error}. Architectures are named in docs/howto/netboot.md.", USAGE) from None
    word = "HTTPClient" if name_of(code).endswith("-http") else "PXEClient"
    said = {60: (vendor_class or f"{word}:Arch:{code:05}:UNDI:003016").encode(), 93: code.to_bytes(2, "big")}
    if user_class or ipxe:
        said[77] = (user_class or "iPXE").encode()
    if ipxe:
        said[175] = encode_text("175", _FEATURES)
    facts = Facts(site_of(settings, revision=0), Table())
    told = _told(facts, network, octets, said, known=known, ours=machine.all_addresses)
    at.tell(told, _text(told))


def _told(
    facts: Facts, network: str, mac: bytes, said: Mapping[int, bytes], *, known: bool, ours: Sequence[str]
) -> dict[str, Any]:
    from ringboot.answer.netboot import layer_of, plan_for
    from ringboot.answer.options import fill
    from ringboot.dhcp.options import name_of
    from ringboot.model.address import ip_number

    net = facts.nets.by_name.get(network or next(iter(facts.nets.by_name), ""))
    if net is None:
        there = ", ".join(facts.nets.by_name) or "none"
        raise Failure(f"No network is called {network or '(any)'}; there are {there}.", NOT_FOUND)
    server = next((each for each in map(ip_number, ours) if net.holds(each)), net.row.subnet + 1)
    beside = net.row.proxy or not net.pools
    found = plan_for(facts, said, mac, network=net.name, known=known, server=server, proxy=beside)
    rows: list[dict[str, Any]] = []
    if found is not None:
        values = facts.options.values(server, mac)
        texts = layer_of(found).texts.items()
        rows = [{"key": key, "name": name_of(key), "value": fill(text, values)} for key, text in texts]
    return {
        "network": net.name,
        "rule": None if found is None else found.row.name,
        "file": next((row["value"] for row in rows if row["key"] == "67"), None),
        "looped": found is not None and found.looped,
        "beside": beside,
        "options": rows,
    }


def _text(told: dict[str, Any]) -> str:
    from ringboot.cli.show import aligned, clean, plain

    if told["rule"] is None:
        return f"No boot rule is for it in network {told['network']}."
    lines = [f"Boot rule {told['rule']}, in network {told['network']}:"]
    if told["looped"]:
        lines.append("  its file is iPXE, which it has: nothing is sent. Add script to the rule.")
    elif not told["file"]:
        lines.append("  no file: it boots from its disk, or shows its menu")
    if told["beside"]:
        lines.append("  its address comes from another server")
    return "\n".join(
        lines + aligned([(row["key"], row["name"], clean(plain(row["value"]))) for row in told["options"]], "  ")
    )
