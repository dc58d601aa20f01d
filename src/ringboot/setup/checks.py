"""What must hold between the keys of a configuration (subnets, pools, names, options), and on this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ringboot.dhcp.private import Private
from ringboot.model.address import ip_number, ip_text
from ringboot.model.matching import faults
from ringboot.setup.boot_checks import check_boot
from ringboot.setup.daemon import Server
from ringboot.setup.kinds import Listen, Range
from ringboot.setup.machine import Machine
from ringboot.setup.match import ClassMatch
from ringboot.setup.option_sets import find_fault, key_of, uses
from ringboot.setup.problems import Wrong
from ringboot.setup.reading import Draft, Place
from ringboot.setup.register import check_register
from ringboot.setup.settings import Dhcp, Http, Https, Network, Tftp
from ringboot.setup.site import declared_in
from ringboot.setup.source_checks import check_sources
from ringboot.setup.webhooks import read_secret

_ROUTERS = "3"
LONGEST_SOCKET = 107  # octets that a unix socket's path may have


def check_site(draft: Draft) -> None:
    """Note every contradiction inside the file."""
    _check_servers(draft)
    _check_https(draft)
    _check_webhooks(draft)
    _check_admin(draft)
    check_register(draft)
    _check_presence(draft)
    _check_scripts(draft)
    for place, network in draft.networks:
        _check_pools(draft, place, network)
        _check_roles(draft, place, network)
        _check_times(draft, place, network)
    _check_identities(draft)
    _check_names(draft)
    _check_overlaps(draft)
    _check_relays(draft)
    for place, each in draft.classes:
        where = (*place, "match")
        if each.match == ClassMatch() and not draft.faulty(where):
            draft.add(where, "matches every client", "name a mac, vendor-class, hostname or client-id")
        for name, what, todo in faults(each.match):
            draft.add((*where, "options", name), what, todo)
    check_boot(draft)
    _check_declared(draft)
    check_sources(draft)
    for place, options in _option_sets(draft):
        _check_options(draft, place, options)


def check_machine(draft: Draft, machine: Machine) -> None:
    """Note what the file expects of this machine and does not find."""
    server, dhcp = draft.parts["server"], draft.parts["dhcp"]
    there = machine.names
    for index, name in enumerate(dhcp.interfaces):
        place: Place = ("dhcp", "interfaces", index)
        if name not in there:
            draft.add(place, f"interface {name} is not there", f"the interfaces here are {', '.join(there)}")
        elif not machine.addresses_of(name):
            draft.warn(place, f"interface {name} has no IPv4 address", f"give it one: ip address add ... dev {name}")
    here = machine.all_addresses
    if server.address is not None and not _is_here(server.address, here):
        draft.warn(
            ("server", "address"),
            f"{server.address} is not an address of this machine",
            f"right when a router or another node has it; here are {', '.join(here)}",
        )
    for place, network in draft.networks:
        for where, each in _ranges(place, network):
            for own in here:
                if own != server.address and each.first <= ip_number(own) <= each.last:
                    draft.warn(where, f"pool {each} holds our own address {own}", "leave it out of the pool")
    for place, listen in _listeners(draft):
        if listen is not None and listen.address and not _is_here(listen.address, here):
            draft.add(
                place,
                f"{listen.address} is not an address of this machine",
                f'listen on all with ":{listen.port}", or on one of {", ".join(here)}',
            )


def _is_here(address: str, here: tuple[str, ...]) -> bool:
    return address in here or address.startswith("127.")


def _check_servers(draft: Draft) -> None:
    server, dhcp, tftp = (draft.parts[name] for name in ("server", "dhcp", "tftp"))
    if not isinstance(server, Server) or not isinstance(dhcp, Dhcp):
        return
    if isinstance(tftp, Tftp) and tftp.listen is not None and tftp.listen.port == dhcp.port:
        draft.add(("tftp", "listen"), f"port {dhcp.port} is DHCP's", 'choose another, ":69" is usual')
    if dhcp.pxe_port is not None:
        taken = {dhcp.port: "DHCP"} | ({tftp.listen.port: "TFTP"} if isinstance(tftp, Tftp) and tftp.listen else {})
        if dhcp.pxe_port in taken:
            draft.add(("dhcp", "pxe_port"), f"port {dhcp.pxe_port} is {taken[dhcp.pxe_port]}'s", "choose 4011")
    # The socket of dhcp always lies in the data folder, and its name is longer than the API's.
    name = "scripts.sock" if dhcp.is_scripted else "dhcp.sock"
    for key, path in (("data", server.data / "run" / name), ("api_socket", server.api_socket)):
        if path is not None and len(str(path).encode()) > LONGEST_SOCKET:
            what = f"the socket's path {path} is longer than {LONGEST_SOCKET} octets"
            draft.add(("server", key), what, f"set {key} to a shorter path")
    for key, kind in (("http", Http), ("https", Https)):
        part = draft.parts[key]
        if isinstance(part, kind) and part.listen is None:
            for place, options in _option_sets(draft):
                for name, text in options.items():
                    if uses(text, key):
                        draft.add((*place, name), f"{{{key}}} names a server that is off", f"set listen in [{key}]")


def _check_scripts(draft: Draft) -> None:
    for index, path in enumerate(draft.parts["dhcp"].scripts):
        if not path.is_file():
            todo = "write it, or leave it out (docs/howto/scripts.md)"
            draft.add(("dhcp", "scripts", index), f"{path} is not there", todo)
    conf = draft.parts["dhcp"].conf
    if conf is not None and not conf.is_file():
        draft.add(("dhcp", "conf"), f"{conf} is not there", "name the conf.py itself (docs/howto/staticdhcpd.md)")


def _listeners(draft: Draft) -> list[tuple[Place, Listen | None]]:
    parts = draft.parts
    return [
        (("tftp", "listen"), parts["tftp"].listen),
        (("http", "listen"), parts["http"].listen),
        (("https", "listen"), parts["https"].listen),
        (("https", "legacy", "listen"), parts["https"].legacy.listen),
        (("metrics", "listen"), parts["metrics"].listen),
        (("agi", "listen"), parts["agi"].listen),
        (("sip", "listen"), parts["sip"].listen),
        (("register", "listen"), parts["register"].listen),
        (("admin", "listen"), parts["admin"].listen),
    ]


def _check_https(draft: Draft) -> None:
    taken: dict[int, Place] = {}
    for place, listen in _listeners(draft)[1:]:
        if listen is not None and listen.port in taken:
            other = ".".join(map(str, taken[listen.port][:-1]))
            draft.add(place, f"port {listen.port} is that of [{other}]", "choose another")
        elif listen is not None:
            taken[listen.port] = place
    https = draft.parts["https"]
    _check_pair(draft, "https", https.certificate, https.key)
    if not https.client_cas:
        return
    from ringboot.setup.certificates import read_certificates  # noqa: PLC0415  # most files name none

    for index, each in enumerate(https.client_cas):
        _try(draft, ("https", "client_ca", index, "file"), read_certificates, each.file)


def _check_webhooks(draft: Draft) -> None:
    names: set[str] = set()
    for index, each in enumerate(draft.parts["webhook"]):
        if each.name in names:
            draft.add(("webhook", index, "name"), f"another webhook is called {each.name}", "choose another name")
        names.add(each.name)
        _try(draft, ("webhook", index, "secret_file"), read_secret, each.secret_file)


def _check_admin(draft: Draft) -> None:
    admin = draft.parts["admin"]
    _check_pair(draft, "admin", admin.certificate, admin.key)
    if admin.tls is False and admin.certificate is not None:
        draft.add(("admin", "tls"), "is false, and a certificate is given", "remove one of them")
    if draft.faulty(("admin",)) or admin.is_loopback or admin.is_tls or admin.tls is False:
        return
    todo = (
        "add tls = true, for HTTPS with a certificate of our own CA, or name certificate and key; "
        "or say tls = false, when you mean that"
    )
    draft.add(("admin", "listen"), f"{admin.listen} is reached from elsewhere, where others can read passwords", todo)


def _check_pair(draft: Draft, table: str, certificate: Path | None, key: Path | None) -> None:
    paths = {"certificate": certificate, "key": key}
    missing = [name for name in paths if paths[name] is None]
    if len(missing) == 1 and not draft.faulty((table, missing[0])):
        (given,) = paths.keys() - set(missing)
        todo = f"add {missing[0]}, or remove {given} for a CA of our own"
        draft.add((table, given), f"stands here without {missing[0]}", todo)
    if not missing:
        from ringboot.setup.certificates import check_pair  # noqa: PLC0415  # most files name none

        _try(draft, (table, "certificate"), check_pair, *(path for path in (certificate, key) if path is not None))


def _try(draft: Draft, place: Place, look: Callable[..., object], *paths: Path) -> None:
    try:
        look(*paths)
    except Wrong as error:
        draft.add(place, error.what, error.todo)


def _check_presence(draft: Draft) -> None:
    dhcp = draft.parts["dhcp"]
    interfaces: Place = ("dhcp", "interfaces")
    if not draft.named and not draft.networks and not draft.faulty(("dhcp", "network")):
        draft.add(("dhcp",), "no network is defined", 'add [[dhcp.network]] with subnet = "10.0.0.0/24"')
    given = any(network.ranges for _, network in draft.networks)
    if given and not dhcp.interfaces and not draft.faulty(interfaces):
        draft.add(interfaces, "is missing", 'add it, such as interfaces = ["eth0"]')
    seen: set[str] = set()
    for index, name in enumerate(dhcp.interfaces):
        if name in seen:
            draft.add((*interfaces, index), f"{name} stands here twice", "remove one")
        seen.add(name)


def _ranges(place: Place, network: Network) -> Iterator[tuple[Place, Range]]:
    for index, each in enumerate(network.pools):
        yield (*place, "pools", index), each
    for index, pool in enumerate(network.pool):
        yield (*place, "pool", index, "range"), pool.range


def _check_pools(draft: Draft, place: Place, network: Network) -> None:
    subnet = network.subnet
    address = draft.parts["server"].address
    declared = declared_in(row for _, row in draft.options)
    for where, each in _ranges(place, network):
        if not (subnet.holds(each.first) and subnet.holds(each.last)):
            draft.add(where, f"pool {each} leaves the subnet {subnet}", "move it inside")
        elif subnet.prefix < 31 and (each.first == subnet.number or each.last == subnet.last):
            draft.add(
                where,
                f"pool {each} holds the address of the subnet itself or its broadcast address",
                f"stay within {Range(subnet.number + 1, subnet.last - 1)}",
            )
        elif address is not None and each.first <= ip_number(address) <= each.last:
            draft.warn(where, f"pool {each} holds our own address {address}", "leave it out of the pool")
        for router in routers_of(network, declared):
            if each.first <= router <= each.last:
                draft.warn(where, f"pool {each} holds the router {ip_text(router)}", "leave it out of the pool")
    for index, pool in enumerate(network.pool):
        for name in pool.classes or ():
            if name not in draft.classed:
                todo = f"the classes are {', '.join(sorted(draft.classed)) or 'none yet: add [[dhcp.class]]'}"
                draft.add((*place, "pool", index, "class"), f'no class is called "{name}"', todo)
    for one, (where, other) in _meeting(list(_ranges(place, network))):
        draft.add(where, f"pool {other} overlaps pool {one}", "give each address to one pool")


def routers_of(network: Network, declared: tuple[Private, ...]) -> list[int]:
    """Give the routers that a network's clients are told, as far as they are written as addresses."""
    found: list[int] = []
    for name, text in network.options.items():
        if find_fault(name, text, declared) is None and key_of(name, declared) == _ROUTERS and "{" not in text:
            with contextlib.suppress(ValueError):  # as octets
                found += map(ip_number, text.split(","))
    return found


