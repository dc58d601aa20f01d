"""`python -m bench`: Ringboot beside Kea, point by point, and a boot storm; a table, or JSON."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.contenders import Contender, kea, other, pool_text, ringboot, ringboot_dhcp
from bench.measure import MEMORY, Point, Unable, build_load, machine, measure, points
from bench.rerender import DEVICES, rerender
from bench.storm import STORM, StormFailed, storm
from bench.wire import Wire
from ringboot.sim.report import show

MEMORY_BOUND = 100.0  # MiB of the dhcp process at 50,000 leases
P99_BOUND = 20.0  # milliseconds while devices are rendered again
NOISE = 0.2  # processors that others may use

Row = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Measure what was asked for; 0 when it could be measured and nobody was given another's address."""
    asked = _parse(arguments)
    try:
        if asked.storm:
            return _told_alone(storm(), as_json=asked.json)
        _need()
        with tempfile.TemporaryDirectory() as folder, Wire() as wire:
            load = build_load(Path(folder))
            rows = _run(wire, load, asked)
            if not asked.server:
                rows += [rerender(wire, load, ringboot()), storm()]
    except (Unable, StormFailed) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    if asked.json:
        print(json.dumps({"machine": machine(), "pool": pool_text(), "rows": rows}, indent=1))
    else:
        _print_table(rows)
    return 1 if any(row["conflicts"] or row.get("failed") for row in rows) else 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each timed point")
    parser.add_argument("--rounds", type=int, default=3, help="of DORA; the median counts")
    parser.add_argument("--quick", action="store_true", help="one round of one second")
    parser.add_argument("--storm", action="store_true", help="only the boot storm, which needs no right and no Kea")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument(
        "--server", action="append", default=[], metavar="NAME=COMMAND",
        help="measure this server beside Kea instead of ours; {state} in the command is an empty folder",
    )  # fmt: skip
    asked = parser.parse_args(arguments)
    if asked.quick:
        asked.seconds, asked.rounds = 1.0, 1
    return asked


def _need() -> None:
    if os.geteuid() != 0:
        raise Unable("needs root, for network namespaces of its own")
    for program, package in (("ip", "iproute2"), ("kea-dhcp4", "kea-dhcp4-server")):
        if shutil.which(program) is None:
            raise Unable(f"{program} is missing: apt install {package}")


def _contenders(named: list[str]) -> list[Contender]:
    if not named:
        return [ringboot(), ringboot_dhcp(), kea()]
    pairs = (each.partition("=") for each in named)
    return [*(other(name, shlex.split(command)) for name, _, command in pairs), kea()]


def _run(wire: Wire, load: Path, asked: argparse.Namespace) -> list[Row]:
    rows: list[Row] = []
    contenders = _contenders(asked.server)
    for point in (*points(asked.seconds, asked.rounds), MEMORY):
        # The servers take turns, so that a noise on the machine meets all of them.
        taken: dict[str, list[Row]] = {}
        for _ in range(point.rounds):
            for contender in contenders:
                taken.setdefault(contender.name, []).append(_told(wire, load, contender, point))
        rows += [_median(each) for each in taken.values()]
    return rows


def _told(wire: Wire, load: Path, contender: Contender, point: Point) -> Row:
    row = measure(wire, load, contender, point)
    print(f"{point.name:24} {contender.name:14} {row['rate']:8,.0f}/s  p99 {row['p99_ms']:.2f} ms", file=sys.stderr)
    return row


def _median(rows: list[Row]) -> Row:
    """Take the round with the median rate; what must never happen is counted over all of them."""
    middle = sorted(rows, key=lambda row: row["rate"])[len(rows) // 2]
    return {**middle, "conflicts": sum(row["conflicts"] for row in rows), "rates": [row["rate"] for row in rows]}


def _ratio(row: Row, rows: list[Row]) -> float | None:
    """Compare with Kea round by round, because both halves of a round met the same noise; the median."""
    for reference in rows:
        if reference["server"] == "kea" and reference["point"] == row["point"]:
            pairs = zip(row["rates"], reference["rates"], strict=True)
            return float(statistics.median(ours / theirs for ours, theirs in pairs))
    return None


def _print_table(rows: list[Row]) -> None:
    print(f"\n{machine()}; pool {pool_text()}")
    print(
        "32 exchanges outstanding, options 60 and 61; Kea keeps its lease file without fsync, Ringboot fsyncs first\n"
    )
    print(f"{'':26}{'server':16}{'a second':>10}{'x Kea':>8}{'p50 ms':>9}{'p99 ms':>9}{'lost':>6}{'conflicts':>11}")
    before = ""
    for row in rows:
        if row["point"] in (MEMORY.name, DEVICES, STORM):
            continue
        name = row["point"] if row["point"] != before else ""
        before = row["point"]
        ratio = _ratio(row, rows)
        print(
            f"{name:26}{row['server']:16}{row['rate']:>10,.0f}{'' if ratio is None else f'{ratio:.2f}':>8}"
            f"{row['p50_ms']:>9.2f}{row['p99_ms']:>9.2f}{row['timeouts']:>6}{row['conflicts']:>11}"
        )
    print()
    _print_bounds(rows)
    for row in rows:
        if row["point"] == STORM:
            _print_storm(row)
    _print_noise(rows)


def _print_bounds(rows: list[Row]) -> None:
    for row in rows:
        is_ours = row["server"] != "kea"
        if row["point"].startswith("DORA") and is_ours and (ratio := _ratio(row, rows)) is not None:
            print(f"{row['point']}, {row['server']}: {ratio:.2f} x Kea {_verdict(ratio >= 1, 'at least 1.0')}")
        elif row["point"] == MEMORY.name:
            said = _verdict(row["rss_mib"] < MEMORY_BOUND, f"below {MEMORY_BOUND:.0f}") if is_ours else ""
            what = "dhcp process of " if row["server"] == "ringboot" else ""
            print(f"memory at {row['addresses']:,} leases, {what}{row['server']}: {row['rss_mib']:.0f} MiB {said}")
        elif row["point"] == DEVICES:
            said = _verdict(row["p99_ms"] < P99_BOUND, f"below {P99_BOUND:.0f}")
            print(
                f"while main renders {row['devices']:,} devices again ({row['seconds']:.1f} s): "
                f"DHCP p99 {row['p99_ms']:.1f} ms {said}"
            )


def _told_alone(row: Row, *, as_json: bool) -> int:
    """Print the boot storm alone; 0 when every phone came up and none was given another's address."""
    if as_json:
        print(json.dumps({"machine": machine(), "rows": [row]}, indent=1))
    else:
        print(f"{machine()}\n")
        _print_storm(row)
    return 1 if row["failed"] or row["conflicts"] else 0


def _print_storm(row: Row) -> None:
    print(
        f"boot storm: {row['configured']:,} of {row['phones']:,} phones, switched on within {row['switched_on']:g} s, "
        f"had their files {row['seconds']:.1f} s after the first was switched on; {row['conflicts']} conflicts\n"
    )
    show(row, Console(highlight=False, markup=False, emoji=False))


def _print_noise(rows: list[Row]) -> None:
    taken = [row["others_cpu"] for row in rows if "others_cpu" in row]
    if taken and statistics.mean(taken) > NOISE:
        print(f"other programs kept {statistics.mean(taken):.1f} processors busy: measure again when they do not")


def _verdict(reached: bool, bound: str) -> str:
    return f"({bound}: {'reached' if reached else 'NOT reached'})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
