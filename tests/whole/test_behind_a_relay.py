"""Behind a real relay agent: an address that a machine there uses without a lease is found out by ICMP echo."""

from __future__ import annotations

from pathlib import Path

from tests.whole.clients import Dhcpcd
from tests.whole.daemon import Daemon
from tests.whole.lab import BRANCH, HEAD, ROUTER, Lab, needs

pytestmark = needs("dhcrelay", "dhcpcd")

CONFIG = (
    HEAD.replace("probe = false", 'question_deadline = "2s"')
    + """\
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
[[dhcp.network]]
name = "branch"
subnet = "10.9.1.0/24"
pools = ["10.9.1.10-10.9.1.99"]
options = { routers = "10.9.1.1" }
[tftp]
listen = "off"
[http]
listen = "off"
"""
)


def test_an_address_that_answers_a_ping_goes_into_quarantine_and_another_is_offered(tmp_path: Path) -> None:
    with Lab(tmp_path) as lab:
        lab.add_relay()
        squatter, machine = lab.machine(BRANCH), lab.machine(BRANCH)
        squatter.ip("address add 10.9.1.10/24 dev c0")
        squatter.ip(f"route add default via {ROUTER}")
        with Daemon(tmp_path, CONFIG, lab.server) as daemon:
            client = Dhcpcd(machine, tmp_path / "client", broadcast=False)
            client.start()

            assert client.wait_until_bound() == "10.9.1.11"

            rows = daemon.json("lease", "list")["items"]
            assert [(row["address"], row["state"]) for row in rows] == [
                ("10.9.1.10", "declined"), ("10.9.1.11", "bound"),
            ]  # fmt: skip
            timeline = daemon.get("explain", machine.mac)["timeline"]
            told = [row for row in timeline if row["reason"] == "address-answers"]
            assert "10.9.1.10 answers a ping" in str(told)
            client.lose_power()