def _check_times(draft: Draft, place: Place, network: Network) -> None:
    least, most = network.min_lease_time, network.max_lease_time
    if least is not None and least > network.lease_time:
        draft.add((*place, "min_lease_time"), "is longer than lease_time", "shorten it, or lengthen lease_time")
    if most is not None and most < network.lease_time:
        draft.add((*place, "max_lease_time"), "is shorter than lease_time", "lengthen it, or shorten lease_time")
    scarce = network.scarce_lease_time
    if scarce is not None and scarce >= network.lease_time:
        draft.add((*place, "scarce_lease_time"), "is not shorter than lease_time", "shorten it, or remove it")
    if network.t1 >= network.t2:
        draft.add(
            (*place, "t1"), f"is not before t2 ({network.t2})", "a client first renews with us, then asks any server"
        )


def _check_roles(draft: Draft, place: Place, network: Network) -> None:
    if network.trust is not None and network.ranges:
        draft.add(
            (*place, "trust"),
            "trust is only for networks where DHCP is elsewhere, and this one has pools",
            "remove trust, or the pools",
        )
    if network.proxy and network.ranges:
        draft.add(
            (*place, "proxy"),
            "proxy is only for networks where DHCP is elsewhere, and this one has pools",
            "remove proxy, or the pools",
        )
    if network.unknown == "quarantine" and network.quarantine is None:
        draft.add((*place, "unknown"), "no quarantine network is named", 'add quarantine = "..." with its name')
    if network.quarantine is None:
        return
    where = (*place, "quarantine")
    if network.unknown != "quarantine":
        draft.add(
            where, f'is not used, since unknown is "{network.unknown}"', 'set unknown = "quarantine" or remove it'
        )
    if network.quarantine == network.called:
        draft.add(where, "names the network itself", "name another network on the same segment")
    elif network.quarantine not in draft.named:
        names = ", ".join(sorted(draft.named - {network.called})) or "none"
        draft.add(where, f'no network is called "{network.quarantine}"', f"the others are {names}")
    else:
        _check_quarantine(draft, where, network)


