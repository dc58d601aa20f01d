"""The page about what is kept of staticDHCPd, and what is done otherwise."""

from __future__ import annotations

import ast
from pathlib import Path

from ringboot.compat.staticdhcpd import conversion, rfc
from ringboot.compat.staticdhcpd.hooks import CURRENT
from ringboot.compat.staticdhcpd.optionnames import name_of, type_of
from ringboot.compat.staticdhcpd.settings import HERE, TABLE, places
from ringboot.dhcp import options
from ringboot.setup.problems import WARNING, Problem

# What it did, and what happens here
DIVERGENCES: tuple[tuple[str, str], ...] = (
    (
        "An address had no stored state.",
        (
            "What a hook or database gives is an ordinary lease: in the journal before its ACK leaves, in "
            "`ringboot lease list`, and the subnet must be a `[[dhcp.network]]`."
        ),
    ),
    (
        "A reply was the request, changed: what the client had sent was sent back.",
        (
            "A reply is made anew. In `loadDHCPPacket` the request's options can be read in `packet` as "
            "before; they are sent when the script sets them. 82 and 61 are always sent back, a NAK's too."
        ),
    ),
    (
        "A NAK to a DISCOVER with `AUTHORITATIVE`.",
        (
            "No answer: a DISCOVER is never refused (RFC 2131). Requests of strangers are refused with "
            "`AUTHORITATIVE`, and left to other servers without it."
        ),
    ),
    (
        "A client that nobody knew was ignored for `UNAUTHORIZED_CLIENT_TIMEOUT`.",
        ("Only whom `filterPacket` answers with None. A host that is new in the database is served at once."),
    ),
    (
        "Floods were met by ignoring the MAC.",
        "The daemon sheds load by itself; a forged packet silences nobody.",
    ),
    (
        "`ENABLE_RAPIDCOMMIT`, without option 80.",
        "`rapid_commit` of a network, with option 80.",
    ),
    (
        "`init()` ran as root.",
        "It runs as the daemon's user, without any rights, in the process of scripts.",
    ),
    (
        "A hook could take its time.",
        "It has `time_limit` of `[scripts]`, 250 ms unless set otherwise, database included.",
    ),
    (
        "An exception meant no answer.",
        "`on_no_answer` of `[dhcp]` decides; log and `hook failed` name file and line.",
    ),
    (
        "The first look was at the database.",
        "Reservations of ours come first; a client that has one is not looked up.",
    ),
    (
        "A definition for another address than the one that yiaddr got.",
        (
            "The address is what the definition says; `loadDHCPPacket` may take it away "
            "(`deleteOption('yiaddr')`), not change it."
        ),
    ),
    (
        "`response_mac`, `response_ip`, `response_port` of a packet.",
        "Kept, without effect: where a reply goes follows from RFC 2131, through a relay too.",
    ),
    (
        "Options 84, 96, 102 to 254 in part could not be set.",
        "Every code from 1 to 254 can, by number; those that have a name by our name, too.",
    ),
    (
        "`getOption(convert=True)` gave octets.",
        "A text that compares with text and octets.",
    ),
    (
        "`getOption` gave the packet's own list; `rfc3046_decode` ate of it.",
        "A list of its own; the decoders change nothing.",
    ),
    (
        "`setOption` gave None.",
        "It gives True, as its manual said.",
    ),
    (
        "`IPv4` had no order; comparing it with other text raised.",
        "It has one; other text is not equal.",
    ),
    (
        "`true` for a bool option, `word_align`, `terminal_pad`, options 79, 124, 125, 139, 140 failed.",
        "They work.",
    ),
    (
        "`DynamicPool` lent at the DISCOVER, and forgot at a restart.",
        (
            "An offer holds for a minute; leases are the daemon's and are there after a restart. What is "
            "declined rests for one lease time."
        ),
    ),
    (
        "scapy sent the ARP requests.",
        (
            "The daemon's dhcp process does, which has the right to; `arping` of a script gets its answers. "
            "Before dhcp is up nobody answers; our `dynamism` waits for it."
        ),
    ),
    (
        "Redis extensions, `redis_dynamic` and `redis_static`.",
        "Not shipped. A copy beside conf.py runs when the site installs the module `redis`.",
    ),
    (
        "Oracle.",
        "A callable as `DATABASE_ENGINE`.",
    ),
    (
        "`PostgreSQL` by psycopg 3, `MySQL` by MySQLdb.",
        "psycopg 3 or 2; MySQLdb or PyMySQL. One connection is kept.",
    ),
    (
        "A reload called the handlers of `systemAddReinitHandler`.",
        (
            "A reload begins the site afresh: conf.py is read again, and what it keeps in memory is gone; a "
            "faulty one leaves the old one running."
        ),
    ),
    (
        "Web pages on a port of their own.",
        (
            "At `/scripts/web` of the administrator's pages, for administrators, with GET alone. Documents stand in a "
            "frame without code, forms and links; what a raw method gives is sent without any right."
        ),
    ),
    (
        "LEASEQUERY passed `filterPacket` and was discarded.",
        ("It is answered from the leases, where `leasequery` of `[dhcp]` allows it; hooks do not hear of it."),
    ),
)


