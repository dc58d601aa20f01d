"""TFTP beside tftpd-hpa and atftpd: large files by many, in windows, small ones by many more; DHCP meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from bench.contenders import PATHS, Contender, ringboot
from bench.measure import PHONES, begin, drive, driven, running
from bench.tell import Teller, wait_for
from bench.wire import CLIENT_ADDRESS, SERVER_ADDRESS, Wire

HPA, ATFTPD = "tftpd-hpa", "atftpd"
MIB = 1 << 20
LARGE, SMALL, SMALL_COUNT = 16 * MIB, 1024, 100
PHONE = "00:08:5d:00:00:00"  # the load generator's first
DHCP_RATE = "300"  # DORAs begun a second
MEANWHILE = "DHCP while TFTP is busy"

Row = dict[str, Any]


class Case(NamedTuple):
    """What is read, the figure that counts, and whose is the measure, how many times over."""

    name: str
    arguments: tuple[str, ...]
    figure: str  # mb_s or rate
    peer: str
    times: float


LARGE_BY_MANY, SMALL_BY_MORE = "16 x 16 MiB", "1 KiB by 64"
_BIG = ("-f", "big.bin", "-e", str(LARGE), "-b", "1428")
_TABLE = (
    Case(LARGE_BY_MANY, (*_BIG, "-c", "16"), "mb_s", HPA, 1.0),
    Case("16 MiB, windowsize 16", (*_BIG, "-c", "1", "-w", "16"), "mb_s", ATFTPD, 1.0),
    Case("16 MiB, windowsize 64", (*_BIG, "-c", "1", "-w", "64"), "mb_s", ATFTPD, 1.0),
    Case(SMALL_BY_MORE, ("-f", "1k%.bin", "-e", str(SMALL), "-b", "1428", "-c", "64"), "rate", HPA, 2.0),
)
CASES = {case.name: case for case in _TABLE}


def lay(folder: Path) -> None:
    """Lay the files that are read."""
    octets = bytes(range(256))
    (folder / "big.bin").write_bytes(octets * (LARGE // 256))
    for number in range(SMALL_COUNT):
        (folder / f"1k{number}.bin").write_bytes(octets * (SMALL // 256))
    folder.chmod(0o755)


def tftp(wire: Wire, loads: tuple[Path, Path], seconds: float) -> list[Row]:
    """Measure the three servers in turns, then DHCP while ours is busy; `loads`: of DHCP and of TFTP."""
    rows: list[Row] = []
    ours = ringboot()
    with running(wire, ours) as (_, state):
        lay(be_a_phone(wire, loads[0], state))
        rows += [read(wire, loads[1], ours.name, case, seconds) for case in CASES.values()]
        busy = [meanwhile(wire, loads, CASES[name], seconds) for name in (LARGE_BY_MANY, SMALL_BY_MORE)]
    for peer in peers():
        probe = [str(loads[1]), "-f", "1k0.bin", "-n", "1", "-l", "200", "-t", "10"]
        with running(wire, peer, probe):
            rows += [read(wire, loads[1], peer.name, case, seconds) for case in CASES.values()]
    return [compared(row, rows) for row in rows] + busy


def compared(row: Row, rows: list[Row]) -> Row:
    """Say how many times the peer's figure ours is, where it is ours."""
    case = CASES[row["point"]]
    theirs = next(each for each in rows if (each["server"], each["point"]) == (case.peer, case.name))
    if row["server"] != rows[0]["server"]:
        return row
    return {**row, "peer": case.peer, "times": round(row[case.figure] / max(theirs[case.figure], 0.001), 2)}


def peers() -> list[Contender]:
    """Give the peers, which serve `{state}` itself; their files lie there before they start."""
    hpa = f"in.tftpd -L -l -a {SERVER_ADDRESS}:69 -u root -B 65464 -s {{state}}"
    atftpd = (
        f"atftpd --daemon --no-fork --bind-address {SERVER_ADDRESS} --user root --group root --maxthread 1000 "
        "--logfile {state}/log --pidfile {state}/pid {state}"
    )
    first = [sys.executable, "-m", "bench.tftp", "{state}"]
    return [
        Contender(name, [*first, *command.split()], environment=PATHS)
        for name, command in ((HPA, hpa), (ATFTPD, atftpd))
    ]


def be_a_phone(wire: Wire, load: Path, state: Path) -> Path:
    """Lease the generator's address to a phone, whose files may be read from there; gives its plugin's folder."""
    order = Teller(state)
    order("settings", "set", "dhcp_integration", "true")
    order("reservation", "add", CLIENT_ADDRESS, "--network", "bench", "--mac", PHONE)
    drive(wire, load, ("-m", "dora", "-n", "1", "-w", "1", *PHONES, "-t", "0.2"))

    def is_made() -> bool:
        rows = order("device", "list", "--json")["items"]
        return any(row["mac"] == PHONE and row["configured"] for row in rows)

    wait_for(is_made, "a phone's files")
    return state / "data" / "plugins" / "aastra" / "var" / "tftpboot"


def read(wire: Wire, load: Path, server: str, case: Case, seconds: float) -> Row:
    """Run one case."""
    row = driven(start(wire, load, case, seconds))
    failed = row["bad"] + row["gave_up"]
    told = f"{case.name:24} {server:14} {row['mb_s']:8.1f} MB/s {row['rate']:8,.0f} files/s, {failed} failed"
    print(told, file=sys.stderr)
    return {"server": server, "point": case.name, **row, "failed": failed, "conflicts": 0}


def start(wire: Wire, load: Path, case: Case, seconds: float) -> subprocess.Popen[str]:
    """Start the generator for a case."""
    words = [str(load), "-d", SERVER_ADDRESS, *case.arguments, "-t", f"{seconds:g}"]
    command = wire.inside(wire.client, words)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def meanwhile(wire: Wire, loads: tuple[Path, Path], case: Case, seconds: float) -> Row:
    """Begin DORAs at a steady rate while files are read."""
    reading = start(wire, loads[1], case, seconds + 1)
    steady = ("-m", "dora", "-n", "5000", "-w", "1000", "-R", DHCP_RATE, *PHONES, "-t", f"{seconds:g}")
    row = driven(begin(wire, loads[0], steady))
    return {"server": "ringboot", "point": MEANWHILE, **row, "case": case.name, "read": driven(reading)}


if __name__ == "__main__":  # for a peer: lay the files and become the server
    lay(Path(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
