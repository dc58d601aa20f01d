"""ringboot boot test: what a configuration file means for a machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ringboot.cli.main import app
from ringboot.dhcp.arches import TABLE

CONFIG = """
[server]
data = "/tmp/none"
address = "10.0.0.2"
[dhcp]
interfaces = ["lo"]
[[dhcp.network]]
name = "lab"
subnet = "10.0.0.0/24"
pools = ["10.0.0.100-10.0.0.199"]
[[dhcp.network]]
name = "branch"
subnet = "10.50.0.0/16"
[[boot]]
name = "lost"
match = { arch = "x86-bios", mac = "00:00:5e:*" }
file = "undionly.kpxe"
[[boot]]
name = "uefi"
match = { arch = ["x86-uefi", "x86-uefi-http"] }
file = "ipxe.efi"
script = "{http}/{mac}/boot.ipxe"
[[boot]]
name = "disk"
match = { arch = "arm64-uefi", known = true }
"""


def told(tmp_path: Path, *words: str, code: int = 0) -> Any:
    file = tmp_path / "r.toml"
    file.write_text(CONFIG)
    done = CliRunner().invoke(app, ["boot", "test", "--config", str(file), *words, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout or done.stderr)


@pytest.mark.parametrize(
    ("words", "rule", "file"),
    [
        (("--arch", "x86-uefi"), "uefi", "ipxe.efi"),
        (
            ("--arch", "7", "--ipxe", "--mac", "52:54:00:12:34:56"),
            "uefi",
            "http://10.0.0.2:8667/525400123456/boot.ipxe",
        ),
        (("--arch", "16"), "uefi", "http://10.0.0.2:8667/ipxe.efi"),
        (("--arch", "x86-bios"), "lost", "undionly.kpxe"),
        (("--arch", "x86-bios", "--user-class", "iPXE"), "lost", None),
        (("--arch", "x86-bios", "--mac", "52:54:00:12:34:56"), None, None),
        (("--arch", "arm64-uefi"), None, None),
        (("--arch", "arm64-uefi", "--known"), "disk", None),
    ],
)
def test_the_rule_and_the_file(tmp_path: Path, words: tuple[str, ...], rule: str | None, file: str | None) -> None:
    answer = told(tmp_path, *words)
    assert (answer["network"], answer["rule"], answer["file"], answer["beside"]) == ("lab", rule, file, False)
    assert answer["looped"] == ("--user-class" in words)


def test_beside_another_server_it_says_more(tmp_path: Path) -> None:
    answer = told(tmp_path, "--arch", "x86-uefi", "--network", "branch")
    assert (answer["beside"], answer["file"]) == (True, "ipxe.efi")
    assert {"43", "60", "66", "67"} <= {row["key"] for row in answer["options"]}


def test_as_text(tmp_path: Path) -> None:
    file = tmp_path / "r.toml"
    file.write_text(CONFIG)
    line = ["boot", "test", "--config", str(file), "--arch"]
    done = CliRunner().invoke(app, [*line, "x86-uefi"]).stdout.splitlines()
    assert done[0] == "Boot rule uefi, in network lab:"
    assert [row.split() for row in done[1:]] == [
        ["67", "bootfile-name", "ipxe.efi"], ["66", "tftp-server-name", "10.0.0.2"],
    ]  # fmt: skip
    assert "Add script to the rule" in CliRunner().invoke(app, [*line, "0", "--ipxe"]).stdout
    assert CliRunner().invoke(app, [*line, "11"]).stdout == "No boot rule is for it in network lab.\n"


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("--arch", "x68"), 2, "is no architecture"),
        (("--arch", "7", "--mac", "zz"), 2, "zz"),
        (("--arch", "7", "--network", "wan"), 5, "there are lab, branch"),
    ],
)
def test_what_cannot_be_said(tmp_path: Path, words: tuple[str, ...], code: int, why: str) -> None:
    assert why in told(tmp_path, *words, code=code)["detail"]


def test_the_page_names_every_architecture() -> None:
    page = (Path(__file__).parents[2] / "docs/howto/netboot.md").read_text()
    for row in TABLE:
        assert f"| `{row.name}` | {', '.join(map(str, row.codes))} | {row.meaning} |" in page
