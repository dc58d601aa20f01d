"""ringboot network, class, event, job and attention: what there is, what happens, and what needs a person."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ringboot.cli import jobs
from ringboot.cli.command import At, command
from ringboot.cli.completion import names_of
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.pools import COLUMNS as POOL_COLUMNS
from ringboot.cli.show import Column, clean, counted, moment, print_table, print_thing

NETWORKS = (
    Column("name", "NETWORK"),
    Column("subnet", "SUBNET"),
    Column("interfaces", "INTERFACES"),
    Column("size", "SIZE"),
    Column("used", "USED"),
    Column("declined", "DECLINED"),
    Column("free", "FREE"),
    Column("reservations", "RESERVED"),
    Column("unknown", "UNKNOWN"),
)
RUNS = (
    Column("first", "FIRST"),
    Column("last", "LAST"),
    Column("count", "COUNT"),
    Column("state", "STATE"),
)
CLASSES = (
    Column("name", "CLASS"),
    Column("source", "SOURCE"),
    Column("leases", "LEASES"),
    Column("options", "OPTIONS"),
)
EVENTS = (
    Column("utc", "WHEN", moment),
    Column("mac", "MAC"),
    Column("address", "ADDRESS"),
    Column("reason", "REASON"),
    Column("text", "TEXT"),
)
JOBS = (
    Column("id", "JOB"),
    Column("what", "WHAT"),
    Column("who", "WHO"),
    Column("state", "STATE"),
    Column("started", "STARTED", moment),
    Column("done", "DONE"),
    Column("total", "TOTAL"),
    Column("problem", "PROBLEM"),
)

Network = Annotated[str, typer.Argument(help="The network.", autocompletion=names_of("networks", "name", "subnet"))]


def add_networks_to(app: typer.Typer) -> None:
    """Add the commands about networks."""
    command(app, "list", "ringboot network list")(list_networks)
    command(app, "show", "ringboot network show phones")(show_network)
    command(app, "map", "ringboot network map phones")(map_network)


def add_classes_to(app: typer.Typer) -> None:
    """Add the commands about classes."""
    command(app, "list", "ringboot class list --filter source=configuration")(list_classes)


def add_events_to(app: typer.Typer) -> None:
    """Add the commands about events."""
    command(app, "list", "ringboot event list --reason pool-full")(list_events)


def add_jobs_to(app: typer.Typer) -> None:
    """Add the commands about jobs."""
    command(app, "list", "ringboot job list --filter state=running")(list_jobs)
    command(app, "show", "ringboot job show sync-1")(show_job)
    command(app, "resume", "ringboot job resume bulk-move-1f2e3d4c")(resume_job)


def add_to(app: typer.Typer) -> None:
    """Add the command that stands alone."""
    command(app, "attention", "ringboot attention")(attention)


def list_networks(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List networks and how full they are."""
    list_rows(
        at, "networks", NETWORKS, "networks", text=text, filters=filters, sort=sort, limit=limit, offset=offset
    )  # fmt: skip


def show_network(at: At, name: Network) -> None:
    """Show a network: its pools, options, and how full it is."""
    found = at.api.get("networks", name)
    if at.json:
        at.tell(found, "")
    else:
        print_thing({key: value for key, value in found.items() if key != "pools"})
        print_table(found["pools"], POOL_COLUMNS)


def map_network(
    at: At, name: Network, *, first: Annotated[str, typer.Option(help="Begin at this address.")] = ""
) -> None:
    """Show who has which addresses of a network, in runs that stand alike.

    States: free, leased, declined (in quarantine), reserved, ours, and excluded, which lies in no pool.
    """
    parameters = [("first", first)] if first else []
    found = at.api.get("networks", name, "addresses", parameters=parameters)
    if at.json:
        at.tell(found, "")
        return
    print_table(found["items"], RUNS)
    if found["next"]:
        print(f"More from {found['next']}: ringboot network map {name} --first {found['next']}")


def list_classes(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List classes of clients: what each gets, and how many there are."""
    list_rows(
        at, "classes", CLASSES, "classes", text=text, filters=filters, sort=sort, limit=limit, offset=offset
    )  # fmt: skip


def list_events(
    at: At,
    *,
    reason: Annotated[str, typer.Option(help="Only this reason.")] = "",
    stage: Annotated[str, typer.Option(help="Only reasons of this stage: dhcp, lease, file, device, sip ...")] = "",
    mac: Annotated[str, typer.Option(help="Only of this MAC.")] = "",
    device: Annotated[str, typer.Option(help="Only of the device with this id.")] = "",
    address: Annotated[str, typer.Option(help="Only of this address.")] = "",
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=1000)] = 100,
    before: Annotated[int, typer.Option(help="Read on: only those before the event with this number.", min=0)] = 0,
) -> None:
    """List what happened, the newest first."""
    asked = {"reason": reason, "stage": stage, "mac": mac, "device": device, "address": address}
    parameters = [(name, value) for name, value in asked.items() if value]
    parameters += [("limit", str(limit)), *([("before", str(before))] if before else [])]
    found = at.api.get("events", parameters=parameters)
    if at.json:
        at.tell(found, "")
        return
    print_table(found["items"], EVENTS)
    if found["next"]:
        print(f"--before {found['next']} shows more")


def list_jobs(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List work that takes a while: what runs, and what came of it."""
    list_rows(at, "jobs", JOBS, "jobs", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def show_job(at: At, ident: Annotated[str, typer.Argument(help="The job.")]) -> None:
    """Show how far a job is."""
    found = at.api.get("jobs", ident)
    if at.json:
        at.tell(found, "")
    else:
        print_thing({**found, "started": moment(found["started"]), "ended": found["ended"] and moment(found["ended"])})


def resume_job(at: At, ident: Annotated[str, typer.Argument(help="The job.")], *, wait: jobs.Wait = True) -> None:
    """Do again what a restart of the daemon interrupted; what was done already is done once more."""
    job = at.api.post("jobs", ident, "resume")
    if wait:
        jobs.result_of(at, job, job["what"])
        job = at.api.get("jobs", job["id"])
    at.tell(job, f"Job {job['id']} is {job['state']}. See: ringboot job show {job['id']}")


def attention(at: At) -> None:
    """Tell what needs a person: what stopped, what waits, what runs short."""
    found: dict[str, Any] = at.api.get("attention")
    if at.json:
        at.tell(found, "")
        return
    for row in found["items"]:
        print(clean(row["text"]))
        if row["help"]:
            print(f"  {clean(row['help'])}")
    print(f"{counted(found['total'], 'things')} need a person" if found["total"] else "Nothing needs a person.")
