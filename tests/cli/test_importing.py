"""ringboot import: what is written where, what is told, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner, Result

from ringboot.cli.importing import _SERVERS
from ringboot.cli.main import app
from ringboot.cli.shapes import TABLE
from ringboot.cli.tables import read_rows
from ringboot.compat.importers.formats import FORMATS
from ringboot.setup.load import load

SOURCES = Path(__file__).parents[1] / "compat" / "sources"
SOURCE = {"kea": SOURCES / "kea-dhcp4.conf", "isc": SOURCES / "dhcpd.conf", "dnsmasq": SOURCES / "dnsmasq.conf"}


def run(*words: str | Path, api: Path | None = None) -> Result:
    result = CliRunner().invoke(app, ["import", *map(str, words)], env={"RINGBOOT_API": str(api)} if api else None)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_every_format_has_a_command() -> None:
    assert {row.name: (row.title, row.usual) for row in FORMATS.values()} == _SERVERS
    assert SOURCE.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", FORMATS)
def test_files_are_written_that_can_be_used(name: str, tmp_path: Path) -> None:
    output = tmp_path / "ringboot.toml"
    done = run(name, SOURCE[name], "--interface", "s0", "--output", output)
    assert (done.exit_code, done.stdout) == (0, "")
    assert load(output).dhcp.interfaces == ("s0",)
    assert read_rows(tmp_path / "reservations.csv")
    assert f"The configuration is in {output}.\nThe reservations are in {tmp_path / 'reservations.csv'}." in done.stderr
    assert {each.name for each in tmp_path.iterdir()} == {"ringboot.toml", "reservations.csv"}


@pytest.mark.parametrize("name", FORMATS)
def test_without_output_the_configuration_is_printed_and_the_report_goes_elsewhere(name: str, tmp_path: Path) -> None:
    done = run(name, SOURCE[name], "--interface", "eth7", "--interface", "eth8")
    path = tmp_path / "ringboot.toml"
    path.write_text(done.stdout)
    assert load(path).dhcp.interfaces == ("eth7", "eth8")
    assert "Not carried over (" in done.stderr
    assert f"{SOURCE[name]}:" in done.stderr
    assert "name a file with --reservations" in done.stderr


@pytest.mark.parametrize("name", FORMATS)
def test_the_report_as_json_is_as_described(name: str) -> None:
    done = run(name, SOURCE[name], "--json", "--strict")
    assert (done.exit_code, done.stderr) == (1, "")
    told = json.loads(done.stdout)
    TypeAdapter(TABLE[f"import {name}"]).validate_python(told)
    assert told["not_carried"]
    assert told["configuration"].startswith(f"# From {SOURCE[name]}, by ringboot import.")


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "reservations.csv").write_text("mine")
    done = run("kea", SOURCE["kea"], "--output", tmp_path / "new.toml")
    assert done.exit_code == 1
    assert "reservations.csv is there already" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["reservations.csv"]
    done = run("kea", SOURCE["kea"], "--output", tmp_path / "reservations.csv")
    assert (done.exit_code, (tmp_path / "reservations.csv").read_text()) == (1, "mine")


def test_strict_is_no_matter_when_all_is_carried_over(tmp_path: Path) -> None:
    path = tmp_path / "kea.conf"
    path.write_text(
        '{"Dhcp4": {"interfaces-config": {"interfaces": ["e0"]}, "subnet4": '
        '[{"subnet": "10.0.0.0/24", "pools": [{"pool": "10.0.0.10-10.0.0.20"}]}]}}'
    )
    done = run("kea", path, "--strict", "--output", tmp_path / "ringboot.toml")
    assert (done.exit_code, "Not carried" in done.stderr) == (0, False)


def test_what_the_result_lacks_is_told(tmp_path: Path) -> None:
    path = tmp_path / "kea.conf"
    path.write_text('{"Dhcp4": {"subnet4": [{"subnet": "10.0.0.0/24", "pools": [{"pool": "10.0.0.0-10.0.0.20"}]}]}}')
    done = run("kea", path)
    assert done.exit_code == 0
    assert "To be corrected before it can be used:" in done.stderr
    assert "holds the address of the subnet itself" in done.stderr
    assert run("kea", path, "--strict").exit_code == 1


def test_a_broken_file_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "kea.conf"
    path.write_text('{"Dhcp4": {\n  "subnet4": [,]}}')
    done = run("kea", path)
    assert done.exit_code == 1
    assert f"{path}:2:15: no value begins here" in done.stderr
    assert run("kea", tmp_path / "nothing").exit_code == 2


def test_reservations_are_added_to_the_running_daemon(desk: Any, server: Any, tmp_path: Path) -> None:
    done = run("kea", SOURCE["kea"], "--apply", api=server.path)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "4 reservations added to the running daemon." in done.stderr
    assert {row["address"] for row in desk.rows_reservations} == {"10.9.0.20", "10.9.0.21", "10.9.0.105", "10.31.0.5"}


def test_a_site_of_staticdhcpd_is_written_previewed_and_told_as_described(tmp_path: Path) -> None:
    source, output = SOURCES / "static.ini", tmp_path / "ringboot.toml"
    done = run("staticdhcpd", source, "--interface", "s0", "--output", output)
    assert (done.exit_code, done.stdout) == (0, "")
    assert [each.lease_time for each in load(output).dhcp.networks] == [7200, 600]
    assert len(read_rows(tmp_path / "reservations.csv")) == 4
    preview = run("staticdhcpd", source)
    assert '[[dhcp.network]]\nname = "main-0"' in preview.stdout
    assert f"{source}:24:1: vlan of [lab|0]: extra values are for scripts" in preview.stderr
    told = json.loads(run("staticdhcpd", source, "--json").stdout)
    TypeAdapter(TABLE["import staticdhcpd"]).validate_python(told)
    assert run("staticdhcpd", source, "--strict").exit_code == 1
    done = run("staticdhcpd", "postgresql://user:geheim@127.0.0.1:1/db")
    assert done.exit_code == 1
    assert "geheim" not in done.stderr + done.stdout
    assert run("staticdhcpd", tmp_path / "nothing.ini").exit_code == 2
