"""An administrator's file is checked by mypy as strictly as ours: the names that it imports have types."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

GOOD = """\
from ringboot.scripts import REFUSE, Answer, Lease, Query, Refusal, Reservation
from ringboot.scripts import devices, hook, leases, log, notify, timer

@hook.unknown(network="phones", mac=["02:*", "06:*"])
def visitor(query: Query) -> Reservation | Refusal | None:
    if query.mac == "02:00:00:00:00:01":
        return REFUSE
    return Reservation(address="10.0.0.9", lease_time="2m", options={"routers": ["10.0.0.1"], 42: "10.0.0.2"})

@hook.chosen
def other(query: Query, reservation: Reservation) -> Reservation | None:
    return None if reservation.address else Reservation(network=query.network)

@hook.answer(vendor_class="Example*", no_answer="serve")
def boot(query: Query, answer: Answer) -> bool | None:
    answer.options["tftp-server-name"] = "boot"
    answer.options[3] = ["10.0.0.1"]
    return len(answer.options.octets(60)) > 3

@hook.granted
def told(lease: Lease) -> None:
    device = devices.by_mac(lease.mac)
    log.info("a lease", live=len(leases), model=device.model if device else "")
    notify("http://intranet/new", {"mac": lease.mac, "ends": lease.expires.isoformat()})

@timer("30s")
def tick() -> None: ...
"""
BAD = """\
from ringboot.scripts import Answer, Query, hook

@hook.answer
def boot(query: Query) -> None: ...

@hook.unknown
def visitor(query: Query) -> str:
    return query.vendor_clas
"""


def test_a_script_with_type_hints_is_good_and_mistakes_are_found(tmp_path: Path) -> None:
    for name, text in (("good.py", GOOD), ("bad.py", BAD)):
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "good.py", "bad.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    found = [line.split(":")[:2] for line in done.stdout.splitlines() if ": error:" in line]
    assert [each for each in found if each[0] != "bad.py"] == [], done.stdout
    assert {int(line) for _, line in found} >= {3, 6, 8}, done.stdout
