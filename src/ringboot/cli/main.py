"""The tree of commands; each imports what it needs only when it runs, so that --help is quick."""

from __future__ import annotations

from typing import Annotated

import typer

from ringboot.cli import (
    audit,
    boots,
    completion,
    configs,
    configuration,
    daemon,
    devices,
    dns,
    exporting,
    firmware,
    importing,
    init,
    leases,
    lines,
    many,
    networks,
    plugin_making,
    plugins,
    pools,
    previews,
    registering,
    reservations,
    rollouts,
    scripts,
    settings,
    shell,
    simulate,
    sources,
    syncs,
    templates,
    tls,
    tokens,
    top,
    users,
    webhooks,
)
from ringboot.cli.command import group

_TEXT = "Takes IP phones from their box to working: addresses, recognition, configuration, and the reason why."


def _version(wanted: bool) -> None:
    if wanted:
        from ringboot import __version__

        print(f"ringboot {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def _tree() -> typer.Typer:
    made = typer.Typer(
        name="ringboot", help=_TEXT, no_args_is_help=True, rich_markup_mode=None, add_completion=False,
        pretty_exceptions_enable=False,
    )  # fmt: skip
    made.callback()(_root)
    daemon.add_to(made)
    configuration.add_to(made)
    init.add_to(made)
    simulate.add_to(made)
    top.add_to(made)
    audit.add_to(made)
    registering.add_to(made)
    networks.add_to(made)
    shell.add_to(made)
    completion.add_to(made)
    leases.add_to(group("lease", "Addresses that clients hold.", made))
    networks.add_networks_to(group("network", "Subnets that are served, and how full they are.", made))
    networks.add_classes_to(group("class", "Kinds of clients, and what each gets.", made))
    networks.add_events_to(group("event", "What happened.", made))
    networks.add_jobs_to(group("job", "Work that takes a while.", made))
    pools.add_to(group("pool", "Ranges of addresses that are given out.", made))
    reservations.add_to(group("reservation", "Addresses kept for one client each.", made))
    of_devices = group("device", "Phones, gateways and softphones.", made)
    devices.add_to(of_devices)
    previews.add_to(of_devices)
    rollouts.add_move_to(of_devices)
    many.add_to(of_devices)
    lines.add_to(of_devices)
    rollouts.add_to(group("rollout", "Devices that go from one plugin to another, group by group.", made))
    syncs.add_to(group("sync", "Jobs that let devices read their files again.", made))
    lines.add_models_to(group("model", "Models of devices, and what they have room for.", made))
    boots.add_to(group("boot", "Machines that boot from the network.", made))
    configs.add_to(group("config", "Layers of configuration that devices use.", made))
    of_plugins = group("plugin", "What makes the files of a brand's devices.", made)
    plugins.add_to(of_plugins)
    plugin_making.add_to(of_plugins)
    templates.add_to(group("template", "What files are made of: shipped templates, and your own.", made))
    firmware.add_to(group("firmware", "Packages of firmware that plugins have.", made))
    importing.add_to(group("import", "What another DHCP server has: configuration, reservations, leases.", made))
    exporting.add_to(group("export", "The configuration, for another DHCP server.", made))
    scripts.add_to(group("script", "The administrator's Python: hooks, and how they do.", made))
    sources.add_to(group("source", "Where reservations are looked up: databases, files, web services.", made))
    dns.add_to(group("dns", "Names of clients in the DNS.", made))
    webhooks.add_to(group("webhook", "Receivers that are told what happens, by HTTP.", made))
    tls.add_to(group("tls", "The certificates that devices meet by HTTPS.", made))
    users.add_to(group("user", "Who may sign in to pages and API.", made))
    tokens.add_to(group("token", "What programs show to come in over the network.", made))
    settings.add_to(group("settings", "What can be switched at run time.", made))
    return made


app = _tree()
