"""`python -m bench [PART ...]`: Ringboot beside the peers of its DHCP and TFTP, and a boot storm; a table, or JSON."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.arp import arp
from bench.contenders import Contender, ringboot, ringboot_dhcp
from bench.fleet import fleet
from bench.ground import ACCESS, CAMPUS
from bench.images import images
from bench.measure import MEMORY, Point, Unable, build_load, machine, measure, points
from bench.million import million
from bench.peers import dnsmasq, isc, kea, other
from bench.perfdhcp import ladder
from bench.pressure import pressure
from bench.rerender import rerender
from bench.scripts import scripts
from bench.storm import StormFailed, storm
from bench.table import Row, print_table
from bench.tftp import tftp
from bench.viewers import viewers
from bench.wire import Wire

NEEDED = {
    "ip": "iproute2", "kea-dhcp4": "kea-dhcp4-server", "perfdhcp": "kea-admin", "dnsmasq": "dnsmasq-base",
    "dhcpd": "isc-dhcp-server",
}  # fmt: skip
TFTP_SERVERS = ("in.tftpd", "atftpd")  # whose packages exclude each other


class Run:
    """One run: a wire, a load generator, and what was asked for."""

    def __init__(self, wire: Wire, load: Path, asked: argparse.Namespace) -> None:
        self._wire, self._load, self._asked = wire, load, asked
        named = [other(name, shlex.split(command)) for name, _, command in (p.partition("=") for p in asked.server)]
        self._ours = named or [ringboot(), ringboot_dhcp()]
        self._main = self._ours[0]

    def points(self) -> list[Row]:
        """Measure rates, and memory at 50,000 leases."""
        rows: list[Row] = []
        for point in points(self._asked.seconds, self._asked.rounds):
            rows += self._in_turns([*self._ours, kea(), dnsmasq(), isc()], point)
        return rows + self._in_turns([*self._ours, kea()], MEMORY)

    def pressure(self) -> list[Row]:
        """Measure at half load, and at twice what a server can."""
        pairs = (pressure(self._wire, self._load, each, self._asked.seconds) for each in [self._main, kea()])
        return [row for pair in pairs for row in pair]

    def perfdhcp(self) -> list[Row]:
        """Climb with perfdhcp."""
        return [ladder(self._wire, each, self._asked.seconds) for each in [self._main, kea(), dnsmasq(), isc()]]

    def million(self) -> list[Row]:
        """Give a million leases; dnsmasq and ISC dhcpd would take hours."""
        grounds = [ringboot(ACCESS), kea(ACCESS)]
        return [million(self._wire, self._load, each, self._asked.seconds) for each in grounds]

    def rerender(self) -> list[Row]:
        """Measure DHCP while devices are rendered."""
        return [rerender(self._wire, self._load, ringboot())]

    def tftp(self) -> list[Row]:
        """Read files by TFTP."""
        return tftp(self._wire, (self._load, self._load.with_name("tftp_load")), self._asked.seconds)

    def fleet(self) -> list[Row]:
        """Change the files of ten thousand phones, and let them fetch some."""
        return fleet(self._wire, (self._load, self._load.with_name("http_load")), self._asked.seconds)

    def viewers(self) -> list[Row]:
        """Ask for the pages of ten thousand devices, and let fifty people watch them."""
        return viewers(self._wire, self._load, self._asked.seconds)

    def scripts(self) -> list[Row]:
        """Measure what hooks cost those whom they do not concern."""
        return scripts(self._wire, self._load, self._asked.seconds, self._asked.rounds)

    def images(self) -> list[Row]:
        """Let two hundred machines fetch an image at once."""
        return images(self._wire, [self._load.with_name(name) for name in ("load", "tftp_load", "http_load")])

    def arp(self) -> list[Row]:
        """Look for hosts among many addresses."""
        return arp(self._wire)

    def _in_turns(self, contenders: list[Contender], point: Point) -> list[Row]:
        # The servers take turns, so that a noise on the machine meets all of them.
        taken: dict[str, list[Row]] = {}
        for _ in range(point.rounds):
            for contender in contenders:
                row = measure(self._wire, self._load, contender, point)
                told = f"{point.name:24} {contender.name:14} {row['rate']:8,.0f}/s  p99 {row['p99_ms']:.2f} ms"
                print(told, file=sys.stderr)
                taken.setdefault(contender.name, []).append(row)
        return [_median(each) for each in taken.values()]


PARTS: dict[str, Callable[[Run], list[Row]]] = {
    "points": Run.points,
    "pressure": Run.pressure,
    "perfdhcp": Run.perfdhcp,
    "million": Run.million,
    "rerender": Run.rerender,
    "tftp": Run.tftp,
    "fleet": Run.fleet,
    "viewers": Run.viewers,
    "images": Run.images,
    "arp": Run.arp,
    "scripts": Run.scripts,
}
STORM = "storm"  # the one part that needs no right and no peer


def main(arguments: list[str]) -> int:
    """Measure what was asked for; 0 when it could be measured and nobody was given another's address."""
    asked = _parse(arguments)
    rows: list[Row] = []
    try:
        wired = [PARTS[part] for part in asked.parts if part != STORM]
        if wired:
            _need(tftp_servers="tftp" in asked.parts)
            with tempfile.TemporaryDirectory() as folder, Wire() as wire:
                build_load(Path(folder), "tftp_load")
                build_load(Path(folder), "http_load")
                run = Run(wire, build_load(Path(folder)), asked)
                for part in wired:
                    rows += part(run)
        if STORM in asked.parts:
            rows.append(storm())
    except (Unable, StormFailed) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return told(rows, as_json=asked.json)


def told(rows: list[Row], *, as_json: bool) -> int:
    """Print what was measured; 1 when a phone failed, or an address had two owners."""
    if as_json:
        print(json.dumps({"machine": machine(), "pool": str(CAMPUS), "rows": rows}, indent=1))
    else:
        print_table(rows)
    return 1 if any(row["conflicts"] or row.get("failed") for row in rows) else 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    known = [*PARTS, STORM]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(known)}; all when none is named")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each timed point")
    parser.add_argument("--rounds", type=int, default=3, help="of DORA; the median counts")
    parser.add_argument("--quick", action="store_true", help="one round of one second")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument(
        "--server", action="append", default=[], metavar="NAME=COMMAND",
        help="measure this server beside the peers instead of ours; {state} in the command is an empty folder",
    )  # fmt: skip
    asked = parser.parse_args(arguments)
    asked.parts = asked.parts or (["points", "pressure", "perfdhcp"] if asked.server else known)
    if strange := [part for part in asked.parts if part not in known]:
        parser.error(f"no part {strange[0]}: there are {', '.join(known)}")
    if asked.quick:
        asked.seconds, asked.rounds = 1.0, 1
    return asked


def _need(*, tftp_servers: bool) -> None:
    if os.geteuid() != 0:
        raise Unable("needs root, for network namespaces of its own")
    for program, package in NEEDED.items():
        if shutil.which(program) is None:
            raise Unable(f"{program} is missing: apt install {package}")
    for program in TFTP_SERVERS if tftp_servers else ():
        if shutil.which(program) is None:
            raise Unable(f"{program} is missing: run tests/install-clients bench")


def _median(rows: list[Row]) -> Row:
    """Take the round with the median rate; what must never happen is counted over all of them."""
    middle = sorted(rows, key=lambda row: row["rate"])[len(rows) // 2]
    return {**middle, "conflicts": sum(row["conflicts"] for row in rows), "rates": [row["rate"] for row in rows]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
