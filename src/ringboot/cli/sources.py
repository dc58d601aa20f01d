"""ringboot source: where reservations are looked up, and what each place says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import CONFIGURATION, FAILED, NOT_FOUND, USAGE, Failure
from ringboot.cli.show import Column

if TYPE_CHECKING:
    from ringboot.scripts.sources.client import Client
    from ringboot.scripts.sources.guard import Said
    from ringboot.scripts.sources.source import Place
    from ringboot.setup.settings import Settings

COLUMNS = (
    Column("name", "NAME"),
    Column("kind", "KIND"),
    Column("where", "WHERE"),
    Column("timeout", "TIMEOUT"),
    Column("cache", "CACHE"),
    Column("negative", "NEGATIVE"),
    Column("stale", "STALE"),
)

Mac = Annotated[str, typer.Argument(help="The client's MAC.")]
Network = Annotated[str | None, typer.Option(help="The network of its wire. Default: the configuration's first.")]
Relay = Annotated[str | None, typer.Option(help="The relay agent's address.")]
ClientId = Annotated[str | None, typer.Option(help="Its identifier (option 61), as hex.")]
CircuitId = Annotated[str | None, typer.Option(help="What the relay calls its port (82.1).")]
RemoteId = Annotated[str | None, typer.Option(help="What the relay calls it (82.2).")]
VendorClass = Annotated[str | None, typer.Option(help="Option 60.")]
UserClass = Annotated[str | None, typer.Option(help="Option 77.")]
Hostname = Annotated[str | None, typer.Option(help="Option 12.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot source list")(list_sources)
    command(app, "test", "ringboot source test {mac} --network phones")(try_sources)


def list_sources(at: At) -> None:
    """List the sources of the configuration, in the order in which they are believed."""
    from ringboot.cli.show import print_json, print_table
    from ringboot.setup.kinds import duration_text

    _, places = _read(at)
    rows: list[dict[str, Any]] = [
        {
            "name": each.name, "kind": each.kind, "where": each.where,
            **{key: duration_text(getattr(each, key)) for key in ("timeout", "cache", "negative", "stale")},
        }
        for each in places
    ]  # fmt: skip
    if at.json:
        print_json({"items": rows, "total": len(rows)})
    elif rows:
        print_table(rows, COLUMNS)
    else:
        print("No source is configured.")


def try_sources(
    at: At,
    mac: Mac,
    *,
    network: Network = None,
    relay: Relay = None,
    client_id: ClientId = None,
    circuit_id: CircuitId = None,
    remote_id: RemoteId = None,
    vendor_class: VendorClass = None,
    user_class: UserClass = None,
    hostname: Hostname = None,
) -> None:
    """Ask each source now for a client, and show what it says and how long that takes.

    No daemon is needed. Ends with 1 when a source fails, with 5 when nobody knows the client.
    """
    from ringboot.cli.show import clean
    from ringboot.model.address import mac_octets, mac_text
    from ringboot.scripts.sources.client import Client
    from ringboot.scripts.sources.definition import Site
    from ringboot.scripts.sources.sources import Sources
    from ringboot.setup.site import site_of

    settings, places = _read(at)
    if not places:
        raise Failure("No source is configured. Add [[dhcp.source]] to ringboot.toml.", NOT_FOUND)
    site = site_of(settings, revision=0)
    try:
        own = mac_text(mac_octets(mac))
    except ValueError as error:
        raise Failure(f"{error}. Write it as 00:00:5e:00:53:01.", USAGE) from None
    if network is not None and all(each.name != network for each in site.networks):
        raise Failure(f"No network is called {network}. ringboot network list names them.", NOT_FOUND)
    wire = network or next((each.name for each in site.networks), None)
    client = Client(own, relay, client_id, circuit_id, remote_id, vendor_class, user_class, hostname, wire)
    try:
        sources = Sources(places, Site(site.networks, site.declared))
    except ValueError as error:
        raise Failure(f"{error}.", CONFIGURATION) from None
    try:
        rows = [_row(name, sources.lookup(client, only=name).said[0], client, site) for name in sources.names]
    finally:
        sources.close()
    at.tell(
        {"mac": own, "network": wire, "items": rows}, "\n".join(clean(line) for row in rows for line in _lines(row))
    )
    if any(row["failed"] for row in rows):
        raise typer.Exit(FAILED)
    if not any(row["given"] for row in rows):
        raise typer.Exit(NOT_FOUND)


def _read(at: At) -> tuple[Settings, list[Place]]:
    from ringboot.setup.load import load
    from ringboot.setup.problems import BadConfig, Wrong
    from ringboot.setup.sources import place_of
    from ringboot.setup.where import DEFAULT_FILE

    try:
        settings = load(at.config or DEFAULT_FILE)
        return settings, [place_of(each) for each in settings.dhcp.sources]
    except (BadConfig, Wrong) as error:
        raise Failure(str(error), CONFIGURATION) from None


def _row(name: str, said: Said, client: Client, site: Any) -> dict[str, Any]:
    from ringboot.dhcp.private import shown
    from ringboot.scripts.sources.definition import choose

    fitting = choose(said.rows, site.networks, client.network, client.relay)
    return {
        "source": name,
        "failed": said.failed,
        "seconds": round(said.seconds, 4),
        "given": [
            {
                "address": row.given.address,
                "network": row.given.network,
                "relay": row.relay,
                "lease_time": row.given.lease_time,
                "hostname": row.given.hostname,
                "options": dict(shown(site.declared, key, text) for key, text in row.given.options.items()),
                "extra": row.given.extra,
                "fits": row in fitting,
            }
            for row in said.rows
        ],
    }


def _lines(row: dict[str, Any]) -> list[str]:
    took = f"({row['seconds'] * 1000:.0f} ms)"
    if row["failed"]:
        return [f"{row['source']}: failed: {row['failed']} {took}"]
    if not row["given"]:
        return [f"{row['source']}: does not know it {took}"]
    return [f"{row['source']}: {_words(each)} {took}" for each in row["given"]]


def _words(given: dict[str, Any]) -> str:
    parts = [given["address"] or f"an address of {given['network']}"]
    parts += [given["hostname"]] if given["hostname"] else []
    parts += [f"lease time {given['lease_time']} s"] if given["lease_time"] else []
    parts += [f"{name} {text}" for name, text in given["options"].items()]
    parts += [f"{name} = {text}" for name, text in given["extra"].items()]
    return ", ".join(parts) + ("" if given["fits"] else "; not for a client of this network")