def _check_quarantine(draft: Draft, where: Place, network: Network) -> None:
    target = next((each for _, each in draft.networks if each.called == network.quarantine), None)
    if target is None:
        return  # it is there, but could not be read
    if target.segment is None or target.segment != network.segment:
        draft.add(
            where,
            f'network "{target.called}" is not on the same segment',
            f'set segment = "{network.segment or "floor1"}" in both',
        )
    if not target.ranges:
        draft.add(where, f'network "{target.called}" has no pool', "add pools to it")
    if target.unknown != "serve":
        draft.add(where, f'network "{target.called}" does not serve unknown clients', 'set unknown = "serve" in it')


def _check_identities(draft: Draft) -> None:
    """Clients of one wire are known by one thing: an address of one network of it is theirs in the next."""
    first: dict[str, Network] = {}
    for place, network in draft.networks:
        other = first.setdefault(network.segment or network.called, network)
        if other.identity != network.identity:
            what = f'network "{other.called}" of the same segment has identity = "{other.identity}"'
            draft.add((*place, "identity"), what, "set the same in both")


def _check_names(draft: Draft) -> None:
    rows = [("network", [(place, each.called) for place, each in draft.networks])]
    rows.append(("class", [(place, each.name) for place, each in draft.classes if each.name]))
    for kind, named in rows:
        seen: set[str] = set()
        for place, name in named:
            if name in seen:
                draft.add((*place, "name"), f'another {kind} is called "{name}"', "choose another name")
            seen.add(name)


