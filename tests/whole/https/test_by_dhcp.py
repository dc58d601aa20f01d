"""A secret URL by DHCP: a real client is sent its own, curl fetches by it, and nothing else tells it."""

from __future__ import annotations

import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.whole.clients import Udhcpc
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import HEAD, SERVER, Lab, needs

pytestmark = needs("busybox", "udhcpc", "curl")

VERBOSE = "import sys\nsys.argv.append('--verbose')"
CONFIG = (
    HEAD
    + f"""\
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
pools = ["10.9.0.10-10.9.0.99"]
options = {{ 66 = "{{https}}/s/{{token}}/Aastra" }}
[tftp]
listen = "off"
[http]
listen = "off"
[https]
listen = "{SERVER}:8668"
"""
)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(tmp_path) as made:
        yield made


@pytest.fixture
def daemon(lab: Lab, tmp_path: Path) -> Iterator[Daemon]:
    with Daemon(tmp_path, CONFIG, lab.server, before=VERBOSE) as running:
        yield running


def fetch(lab: Lab, ca: Path, url: str) -> tuple[int, bytes]:
    """Fetch from the server's own address, which proves nothing."""
    done = subprocess.run(
        ["ip", "netns", "exec", lab.server, "curl", "-sS", "--cacert", str(ca), "-w", "%{http_code}", url],
        capture_output=True, check=True,
    )  # fmt: skip
    return int(done.stdout[-3:]), done.stdout[:-3]


def not_sent(daemon: Daemon, mac: str) -> list[Any]:
    explained = daemon.json("explain", "--mac", mac)
    return [(row["value"], row["not_sent"]) for row in explained["options"] if row["key"] == "66"]


def test_a_client_is_sent_its_own_secret_url(lab: Lab, daemon: Daemon, tmp_path: Path) -> None:
    client = Udhcpc(lab.machine(), tmp_path)
    mac = client.machine.mac
    ca = tmp_path / "ca.crt"
    ca.write_text(daemon.run("tls", "ca").stdout)

    def told(after: int) -> str:
        """Give option 66 of the first ACK after so many, as text."""
        acks = client.wait_to_see(
            lambda seen: len([1 for each in seen if each.kind == "ACK"]) > after, "to be answered"
        )
        return [each.message for each in acks if each.kind == "ACK"][after].options.get(66, b"").decode()

    client.start()
    client.wait_until_bound()
    assert told(0) == "", "nobody knows it yet"
    [(value, why)] = not_sent(daemon, mac)
    assert value == "{https}/s/{token}/Aastra"
    assert why.startswith("{token} has no value: no device with this MAC has a secret URL yet")

    daemon.run("device", "add", "--mac", mac, "--plugin", "aastra")
    snapshot = daemon.data / "run" / "site.json"
    wait_until(lambda: json.loads(snapshot.read_text())["words"], "its word to be made")
    client.renew_now()
    first = told(1)
    name = f"{mac.replace(':', '').upper()}.cfg"
    status, body = fetch(lab, ca, f"{first}/{name}")
    assert status == 200
    assert body == (daemon.data / "plugins" / "aastra" / "var" / "tftpboot" / "Aastra" / name).read_bytes()
    assert fetch(lab, ca, f"https://{SERVER}:8668/Aastra/{name}")[0] == 404

    url = daemon.json("device", "url", mac, "--renew")["https"]
    client.renew_now()
    second = told(2)
    assert second == f"{url}Aastra" != first
    assert fetch(lab, ca, f"{second}/{name}") == (200, body)
    assert fetch(lab, ca, f"{first}/{name}")[0] == 404

    words = [each.split("/")[4] for each in (first, second)]
    assert not_sent(daemon, mac) == [(f"https://{SERVER}:8668/s/***/Aastra", None)]
    said = (
        daemon.run("explain", "--mac", mac).stdout + daemon.run("device", "show", mac).stdout + daemon.log.read_text()
    )
    assert '"level": "debug"' in said
    assert [word for word in words if word in said] == []
    assert stat.S_IMODE(snapshot.stat().st_mode) == 0o600
    client.machine.lose_power()
