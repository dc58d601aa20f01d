"""The dhcp process is killed in the middle of its work, again and again: no lease is lost, no address given twice."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import defaultdict
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from tests.whole.crowd import Crowd, Promise
from tests.whole.daemon import Daemon, free_port, wait_until

from ringboot.cli.client import Client
from ringboot.model.address import ip_text, mac_text
from ringboot.store.journal_reader import JournalReader

CONFIG = """
[server]
data = "DATA"
api_socket = "SOCKET"
[dhcp]
interfaces = ["lo"]
port = PORT
[[dhcp.network]]
name = "crowd"
subnet = "127.80.0.0/16"
pools = ["127.80.1.0-127.80.6.255"]
lease_time = "8s"
[tftp]
listen = "off"
[http]
listen = "off"
"""
RELAY = "127.80.0.1"
CLIENTS = 300
# A process that dies often is started again after ever longer pauses, up to 5 s: the test has no time for them.
NO_PAUSES = "from ringboot.host import supervisor\nsupervisor.BACK_OFF = (0.0,)"


@pytest.mark.parametrize(
    "kills", [10, pytest.param(300, marks=[pytest.mark.long, pytest.mark.timeout(1200)])], ids="{} times".format
)
def test_no_lease_is_lost_and_no_address_given_twice_when_dhcp_is_killed(kills: int, tmp_path: Path) -> None:
    port = free_port()
    with Daemon(tmp_path, CONFIG.replace("PORT", str(port)), before=NO_PAUSES) as daemon, Journal(daemon) as journal:
        with Crowd(CLIENTS, RELAY, ("127.0.0.1", port)) as crowd:
            chance = random.Random(kills)
            for kill in range(kills):
                wait_for_leases(daemon, crowd, kill, chance.randrange(10, 80))
                os.kill(daemon.pid("dhcp"), signal.SIGKILL)
                journal.read_on()
            wait_for_leases(daemon, crowd, kills, 100)
        listed = {row["address"]: row for row in daemon.json("lease", "list", "--limit", "0")["items"]}
        now = time.time()
        journal.read_on()
        assert daemon.restarts("main") == 0
    promises = crowd.promises
    assert crowd.sent_again > kills, "the kills were not noticed"
    assert crowd.released > kills

    assert given_twice(promises) == []
    assert [each for each in promises if journal.expiry[each.address, each.mac] < each.until] == []
    # Of an address that came to somebody else since, the list tells of that one.
    last = {each.address: each for each in sorted(promises, key=lambda each: each.since)}
    live = {each.address: (each.mac, "bound") for each in last.values() if each.end > now}
    assert live
    assert {address: (listed[address]["mac"], listed[address]["state"]) for address in live} == live
    assert last.keys() <= listed.keys()


def wait_for_leases(daemon: Daemon, crowd: Crowd, restarts: int, count: int) -> None:
    """Wait until dhcp was started again so many times, and then has bound or renewed so many leases."""
    wait_until(lambda: daemon.restarts("dhcp") == restarts, "dhcp to be started again")
    enough = len(crowd.promises) + count
    wait_until(lambda: len(crowd.promises) >= enough or not crowd.is_alive(), "leases")


class Journal:
    """What stands in the journal, read on while it is written, because compaction drops what is history."""

    def __init__(self, daemon: Daemon) -> None:
        self.expiry: dict[tuple[str, str], float] = defaultdict(float)  # the latest, by address and client
        self._reader = JournalReader(daemon.data / "leases")
        self._after = 0

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()

    def read_on(self) -> None:
        """Read what is new."""
        while rows := self._reader.read(self._after, 10_000):
            self._after = rows[-1][0]
            for _, change in rows:
                if change.kind in ("bound", "renewed"):
                    key = ip_text(change.address), mac_text(change.mac)
                    self.expiry[key] = max(self.expiry[key], change.expiry)


def given_twice(promises: list[Promise]) -> list[tuple[Promise, Promise]]:
    """Name promises of one address to two clients at the same time."""
    by_address: dict[str, list[Promise]] = defaultdict(list)
    for promise in promises:
        by_address[promise.address].append(promise)
    return [
        (one, other)
        for rows in by_address.values()
        for one, other in pairwise(sorted(rows, key=lambda each: each.since))
        if one.mac != other.mac and one.end > other.since
    ]


@pytest.mark.long
def test_what_was_being_done_with_many_devices_is_taken_up_after_a_kill(tmp_path: Path) -> None:
    table = tmp_path / "phones.csv"
    lines = (f"00:08:5d:01:{number >> 8:02x}:{number & 255:02x},aastra,6731i" for number in range(400))
    table.write_text("\n".join(("mac,plugin,model", *lines, "")))
    with Daemon(tmp_path, CONFIG.replace("PORT", str(free_port())), before=NO_PAUSES) as daemon:
        assert daemon.json("device", "import", str(table))["added"] == 400
        with closing(Client([daemon.socket])) as api:
            changes = {"model": "6730i", "description": "hall"}
            body = {"action": "set", "all": True, "changes": changes}
            job = api.post("devices", "bulk", body=body, parameters=[("wait", "false")])
            wait_until(lambda: api.get("jobs", job["id"])["done"] > 0, "some of it to be done")
        daemon.kill("main")
        cut = daemon.json("job", "show", job["id"])
        assert (cut["state"], cut["resumable"]) == ("interrupted", True)
        assert "The daemon ended while this was done" in cut["problem"]
        done = daemon.json("device", "list", "--filter", "description=hall")["total"]
        assert 0 < done < 400
        again = daemon.json("job", "resume", job["id"])
        assert (again["state"], again["result"]["done"]) == ("done", 400)
        assert daemon.json("device", "list", "--filter", "description=hall")["total"] == 400
