"""The administrator's Python in the whole daemon, with real clients: what hooks give, and hooks that do not behave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.whole.clients import Udhcpc
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import HEAD, Lab, needs

pytestmark = needs("busybox")

CONFIG = (
    HEAD
    + """\
scripts = ["rules.py"]
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
pools = ["10.9.0.10-10.9.0.59"]
[tftp]
listen = "off"
[http]
listen = "off"
"""
)
RULES = """\
import os, pathlib, time
from ringboot.scripts import Answer, Lease, Query, Reservation, hook

HERE = pathlib.Path(__file__).parent

@hook.unknown(network="floor", no_answer="serve")
def visitor(query: Query) -> Reservation | None:
    what = (HERE / "what").read_text()
    if what == "give":
        return Reservation(address="10.9.0.77", lease_time="10m", options={"domain-name": "guests.example.org"})
    if what == "raise":
        raise ValueError("no such luck")
    if what == "sleep":
        time.sleep(60)
    while what == "loop":
        pass
    if what == "block":
        sum(range(1 << 60))  # in C, with the interpreter's lock, and deaf to signals
    while what == "catch":
        try:
            time.sleep(60)
        except BaseException:
            pass
    if what == "exit":
        os._exit(3)
    if what == "eat":
        bytearray(1 << 40)
    return None

@hook.answer(no_answer="serve")
def boot(query: Query, answer: Answer) -> None:
    answer.options["vendor-class-identifier"] = "PXEClient"
    answer.options["tftp-server-name"] = "boot.example.org"
    answer.options["bootfile-name"] = f"{query.mac.bare.upper()}.cfg"

@hook.granted
def granted(lease: Lease) -> None:
    with (HERE / "told").open("a") as file:
        print(lease.address, lease.mac, file=file)
"""


class Site:
    """A daemon with a script whose behaviour a file says."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.folder = lab, folder
        (folder / "rules.py").write_text(RULES)
        self.behave("give")
        self.daemon = Daemon(folder, CONFIG, lab.server)

    def behave(self, what: str) -> None:
        (self.folder / "what").write_text(what)

    def client(self, folder: Path) -> Udhcpc:
        """Start a client that nobody knows."""
        made = Udhcpc(self.lab.machine(), folder)
        made.start()
        return made

    def hook(self, name: str) -> dict[str, Any]:
        """Tell how a hook does."""
        rows = self.daemon.get("scripts")["hooks"]
        return next((row for row in rows if row["hook"] == f"rules.py:{name}"), {"problem": ""})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Lab(tmp_path_factory.mktemp("lab")) as lab:
        made = Site(lab, tmp_path_factory.mktemp("scripts"))
        with made.daemon:
            wait_until(lambda: made.daemon.get("scripts")["connected"], "the scripts to be there")
            yield made


def test_a_hook_gives_a_strangers_address_and_another_changes_the_answer(site: Site, tmp_path: Path) -> None:
    site.behave("give")
    client = site.client(tmp_path)
    assert client.wait_until_bound() == "10.9.0.77"
    ack = client.tap.seen("ACK")[-1].message.options
    assert (ack[60], ack[66]) == (b"PXEClient", b"boot.example.org")
    assert ack[67] == client.machine.mac.replace(":", "").upper().encode() + b".cfg"
    assert int.from_bytes(ack[51], "big") == 600
    lease = site.daemon.lease("10.9.0.77")
    assert (lease["state"], lease["mac"], lease["network"]) == ("bound", client.machine.mac, "floor")
    told = site.folder / "told"
    wait_until(lambda: told.exists() and f"10.9.0.77 {client.machine.mac}" in told.read_text(), "the hook to be told")
    status = site.daemon.run("script", "status").stdout
    assert "rules.py:visitor" in status
    assert site.daemon.json("script", "status")["hooks"][0]["calls"] >= 1
    client.machine.lose_power()


@pytest.mark.parametrize(
    ("what", "why", "dies"),
    [
        ("loop", "it took longer than 250 ms", False),
        pytest.param("block", "the process ended in it", True, marks=pytest.mark.long),
        pytest.param("raise", "ValueError: no such luck", False, marks=pytest.mark.long),
        pytest.param("sleep", "it took longer than 250 ms", False, marks=pytest.mark.long),
        pytest.param("eat", "it needed too much memory", False, marks=pytest.mark.long),
        pytest.param("catch", "the process ended in it", True, marks=pytest.mark.long),
        pytest.param("exit", "the process ended in it", True, marks=pytest.mark.long),
    ],
)
def test_a_hook_that_does_not_behave_costs_its_client_nothing_but_its_answer(
    site: Site, tmp_path: Path, what: str, why: str, dies: bool
) -> None:
    before = site.daemon.restarts("scripts")
    site.behave(what)
    client = site.client(tmp_path)
    address = client.wait_until_bound()
    assert address.startswith("10.9.0.")
    assert address != "10.9.0.77", "the policy of the hook serves it from the pool"
    if dies:
        wait_until(lambda: site.daemon.restarts("scripts") > before, "the process to be started again")
        site.behave("give")
        wait_until(lambda: site.daemon.get("scripts")["connected"], "the scripts to be there again")
    problem = wait_until(lambda: site.hook("visitor")["problem"], "the reason")
    assert problem.startswith(why)
    assert site.daemon.restarts("scripts") == before or dies
    client.machine.lose_power()


@pytest.mark.long
def test_scripts_are_read_again_by_a_reload_and_bad_ones_keep_the_old(site: Site) -> None:
    rules = site.folder / "rules.py"
    rules.write_text(RULES + "\n1 / 0\n")
    refused = site.daemon.run("reload", check=False)
    assert refused.returncode == 3
    assert f"{rules}:{RULES.count(chr(10)) + 2}: ZeroDivisionError" in refused.stdout + refused.stderr
    assert site.hook("granted")["kind"] == "granted"
    rules.write_text(RULES.replace("def granted", "def given"))
    site.daemon.run("reload")
    wait_until(lambda: site.daemon.get("scripts")["connected"] and site.hook("given").get("kind"), "the new hook")
    assert json.loads((site.daemon.data / "run" / "processes.json").read_text())
