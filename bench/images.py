"""Two hundred machines that fetch an image at once, half by TFTP and half by HTTP, while a thousand phones renew."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from bench.contenders import ringboot
from bench.measure import begin, driven, fed, running
from bench.wire import CLIENT_ADDRESS, SERVER_ADDRESS, Wire

FETCHED, BESIDE = "netboot: images", "netboot: DHCP"
MACHINES = 100  # by each way
MIB = 30
IMAGE = "image.bin"
PHONES = 1000
STEADY = "200"  # renewals begun a second
LONGEST = "300"  # seconds that all of it may take
CALM = "5"

Row = dict[str, Any]


def images(wire: Wire, loads: list[Path], machines: int = MACHINES, mib: int = MIB) -> list[Row]:
    """Measure renewals alone, then while images are fetched; `loads`: of DHCP, TFTP and HTTP."""
    dhcp, tftp, http = loads
    with running(wire, ringboot()) as (_, state):
        folder = state / "data" / "boot"
        folder.mkdir()
        (folder / IMAGE).write_bytes(bytes(range(256)) * (mib << 12))
        folder.chmod(0o755)
        alone = driven(_renewing(wire, dhcp, CALM))
        renewing = _renewing(wire, dhcp, LONGEST)
        try:
            size = str(mib << 20)
            many = ("-d", SERVER_ADDRESS, "-c", str(machines), "-n", str(machines), "-t", LONGEST)
            by_tftp = fed(wire, [str(tftp), "-f", IMAGE, "-e", size, "-b", "1428", *many], "")
            by_http = fed(wire, [str(http), "-k", "1", *many], f"{CLIENT_ADDRESS} iPXE/1.21.1 /{IMAGE}\n")
            taken = {"TFTP": driven(by_tftp), "HTTP": driven(by_http)}
        finally:
            renewing.terminate()
        meanwhile = driven(renewing)
    told = [
        {"point": FETCHED, "by": by, "machines": machines, "mib": mib, **_counted(row)} for by, row in taken.items()
    ]
    told += [
        {"point": BESIDE, "what": what, "phones": PHONES, **row}
        for what, row in (("alone", alone), ("while images are fetched", meanwhile))
    ]
    return [{"server": "ringboot", "conflicts": 0, **row} for row in told]


def _counted(row: Row) -> Row:
    """Add what went wrong, as either generator calls it."""
    return {**row, "failures": sum(int(row.get(key, 0)) for key in ("bad", "failed", "gave_up", "errors"))}


def _renewing(wire: Wire, load: Path, seconds: str) -> subprocess.Popen[str]:
    steady = ("-m", "renew", "-n", str(PHONES), "-w", "500", "-R", STEADY, "-i", "-o", "00085d")
    return begin(wire, load, (*steady, "-t", seconds))
