"""What a shell asks, and what it is told: commands, options, and what a running daemon knows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from ringboot.cli.completion import SHELLS, VARIABLE, devices, names_of
from ringboot.cli.main import app

MACS = ["00:00:5e:00:53:01", "00:00:5e:00:53:02", "02:00:00:00:00:03"]
BEGIN = "import sys; sys.argv[0] = 'ringboot'; from ringboot.__main__ import main; main()"


def asked(line: str, server: Any = None) -> list[str]:
    """Ask as the script for bash does."""
    words = line.split(" ")
    environment = {
        **os.environ, VARIABLE: "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1),
        "RINGBOOT_API": str(server.path) if server else "/nowhere/api.sock",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", BEGIN], capture_output=True, text=True, check=True, env=environment, timeout=60
    )
    assert done.stderr == ""
    return done.stdout.split()


def context(where: Path) -> typer.Context:
    import typer.main

    command = typer.main.get_command(app)
    made = command.context_class(command, info_name="ringboot")
    made.params = {"api_socket": where, "config": None}
    return made  # type: ignore[return-value]  # Typer's Context is Click's


@pytest.fixture
def stocked(desk: Any) -> Any:
    desk.rows_devices = {mac: {"id": mac, "mac": mac, "vendor": "Acme", "model": "M1"} for mac in MACS}
    desk.rows_plugins = {"p": {"id": "p", "title": "Acme", "version": "1.0"}, "q": {"id": "q"}}
    return desk


def test_commands_and_devices_are_completed_in_a_real_shell_s_words(server: Any, stocked: Any) -> None:
    assert asked("ringboot de") == ["demo", "device"]
    assert asked("ringboot device show 02", server) == ["02-00-00-00-00-03"]


def test_macs_are_spelled_as_they_were_begun(server: Any, stocked: Any) -> None:
    where = context(server.path)
    assert [mac for mac, _ in devices(where, "")] == [mac.replace(":", "-") for mac in MACS]
    assert devices(where, "00:00:5E:00:53:02") == [(MACS[1], "Acme M1")]
    assert devices(where, "ff") == []


def test_names_come_from_the_lists_of_the_daemon(server: Any, stocked: Any) -> None:
    complete = names_of("plugins", "id", "title", "version")
    assert complete(context(server.path), "") == [("p", "Acme 1.0"), ("q", "")]
    assert complete(context(server.path), "q") == [("q", "")]


def test_without_a_daemon_nothing_is_completed_and_nothing_is_said(tmp_path: Path) -> None:
    assert names_of("plugins", "id")(context(tmp_path / "nobody.sock"), "") == []


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_asks_this_program(shell: str) -> None:
    done = CliRunner().invoke(app, ["completion", shell])
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"{VARIABLE}=complete_{shell}" in done.stdout


def test_bash_reads_its_script_and_completes(tmp_path: Path) -> None:
    script = tmp_path / "completion"
    script.write_text(CliRunner().invoke(app, ["completion", "bash"]).stdout)
    program = tmp_path / "ringboot"
    program.write_text(f"#!{sys.executable}\n{BEGIN}\n")
    program.chmod(0o755)
    lines = f"source {script}; COMP_WORDS=(ringboot lea); COMP_CWORD=1; _ringboot_completion {program}"
    lines += '; echo "${COMPREPLY[*]}"'
    done = subprocess.run(["bash", "-c", lines], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["lease"]


def test_another_shell_is_refused_with_those_that_there_are() -> None:
    done = CliRunner().invoke(app, ["completion", "tcsh"])
    assert done.exit_code == 2
    assert "There is for: bash, zsh, fish." in done.stderr
