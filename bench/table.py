"""What was measured, as a table for people: each rate beside Kea's, and which bounds were reached."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

from rich.console import Console

from bench.arp import ARP
from bench.fleet import ADDED, ASKED, CHANGED
from bench.fleet import MEANWHILE as FLEET_MEANWHILE
from bench.images import BESIDE, FETCHED
from bench.measure import MEMORY, machine
from bench.million import MILLION
from bench.peers import KEA
from bench.perfdhcp import BOUND, LADDER
from bench.pressure import HALF, TWICE
from bench.rerender import DEVICES
from bench.scripts import IDLE, STUCK
from bench.storm import STORM
from bench.tftp import CASES, MEANWHILE
from bench.viewers import LISTED, WATCHED
from ringboot.sim.report import show

Row = dict[str, Any]

OURS = "ringboot"  # what the names of our own contenders begin with
RATIO_BOUNDS = {"DORA": 1.5, "DISCOVER": 1.2, "RENEW": 1.2}  # times Kea
MEMORY_BOUND = 100.0  # MiB of the dhcp process at 50,000 leases
RENDER_P99_BOUND = 20.0  # milliseconds while devices are rendered again
HALF_P99_BOUND = 5.0  # milliseconds at half load
TWICE_BOUND = 0.9  # of the peak that is left at twice the peak
MILLION_START_BOUND = 10.0  # seconds
MILLION_MEMORY_BOUND = 700.0  # MiB
TFTP_P99_BOUND = 10.0  # milliseconds of DHCP while TFTP is busy
ADDED_BOUND = 5.0  # milliseconds for a device that makes itself known
RETURN_BOUND, CHANGE_BOUND = 0.2, 15.0  # seconds until a config's change returns, and until all files are new
FLEET_P99_BOUND = 20.0  # milliseconds meanwhile
HTTP_BOUND = 5000  # file requests a second
ARP_BOUND = 5.0  # seconds until the hosts among 4,000 addresses have leases
LIST_BOUND = 150.0  # milliseconds for a page of a list of 10,000
IMAGES_P99_BOUND = 10.0  # milliseconds of DHCP while machines fetch images
IDLE_BOUND = 0.9  # of the rate that is left with hooks that concern nobody
STUCK_P99_BOUND = 10.0  # milliseconds for clients that a stuck hook does not concern
NOISE = 0.2  # processors that others may use


def print_table(rows: list[Row]) -> None:
    """Print the points as a table, then a line for all else."""
    points = [row for row in rows if "rates" in row and row["point"] != MEMORY.name]
    if points:
        _print_points(points)
    for row in rows:
        if row in points and _is_ours(row) and (times := ratio(row, rows)):
            bound = RATIO_BOUNDS[row["point"].partition(",")[0]]
            verdict = _verdict(times >= bound, f"at least {bound}")
            print(f"{row['point']}, {row['server']}: {times:.2f} x Kea {verdict}")
        elif row["point"] in LINES:
            LINES[row["point"]](row)
    _print_noise(rows)


def ratio(row: Row, rows: list[Row]) -> float | None:
    """Compare with Kea round by round, because both halves of a round met the same noise; the median."""
    for reference in rows:
        if reference["server"] == KEA and reference["point"] == row["point"]:
            pairs = zip(row["rates"], reference["rates"], strict=True)
            return float(statistics.median(ours / theirs for ours, theirs in pairs))
    return None


def _print_points(rows: list[Row]) -> None:
    print(f"\n{machine()}")
    print(
        "32 exchanges outstanding, options 60 and 61; Kea keeps its lease file without fsync, Ringboot fsyncs first\n"
    )
    print(f"{'':26}{'server':16}{'a second':>10}{'x Kea':>8}{'p50 ms':>9}{'p99 ms':>9}{'lost':>6}{'conflicts':>11}")
    before = ""
    for row in rows:
        name = row["point"] if row["point"] != before else ""
        before = row["point"]
        times = ratio(row, rows)
        print(
            f"{name:26}{row['server']:16}{row['rate']:>10,.0f}{'' if times is None else f'{times:.2f}':>8}"
            f"{row['p50_ms']:>9.2f}{row['p99_ms']:>9.2f}{row['timeouts']:>6}{row['conflicts']:>11}"
        )
    print()


def _print_memory(row: Row) -> None:
    said = _bound(row, row["rss_mib"] < MEMORY_BOUND, f"below {MEMORY_BOUND:.0f}")
    what = "dhcp process of " if row["server"] == OURS else ""
    print(f"memory at {row['addresses']:,} leases, {what}{row['server']}: {row['rss_mib']:.0f} MiB {said}")


def _print_rendering(row: Row) -> None:
    said = _bound(row, row["p99_ms"] < RENDER_P99_BOUND, f"below {RENDER_P99_BOUND:.0f}")
    print(
        f"while main renders {row['devices']:,} devices again ({row['seconds']:.1f} s): "
        f"DHCP p99 {row['p99_ms']:.1f} ms {said}"
    )


def _print_half(row: Row) -> None:
    said = _bound(row, row["p99_ms"] < HALF_P99_BOUND, f"below {HALF_P99_BOUND:.0f}")
    print(
        f"{row['point']}, {row['server']}: {row['offered']:,}/s of {row['peak']:,.0f}, "
        f"p50 {row['p50_ms']:.2f} ms, p99 {row['p99_ms']:.2f} ms {said}"
    )


def _print_twice(row: Row) -> None:
    left = row["rate"] / row["peak"]
    said = _bound(row, left >= TWICE_BOUND, f"at least {TWICE_BOUND}")
    print(
        f"{row['point']}, {row['server']}: {row['offered']:,}/s begun, {row['rate']:,.0f}/s came to an end, "
        f"{left:.2f} of the peak {said}"
    )


def _print_ladder(row: Row) -> None:
    print(
        f"perfdhcp, {row['server']}: {row['rate']:,} DORA/s with {row['lost_percent']} % lost (at most {BOUND:.0f} %)"
    )


def _print_million(row: Row) -> None:
    start = _bound(row, row["start_seconds"] < MILLION_START_BOUND, f"below {MILLION_START_BOUND:.0f}")
    room = _bound(row, row["rss_mib"] < MILLION_MEMORY_BOUND, f"below {MILLION_MEMORY_BOUND:.0f}")
    print(
        f"{row['leases']:,} leases, {row['server']}: {row['fill_rate']:,.0f}/s until there, then RENEW "
        f"{row['renew_rate']:,.0f}/s and DORA {row['rate']:,.0f}/s, p99 {row['p99_ms']:.2f} ms; "
        f"start {row['start_seconds']:.1f} s {start}, memory {row['rss_mib']:.0f} MiB {room}"
    )


def _print_storm(row: Row) -> None:
    """Print the boot storm, with the slowest phone's timeline."""
    print(
        f"boot storm: {row['configured']:,} of {row['phones']:,} phones, switched on within {row['switched_on']:g} s, "
        f"had their files {row['seconds']:.1f} s after the first was switched on; {row['conflicts']} conflicts\n"
    )
    show(row, Console(highlight=False, markup=False, emoji=False))


