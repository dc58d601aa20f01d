"""A scan by ARP of 4,000 addresses, of which 500 are used: how soon those, and no others, are leases."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.contenders import ringboot
from bench.hosts import mac_of
from bench.measure import running
from bench.tell import wait_for
from bench.wire import Wire
from ringboot.cli.client import Client
from ringboot.model.address import ip_number, ip_text, mac_text

ARP = "ARP scan"
COUNT, HOSTS, STEP = 4000, 500, 8
FIRST = "10.77.32.1"

_SCRIPT = """\
import time
from pathlib import Path
from ringboot.scripts import DynamicPool

class Timed(DynamicPool):
    def settle(self, addresses):
        began = time.monotonic()
        super().settle(addresses)
        (Path(__file__).parent / "took").write_text(repr(time.monotonic() - began))

Timed("bench", "1h", "FIRST-LAST")
"""

Row = dict[str, Any]


def arp(wire: Wire, count: int = COUNT, hosts: int = HOSTS) -> list[Row]:
    """Start the daemon with a pool of so many addresses beside hosts that use some, and wait for their leases."""
    last = ip_text(ip_number(FIRST) + count - 1)
    plain = ringboot()
    text = plain.files["ringboot.toml"].replace("probe = false", 'probe = false\nscripts = ["pool.py"]')
    script = _SCRIPT.replace("FIRST", FIRST).replace("LAST", last)
    wanted = {ip_text(each): mac_text(mac_of(each)) for each in _used(hosts)}
    command = [sys.executable, "-m", "bench.hosts", "c0", FIRST, str(STEP), str(hosts)]
    there = subprocess.Popen(wire.inside(wire.client, command), stdout=subprocess.PIPE)
    try:
        assert there.stdout is not None
        there.stdout.readline()
        with running(wire, replace(plain, files={"ringboot.toml": text, "pool.py": script})) as (_, state):
            wait_for((state / "took").exists, "the scan")
            seconds = float((state / "took").read_text())
            found = _leased(state / "api.sock")
    finally:
        there.kill()
        there.wait()
    missing = len(wanted.items() - found.items())
    row = {"addresses": count, "hosts": hosts, "seconds": seconds, "missing": missing}
    return [{"point": ARP, "server": "ringboot", "conflicts": len(found.items() - wanted.items()), **row}]


def _used(hosts: int) -> range:
    first = ip_number(FIRST)
    return range(first, first + hosts * STEP, STEP)


def _leased(door: Path) -> dict[str, str]:
    """Give every lease in the range that was scanned."""
    found: dict[str, str] = {}
    after = FIRST
    with closing(Client([door])) as api:
        cursor: int | None = ip_number(after) - 1
        while cursor is not None:
            page = api.get("leases", parameters=[("after", str(cursor)), ("limit", "1000")])
            found |= {each["address"]: each["mac"] for each in page["items"]}
            cursor = page["next"]
    return found
