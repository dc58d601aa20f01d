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
        phones = [act for act in told["acts"] if act["steps"] and act["steps"][-1]["what"] == "done"]
        assert len(phones) == 9, "eight come up, and one of them again with its line"
        assert {act["title"].split()[0] for act in phones} == {each.title for each in manifests()}, "of each brand"
        stranger = told["acts"][-1]
        assert stranger["steps"][-1]["what"] == "failed"
        listed = subprocess.run(
            [sys.executable, "-m", "ringboot", "device", "list", "--json", "--config", told["config"]],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert json.loads(listed.stdout)["total"] == 8
    finally:
        os.kill(told["pid"], signal.SIGTERM)
        wait_until(lambda: not Path(f"/proc/{told['pid']}").exists(), "the kept daemon to end")


def test_the_demo_needs_no_right_and_leaves_nothing_behind() -> None:
    powerless = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # a unix socket's path must be short
        environment = {**os.environ, "TMPDIR": folder, "COLUMNS": "200"}
        done = subprocess.run(
            [*powerless, sys.executable, "-m", "ringboot", "demo"],
            capture_output=True, text=True, check=False, env=environment,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert "11 of 11 ended as they should" in done.stdout
        assert list(Path(folder).iterdir()) == []
