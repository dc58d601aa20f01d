"""A lease of another server lives on here: taken over while the daemon is stopped, and renewed by its client."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

from tests.whole.daemon import Daemon, free_port, wait_until

from ringboot.cli.exits import BUSY
from ringboot.sim.leasing import Leasing

CONFIG = """
[server]
data = "DATA"
api_socket = "SOCKET"
[dhcp]
interfaces = ["lo"]
port = PORT
probe = false
[[dhcp.network]]
name = "loopback"
subnet = "127.0.0.0/8"
pools = ["127.82.1.0-127.82.1.255"]
[tftp]
listen = "off"
[http]
listen = "off"
"""
MAC = b"\x00\x00\x5e\x00\x53\x01"


def test_a_lease_is_taken_over_and_its_client_renews_it(tmp_path: Path) -> None:
    source, leases = tmp_path / "dnsmasq.conf", tmp_path / "dnsmasq.leases"
    source.write_text("dhcp-range=127.82.1.0,127.82.1.255,255.0.0.0\n")
    leases.write_text(
        f"{int(time.time()) + 3000} {MAC.hex(':')} 127.82.1.77 desk *\n1 00:00:5e:00:53:02 127.82.1.78 * *\n"
    )
    port = free_port()
    daemon = Daemon(tmp_path, CONFIG.replace("PORT", str(port)))
    words = ("import", "dnsmasq", str(source), "--leases", str(leases), "--config", str(daemon.config), "--json")

    told = json.loads(daemon.run(*words).stdout)["leases"]

    assert (told["read"], told["taken"], told["over"], told["not_taken"]) == (2, 1, 1, 0)
    with daemon:
        wait_until(lambda: daemon.lease("127.82.1.77")["state"] == "bound", "the lease to be known")
        assert daemon.lease("127.82.1.77")["hostname"] == "desk"
        refused = daemon.run(*words, check=False)
        assert (refused.returncode, "in use by another daemon" in refused.stderr) == (BUSY, True)
        client = Leasing(MAC, "127.82.0.1", ("127.0.0.1", port), {})
        assert asyncio.run(client.obtain()).address == "127.82.1.77"
