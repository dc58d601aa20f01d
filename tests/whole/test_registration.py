"""From quarantine to its own address with a real client: the registration page as a guest's browser has it."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.whole.clients import Udhcpc
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import HEAD, Lab, Machine, inside, needs

pytestmark = [pytest.mark.long, *needs("busybox", "udhcpc")]  # test_lan_party.py has the way of a guest, too

CONFIG = (
    HEAD
    + """\
[[dhcp.network]]
name = "lan"
subnet = "10.9.0.0/24"
segment = "hall"
unknown = "quarantine"
quarantine = "guests"
options = { routers = "10.9.0.1" }
[[dhcp.network]]
name = "guests"
subnet = "10.99.0.0/24"
segment = "hall"
pools = ["10.99.0.50-10.99.0.60"]
lease_time = "40s"
options = { routers = "10.99.0.1", default-url = "http://10.99.0.1:8080/" }
[register]
listen = ":8080"
network = "lan"
addresses = "10.9.0.50-10.9.0.60"
[tftp]
listen = "off"
[http]
listen = "off"
"""
)
URL = "http://10.99.0.1:8080/"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("lab")) as made:
        made.ip_there(made.server, "address add 10.99.0.1/24 dev s0")
        yield made


@pytest.fixture(scope="module")
def daemon(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("daemon"), CONFIG, lab.server) as running:
        yield running


def browse(machine: Machine, fields: dict[str, str] | None = None) -> str:
    """Open the page on a machine, and send its form."""

    def ask() -> str:
        body = urlencode(fields).encode() if fields is not None else None
        with urllib.request.urlopen(URL, body, timeout=20) as response:
            return str(response.read().decode())

    return inside(machine.namespace, ask)


def register(machine: Machine, name: str) -> str:
    """Fill in the form as a guest does."""
    token = re.search(r'name="token" value="([^"]+)"', browse(machine))
    assert token
    return browse(machine, {"form": "guest", "token": token[1], "name": name})


def test_a_guest_makes_a_machine_known_and_its_renewal_moves_it(lab: Lab, daemon: Daemon, tmp_path: Path) -> None:
    client = Udhcpc(lab.machine(), tmp_path)
    client.start()
    assert client.wait_until_bound() == "10.99.0.50"
    page = browse(client.machine)
    assert f"This machine is <code>{client.machine.mac}</code> and has <code>10.99.0.50</code>" in page
    assert "is known now and gets 10.9.0.50" in register(client.machine, "ada")

    before = len(client.events())
    client.renew_now()
    assert client.wait_until_bound(after=before) == "10.9.0.50"
    assert client.tap.seen("NAK"), client.story()
    assert daemon.lease("10.9.0.50")["network"] == "lan"
    client.renew_now()
    assert client.wait_for("renew", after=before) == "10.9.0.50"

    told = daemon.run("event", "list", "--reason", "made-known").stdout
    assert "guest ada made it known as ada: 10.9.0.50 in lan" in told
    (row,) = daemon.json("audit", "--filter", "via=register")["items"]
    assert (row["who"], row["role"], row["status"]) == ("ada", "guest", 201)
    story = daemon.run("explain", "--mac", client.machine.mac).stdout
    assert "made-known" in story or "made it known" in story


def test_an_operator_makes_one_known_that_was_never_here(lab: Lab, daemon: Daemon, tmp_path: Path) -> None:
    client = Udhcpc(lab.machine(), tmp_path)
    (row,) = daemon.json("register", client.machine.mac, "--name", "beamer", "--address", "10.9.0.99")
    assert row == {"mac": client.machine.mac, "network": "lan", "address": "10.9.0.99", "fresh": True}
    assert "was known already: 10.9.0.99" in daemon.run("register", client.machine.mac).stdout
    client.start()
    assert client.wait_until_bound() == "10.9.0.99"


def test_what_was_made_known_outlives_the_processes(lab: Lab, daemon: Daemon, tmp_path: Path) -> None:
    client = Udhcpc(lab.machine(), tmp_path)
    client.start()
    client.wait_until_bound()
    register(client.machine, "eve")
    daemon.kill("main")
    daemon.kill("dhcp")
    before = len(client.events())
    client.renew_now()
    address = client.wait_until_bound(after=before)
    assert address.startswith("10.9.0.5")
    wait_until(lambda: "and has <code>" + address in browse(client.machine), "the page to know it again")
