"""The bench where it can be tested fast: what it says where it cannot run, its load generator, its table."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


_AS_NOBODY = """
import os, sys
from bench.__main__ import main
if os.geteuid() == 0:
    os.setuid(65534)
sys.exit(main([]))
"""


def test_without_the_rights_it_says_what_it_needs_and_measures_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", _AS_NOBODY], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "bench: needs root, for network namespaces of its own\n"


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    program = tmp_path_factory.mktemp("bench") / "load"
    source = ROOT / "bench" / "load.c"
    subprocess.run([compiler, "-O1", "-Wall", "-Wextra", "-Werror", "-o", str(program), str(source)], check=True)
    return program


@pytest.mark.parametrize(
    "arguments",
    [["-m", "dance"], ["-n", "0"], ["-w", "99999"], ["-t", "-1"], ["-v", "x" * 256], ["-d", "here"], ["-q"]],
)
def test_the_load_generator_refuses_what_it_does_not_know(load: Path, arguments: list[str]) -> None:
    done = subprocess.run([str(load), *arguments], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr


def test_the_table_gives_each_rate_beside_kea_s_and_says_what_was_reached() -> None:
    script = """
import sys
from bench.__main__ import _print_table
row = {"p50_ms": 1.0, "p99_ms": 2.0, "timeouts": 0, "conflicts": 0, "devices": 2000, "seconds": 30.0, "others_cpu": 0.5}
_print_table([
    {"server": "ringboot", "point": "DORA, in order", "rate": 12000, "rates": [11000, 12000, 13000], **row},
    {"server": "kea", "point": "DORA, in order", "rate": 10000, "rates": [10000, 10000, 6500], **row},
    {"server": "ringboot", "point": "memory at 50,000 leases", "rate": 1, "addresses": 50000, "rss_mib": 101.0, **row},
    {"server": "ringboot", "point": "DHCP while devices are rendered", "rate": 1, **row},
])
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "DORA, in order            ringboot            12,000    1.20" in done.stdout
    assert "memory at 50,000 leases, dhcp process of ringboot: 101 MiB (below 100: NOT reached)" in done.stdout
    assert "while main renders 2,000 devices again (30.0 s): DHCP p99 2.0 ms (below 20: reached)" in done.stdout
    assert "DORA, in order, ringboot: 1.20 x Kea (at least 1.0: reached)" in done.stdout
    assert "other programs kept 0.5 processors busy" in done.stdout


def test_a_boot_storm_brings_every_phone_up_and_is_told() -> None:
    script = """
import json, sys
from bench.__main__ import _told_alone
from bench.storm import storm
row = storm(phones=4, seconds=0.0)
print(_told_alone(row, as_json=False), _told_alone({**row, "conflicts": 1}, as_json=True))
print(json.dumps(row), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    row = json.loads(done.stderr.splitlines()[-1])
    assert (row["configured"], row["failed"], row["conflicts"]) == (4, 0, 0)
    assert "boot storm: 4 of 4 phones, switched on within 0 s, had their files" in done.stdout
    assert f"The slowest: {row['slowest']['mac']}" in done.stdout
    assert done.stdout.splitlines()[-1] == "0 1"
