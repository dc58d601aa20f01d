"""A configuration that cannot be used: `check` and `serve` say where, what, and what to do; exit code 3."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from tests.whole.bad_input.site import command, make_site, serve, written

CONFIGURATION = 3
SITE = make_site()
WRONG_KEYS = (
    SITE.config.replace(f"port = {SITE.dhcp}", 'port = "67"')
    .replace('name = "tiny"', 'nam = "tiny"')
    .replace("127.77.1.250", "127.88.1.250")
)
SAID_OF_KEYS = (
    'line 11, dhcp.port: "67" is not a number from 1 to 65535; write a port without quotes',
    "line 15, dhcp.network.pools: pool 127.77.1.1-127.88.1.250 leaves the subnet 127.77.0.0/16; move it inside",
    "line 17, dhcp.network.nam: unknown key; did you mean name?",
)


def test_check_tells_all_that_is_wrong_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, WRONG_KEYS)
    code, out, _ = command("check", "--config", str(path))
    assert code == CONFIGURATION
    assert out.splitlines() == [*(f"{path}, {line}" for line in SAID_OF_KEYS), f"{path}: 3 errors"]


def test_serve_tells_the_same_and_does_not_begin(tmp_path: Path) -> None:
    path = written(tmp_path, WRONG_KEYS)
    code, said = serve(path)
    assert code == CONFIGURATION
    head = "ringboot: The configuration cannot be used:"
    assert said.splitlines() == [head, *(f"{path}, {line}" for line in SAID_OF_KEYS)]
    assert not (tmp_path / "data").exists()


ANYTHING: dict[str, tuple[str, str]] = {
    "no TOML": (
        SITE.config.replace('"127.77.0.0/16"', '"127.77.0.0/16'),
        ", line 14: is no TOML: Illegal character '\\n'; mend that line; text stands in quotes, lists in [ ]",
    ),
    "an unknown section": (
        SITE.config + "[dchp]\n",
        ", line 20, dchp: unknown key; did you mean dhcp?",
    ),
    "a list where a table belongs": (
        SITE.config.replace("pools = ", "pool = ", 1),
        (
            ', line 15, dhcp.network.pool: "127.77.1.1-127.77.1.250" is not a table; '
            "write [[dhcp.network.pool]] and its keys below"
        ),
    ),
    "an option that does not exist": (
        SITE.config + 'options = { tftp-sever-name = "x" }\n',
        (
            ", line 20, dhcp.network.options.tftp-sever-name: no DHCP option is called 'tftp-sever-name'; "
            "did you mean tftp-server-name?"
        ),
    ),
}


@pytest.mark.parametrize("mistake", ANYTHING)
def test_each_mistake_is_named_with_file_line_and_key(tmp_path: Path, mistake: str) -> None:
    text, said = ANYTHING[mistake]
    path = written(tmp_path, text)
    assert command("check", "--config", str(path)) == (CONFIGURATION, f"{path}{said}\n{path}: 1 error\n", "")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "ringboot.toml"
    said = f"{path}: does not exist; write a first one with: ringboot init --output {path}\n"
    assert serve(path) == (CONFIGURATION, f"ringboot: {said}")


def test_an_interface_that_is_not_there(tmp_path: Path) -> None:
    """One of several may come later (tests/whole/test_hotplug.py); of those named here not one is there."""
    there = ", ".join(name for _, name in socket.if_nameindex())
    path = written(tmp_path, SITE.config.replace('["lo"]', '["eth77", "eth78"]'))
    said = f"interface eth77 is not there (this machine has: {there}). Correct interfaces in [dhcp].\n"
    code, text = serve(path)
    assert code == CONFIGURATION
    assert text.endswith(f"ringboot: {said}")
    path = written(tmp_path, SITE.config.replace('["lo"]', '["lo", "eth77"]'))
    code, out, _ = command("check", "--config", str(path))
    line = f"{path}, line 10, dhcp.interfaces: interface eth77 is not there; the interfaces here are {there}"
    assert (code, out) == (CONFIGURATION, f"{line}\n{path}: 1 error\n")


def test_an_address_that_is_not_ours(tmp_path: Path) -> None:
    path = written(tmp_path, SITE.config.replace(f'"127.0.0.1:{SITE.http}"', f'"192.0.2.9:{SITE.http}"'))
    said = f"HTTP port {SITE.http} on 192.0.2.9: this machine does not have that address. Correct listen in [http].\n"
    assert serve(path) == (CONFIGURATION, f"ringboot: {said}")
