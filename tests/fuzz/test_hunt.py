"""atheris hunts each parser for a minute."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60
FEWEST = 1_000  # inputs, or it did not hunt at all


@pytest.mark.long
@pytest.mark.timeout(SECONDS + 180)
@pytest.mark.parametrize("name", [each.name for each in TARGETS])
def test_nothing_is_found_in_a_minute(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.hunt", name, str(SECONDS), str(tmp_path / "corpus")],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS + 150,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-4_000:]
    tried = re.search(r"stat::number_of_executed_units: (\d+)", done.stderr)
    assert tried is not None, done.stderr[-4_000:]
    assert int(tried[1]) > FEWEST
