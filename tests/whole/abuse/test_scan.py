"""Machines that use addresses of a pool without a lease are found at the start, and when addresses are added."""

from __future__ import annotations

from pathlib import Path

from tests.whole.abuse.test_abuse import CONFIG
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import Lab, needs

pytestmark = needs()


def state(daemon: Daemon, address: str) -> str:
    """Tell the state of an address, as the list of leases has it."""
    rows = daemon.json("lease", "list")["items"]
    return next((row["state"] for row in rows if row["address"] == address), "unknown")


def test_who_uses_an_address_without_a_lease_is_found(tmp_path: Path) -> None:
    with Lab(tmp_path) as lab:
        squatter = lab.machine()
        for address in ("10.9.0.20", "10.9.0.120"):
            squatter.ip(f"address add {address}/24 dev c0")
        lab.ip_there(lab.server, "link set s0 down")
        with Daemon(tmp_path, CONFIG, lab.server) as daemon:
            assert daemon.get("status")["scan"]["state"] == "off", "an interface that is down is asked when it is up"
            lab.ip_there(lab.server, "link set s0 up")
            wait_until(
                lambda: daemon.get("status")["scan"]["found"] == 1,
                "the machine to be found",
                say=lambda: str(daemon.get("status")["scan"]),
            )
            wait_until(lambda: state(daemon, "10.9.0.20") == "declined", "the quarantine")
            wait_until(lambda: daemon.get("status")["scan"]["state"] == "done", "the end of the scan")
            assert daemon.get("status")["scan"]["asked"] == 90
            assert state(daemon, "10.9.0.120") == "unknown"
            assert "10.9.0.20 of network floor is used on s0 by somebody without a lease" in daemon.log.read_text()

            said = daemon.config.read_text()
            daemon.config.write_text(said.replace('10.9.0.99"]', '10.9.0.99", "10.9.0.110-10.9.0.129"]'))
            daemon.run("reload")

            wait_until(lambda: state(daemon, "10.9.0.120") == "declined", "the other address to be found")
            assert daemon.get("status")["scan"]["asked"] == 110, "only what was added"
