"""ringboot script: the administrator's Python, what hooks it brings and how they do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import CONFIGURATION, FAILED, USAGE, Failure
from ringboot.cli.show import Column, moment

if TYPE_CHECKING:
    from ringboot.answer.query import Query
    from ringboot.model.site import Site
    from ringboot.setup.settings import Settings

HOOKS = (
    Column("hook", "HOOK"),
    Column("kind", "KIND"),
    Column("calls", "CALLS"),
    Column("failures", "FAILURES"),
    Column("late", "LATE"),
    Column("average_ms", "AVERAGE MS"),
    Column("slowest_ms", "SLOWEST MS"),
    Column("problem", "LAST PROBLEM"),
    Column("failed_at", "AT", moment),
)
BROUGHT = (Column("name", "HOOK"), Column("kind", "KIND"), Column("filters", "FILTERS"), Column("place", "PLACE"))
SOURCES = (Column("name", "SOURCE"), Column("state", "STATE"), Column("asked", "ASKED"), Column("problem", "PROBLEM"))


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "status", "ringboot script status")(script_status)
    command(app, "list", "ringboot script list")(list_hooks)
    command(app, "test", "ringboot script test rules.py --mac {mac} --option vendor-class-identifier=Example")(
        try_hooks
    )


def script_status(at: At) -> None:
    """Show how the scripts do: their process, their hooks, and the last traceback of each that failed.

    Ends with 1 when their process does not answer.
    """
    from ringboot.cli.show import print_table

    found = at.api.get("scripts")
    if not found["configured"]:
        at.tell(found, "No scripts are configured. Name them: scripts = [...] in [dhcp] (docs/howto/scripts.md).")
        return
    if at.json or not found["connected"]:
        at.tell(found, f"The process of scripts does not answer: {found['problem']}")
    else:
        at.tell(found, "\n".join(_summary(found)))
        print_table(found["hooks"], HOOKS)
        print_table(found["sources"], SOURCES)
        for row in found["hooks"]:
            if row["traceback"]:
                at.tell({}, f"\n{row['hook']} ({row['place']}):\n{row['traceback']}")
    if not found["connected"]:
        raise typer.Exit(FAILED)


def _summary(found: dict[str, Any]) -> list[str]:
    notices = found["notices"]
    rows = [
        ("scripts", ", ".join(found["scripts"])),
        ("since", moment(found["started"])),
        ("running", found["running"] or "nothing"),
        ("asked", f"{found['asked']}, {found['waiting']} wait"),
        ("told", f"{found['told']} changes of {found['leases']} leases"),
        ("memory", f"{found['memory'] >> 20} MB; address space {found['memory_limit'] >> 20} MB"),
        ("web services", f"{notices['taken']} taken, {notices['waiting']} wait {notices['problem']}".rstrip()),
    ]
    return [f"{name + ':':<14}{text}" for name, text in rows]


def list_hooks(at: At) -> None:
    """List the hooks of the configuration's scripts, and whom they concern.

    No daemon is needed: the files are read as they are now, in a process of their own.
    """
    from ringboot.cli.show import print_json, print_table
    from ringboot.host.trial import attempt
    from ringboot.setup.where import DEFAULT_FILE

    faults, hooks = attempt(at.config or DEFAULT_FILE)
    if faults:
        raise Failure("\n".join(map(str, faults)), CONFIGURATION)
    if at.json:
        print_json({"items": hooks, "total": len(hooks)})
    elif hooks:
        print_table(hooks, BROUGHT)
    else:
        print("There is no hook.")


def try_hooks(
    at: At,
    files: Annotated[list[Path] | None, typer.Argument(help="Scripts. Default: those of the configuration.")] = None,
    *,
    packet: Annotated[Path | None, typer.Option(help="A recorded message: its octets, or hex digits.")] = None,
    mac: Annotated[str, typer.Option(help="Of a made-up message: the client.")] = "00:00:5e:00:53:01",
    kind: Annotated[str, typer.Option("--type", help="DISCOVER, REQUEST, INFORM, ...")] = "DISCOVER",
    option: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE of an option that it carries; may be repeated.")
    ] = None,
    relay: Annotated[str | None, typer.Option(help="The relay agent that it comes through.")] = None,
    network: Annotated[
        str | None, typer.Option(help="The network of its wire. Default: the configuration's first.")
    ] = None,
) -> None:
    """Run hooks against a message, and show what it is answered without them and with them.

    No daemon is needed: the lease table is empty, reservations and devices are those of the daemon's last snapshot, and
    nobody outside is told anything. Ends with 1 when a hook fails.
    """
    from dataclasses import replace

    from ringboot.app.scripting.calls import Caller
    from ringboot.app.scripting.reading import read
    from ringboot.app.scripting.rehearsal import Rehearsal
    from ringboot.cli.show import clean
    from ringboot.host.limit import TimeLimit
    from ringboot.host.loading import ScriptFault
    from ringboot.host.running import Running
    from ringboot.setup.site import site_of

    settings = _settings(at, files)
    site = site_of(settings, revision=1)
    query = _query(site, network, packet, made=(mac, kind, option or [], relay))
    try:
        registry = read(settings, beat=lambda: None, only=[each.absolute() for each in files or ()])
    except ScriptFault as error:
        raise Failure(str(error), CONFIGURATION) from None
    reservations, known = _snapshot(settings)
    caller = Caller(TimeLimit(), settings.scripts.time_limit, Running(None))
    row = Rehearsal(replace(site, probe=False), registry, caller, reservations, known).play(query)
    at.tell(row, "\n".join(clean(line) for line in _played(row)))
    if any(each["problem"] for each in row["hooks"]):
        raise typer.Exit(FAILED)


_MADE_UP = """\
[dhcp]
interfaces = ["lo"]
[[dhcp.network]]
name = "test"
subnet = "192.0.2.0/24"
pools = ["192.0.2.10-192.0.2.99"]
"""


def _settings(at: At, files: list[Path] | None) -> Settings:
    """Read the configuration; without one, scripts that are named are tried in a network that is made up."""
    from ringboot.setup.load import load, load_text
    from ringboot.setup.problems import BadConfig
    from ringboot.setup.where import DEFAULT_FILE

    try:
        if at.config is None and files and not DEFAULT_FILE.exists():
            return load_text(Path("ringboot.toml"), _MADE_UP)
        return load(at.config or DEFAULT_FILE)
    except BadConfig as error:
        raise Failure(str(error), CONFIGURATION) from None


def _snapshot(settings: Settings) -> tuple[Any, Any]:
    """Give what the daemon knew last: reservations and devices."""
    from ringboot.model.codec import BadMessage
    from ringboot.model.site import read_snapshot

    try:
        found = read_snapshot((settings.server.data / "run" / "site.json").read_bytes())
    except (OSError, BadMessage):
        return (), ()
    return found.reservations, found.known


def _query(site: Site, network: str | None, packet: Path | None, made: tuple[str, str, list[str], str | None]) -> Query:
    """Make the message as it comes in on the wire of a network."""
    from ringboot.answer.query import Query
    from ringboot.dhcp.message import BadPacket, decode
    from ringboot.model.address import ip_number, prefix_mask

    row = next((each for each in site.networks if network in (None, each.name)), None)
    if row is None:
        raise Failure(f"No network is called {network}. ringboot network list names them.", USAGE)
    try:
        read = decode(_octets(packet) if packet is not None else _made(*made))
    except (OSError, ValueError) as error:
        raise Failure(f"{error}.", USAGE) from None
    if isinstance(read, BadPacket):
        raise Failure(f"{packet} holds no DHCP message: {read.why} (at octet {read.offset}).", USAGE)
    last = row.subnet | ~prefix_mask(row.prefix) & 0xFFFFFFFF
    ours = ip_number(site.server) if site.server else last - 1
    return Query(read, "test", (ours,), read.ciaddr, 67, unicast=bool(read.ciaddr))


def _octets(path: Path) -> bytes:
    """Read a recorded message, as octets or as hex."""
    data = path.read_bytes()
    try:
        return bytes.fromhex(data.decode("ascii").replace(":", " "))
    except ValueError:
        return data


def _made(mac: str, kind: str, options: list[str], relay: str | None) -> bytes:
    from ringboot.dhcp.message import NAMES, Message, encode
    from ringboot.dhcp.options import build, canonical
    from ringboot.model.address import ip_number, mac_octets

    code = next((number for number, name in NAMES.items() if name == kind.upper()), None)
    if code is None:
        raise ValueError(f"{kind} is no type of message: there are {', '.join(NAMES.values())}")
    texts: dict[str, str] = {}
    for each in options:
        name, sign, value = each.partition("=")
        if not sign:
            raise ValueError(f"{each} is not written as NAME=VALUE")
        texts[canonical(name)] = value
    carried = {53: bytes((code,)), **build(texts)}
    giaddr = ip_number(relay) if relay else 0
    return encode(Message(1, 1, 6, 0, b"test", 0, 0, 0, 0, 0, giaddr, mac_octets(mac), b"", b"", carried))


def _played(row: dict[str, Any]) -> list[str]:
    lines = [f"without hooks: {row['before']['text']}", *_reply(row["before"])]
    for each in row["hooks"]:
        lines.append(
            f"{each['hook']} ({each['kind']}), {each['ms']:g} ms" + (f": {each['problem']}" * bool(each["problem"]))
        )
        lines += [f"  {line}" for line in each["traceback"].splitlines()]
    if not row["hooks"]:
        lines.append("no hook is concerned")
    for each in row["log"]:
        values = " ".join(f"{name}={value}" for name, value in each["values"].items())
        lines.append(f"  {each['level']}: {each['text']} {values}".rstrip())
    lines += [f"  would tell {each['url']}: {each['body']}" for each in row["notices"]]
    return [*lines, f"with hooks: {row['after']['text']}", *_reply(row["after"], row["before"]["options"])]


def _reply(row: dict[str, Any], before: dict[str, str] | None = None) -> list[str]:
    """Write a reply; what differs from the one before is marked."""
    if row["type"] is None:
        return []
    named = {"address": row["address"], "next server": row["next_server"], "file": row["file"]}
    lines = [f"  {row['type']}"]
    lines += [f"    {name}: {value}" for name, value in named.items() if value]
    for name, value in row["options"].items():
        mark = "*" if before is not None and before.get(name) != value else " "
        lines.append(f"  {mark} {name}: {value}")
    return lines
