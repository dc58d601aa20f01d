"""The demo, as a person runs it: every act ends as it should, and --keep leaves a daemon to look around in."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from tests.whole.daemon import wait_until

from ringboot.cli.shapes import TABLE
from ringboot.sim.fleet import manifests


def demo(*arguments: str, code: int = 0) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "ringboot", "demo", "--json", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    TypeAdapter(TABLE["demo"]).validate_json(done.stdout, strict=True)
    return json.loads(done.stdout)


def test_the_demo_ends_well_and_keeps_its_daemon_when_asked() -> None:
    told = demo("--keep")
    try:
        assert told["passed"]
        phones = [act for act in told["acts"] if act["age"] is not None]
        assert len(phones) == 24
        assert all(act["steps"][-1]["what"] == "done" for act in phones)
        brands = {
            each.title: [act for act in phones if act["title"] in {f"{each.title} {model}" for model in each.models}]
            for each in manifests()
        }
        for brand, acts in brands.items():
            assert len({act["title"] for act in acts}) == len(acts), f"each {brand} is another model"
            assert len(acts) >= 24 // len(brands), brand
            assert len({act["age"] for act in acts}) == min(len(acts), 3), f"the ages of {brand} take turns"
        assert {act["age"] for act in phones} == {"old", "present", "newer"}
        for act in phones:
            known = act["told"] and act["age"] != "newer"
            assert act["chosen_for"] == ("firmware" if known else "model"), act
            assert (f"with firmware {act['firmware']}." in act["said"]) is act["told"], act
        line = told["acts"][24]
        assert line["steps"][-1]["what"] == "done", "one of them comes again for its line"
        stranger = told["acts"][-1]
        assert stranger["steps"][-1]["what"] == "failed"
        listed = subprocess.run(
            [sys.executable, "-m", "ringboot", "device", "list", "--json", "--config", told["config"]],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert json.loads(listed.stdout)["total"] == 24
    finally:
        os.kill(told["pid"], signal.SIGTERM)
        wait_until(lambda: not Path(f"/proc/{told['pid']}").exists(), "the kept daemon to end")


@pytest.mark.long
def test_the_demo_needs_no_right_and_leaves_nothing_behind() -> None:
    powerless = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # a unix socket's path must be short
        environment = {**os.environ, "TMPDIR": folder, "COLUMNS": "80"}
        done = subprocess.run(
            [*powerless, sys.executable, "-m", "ringboot", "demo"],
            capture_output=True, text=True, check=False, env=environment,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert "27 of 27 ended as they should" in done.stdout
        rows = [line for line in done.stdout.splitlines() if line.startswith("✓  ")]
        assert len(rows) == 24, "each phone on a line of its own, also in a narrow terminal"
        assert list(Path(folder).iterdir()) == []
