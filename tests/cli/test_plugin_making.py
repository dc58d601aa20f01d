"""A plugin is tried without a daemon: what the commands print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ringboot.catalog import FOLDER
from ringboot.cli.main import app
from ringboot.cli.plugin_things import GoldenFiles, PluginFaults, Sketched

MANIFEST = """\
name = "acme"
title = "Acme"
version = "1.0"
format = "ini"
[[identify]]
from = "dhcp.60"
match = "^Acme"
[device.files]
"{mac}.cfg" = ""
[[sample]]
"dhcp.60" = "AcmePhone"
is = {}
"""


AGENT = "Acme D10 2.1.0 02aabb001122"


def run(*words: str, code: int = 0) -> tuple[str, str]:
    result = CliRunner().invoke(app, ["plugin", *words], env={"RINGBOOT_API": "/nowhere"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert (result.exit_code, result.stderr if code == 0 else "") == (code, "")
    return result.stdout, result.stderr


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    (folder / "templates").mkdir(parents=True)
    (folder / "golden").mkdir()
    (folder / "plugin.toml").write_text(MANIFEST)
    (folder / "templates" / "base.tpl").write_text("ntp = {{ ntp_ip }}\n")
    (folder / "golden" / "cases.toml").write_text('shared = "a"\n[configs.a]\n[models]\nD10 = ["a"]\n')
    return folder


def test_lint_names_file_and_line(acme: Path) -> None:
    assert run("lint", str(acme))[0] == f"{acme} has no fault.\n"
    assert json.loads(run("lint", str(acme), "--json")[0]) == {"items": []}
    (acme / "templates" / "base.tpl").write_text("a = 1\nb = {{ ntp_ib }}\n")
    (acme / "templates" / "D10.tpl").write_text("a = 1\n")
    out, error = run("lint", str(acme), code=1)
    first, second = out.splitlines()
    assert first.startswith(f"{acme}/templates/D10.tpl: no file is made of it")
    assert second.startswith(f"{acme}/templates/base.tpl:2: there is nothing named ntp_ib; did you mean ntp_ip?")
    assert f"2 faults in {acme}." in error
    told = PluginFaults.model_validate_json(run("lint", str(acme), "--json", code=1)[0])
    assert [(each.file, each.line) for each in told.items] == [("templates/D10.tpl", 0), ("templates/base.tpl", 2)]


def test_lint_holds_samples_against_the_built_in_brands(acme: Path) -> None:
    from ringboot.plugins.manifest import load_manifest

    others = (load_manifest(path) for path in sorted(FOLDER.iterdir()) if (path / "plugin.toml").exists())
    other, sample = next((each, one) for each in others for one in each.sample if "dhcp.60" in one.evidence)
    text = MANIFEST.replace('"^Acme"', '"."').replace("AcmePhone", sample.evidence["dhcp.60"])
    (acme / "plugin.toml").write_text(text)
    assert f"plugin.toml:10: is taken for {other.name}" in run("lint", str(acme), code=1)[0]


@pytest.mark.parametrize("word", ["lint", "test"])
def test_no_folder(tmp_path: Path, word: str) -> None:
    assert "is no folder" in run(word, str(tmp_path / "nothing"), code=1)[1]


def test_test_shows_what_differs_and_update_writes_it(acme: Path) -> None:
    path = "D10-a/00005e005301.cfg"
    out, error = run("test", str(acme), code=1)
    assert "+ntp = \n1 file made, 1 differ\n" in out
    assert "say --update" in error
    assert run("test", str(acme), "--update")[0] == f"{path}: new\n1 file made, 1 written\n"
    assert run("test", str(acme))[0] == "1 file made, 0 differ\n"
    (acme / "templates" / "base.tpl").write_text("time = {{ ntp_ip }}\n")
    told = GoldenFiles.model_validate_json(run("test", str(acme), "--json", code=1)[0])
    ((row),) = told.items
    assert (told.made, told.updated, row.path, row.state) == (1, False, path, "changed")
    assert row.diff.endswith("-ntp = \n+time = \n")
    assert (acme / "golden" / path).read_text() == "ntp = \n"


def test_test_says_which_cases_it_lacks(acme: Path) -> None:
    (acme / "golden" / "cases.toml").unlink()
    assert f"{acme}/golden/cases.toml: No such file" in run("test", str(acme), code=1)[1]


def test_new_begins_a_plugin_that_has_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("new", "acme", "--user-agent", "Acme D10 2.1.0 02aabb001122", "--asks", "/02aabb001122.cfg")
    told = Sketched.model_validate_json(run(*words, "--json")[0])
    assert (told.folder, told.files, told.faults) == (
        "acme", ["golden/cases.toml", "plugin.toml", "templates/base.tpl"], [],
    )  # fmt: skip
    assert run("lint", "acme")[0] == "acme has no fault.\n"
    assert "1 file made, 1 written" in run("test", "acme", "--update")[0]
    assert "acme is there already" in run(*words, code=1)[1]
    assert "nothing is known of the phone" in run("new", "other", code=2)[1]
    assert "name: " in run("new", "O_o", "--user-agent", "x", code=2)[1]
    assert not (tmp_path / "O_o").exists()


def test_new_takes_what_the_daemon_saw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Any, desk: Any) -> None:
    async def explain(mac: str) -> Any:
        said = {"agents": [AGENT, "loader"], "asks": ["Acme/../x", "Acme/common.cfg", "Acme/02aabb001122.cfg"]}
        return {"mac": mac, "leases": [{"vendor_class": None}, {"vendor_class": "AcmePhone-D10"}], "said": said}

    desk.explain = explain
    monkeypatch.chdir(tmp_path)
    run("new", "acme", "--from-device", "02-AA-BB-00-11-22", "--api-socket", str(server.path))
    manifest = (tmp_path / "acme" / "plugin.toml").read_text()
    for line in (
        'oui = ["02aabb"]', '"dhcp.60" = "AcmePhone-D10"', 'is = { model = "D10" }', 'sure = "capture"',
        f'"http.user-agent" = "{AGENT}"', '"Acme/{mac}.cfg" = ""',
        '"Acme/common.cfg" = { template = "common.cfg", format = "ini" }',
    ):  # fmt: skip
        assert line in manifest.splitlines()
    assert run("lint", "acme")[0] == "acme has no fault.\n"
    words = ("--from-device", "02-AA-BB-00-11-22", "--api-socket", str(server.path), "--asks", "{mac}.xml")
    run("new", "other", *words, "--user-agent", "Other 1")
    typed = (tmp_path / "other" / "plugin.toml").read_text()
    assert '"{mac}.xml" = ""\n' in typed
    assert '"http.user-agent" = "Other 1"' in typed
    assert "common.cfg" not in typed
