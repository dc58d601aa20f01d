"""ringboot source: what each place says of a client, asked without a daemon."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from tests.scripts.sources import places
from tests.scripts.sources.places import KNOWN, STRANGER
from typer.testing import CliRunner, Result

from ringboot.cli.main import app
from ringboot.cli.shapes import TABLE

TEXT = """
[dhcp]
interfaces = ["eth0"]
[[dhcp.network]]
name = "lan"
subnet = "10.0.0.0/24"
[[dhcp.network]]
name = "far"
subnet = "10.9.0.0/24"
[[dhcp.source]]
name = "intranet"
kind = "sql"
file = "site.db"
timeout = "5s"
[[dhcp.source]]
name = "list"
kind = "ini"
file = "site.ini"
timeout = "5s"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    places.make_tables(tmp_path / "site.db")
    (tmp_path / "site.ini").write_text(places.INI_TEXT.replace("10.0.0.9", "10.0.0.10"))
    path = tmp_path / "ringboot.toml"
    path.write_text(TEXT)
    return path


def run(config: Path, *words: str) -> Result:
    result = CliRunner().invoke(app, ["source", *words, "--config", str(config)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def as_described(config: Path, *words: str) -> Any:
    told = json.loads(run(config, *words, "--json").stdout)
    adapter = TypeAdapter(TABLE[f"source {words[0]}"])
    assert json.loads(adapter.dump_json(adapter.validate_python(told))) == told
    return told


def test_the_sources_are_listed_in_their_order(config: Path) -> None:
    told = as_described(config, "list")
    assert [(each["name"], each["kind"], each["stale"]) for each in told["items"]] == [
        ("intranet", "sql", "24h"), ("list", "ini", "24h"),
    ]  # fmt: skip
    assert str(config.with_name("site.db")) in run(config, "list").stdout


def test_each_source_is_asked_and_what_it_says_is_shown(config: Path) -> None:
    done = run(config, "test", KNOWN.upper().replace(":", "-"))
    assert done.exit_code == 0
    one, two = done.stdout.splitlines()
    assert one.startswith("intranet: 10.0.0.9, lobby, lease time 7200 s, ")
    assert "routers 10.0.0.1" in one
    assert two.startswith("list: 10.0.0.10, lobby")
    assert "maps.room = A 12" in two
    assert one.endswith(" ms)")
    told = as_described(config, "test", KNOWN)
    assert told["items"][0]["given"][0]["options"]["domain-name"] == "lan.example.org"


def test_how_it_ends_says_whether_the_client_is_known_and_whether_a_source_fails(config: Path) -> None:
    done = run(config, "test", STRANGER)
    assert (done.exit_code, done.stdout.count("does not know it")) == (5, 2)
    config.with_name("site.db").write_text("garbage " * 100)
    done = run(config, "test", KNOWN)
    assert done.exit_code == 1
    assert "intranet: failed: file is not a database" in done.stdout
    assert "list: 10.0.0.10" in done.stdout
    assert run(config, "test", "nonsense").exit_code == 2
    assert run(config, "test", KNOWN, "--network", "nowhere").exit_code == 5


def test_a_definition_for_elsewhere_is_said_to_be_one(config: Path) -> None:
    text = config.read_text().replace('file = "site.db"', 'file = "site.db"\nquery = "%s"')
    query = "SELECT '10.0.0.9' AS ip, '10.9.0.1' AS relay WHERE :mac IS NOT NULL"
    config.write_text(text % query)
    assert "10.0.0.9; not for a client of this network" in run(config, "test", KNOWN).stdout
    assert "10.0.0.9 (" in run(config, "test", KNOWN, "--relay", "10.9.0.1").stdout


def test_without_sources_and_with_a_faulty_configuration_it_says_so(tmp_path: Path) -> None:
    path = tmp_path / "ringboot.toml"
    path.write_text(TEXT.partition("[[dhcp.source]]")[0])
    assert run(path, "list").stdout == "No source is configured.\n"
    assert run(path, "test", KNOWN).exit_code == 5
    path.write_text(TEXT)
    done = run(path, "test", KNOWN)
    assert done.exit_code == 3
    assert "site.db is not there" in done.stderr
