"""From settings to what dhcp decides by: the configuration's part of a Site."""

from __future__ import annotations

from collections.abc import Iterable

from ringboot.dhcp.private import Private
from ringboot.model import site as model
from ringboot.model.matching import conditions
from ringboot.setup.boot import BootTable
from ringboot.setup.match import BootMatch
from ringboot.setup.option_sets import by_key
from ringboot.setup.settings import ClassTable, Network, OptionTable, PoolTable, Settings


def site_of(
    settings: Settings, *, revision: int, brands: Iterable[model.Class] = (), dhcp_integration: bool = True
) -> model.Site:
    """Compile settings and the brands' classes (which come first: a later layer wins) into a Site."""
    dhcp, http, tftp, https = settings.dhcp, settings.http.listen, settings.tftp.listen, settings.https.listen
    declared = declared_in(dhcp.declared)
    return model.Site(
        revision=revision,
        networks=tuple(_network(each, declared) for each in dhcp.networks),
        classes=(*brands, *(_class(each, declared) for each in dhcp.classes)),
        boot=tuple(_boot(number, each, declared) for number, each in enumerate(settings.boots, 1)),
        options=by_key(dhcp.options, declared),
        server=settings.server.address,
        http_port=http.port if http else 0,
        tftp_port=tftp.port if tftp else 0,
        https_port=https.port if https else 0,
        probe=dhcp.probe,
        probe_relayed=dhcp.probe_relayed,
        question_deadline=dhcp.question_deadline,
        on_no_answer=dhcp.on_no_answer,
        scan=dhcp.scan,
        scan_rate=dhcp.scan_rate,
        max_declines=dhcp.max_declines,
        dhcp_integration=dhcp_integration,
        subnet_selection=dhcp.subnet_selection,
        dns=settings.dns.server is not None,
        forcerenew=dhcp.forcerenew,
        leasequery=tuple(model.Block(each.number, each.last) for each in dhcp.leasequery),
        scripts=dhcp.is_scripted,
        declared=declared,
    )


def declared_in(rows: Iterable[OptionTable]) -> tuple[Private, ...]:
    """Give the names that a configuration declares for options."""
    return tuple(Private(row.code, row.name, row.kind) for row in rows)


def _network(network: Network, declared: tuple[Private, ...]) -> model.Network:
    plain = [model.Pool(each.first, each.last) for each in network.pools]
    rich = [
        model.Pool(each.range.first, each.range.last, _options(each, declared), each.classes or (), each.max_leases)
        for each in network.pool
    ]
    return model.Network(
        name=network.called,
        subnet=network.subnet.number,
        prefix=network.subnet.prefix,
        segment=network.segment or network.called,
        relays=network.relays,
        authoritative=network.authoritative,
        pools=(*plain, *rich),
        lease_time=network.lease_time,
        unknown=network.unknown,
        quarantine=network.quarantine,
        trust=network.trust,
        identity=network.identity,
        rapid_commit=network.rapid_commit,
        bootp=network.bootp,
        bootp_lease_time=network.bootp_lease_time,
        min_lease_time=network.min_lease_time,
        max_lease_time=network.max_lease_time,
        max_leases_per_circuit=network.max_leases_per_circuit,
        scarce_lease_time=network.scarce_lease_time,
        scarce_above=network.scarce_above,
        t1=network.t1,
        t2=network.t2,
        ddns_domain=network.ddns_domain,
        proxy=network.proxy,
        options=_options(network, declared),
    )


def _options(table: Network | PoolTable, declared: tuple[Private, ...]) -> model.OptionTexts:
    """Give the options of a network or a pool, with those that have a setting of their own."""
    own = {} if table.v6only_wait is None else {"108": str(table.v6only_wait)}
    return {**own, **by_key(table.options, declared)}


def _class(table: ClassTable, declared: tuple[Private, ...]) -> model.Class:
    options = by_key(table.options, declared)
    return model.Class(table.name, "class", (conditions(table.match),), options, table.lease_time)


def _boot(number: int, table: BootTable, declared: tuple[Private, ...]) -> model.Boot:
    match = table.match
    return model.Boot(
        name=table.name or f"boot-{number}",
        conditions=(*conditions(match), *_of_machines(match)),
        networks=match.network or (),
        classes=match.classes or (),
        known=match.known,
        file=table.file,
        url=table.url,
        script=table.script,
        next_server=table.next_server or "",
        server_name=table.server_name,
        menu=tuple(model.BootItem(item.text, item.file) for item in table.menu),
        prompt=table.prompt,
        timeout=table.timeout,
        options=by_key(table.options, declared),
    )


def _of_machines(match: BootMatch) -> tuple[model.Match, ...]:
    """Leave out clients that do not boot, unless the rule says by which words it knows its machines."""
    if match.arch or match.vendor_class or match.user_class or match.options:
        return ()
    return (model.Match("dhcp.93.each", ""),)
