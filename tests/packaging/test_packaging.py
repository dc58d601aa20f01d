"""What packaging/ brings: systemd's own programs say whether the unit is right, and how much it lets go."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from ringboot.cli.describe import walk
from ringboot.host.rights import KEPT

FOLDER = Path(__file__).parents[2] / "packaging"
UNIT = FOLDER / "ringboot.service"
COMMANDS = dict(walk())
HARDEST = 2.5  # of 10, which is a service that nothing is kept from; DHCP needs raw sockets and the network

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="not installed (tests/install-clients): systemd"
)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """Give the unit with a program that is there."""
    program = tmp_path / "ringboot"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/ringboot/bin/ringboot", str(program)))
    return copy


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)


@needs_systemd
def test_the_unit_has_no_fault(unit: Path) -> None:
    done = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    unit.write_text(unit.read_text() + "[Service]\nWatchdogSecs=30\n")
    assert "WatchdogSecs" in run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit).stderr


@needs_systemd
def test_the_unit_lets_the_daemon_do_little_else_than_its_work(unit: Path) -> None:
    done = run("systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={HARDEST * 10:.0f}", unit)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Overall exposure level for ringboot.service: [0-2]\.\d OK", done.stdout), done.stdout[-300:]


def test_the_unit_gives_the_rights_that_the_daemon_keeps_and_starts_commands_that_there_are() -> None:
    text = UNIT.read_text()
    names = {10: "CAP_NET_BIND_SERVICE", 13: "CAP_NET_RAW", 23: "CAP_SYS_NICE"}
    wanted = " ".join(names[each] for each in KEPT)
    assert re.findall(r"^(?:AmbientCapabilities|CapabilityBoundingSet)=(.*)$", text, re.MULTILINE) == [wanted, wanted]
    for line in re.findall(r"^Exec\w+=/opt/ringboot/bin/(.*)$", text, re.MULTILINE):
        understood(shlex.split(line))


def understood(words: list[str]) -> None:
    """Let a command read its words; it fails where one is wrong."""
    name = " ".join(words[:2])
    COMMANDS[name].make_context(name, words[2:])


@needs_systemd
def test_the_user_and_the_folders_are_made(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    made = run("systemd-sysusers", f"--root={tmp_path}", FOLDER / "ringboot.sysusers")
    assert made.returncode == 0, made.stderr
    assert "ringboot:x:" in (tmp_path / "etc" / "passwd").read_text()
    made = run("systemd-tmpfiles", "--create", f"--root={tmp_path}", FOLDER / "ringboot.tmpfiles")
    assert made.returncode == 0, made.stderr
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("ringboot")} == {
        "etc/ringboot", "var/lib/ringboot", "run/ringboot",
    }  # fmt: skip


def test_the_container_file_names_what_is_there() -> None:
    """No registry is asked: the words are looked at, not run."""
    text = (FOLDER / "Containerfile").read_text().replace("\\\n", " ")
    steps = [line.split(None, 1) for line in text.splitlines() if line and line[0] not in "# "]
    stages = [step[1] for step in steps if step[0] == "FROM"]
    assert [stage.rpartition(" AS ")[2] for stage in stages[:-1]] == ["build"]
    for word, rest in steps:
        if word == "COPY" and not rest.startswith("--from"):
            assert (FOLDER.parent / rest.split()[0]).exists()
    said = {word: json.loads(rest) for word, rest in steps if word in ("ENTRYPOINT", "CMD")}
    understood([*said["ENTRYPOINT"], *said["CMD"]])
    health = next(rest for word, rest in steps if word == "HEALTHCHECK")
    understood(json.loads(health.partition("CMD ")[2]))
    assert "constraints.txt" in text