def _print_transfers(row: Row) -> None:
    case = CASES[row["point"]]
    told = (
        f"{row['mb_s']:,.1f} MB/s"
        if case.figure == "mb_s"
        else f"{row['rate']:,.0f} files/s, p99 {row['p99_ms']:.1f} ms"
    )
    times, said = "", ""
    if "times" in row:
        times = f", {row['times']:.2f} x {row['peer']}"
        said = _bound(row, row["times"] >= case.times, f"at least {case.times:g}")
    print(f"TFTP, {case.name}, {row['server']}: {told}{times} {said}")


def _print_meanwhile(row: Row) -> None:
    said = _bound(row, row["p99_ms"] < TFTP_P99_BOUND, f"below {TFTP_P99_BOUND:.0f}")
    print(f"while TFTP sends {row['case']}: {row['rate']:,.0f} DORA/s, p99 {row['p99_ms']:.2f} ms {said}")


def _print_added(row: Row) -> None:
    said = _bound(row, row["ms"] < ADDED_BOUND, f"below {ADDED_BOUND:.0f}")
    print(
        f"{row['devices']:,} devices make themselves known: {row['ms']:.2f} ms each {said}, "
        f"with their files after {row['seconds']:.1f} s"
    )


def _print_changed(row: Row) -> None:
    returned = _bound(row, row["returned"] < RETURN_BOUND, f"below {RETURN_BOUND}")
    took = _bound(row, row["seconds"] < CHANGE_BOUND, f"below {CHANGE_BOUND:.0f}")
    print(
        f"a change of what {row['devices']:,} devices inherit: returns after {row['returned']:.3f} s {returned}, "
        f"all files new after {row['seconds']:.1f} s {took}; "
        f"of processors {row['main_ms']:.1f} ms of main and {row['workers_ms']:.1f} ms of a worker for each"
    )


