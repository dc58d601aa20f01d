"""The first ringboot.toml of a machine: what was found there becomes keys, the rest comments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ringboot.model.address import ip_number
from ringboot.setup.kinds import Range, Subnet
from ringboot.setup.machine import Interface, Machine, Taken
from ringboot.setup.problems import Wrong

PORTS = (("udp", 67), ("udp", 69), ("tcp", 8667), ("tcp", 8666))
_KEY = {
    ("udp", 67): "port in [dhcp]",
    ("udp", 69): "listen in [tftp]",
    ("tcp", 8667): "listen in [http]",
    ("tcp", 8666): "listen in [admin]",
}

_PRIVATE = (
    '# A name for an option that has none, to be used in options: options = { acme-url = "http://10.0.0.2/" }',
    "# [[dhcp.option]]",
    "# code = 224",
    '# name = "acme-url"',
    '# kind = "text"',
)


class Plan(NamedTuple):
    """One network of the file."""

    interface: str
    subnet: Subnet
    pools: tuple[Range, ...]
    router: str | None
    foreign: tuple[str, ...]  # other DHCP servers that answer there


def choose(machine: Machine, wanted: Sequence[str]) -> list[Interface]:
    """Give the interfaces asked for, else the first that is up and has an address; Wrong when there is none."""
    there = ", ".join(machine.names) or "none"
    if wanted:
        found = [(name, machine.interface(name)) for name in wanted]
        for name, interface in found:
            if interface is None:
                raise Wrong(f"interface {name} is not there", f"the interfaces here are {there}")
        return [interface for _, interface in found if interface is not None]
    candidates = usable(machine)
    if not candidates:
        raise Wrong(
            f"no interface of {there} is up and has an IPv4 address",
            "set one up, or name it with --interface and --subnet",
        )
    return candidates[:1]


def usable(machine: Machine) -> list[Interface]:
    """Give the interfaces that DHCP could be answered on as they are."""
    return [each for each in machine.interfaces if each.up and not each.loopback and each.addresses]


def plan(machine: Machine, interface: Interface, subnet: Subnet | None, foreign: Sequence[str] = ()) -> Plan:
    """Choose subnet, pools and router for one interface; Wrong when it has no address and no subnet was said."""
    if subnet is None:
        if not interface.subnets:
            raise Wrong(f"interface {interface.name} has no IPv4 address", "give it one, or say which: --subnet")
        subnet = interface.subnets[0]
    router = machine.gateway if machine.gateway and subnet.holds(ip_number(machine.gateway)) else None
    taken = [ip_number(address) for address in (*machine.all_addresses, *([router] if router else []))]
    return Plan(interface.name, subnet, suggest_pools(subnet, taken), router, tuple(foreign))


def suggest_pools(subnet: Subnet, taken: Sequence[int]) -> tuple[Range, ...]:
    """Propose addresses to give out, around those that are in use: at most 4096, none in a subnet below eight."""
    size = 1 << (32 - subnet.prefix)
    if size < 8:
        return ()
    if size >= 1024:
        first, last = 256, min(size // 2, 4096) + 255
    elif size >= 256:
        first, last = 100, 199
    else:
        first, last = size // 2, size - 2
    start, end = subnet.number + first, subnet.number + last
    pools = []
    for address in sorted({each for each in taken if start <= each <= end}):
        if start < address:
            pools.append(Range(start, address - 1))
        start = address + 1
    if start <= end:
        pools.append(Range(start, end))
    return tuple(pools)


def write(machine: Machine, plans: Sequence[Plan], taken: Sequence[Taken] = (), looked: bool = True) -> str:
    """Write the file; `looked` says whether other DHCP servers could be looked for."""
    used = [each.interface for each in plans]
    others = [f"{each.name} ({each.addresses[0][0]})" for each in usable(machine) if each.name not in used]
    lines = [
        "# How Ringboot runs on this machine. Every key stands in docs/reference/configuration.md.",
        "# After a change: ringboot check, then ringboot reload.",
        "",
        "[server]",
        '# data = "/var/lib/ringboot"   # databases, plugins, files',
        '# address = "10.0.0.2"         # what devices are told; default: the address of the interface they came in on',
        "",
        "[dhcp]",
        f"interfaces = [{', '.join(_quoted(name) for name in used)}]",
    ]
    if others:
        lines.append(f"# Not used: {', '.join(others)}.")
    if not looked:
        lines.append("# Other DHCP servers were not looked for: that needs root.")
    lines += _taken_lines(taken, "udp", 67)
    for each in plans:
        lines += ["", *_network_lines(each)]
    lines += ["", *_PRIVATE]
    lines += ["", "[tftp]", 'listen = ":69"', *_taken_lines(taken, "udp", 69)]
    lines += ["", "[http]", 'listen = ":8667"', *_taken_lines(taken, "tcp", 8667)]
    lines += ["", "[admin]", 'listen = "127.0.0.1:8666"   # sign-in; the log of the first start says the password']
    lines += _taken_lines(taken, "tcp", 8666)
    return "\n".join(lines) + "\n"


def _network_lines(each: Plan) -> list[str]:
    lines = ["[[dhcp.network]]", f"name = {_quoted(_named(each.interface))}", f'subnet = "{each.subnet}"']
    pools = ", ".join(f'"{pool}"' for pool in each.pools)
    if each.foreign:
        lines += [
            f"# Another DHCP server answers on {each.interface}: {', '.join(each.foreign)}. With two, a device takes",
            "# whichever is faster. Stop the other one, then remove the # before pools.",
            f"# pools = [{pools}]",
        ]
    elif pools:
        lines.append(f"pools = [{pools}]   # the addresses that are given out")
    else:
        lines.append("# The subnet is small: give addresses with ringboot reservation add.")
    lines.append('lease_time = "8h"')
    lines.append('unknown = "serve"   # who is not known here: "serve", "ignore", or "quarantine" to another network')
    router = f'routers = "{each.router}"' if each.router else ""
    lines.append(f"options = {{ {router} }}" if router else f'# options = {{ routers = "{_first(each.subnet)}" }}')
    return lines


def _first(subnet: Subnet) -> str:
    return str(Range(subnet.number + 1, subnet.number + 1)).partition("-")[0]


def _taken_lines(taken: Sequence[Taken], kind: str, port: int) -> list[str]:
    rows: Mapping[tuple[str, int], Taken] = {(each.kind, each.port): each for each in taken}
    found = rows.get((kind, port))
    return [] if found is None else [f"# {found}: stop it, or change {_KEY[kind, port]}."]


def _named(interface: str) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]", "-", interface)
    return name if name[0].isalnum() else f"on{name}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
