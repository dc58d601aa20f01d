"""ringboot lease: what addresses are held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.completion import names_of
from ringboot.cli.exits import FAILED, USAGE, Failure
from ringboot.cli.lists import LARGEST_PAGE, Filters, Limit, Offset, Sort, Text, show_page, split_filter
from ringboot.cli.show import Column, counted, moment, plain, print_table, print_thing
from ringboot.model.whose import BY_NAME

COLUMNS = (
    Column("address", "ADDRESS"),
    Column("mac", "MAC"),
    Column("state", "STATE"),
    Column("network", "NETWORK"),
    Column("hostname", "HOSTNAME"),
    Column("vendor_class", "VENDOR CLASS"),
    Column("expiry", "EXPIRES", moment),
)
MISFITS = (
    Column("address", "ADDRESS"),
    Column("mac", "MAC"),
    Column("expiry", "EXPIRES", moment),
    Column("at_renewal", "AT RENEWAL"),
    Column("text", "WHY"),
)
MOST_MISFITS = 1_000_000
RENEWAL_COLUMNS = (Column("address", "ADDRESS"), Column("mac", "MAC"), Column("text", "RESULT"))
RENEWED_AT_A_TIME = 250  # clients, so that a network does not come all at once
_RENEWED = "asked-and-renewed"
_TIMES = ("start", "expiry")

Address = Annotated[
    str, typer.Argument(help="The address.", autocompletion=names_of("leases", "address", "mac", "state"))
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot lease list --network phones --sort -expiry")(list_leases)
    command(app, "show", "ringboot lease show 10.0.1.20")(show_lease)
    command(app, "misfits", "ringboot lease misfits")(list_misfits)
    command(app, "renew", "ringboot lease renew --network phones")(renew_leases)
    command(app, "reserve", "ringboot lease reserve 10.0.1.20 --hostname reception")(reserve_lease)
    command(app, "release", "ringboot lease release 10.0.1.20")(release_lease)


def list_leases(
    at: At,
    *,
    text: Text = "",
    network: Annotated[str, typer.Option(help="Only leases of this network.", show_default=False)] = "",
    filters: Filters = None,
    sort: Sort = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> None:
    """List leases."""
    from ringboot.desk.listing import Query, select

    wanted = tuple(split_filter(each) for each in filters or ())
    known = [column.key for column in COLUMNS] + ["start", "client_id", "relay_information"]
    for key in [*(key for key, _ in wanted), *([sort.removeprefix("-")] if sort else [])]:
        if key not in known:
            raise Failure(f"Leases have no {key!r}. There are: {', '.join(known)}.", USAGE)
    # The daemon reads leases on by a cursor and counts all of them; sorting, filtering and their total need every one.
    narrowed = bool(wanted or network or text)
    enough = None if narrowed or sort or not limit else offset + limit
    items, total = _fetch(at, network, text, enough)
    query = Query(wanted, "", sort.removeprefix("-"), sort.startswith("-"), limit or len(items), offset)
    page = select(items, query)
    found = page.total if narrowed else total
    show_page(at, page.items, found, offset=offset, columns=COLUMNS, noun="leases")


def _fetch(at: At, network: str, text: str, enough: int | None) -> tuple[list[dict[str, Any]], int]:
    items: list[dict[str, Any]] = []
    parameters = [(name, value) for name, value in (("network", network), ("text", text)) if value]
    after: int | None = 0
    total = 0
    while after is not None and (enough is None or len(items) < enough):
        size = LARGEST_PAGE if enough is None else min(LARGEST_PAGE, enough - len(items))
        page = at.api.get("leases", parameters=[*parameters, ("after", str(after)), ("limit", str(size))])
        items += page["items"]
        total, after = page["total"], page["next"]
    return items, total


def show_lease(at: At, address: Address) -> None:
    """Show who holds an address."""
    _show(at, at.api.get("leases", address))


def list_misfits(at: At, *, limit: Limit = 100) -> None:
    """List leases that no longer fit the configuration.

    They are kept until they end. A client that asks to renew one is refused and starts over at once, or it is not
    answered and starts over when its lease ends.
    """
    found = at.api.get("leases", "misfits", parameters=[("limit", str(limit or MOST_MISFITS))])
    if at.json:
        at.tell(found, "")
        return
    print_table(found["items"], MISFITS)
    print(misfit_line(found))


def misfit_line(found: Mapping[str, Any]) -> str:
    """Count leases that no longer fit, by reason."""
    reasons = ", ".join(f"{name}: {count}" for name, count in found["reasons"].items())
    return f"{counted(found['total'], 'leases')} no longer fit" + (f" ({reasons})" if reasons else "")


def renew_leases(
    at: At,
    *,
    addresses: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ADDRESS]...", help="The addresses.", autocompletion=names_of("leases", "address", "mac")
        ),
    ] = None,
    network: Annotated[str, typer.Option(help="All leases of this network.", show_default=False)] = "",
) -> None:
    """Ask clients to renew their leases now, so that they learn what has changed.

    Returns when each has renewed, or was asked often enough. Only clients that say that they can be asked are: dhcpcd
    does, phones hardly do.
    """
    if bool(addresses) == bool(network):
        raise Failure("Say whose: addresses, or --network.", USAGE)
    if network:
        bound = [row for row in _fetch(at, network, "", None)[0] if row["state"] == "bound"]
    named = addresses or [row["address"] for row in bound]
    rows: list[dict[str, Any]] = []
    for start in range(0, len(named), RENEWED_AT_A_TIME):
        rows += at.api.post("leases", "renew", body={"addresses": named[start : start + RENEWED_AT_A_TIME]})
    left = [row for row in rows if row["reason"] != _RENEWED]
    if at.json:
        at.tell(rows, "")
    else:
        print_table(rows, RENEWAL_COLUMNS)
        print(f"{len(rows) - len(left)} of {counted(len(rows), 'clients')} renewed")
    if addresses and left:
        raise Failure(f"{plain(left[0]['text'])}. {plain(left[0]['help'])}".strip(), FAILED)


def reserve_lease(
    at: At,
    *,
    address: Address,
    by: Annotated[str, typer.Option(help=f"By what the client is known from then on: {', '.join(BY_NAME)}.")] = "mac",
    hostname: Annotated[str | None, typer.Option(help="The name that the client is told.")] = None,
    option: Annotated[list[str] | None, typer.Option(help="A DHCP option, as name=value; may be repeated.")] = None,
) -> None:
    """Keep an address for the client that has or had it."""
    from ringboot.cli.assignments import flat_of

    body: dict[str, Any] = {"kind": by}
    if hostname:
        body["hostname"] = hostname
    if option:
        body["options"] = flat_of(option)
    made = at.api.post("leases", address, "reservation", body=body)
    at.tell(made, f"{made['address']} is kept for {made['kind']} {made['value']}.")


def release_lease(at: At, address: Address) -> None:
    """End a lease now."""
    lease = at.api.delete("leases", address)
    at.tell(lease, f"{plain(lease.get('address', address))} is free; it was {plain(lease.get('mac'))}'s.")


def _show(at: At, lease: dict[str, Any]) -> None:
    if at.json:
        at.tell(lease, "")
    else:
        print_thing({key: moment(value) if key in _TIMES else value for key, value in lease.items()})