def _print_fleet_meanwhile(row: Row) -> None:
    said = _bound(row, row["p99_ms"] < FLEET_P99_BOUND, f"below {FLEET_P99_BOUND:.0f}")
    print(f"meanwhile {row['what']}: {row['rate']:,.0f}/s, p99 {row['p99_ms']:.1f} ms {said}")


def _print_asked(row: Row) -> None:
    said = _bound(row, row["rate"] >= HTTP_BOUND, f"at least {HTTP_BOUND:,}")
    print(f"phones ask by HTTP: {row['rate']:,.0f} files/s, p99 {row['p99_ms']:.1f} ms, {row['bad']} bad {said}")


def _print_listed(row: Row) -> None:
    said = _bound(row, row["ms"] < LIST_BOUND, f"below {LIST_BOUND:.0f}")
    print(f"page {row['path']} of {row['devices']:,} devices: {row['ms']:.0f} ms, worst {row['worst_ms']:.0f} {said}")


def _print_watched(row: Row) -> None:
    print(
        f"DHCP while {row['viewers']} people watch the pages ({row['looks']} looks): {row['rate']:,.0f} DORA/s, "
        f"p50 {row['p50_ms']:.2f} ms, p99 {row['p99_ms']:.2f} ms"
    )


def _print_images(row: Row) -> None:
    said = _bound(row, row["done"] == row["machines"] and not row["failures"], "all, without a failure")
    print(
        f"{row['machines']} machines fetch {row['mib']} MiB by {row['by']} at once: {row['done']} have it after "
        f"{row['seconds']:.1f} s, {row['mb_s']:.0f} MB/s, {row['failures']} failures {said}"
    )


def _print_beside(row: Row) -> None:
    said = _bound(row, row["p99_ms"] < IMAGES_P99_BOUND, f"below {IMAGES_P99_BOUND:.0f}")
    print(
        f"{row['phones']:,} phones renew {row['what']}: {row['rate']:,.0f}/s, p50 {row['p50_ms']:.2f} ms, "
        f"p99 {row['p99_ms']:.2f} ms {said}, {row['timeouts']} without an answer"
    )


def _print_arp(row: Row) -> None:
    said = _bound(row, row["seconds"] < ARP_BOUND and not row["missing"], f"all, below {ARP_BOUND:.0f}")
    print(
        f"{row['addresses']:,} addresses are asked through by ARP, {row['hosts']} hosts answer: leases for all but "
        f"{row['missing']} and for {row['conflicts']} others after {row['seconds']:.1f} s {said}"
    )


def _print_idle(row: Row) -> None:
    said = _bound(row, row["ratio"] >= IDLE_BOUND, f"at least {IDLE_BOUND}")
    print(
        f"with hooks that concern nobody: {row['rate']:,.0f} DORA/s beside {row['without']:,.0f}/s without, "
        f"{row['ratio']:.2f} of it {said}"
    )


def _print_stuck(row: Row) -> None:
    said = _bound(row, row["p99_ms"] < STUCK_P99_BOUND, f"below {STUCK_P99_BOUND:.0f}")
    print(
        f"while a hook {row['way']} for others: {row['rate']:,.0f} DORA/s, p50 {row['p50_ms']:.2f} ms, "
        f"p99 {row['p99_ms']:.2f} ms {said}"
    )


LINES: dict[str, Callable[[Row], None]] = {
    MEMORY.name: _print_memory,
    DEVICES: _print_rendering,
    HALF: _print_half,
    TWICE: _print_twice,
    LADDER: _print_ladder,
    MILLION: _print_million,
    STORM: _print_storm,
    **dict.fromkeys(CASES, _print_transfers),
    MEANWHILE: _print_meanwhile,
    ADDED: _print_added,
    CHANGED: _print_changed,
    FLEET_MEANWHILE: _print_fleet_meanwhile,
    ASKED: _print_asked,
    LISTED: _print_listed,
    WATCHED: _print_watched,
    FETCHED: _print_images,
    BESIDE: _print_beside,
    ARP: _print_arp,
    IDLE: _print_idle,
    STUCK: _print_stuck,
}


def _print_noise(rows: list[Row]) -> None:
    taken = [row["others_cpu"] for row in rows if "others_cpu" in row]
    if taken and statistics.mean(taken) > NOISE:
        print(f"other programs kept {statistics.mean(taken):.1f} processors busy: measure again when they do not")


def _is_ours(row: Row) -> bool:
    return str(row["server"]).startswith(OURS)


def _bound(row: Row, is_reached: bool, bound: str) -> str:
    return _verdict(is_reached, bound) if _is_ours(row) else ""


def _verdict(is_reached: bool, bound: str) -> str:
    return f"({bound}: {'reached' if is_reached else 'NOT reached'})"
