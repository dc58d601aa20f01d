"""ringboot init on the machine that the tests run on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner

from ringboot.cli.main import app
from ringboot.cli.shapes import TABLE
from ringboot.servers.foreign import CannotLook, Foreign
from ringboot.setup.load import load


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["init", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other server answers, and nobody waits for one."""

    async def nobody(interface: str, own: set[str], seconds: float = 3.0) -> list[Foreign]:
        assert "127.0.0.1" in own
        return []

    monkeypatch.setattr("ringboot.servers.foreign.find_foreign", nobody)


def test_a_file_is_written_that_can_be_served(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ringboot.toml"
    code, out, error = run("--interface", "lo", "--subnet", "127.1.0.0/16", "--output", str(path))
    assert (code, error) == (0, "")
    assert out.startswith(f"{path} is written, for lo.\n")
    assert out.endswith(f"Look through it, then: ringboot check --config {path}\n")
    settings = load(path)
    assert settings.dhcp.interfaces == ("lo",)
    assert str(settings.dhcp.networks[0].subnet) == "127.1.0.0/16"


def test_a_file_that_is_there_is_left_alone_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "ringboot.toml"
    path.write_text("mine")
    words = ("--interface", "lo", "--subnet", "127.1.0.0/16", "--output", str(path))
    code, _, error = run(*words)
    assert (code, path.read_text()) == (1, "mine")
    assert error == (f"ringboot: {path} is there already. Choose another --output, or write over it with --force.\n")
    assert run(*words, "--force")[0] == 0
    assert load(path).dhcp.interfaces == ("lo",)


def test_another_server_is_told_and_gets_no_rival(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def somebody(interface: str, own: set[str], seconds: float = 3.0) -> list[Foreign]:
        return [Foreign("127.1.0.9", interface)]

    monkeypatch.setattr("ringboot.servers.foreign.find_foreign", somebody)
    path = tmp_path / "r.toml"
    _, out, _ = run("--interface", "lo", "--output", str(path))
    assert "Another DHCP server answers on lo: 127.1.0.9.\n" in out
    assert load(path).dhcp.networks[0].pools == ()


def test_where_nobody_may_look_the_file_is_written_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(interface: str, own: set[str], seconds: float = 3.0) -> list[Foreign]:
        raise CannotLook("cannot look for other DHCP servers on lo: that needs root")

    monkeypatch.setattr("ringboot.servers.foreign.find_foreign", refused)
    path = tmp_path / "r.toml"
    _, out, _ = run("--interface", "lo", "--output", str(path), "--json")
    TypeAdapter(TABLE["init"]).validate_json(out, strict=True)
    assert json.loads(out)["not_looked"] == ["cannot look for other DHCP servers on lo: that needs root"]
    assert "were not looked for" in path.read_text()


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--interface", "nowhere9"], "ringboot: interface nowhere9 is not there; the interfaces here are "),
        (["--interface", "lo", "--subnet", "10.0.0.1/8"], 'ringboot: "10.0.0.1/8" is an address inside a subnet; '),
        (
            ["--interface", "lo", "--interface", "lo", "--subnet", "10.0.0.0/8"],
            "ringboot: --subnet is for one interface; ",
        ),
    ],
)
def test_what_cannot_be_is_a_usage_error(tmp_path: Path, words: list[str], error: str) -> None:
    code, out, told = run(*words, "--output", str(tmp_path / "r.toml"))
    assert (code, out, told[: len(error)]) == (2, "", error)


def test_a_place_where_nothing_can_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, error = run("--interface", "lo", "--output", str(tmp_path / "file" / "r.toml"))
    assert code == 1
    assert error.startswith(f"ringboot: {tmp_path}/file/r.toml cannot be written: ")
    assert error.endswith("Run as root, or write elsewhere: --output ringboot.toml\n")
