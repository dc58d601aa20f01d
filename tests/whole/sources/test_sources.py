"""Reservations that are looked up elsewhere, by the whole daemon: a row in a database is a client that is served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.scripts.sources.places import SCHEMA, Service, a_service, execute
from tests.whole.daemon import LOOPBACK, NO_ADMIN, Daemon, wait_until
from tests.whole.sources.asker import Asker, counted

from ringboot.model.address import ip_text
from ringboot.sim.stage import free_ports

CONFIG = (
    LOOPBACK
    + """probe = false
question_deadline = "8s"
[[dhcp.network]]
name = "lan"
subnet = "127.70.0.0/16"
lease_time = "1h"
[[dhcp.source]]
name = "intranet"
kind = "sql"
file = "site.db"
timeout = "2s"
cache = 0
negative = 0
[[dhcp.source]]
name = "ipam"
kind = "http"
url = "URL"
timeout = "2s"
cache = 0
negative = 0
"""
    + NO_ADMIN
)
GROUP = "INSERT INTO subnets (subnet, serial, lease_time, gateway) VALUES ('main', 0, 7200, '127.70.0.254')"
ROW = "INSERT INTO maps (mac, ip, hostname, subnet, serial) VALUES ('{}', '{}', '{}', 'main', 0)"
MORE = "[main|0]\nlease-time: 60\n[{}]\nip: 127.70.1.40\nsubnet: main\nserial: 0\n"
LOBBY, DESK, LATER, HERE, NEVER, ROAMER, GUEST = (f"00:00:5e:00:53:{number:02x}" for number in range(0x21, 0x28))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Daemon, Path, Service, int]]:
    folder = tmp_path_factory.mktemp("sources")
    path = folder / "site.db"
    for statement in (*SCHEMA.format(prefix="").split(";")[:2], GROUP, ROW.format(LOBBY, "127.70.1.9", "lobby")):
        execute(path, statement)
    tftp, http, dhcp = free_ports(3)
    with a_service() as service:
        service.answers = {ROAMER: {"ip": "127.70.1.30", "hostname": "roamer"}}
        config = CONFIG.format(tftp=tftp, http=http, dhcp=dhcp).replace("URL", service.url)
        with Daemon(folder, config) as daemon:
            yield daemon, path, service, dhcp


def test_rows_are_served_on_the_next_packet_and_who_was_known_goes_on_when_the_database_breaks(
    site: tuple[Daemon, Path, Service, int],
) -> None:
    daemon, path, _, port = site
    lobby, desk, later, here, never = (Asker(daemon, mac, port) for mac in (LOBBY, DESK, LATER, HERE, NEVER))
    answer = lobby.obtain()
    assert (ip_text(answer.yiaddr), answer.options[12]) == ("127.70.1.9", b"lobby")
    assert (answer.options[51], answer.options[3]) == ((7200).to_bytes(4, "big"), bytes((127, 70, 0, 254)))
    assert daemon.lease("127.70.1.9")["network"] == "lan"
    told = daemon.run("explain", "--mac", LOBBY).stdout
    assert "source intranet gave 127.70.1.9" in told

    desk.is_left_alone("no-pool")
    execute(path, ROW.format(DESK, "127.70.1.10", "desk"))
    assert ip_text(desk.obtain().yiaddr) == "127.70.1.10"  # each message is sent once
    execute(path, ROW.format(LATER, "127.99.0.1", "elsewhere"))
    later.is_left_alone("no-answer-silent")

    daemon.run("reservation", "add", "127.70.1.20", "--network", "lan", "--mac", HERE)
    path.write_bytes(b"garbage " * 1000)
    for client, address in ((here, "127.70.1.20"), (lobby, "127.70.1.9"), (desk, "127.70.1.10")):
        assert ip_text(client.obtain().yiaddr) == address
    never.is_left_alone("no-answer-silent")
    assert "source intranet: file is not a database" in daemon.run("explain", "--mac", NEVER).stdout
    assert counted(daemon, "no-answer-silent") >= 2

    status = {row["name"]: row for row in daemon.json("script", "status")["sources"]}
    assert (status["intranet"]["problem"], status["ipam"]["problem"]) == ("file is not a database", "")
    numbers = {
        (row["name"], row["labels"]["source"], row["labels"].get("outcome")): row["value"]
        for row in daemon.json("metrics")["items"]
        if row["name"].startswith("source_")
    }
    assert numbers["source_lookups", "intranet", "known"] >= 4
    assert min(numbers["source_lookups", "intranet", each] for each in ("unknown", "failed", "stale")) > 0
    assert numbers["source_up", "ipam", None] == 1


@pytest.mark.long  # each of its questions waits for the time-out
def test_a_web_service_that_hangs_or_dies_holds_up_its_own_clients_only_and_those_get_its_last_answer(
    site: tuple[Daemon, Path, Service, int],
) -> None:
    daemon, _, service, port = site
    lobby, roamer, guest = (Asker(daemon, mac, port) for mac in (LOBBY, ROAMER, GUEST))
    answer = roamer.obtain()
    assert (ip_text(answer.yiaddr), answer.options[12]) == ("127.70.1.30", b"roamer")
    service.hold = threading.Event()
    for client, address in ((roamer, "127.70.1.30"), (lobby, "127.70.1.9")):
        assert ip_text(client.obtain().yiaddr) == address
    guest.is_left_alone("no-answer-silent")
    assert "source ipam: no answer within 2000 ms" in daemon.run("explain", "--mac", GUEST).stdout
    service.close()
    for client, address in ((roamer, "127.70.1.30"), (lobby, "127.70.1.9")):
        assert ip_text(client.obtain().yiaddr) == address
    assert daemon.restarts("scripts") == 0

    daemon.config.with_name("more.ini").write_text(MORE.format(GUEST))
    source = '[[dhcp.source]]\nname = "more"\nkind = "ini"\nfile = "more.ini"\n'
    daemon.config.write_text(daemon.config.read_text() + source)
    differences = daemon.json("reload")["differences"]
    assert [(each["change"], each["what"], each["name"]) for each in differences] == [("added", "source", "more")]
    wait_until(lambda: len(daemon.get("scripts")["sources"]) == 3, "the sources to be read again")
    wait_until(lambda: "intranet, ipam, more" in daemon.log.read_text(), "dhcp to hear of it")
    assert ip_text(guest.obtain().yiaddr) == "127.70.1.40"
    assert daemon.restarts("scripts") == 0