def page() -> str:
    """Write the page."""
    from_us = ", ".join(f"`{each.__name__}`" for each in (*conversion.PUBLIC, *rfc.ENCODERS, *rfc.DECODERS))
    hooks = "\n".join(f"- `{name}({', '.join(arguments)})`" for name, arguments in CURRENT.items())
    return (
        "# staticDHCPd\n\n"
        "A `conf.py` of staticDHCPd runs unmodified when `conf` in `[dhcp]` names it:\n"
        "[how to move a site](../howto/staticdhcpd.md).\n\n"
        "## What it may use\n\n"
        f"Its functions, with these arguments in any order, or those of before 2.0 for `handleUnknownMAC(mac)` and\n"
        "`loadDHCPPacket(packet, mac, client_ip, relay_ip, subnet, serial, pxe, vendor)`:\n\n"
        f"{hooks}\n\n"
        "With the old arguments `mac` is a text and `client_ip` is the address that the client gets (unverified).\n\n"
        f"Names that are there without an import: `callbacks`, `extensions`, `logger`, `writeLog`, {from_us}.\n\n"
        "Modules that can be imported: `staticdhcpdlib.config`, `staticdhcpdlib.databases.generic`,\n"
        "`staticdhcpdlib.dhcp`, `staticdhcpdlib.statistics`, `libpydhcpserver.dhcp_types.ipv4`, `.mac`,\n"
        "`.conversion`, `.rfc`, `.packet`,\n"
        "`.constants`, `scapy.arch`, `scapy.layers.l2`. Of files in `staticDHCPd_extensions` or `extensions` beside\n"
        "`conf.py` those of the site come first; ours are `dynamism`, `httpdb`, `statistics`, `recent_activity` and\n"
        "`feedservice`.\n\n"
        "## What is done otherwise\n\n" + _table(("there", "here"), DIVERGENCES) + "\n## Settings\n\n"
        "Those of the site's own (`X_...`) are kept. `ringboot check` names those in the file that have no effect.\n\n"
        + _table(
            ("name", "default", "where it has its effect"),
            [_row(each.name, each.default, each.where) for each in TABLE],
        )
        + "\n## Options\n\n"
        "By code, as `setOption` and `getOption` call them. Names of ours are understood, too.\n\n"
        + _table(
            ("code", "name", "type"), [(str(code), f"`{name_of(code)}`", type_of(code)) for code in options.BY_CODE]
        )
    )


def _row(name: str, default: object, where: str) -> tuple[str, str, str]:
    return f"`{name}`", f"`{default!r}`", "here" if where is HERE else where


def _table(heads: tuple[str, ...], rows: object) -> str:
    assert isinstance(rows, list | tuple)
    lines = [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |"]
    return (
        "\n".join([*lines, *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)])
        + "\n"
    )


def look(path: Path) -> list[Problem]:
    """Say, without running it, which settings of a conf.py have no effect here; a warning a place."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []  # what is wrong with the file is said by whoever runs it
    lines = {
        target.id: statement.lineno
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    return [
        Problem(str(path), lines[names[0]], ", ".join(names), "has no effect here", note, WARNING)
        for note, names in places(lines).items()
    ]
