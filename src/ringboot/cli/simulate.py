"""ringboot simulate: a fleet of virtual phones against a running daemon."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import CONFIGURATION, FAILED, USAGE, Failure

if TYPE_CHECKING:
    from ringboot.sim.storm import Storm
    from ringboot.sim.target import Target


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    example = "ringboot simulate --phones 200 --brand {plugin} --storm 10s --config try.toml"
    command(app, "simulate", example)(simulate)


def simulate(
    at: At,
    *,
    phones: Annotated[int, typer.Option(help="How many phones.", min=1, max=10_000)] = 20,
    brand: Annotated[
        list[str] | None, typer.Option(help="Only these brands, by plugin, with commas or repeated.")
    ] = None,
    server: Annotated[str, typer.Option(help="The server's address.")] = "127.0.0.1",
    dhcp_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Its DHCP port. Default: the configuration's.")
    ] = None,
    tftp_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Its TFTP port. Default: the configuration's.")
    ] = None,
    http_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Its HTTP port, for --from. Default: the configuration's.")
    ] = None,
    relay: Annotated[
        str,
        typer.Option(
            help="An address of this machine in the network that is to serve the phones; they ask DHCP from it. "
            "Default: a free one of the configuration's first network in 127.0.0.0/8.",
            show_default=False,
        ),
    ] = "",
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            help="No DHCP: the first phone asks for its files from this address, the next from the one after it.",
            show_default=False,
        ),
    ] = "",
    storm: Annotated[str, typer.Option(help="The time within which all are switched on.")] = "10s",
    seed: Annotated[int, typer.Option(help="Another seed, other phones in another order.", min=0)] = 1,
    retries: Annotated[int, typer.Option(help="How often a phone that fails starts over.", min=0, max=20)] = 3,
    again: Annotated[
        int, typer.Option(help="How often each reads its files again when it has them.", min=0, max=100)
    ] = 0,
    stay: Annotated[
        str, typer.Option(help="The time for which each then listens for SIP NOTIFY and reads its files again.")
    ] = "0",
    sip_port: Annotated[int, typer.Option(min=1, max=65535, help="The port on which it listens.")] = 5060,
    limit: Annotated[str, typer.Option(help="The time after which what is not done has failed; at most 1h.")] = "5m",
    elsewhere: Annotated[
        bool, typer.Option("--elsewhere", help="Allow a server on another machine: its leases are taken for real.")
    ] = False,
) -> None:
    """Let a fleet of virtual phones boot against a running daemon.

    Each goes the way that its brand's plugin describes: DHCP, then its files in order, by HTTP or TFTP, from the
    address that it was leased. It ends with 1 when any of them did not get all its files. --config names the
    configuration of the daemon to try: its ports are used, and nothing but the loopback is touched unless asked for.
    With --stay they also read again when a SIP NOTIFY with their brand's event reaches their address.
    """
    from ringboot.sim.fleet import UnknownBrand
    from ringboot.sim.storm import Plan, Storm

    target = _target(at, server, elsewhere=elsewhere, relay=relay, needs_relay=not from_)
    target = target._replace(
        dhcp=dhcp_port or target.dhcp, tftp=tftp_port or target.tftp, http=http_port or target.http
    )
    plan = Plan(
        target=target,
        phones=phones,
        brands=tuple(dict.fromkeys(word.strip() for each in brand or () for word in each.split(",") if word.strip())),
        first=_address("--from", from_) if from_ else "",
        seconds=_duration("--storm", storm, 3600),
        seed=seed,
        retries=retries,
        again=again,
        stay=_duration("--stay", stay, 3600),
        sip=sip_port,
        limit=_duration("--limit", limit, 3600),
    )
    try:
        made = Storm(plan)
    except UnknownBrand as error:
        raise Failure(f"{error}.", USAGE) from None
    _run(at, made)


def _run(at: At, storm: Storm) -> None:
    import asyncio

    from rich.console import Console

    from ringboot.sim.report import report, show

    screen = Console(stderr=True)
    with _watched(storm, screen) if screen.is_terminal and not at.json else nullcontext():
        asyncio.run(storm.run())
    told = report(storm)
    if at.json:
        at.tell(told, "")
    else:
        show(told, Console(highlight=False, markup=False, emoji=False))
    if told["failed"]:
        if all(row["problem"].startswith("no answer to DISCOVER") for row in told["problems"]):
            raise Failure(
                f"No DHCP server answered on {storm.plan.target.server}, port {storm.plan.target.dhcp}. Is it running, "
                "with lo among its interfaces, and is the relay's address in one of its networks?",
                FAILED,
            )
        raise typer.Exit(FAILED)


def _watched(storm: Storm, console: Any) -> Any:
    """Show how far the phones are, one bar a brand."""
    from rich.live import Live
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[failed]}"),
        TimeElapsedColumn(),
    )  # fmt: skip
    courses: dict[str, list[Any]] = {}
    for course in storm.courses:
        courses.setdefault(course.phone.brand, []).append(course)
    bars = {brand: progress.add_task(brand, total=len(each), failed="") for brand, each in courses.items()}

    def moved() -> None:
        for brand, each in courses.items():
            failed = sum(bool(course.problem) for course in each)
            over = sum(course.is_over for course in each)
            progress.update(bars[brand], completed=over, failed=f"{failed} failed" if failed else "")

    def drawn() -> Any:
        moved()
        return progress.get_renderable()

    # Looked at with the screen's own pace: to count a fleet at each of its steps would cost more than the steps.
    return Live(get_renderable=drawn, console=console, refresh_per_second=8, transient=True)


def _target(at: At, server: str, *, elsewhere: bool, relay: str, needs_relay: bool) -> Target:
    from ringboot.setup.load import load
    from ringboot.setup.problems import BadConfig
    from ringboot.setup.where import DEFAULT_FILE
    from ringboot.sim.target import Target, is_here, target_of

    path = at.config or DEFAULT_FILE
    try:
        target = target_of(load(path)) if at.config is not None or path.exists() else Target()
    except BadConfig as error:
        raise Failure(f"The configuration of the daemon to try cannot be used:\n{error}", CONFIGURATION) from None
    target = target._replace(server=_address("--server", server))
    if not is_here(server) and not elsewhere:
        raise Failure(
            f"{server} is not on this machine's loopback. A simulation takes leases and makes devices there; "
            "add --elsewhere if that is meant.",
            USAGE,
        )
    if relay:
        return target._replace(relay=_address("--relay", relay))
    if needs_relay and (not target.relay or not is_here(server)):
        raise Failure(
            "It is not known which network is to serve the phones: no network with pools in 127.0.0.0/8 stands in "
            f"{path}. Say --relay ADDRESS, an address of this machine in that network, or --from ADDRESS to leave "
            "DHCP out.",
            USAGE,
        )
    return target


def _address(option: str, text: str) -> str:
    from ringboot.model.address import ip_number, ip_text

    try:
        return ip_text(ip_number(text))
    except ValueError as error:
        raise Failure(f"{option}: {error}.", USAGE) from None


def _duration(option: str, text: str, most: float) -> float:
    from ringboot.setup.kinds import read_duration
    from ringboot.setup.problems import Wrong

    try:
        seconds = read_duration(int(text) if text.isdecimal() else text)
    except Wrong as error:
        raise Failure(f"{option}: {error}.", USAGE) from None
    if seconds > most:
        raise Failure(f"{option}: {text} is more than {most:.0f} s.", USAGE)
    return seconds
