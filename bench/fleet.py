"""A fleet: ten thousand phones that make themselves known, a change for all of them, and what others notice of it."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

from bench.contenders import ringboot
from bench.measure import begin, drive, driven, fed, running, used
from bench.tell import wait_for
from bench.wire import SERVER_ADDRESS, Wire
from ringboot.cli.client import Client
from ringboot.model.address import ip_number

ADDED, CHANGED, MEANWHILE, ASKED = "fleet: devices", "fleet: a change", "fleet: meanwhile", "fleet: HTTP"
COUNT = 10_000
STEADY = "100"  # DORAs, and file requests, begun a second while files are made
LONGEST = 600  # seconds
ASKING = 500  # phones that ask for their files
PAGE = 1000  # devices of one answer
MODEL = "6731i"  # six lines and eight keys: what stands on most desks; one with modules takes a worker longer
PHONES = ("-i", "-v", f"AastraIPPhone{MODEL}", "-o", "00085d")
AGENT = f"Aastra{MODEL}_MAC:{{}}_V:3.3.1.4365-SIP"

Row = dict[str, Any]


def fleet(wire: Wire, loads: tuple[Path, Path], seconds: float, count: int = COUNT) -> list[Row]:
    """Let phones come, change what all inherit, and let them fetch their files; `loads`: of DHCP and of HTTP."""
    with running(wire, ringboot()) as (_, state):
        api = Client([state / "api.sock"])
        api.put("settings", "dhcp_integration", body={"value": True})
        came = time.monotonic()
        drive(wire, loads[0], ("-m", "renew", "-n", str(count), *PHONES, "-t", "0.1"))
        wait_for(lambda: _devices(api) >= count, f"{count} devices")
        added = time.monotonic() - came
        wait_for(lambda: api.get("status")["rendering"] == 0, "the files of all")
        ready = time.monotonic() - came
        phones = here(wire, _all(api, count)[:ASKING])
        api.close()  # the daemon does so, too, when nothing is said for some seconds; the next question connects again
        driven(ask(wire, loads[1], phones, 3 * seconds))  # the first time they tell their firmware, and get new files
        wait_for(lambda: api.get("status")["rendering"] == 0, "the files of those that ask")
        api.close()
        asked = driven(ask(wire, loads[1], phones, seconds))
        changed, meanwhile = change(wire, loads, api, phones, count)
    return [
        {"server": "ringboot", "conflicts": 0, "devices": count, **row}
        for row in (
            {"point": ADDED, "ms": added / count * 1000, "seconds": ready},
            {"point": CHANGED, **changed},
            *({"point": MEANWHILE, "what": what, **row} for what, row in meanwhile.items()),
            {"point": ASKED, **asked},
        )
    ]


def _devices(api: Client) -> int:
    return int(api.get("devices", parameters=[("limit", "1")])["total"])


def _all(api: Client, count: int) -> list[Row]:
    pages = range(0, count, PAGE)
    asked = (api.get("devices", parameters=[("limit", str(PAGE)), ("offset", str(offset))]) for offset in pages)
    return [row for page in asked for row in page["items"]]


def here(wire: Wire, devices: list[Row]) -> str:
    """Let the generator have the phones' addresses; gives its lines: address, User-Agent, path."""
    wire.own(sorted({each["ip"].rpartition(".")[0] for each in devices}))
    lines = []
    for each in sorted(devices, key=lambda device: ip_number(device["ip"])):
        mac = each["mac"].upper()
        lines.append(f"{each['ip']} {AGENT.format(mac.replace(':', '-'))} /Aastra/{mac.replace(':', '')}.cfg\n")
    return "".join(lines)


def ask(wire: Wire, load: Path, phones: str, seconds: float, *more: str) -> subprocess.Popen[str]:
    """Start phones that ask by HTTP, ten times each over one connection."""
    command = [str(load), "-d", SERVER_ADDRESS, "-c", "64", "-k", "10", "-t", f"{seconds:g}", *more]
    return fed(wire, command, phones)


def change(wire: Wire, loads: tuple[Path, Path], api: Client, phones: str, count: int) -> tuple[Row, dict[str, Row]]:
    """Change what all inherit, and wait until every file is new; DHCP and HTTP go on meanwhile."""
    before = _made(api)
    main = next(int(row["pid"]) for row in api.get("status")["processes"] if row["name"] == "main")
    own, all_ = used(main, alone=True), used(main)
    known = ("-n", str(count), "-w", str(min(count, 500)), *PHONES)
    dhcp = begin(wire, loads[0], ("-m", "dora", "-R", STEADY, *known, "-t", str(LONGEST)))
    http = ask(wire, loads[1], phones, LONGEST, "-R", STEADY)
    try:
        began = time.monotonic()
        body = {"raw_config": {"ntp_enabled": True, "ntp_ip": "10.77.0.77"}}
        api.patch("configs", "base", body=body, parameters=[("wait", "false")])
        returned = time.monotonic() - began
        wait_for(lambda: _made(api) - before >= count, "new files")
        took = time.monotonic() - began
        own, all_ = used(main, alone=True) - own, used(main) - all_
    finally:
        dhcp.terminate()
        http.terminate()
    each = {"main_ms": own / count * 1000, "workers_ms": (all_ - own) / count * 1000}
    return {"returned": returned, "seconds": took, **each}, {"DHCP": driven(dhcp), "files by HTTP": driven(http)}


def _made(api: Client) -> int:
    """Give how often a device's files were made since the start."""
    return int(api.get("status")["renders"].get("rendered", 0))
