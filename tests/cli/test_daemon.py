"""serve, check and demo: what they say and how they end when something is in the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ringboot.cli.main import app
from ringboot.host.lock import FolderBusy, FolderUnusable
from ringboot.servers.listen import CannotListen

GOOD = '[server]\ndata = "data"\n[dhcp]\ninterfaces = ["lo"]\n[[dhcp.network]]\nsubnet = "127.0.0.0/8"\n'


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "r.toml"
    path.write_text(GOOD)
    return path


def test_a_good_configuration_is_called_good(config: Path) -> None:
    assert run("check", "--config", str(config)) == (0, f"{config}: good\n", "")


def test_everything_wrong_is_told_with_exit_code_3(config: Path) -> None:
    config.write_text(GOOD.replace('"lo"', '"nowhere9"') + 'lease_time = "x"\n[server2]\n')
    code, out, error = run("check", "--config", str(config))
    lines = out.splitlines()
    assert (code, error, len(lines)) == (3, "", 4)
    assert lines[0].startswith(
        f"{config}, line 4, dhcp.interfaces: interface nowhere9 is not there; the interfaces here"
    )
    assert lines[1].startswith(f"{config}, line 7, dhcp.network.lease_time: ")
    assert lines[2] == f"{config}, line 8, server2: unknown key; did you mean server?"
    assert lines[3] == f"{config}: 3 errors"


def test_a_warning_is_no_error(config: Path) -> None:
    config.write_text(GOOD.replace("[dhcp]", 'address = "192.0.2.200"\n[dhcp]'))
    code, out, _ = run("check", "--config", str(config), "--json")
    report = json.loads(out)
    assert (code, report["errors"]) == (0, 0)
    assert [(each["severity"], each["line"], each["key"]) for each in report["problems"]] == [
        ("warning", 3, "server.address")
    ]


def test_a_table_of_reservations_is_looked_at_with_the_rest(config: Path, tmp_path: Path) -> None:
    config.write_text(GOOD.replace('"lo"', '"nowhere9"'))
    table = tmp_path / "new.csv"
    table.write_text("network,kind,value,address\n127.0.0.0/8,mac,00:00:5e:00:53:01,10.0.0.1\n")
    code, out, _ = run("check", "--config", str(config), "--reservations", str(table))
    lines = out.splitlines()
    assert (code, lines[2]) == (3, f"{config}: 2 errors")
    assert lines[1] == (
        f"{table}, line 2, reservation mac 00:00:5e:00:53:01 in 127.0.0.0/8: "
        "10.0.0.1 lies in no network, not in 127.0.0.0/8; choose another address"
    )


def test_serve_runs_what_the_configuration_says(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []

    def daemon(*words: Any, **more: Any) -> int:
        calls.append((words, more))
        return 0

    monkeypatch.setattr("ringboot.app.serve.serve", daemon)
    assert run("serve", "--config", str(config), "--verbose") == (0, "", "")
    [((settings, path), more)] = calls
    assert (settings.server.data, path) == (config.parent / "data", config)
    assert more == {"verbose": True, "json_log": False}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FolderBusy("The folder is in use. Stop the other one."), 6),
        (FolderUnusable("The folder cannot be used. Choose another."), 1),
        (CannotListen("Port 67 is in use. Stop it.", 6), 6),
        (CannotListen("Interface x is not there. Correct it.", 3), 3),
    ],
)
def test_serve_says_what_is_in_the_way(
    config: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    def refuse(*_: Any, **__: Any) -> int:
        raise error

    monkeypatch.setattr("ringboot.app.serve.serve", refuse)
    assert run("serve", "--config", str(config)) == (code, "", f"ringboot: {error}\n")


def test_serve_ends_as_the_daemon_did(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringboot.app.serve.serve", lambda *_, **__: 6)
    assert run("serve", "--config", str(config))[0] == 6


def test_serve_without_a_configuration_says_how_to_make_one(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    assert run("serve", "--config", str(path)) == (
        3, "", f"ringboot: {path}: does not exist; write a first one with: ringboot init --output {path}\n"
    )  # fmt: skip


def test_a_command_with_a_configuration_that_is_not_there_says_so(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    assert run("status", "--config", str(path)) == (
        3, "", f"ringboot: {path} does not exist. Correct --config, or leave it out.\n"
    )  # fmt: skip


def test_a_command_finds_the_daemon_through_the_configuration(server: Any, desk: Any, tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text(f'[server]\napi_socket = "{server.path}"\n')
    assert run("reload", "--config", str(path))[0] == 0
    assert desk.calls == [("reload", False)]


@pytest.mark.parametrize("code", [0, 1])
def test_demo_ends_as_the_play_did(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    calls: list[Any] = []

    def play(**more: Any) -> int:
        calls.append(more)
        return code

    monkeypatch.setattr("ringboot.sim.demo.run", play)
    assert run("demo", "--keep")[0] == code
    assert calls == [{"keep": True, "json": False}]
