"""A LAN party with real clients, as docs/tutorial/lan-party.md has it: its very files, with shorter times."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.whole.clients import Udhcpc
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import HEAD, Lab, inside, needs
from tests.whole.test_registration import register

pytestmark = needs("busybox", "udhcpc")

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "lan-party.md"
OFF = '[tftp]\nlisten = "off"\n[http]\nlisten = "off"\n'
RENEWALS = 5


def files() -> tuple[str, str]:
    """Give ringboot.toml and party.py of the page, for this lab and with a party of some seconds."""
    blocks = dict(re.findall(r"^```(?:toml|python) (\S+)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))
    head = '[dhcp]\ninterfaces = ["eth0"]\n'
    assert blocks["ringboot.toml"].startswith(head)
    config = HEAD + blocks["ringboot.toml"].removeprefix(head)
    script = blocks["party.py"]
    for text, shorter in (("max_renewals=30", f"max_renewals={RENEWALS}"), ('"2m"', '"20s"'), ('"1m"', '"16s"')):
        assert text in script
        script = script.replace(text, shorter)
    return config + OFF, script


class Service:
    """The web service that hears of newcomers; it refuses each the first time."""

    def __init__(self, lab: Lab) -> None:
        told: list[dict[str, Any]] = []
        ids: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                ids.append(body["id"])
                self.send_response(503 if ids.count(body["id"]) == 1 else 204)
                self.end_headers()
                if ids.count(body["id"]) > 1:
                    told.append(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.told = told
        self._server = inside(lab.server, lambda: ThreadingHTTPServer(("10.9.0.1", 9000), Handler))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def of(self, mac: str) -> list[dict[str, Any]]:
        return [each for each in self.told if each["mac"] == mac]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("lab")) as made:
        made.ip_there(made.server, "address add 10.99.0.1/24 dev s0")
        yield made


@pytest.fixture(scope="module")
def service(lab: Lab) -> Iterator[Service]:
    made = Service(lab)
    yield made
    made.close()


def local_zone(seconds: float) -> str:
    """Give a time zone whose clocks go forward by an hour in so many seconds."""
    at = time.gmtime(time.time() + seconds)
    ends = (at.tm_yday + 180) % 365 + 1
    return f"WIN0SUM-1,J{at.tm_yday}/{at.tm_hour}:{at.tm_min}:{at.tm_sec},J{ends}/3"


@pytest.fixture(scope="module")
def daemon(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("daemon")
    config, script = files()
    (folder / "party.py").write_text(script)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", local_zone(30))
        time.tzset()
        with Daemon(folder, config, lab.server) as running:
            yield running
    time.tzset()


def renewals(daemon: Daemon, mac: str) -> int:
    """Read what the pool has counted of a machine."""
    with closing(sqlite3.connect(f"file:{daemon.data}/scripts.db?mode=ro", uri=True)) as database:
        row = database.execute("SELECT text FROM kept WHERE key = ?", (f"pool guests {mac}",)).fetchone()
    return -1 if row is None else int(json.loads(row[0])["renewals"])


def is_counted(daemon: Daemon, mac: str, count: int) -> bool:
    return renewals(daemon, mac) >= count  # on a busy machine it also renews by itself


def is_after(second: int) -> bool:
    return int(time.time()) > second


@pytest.mark.long  # first: it waits for a moment soon after the daemon's start
def test_the_clocks_that_go_forward_change_what_is_shown_and_nothing_else(
    lab: Lab, daemon: Daemon, tmp_path: Path
) -> None:
    client = Udhcpc(lab.machine(), tmp_path)
    daemon.run("register", client.machine.mac, "--name", "clock")
    client.start()
    address = client.wait_until_bound()
    lease = daemon.lease(address)
    assert lease["expiry"] - lease["start"] == pytest.approx(8 * 3600, abs=1)
    shown = daemon.run("lease", "show", address).stdout
    offset = time.localtime(lease["expiry"]).tm_gmtoff
    assert offset == 3600, "the lease ends in summer"
    ends = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(lease["expiry"] + 3600))
    assert f"{ends} SUM" in shown
    zones = (time.localtime(lease["start"]).tm_gmtoff, "WIN" in shown)
    assert zones in ((0, True), (3600, False))
    wait_until(lambda: time.localtime().tm_isdst, "the clocks to go forward")
    before = len(client.events())
    client.renew_now()
    assert client.wait_for("renew", after=before) == address
    later = daemon.lease(address)
    assert later["start"] == lease["start"]
    assert 0 <= later["expiry"] - lease["expiry"] < 60, "no hour more, and none less"


def test_a_newcomer_is_told_of_registers_and_moves_to_its_fixed_address(
    lab: Lab, daemon: Daemon, service: Service, tmp_path: Path
) -> None:
    client = Udhcpc(lab.machine(), tmp_path)
    mac = client.machine.mac
    client.start()
    first = client.wait_until_bound()
    assert first.startswith("10.99.0."), client.story()
    lease = daemon.lease(first)
    assert (lease["network"], lease["expiry"] - lease["start"]) == ("guests", pytest.approx(20, abs=1))
    wait_until(lambda: service.of(mac), "the web service to hear of it", say=daemon.log.read_text)
    (told,) = service.of(mac)
    assert (told["address"], told["network"]) == (first, "guests")

    kept = re.search(r"is known now and gets (10\.9\.0\.\d+)", register(client.machine, "ada"))
    assert kept
    before = len(client.events())
    client.renew_now()
    assert client.wait_until_bound(after=before) == kept[1], client.story()
    assert daemon.lease(kept[1])["network"] == "lan"
    assert len(service.of(mac)) == 1, "it is no newcomer again"


@pytest.mark.long
def test_who_stays_unregistered_is_cut_off_and_no_death_in_between_changes_that(
    lab: Lab, daemon: Daemon, service: Service, tmp_path: Path
) -> None:
    client = Udhcpc(lab.machine(), tmp_path)
    mac = client.machine.mac
    client.start()
    address = client.wait_until_bound()
    began = len(client.events())
    wait_until(lambda: renewals(daemon, mac) == 0, "the first lease to be counted", say=daemon.log.read_text)
    for count, part in enumerate(("dhcp", "main", "scripts", "scripts", ""), start=1):
        if renewals(daemon, mac) >= RENEWALS:
            break
        before = len(client.events())
        client.renew_now()
        assert client.wait_for("renew", after=before) == address
        if part:
            daemon.kill(part)
        what = f"{count} to be counted"
        wait_until(partial(is_counted, daemon, mac, count), what, say=daemon.log.read_text)
        wait_until(partial(is_after, int(time.time())), "a lease that ends later than this one")
    client.renew_now()
    client.wait_for("deconfig", after=began)
    assert client.tap.seen("NAK"), client.story()
    assert renewals(daemon, mac) == RENEWALS
    offers = len(client.tap.seen("OFFER"))
    asked = len(client.tap.seen("DISCOVER"))
    client.wait_to_see(lambda _: len(client.tap.seen("DISCOVER")) >= asked + 2, "to ask in vain")
    assert len(client.tap.seen("OFFER")) == offers
    assert len(service.of(mac)) == 1

    daemon.run("register", mac)  # it may come in all the same
    assert client.wait_until_bound(after=began).startswith("10.9.0.")


class Powerless(Daemon):
    """A daemon of root's without the right to raw sockets."""

    def __init__(self, folder: Path, config: str, namespace: str) -> None:
        super().__init__(folder, config, namespace)
        self._prefix += ["setpriv", "--bounding-set=-net_raw", "--"]


@pytest.mark.long
def test_without_the_right_to_raw_sockets_a_decline_settles_what_no_scan_can_see(tmp_path: Path) -> None:
    config, script = files()
    assert '"guests",' in script
    (tmp_path / "party.py").write_text(script.replace('"guests",', '"guests", addresses="10.99.0.50-10.99.0.59",'))
    with Lab(tmp_path / "lab") as lab:
        lab.ip_there(lab.server, "address add 10.99.0.1/24 dev s0")
        older = lab.machine()
        older.ip("address add 10.99.0.50/24 dev c0")
        with Powerless(tmp_path, config, lab.server) as daemon:
            told = "the right to raw sockets (CAP_NET_RAW) is missing"
            wait_until(
                lambda: told in daemon.log.read_text(), "it to say that it cannot look", say=daemon.log.read_text
            )
            client = Udhcpc(lab.machine(), tmp_path)
            client.set_up(checks=True)
            client.start()
            assert client.wait_until_bound() == "10.99.0.51", client.story()
            assert [each.kind for each in client.tap.seen("DECLINE")] == ["DECLINE"]
            assert daemon.lease("10.99.0.50")["state"] == "declined"
