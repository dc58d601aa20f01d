"""Commands that are written wrongly, or that find no daemon: exit codes 2, 3 and 4."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.whole.bad_input.site import command

USAGE, CONFIGURATION, UNREACHABLE = 2, 3, 4

WRITTEN_WRONGLY: dict[str, str] = {
    "explain": "Error: Missing option '--mac'.",
    "explain --mac kitchen": ("ringboot: 'kitchen' is not a MAC address (six octets, such as 00:08:5d:2e:ec:fb)."),
    "devise list": "Error: No such command 'devise'. Did you mean 'device'?",
    "device set lobby": "ringboot: Say what to change: see ringboot device set --help.",
    "device list --paint red": "Error: No such option: --paint",
    "device reconfigure": "ringboot: Say which: devices, --plugin or --all.",
}


@pytest.mark.parametrize("words", WRITTEN_WRONGLY)
def test_a_command_that_is_written_wrongly(words: str) -> None:
    code, out, errors = command(*words.split())
    assert (code, out) == (USAGE, "")
    assert errors.splitlines()[-1] == WRITTEN_WRONGLY[words]


def test_no_daemon(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    said = (
        f"ringboot: No daemon answers on {path}. "
        "Start it with: ringboot serve. If it runs, say where: --config or --api-socket.\n"
    )
    assert command("status", "--api-socket", str(path)) == (UNREACHABLE, "", said)


def test_a_configuration_that_is_named_and_not_there(tmp_path: Path) -> None:
    path = tmp_path / "ringboot.toml"
    said = f"ringboot: {path} does not exist. Correct --config, or leave it out.\n"
    assert command("status", "--config", str(path)) == (CONFIGURATION, "", said)