def _check_overlaps(draft: Draft) -> None:
    owners = dict(draft.networks)
    spans = [(place, Range(network.subnet.number, network.subnet.last)) for place, network in draft.networks]
    for one, (place, _) in _meeting(spans):
        first = next(
            each for each in owners.values() if each.subnet.number == one.first and each.subnet.last == one.last
        )
        draft.add(
            (*place, "subnet"),
            f'subnet {owners[place].subnet} overlaps {first.subnet} of network "{first.called}"',
            "give each address to one network",
        )


def _check_relays(draft: Draft) -> None:
    owners: dict[str, Network] = {}
    for place, network in draft.networks:
        for index, relay in enumerate(network.relays):
            other = owners.setdefault(relay, network)
            if other is not network:
                what = f'network "{other.called}" has relay {relay} too'
                todo = "name it in one of them; the networks of its wire have the same segment"
                draft.add((*place, "relays", index), what, todo)


def _meeting(ranges: list[tuple[Place, Range]]) -> Iterator[tuple[Range, tuple[Place, Range]]]:
    """Find ranges that share addresses: the one that stands first in the file, then the other with its place."""
    order = {place: index for index, (place, _) in enumerate(ranges)}
    widest: tuple[Place, Range] | None = None
    for each in sorted(ranges, key=lambda row: (row[1].first, -row[1].last)):
        if widest is not None and each[1].first <= widest[1].last:
            first, second = sorted((widest, each), key=lambda row: order[row[0]])
            yield first[1], second
        if widest is None or each[1].last > widest[1].last:
            widest = each


def _option_sets(draft: Draft) -> Iterator[tuple[Place, Mapping[str, str]]]:
    yield ("dhcp", "options"), draft.parts["dhcp"].options
    for place, network in draft.networks:
        yield (*place, "options"), network.options
        for index, pool in enumerate(network.pool):
            yield (*place, "pool", index, "options"), pool.options
    for place, each in draft.classes:
        yield (*place, "options"), each.options
    for index, row in enumerate(draft.parts["boot"]):
        yield ("boot", index, "options"), row.options


def _check_declared(draft: Draft) -> None:
    codes: dict[str, str] = {}
    names: set[str] = set()
    for place, row in draft.options:
        if row.name in names:
            draft.add((*place, "name"), f'another option is called "{row.name}"', "choose another name")
        elif row.code in codes and not row.code.startswith("43."):  # which each vendor fills as it likes
            draft.add((*place, "code"), f"option {row.code} is called {codes[row.code]} already", "remove one of them")
        names.add(row.name)
        codes.setdefault(row.code, row.name)


def _check_options(draft: Draft, place: Place, options: Mapping[str, str]) -> None:
    seen: dict[str, str] = {}
    declared = declared_in(row for _, row in draft.options)
    for name, text in options.items():
        fault = find_fault(name, text, declared)
        if fault is not None:
            draft.add((*place, name), *fault)
            continue
        key = key_of(name, declared)
        if key in seen:
            draft.add((*place, name), f"is the same option as {seen[key]}", "remove one of them")
        seen[key] = name
