"""The simulator against a running daemon: a fleet comes up, faults are told, a bad network is outlasted."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from tests.whole.daemon import LOOPBACK, Daemon, free_port

from ringboot.catalog import FOLDER as CATALOG
from ringboot.cli.shapes import TABLE, Failure
from ringboot.cli.top import between
from ringboot.sim.report import report
from ringboot.sim.storm import Plan, Storm
from ringboot.sim.target import Target

RELAY = "127.81.0.1"
CONFIG = (
    LOOPBACK
    + """\
[[dhcp.network]]
name = "phones"
subnet = "127.81.0.0/16"
pools = ["127.81.1.1-127.81.1.200"]
lease_time = "1h"
[[dhcp.network]]
name = "branch"
subnet = "127.82.0.0/16"
trust = "first-use"
"""
)


class Site(Daemon):
    """A daemon whose ports we know."""

    target = Target()

    def simulate(self, *words: str, code: int = 0) -> Any:
        """Run the command against it, and give its report."""
        done = self.run("simulate", "--config", str(self.config), "--storm", "0", "--json", *words, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    dhcp, tftp, http = free_port(), free_port(), free_port()
    daemon = Site(tmp_path_factory.mktemp("simulate"), CONFIG.format(dhcp=dhcp, tftp=tftp, http=http))
    daemon.target = Target("127.0.0.1", dhcp, tftp, http, RELAY)
    with daemon:
        yield daemon


def test_a_fleet_comes_up_and_reads_its_files_again(site: Site) -> None:
    told = site.simulate("--phones", "20", "--again", "2")
    assert (told["phones"], told["configured"], told["failed"], told["dhcp"]) == (20, 20, 0, True)
    assert (told["reads_again"], told["changed"]) == (40, 0)
    assert sum(row["configured"] for row in told["brands"]) == 20
    assert told["p50"] <= told["p95"] <= told["max"] == told["slowest"]["seconds"]
    steps = [step["what"] for step in told["slowest"]["steps"]]
    assert (steps[0], steps[-1], steps.count("done")) == ("address", "done", 3)
    device = site.json("device", "show", told["slowest"]["mac"])
    assert (device["vendor"], device["model"], device["configured"]) == (
        told["slowest"]["brand"], told["slowest"]["model"], True,
    )  # fmt: skip


def test_files_that_change_between_two_reads_are_noticed(site: Site) -> None:
    storm = Storm(Plan(site.target, 2, ("aastra",), seconds=0, seed=5, again=1))
    phone = storm.courses[0].phone

    async def run() -> None:
        async for _ in phone.boot():
            pass
        await asyncio.to_thread(site.run, "config", "set", "base", "ntp_enabled:=true", "ntp_ip=127.0.0.99")
        await storm._read_again(storm.courses[0], 0.0, 1)

    asyncio.run(run())
    assert (storm.courses[0].reads, storm.courses[0].changed, storm.courses[0].problem) == (1, 1, "")


NOTIFY = """\
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="notify">
  <send retrans="500"><![CDATA[
NOTIFY sip:phone@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:pbx@[local_ip]>;tag=[call_number]
To: <sip:phone@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 NOTIFY
Max-Forwards: 70
Event: EVENT
Subscription-State: terminated
Content-Length: 0

  ]]></send>
  <recv response="ANSWER"></recv>
</scenario>
"""


def notify(folder: Path, port: int, address: str, event: str, answer: int) -> None:
    """Send a NOTIFY by sipp, which must get this answer."""
    scenario = folder / f"notify-{answer}.xml"
    scenario.write_text(NOTIFY.replace("EVENT", event).replace("ANSWER", str(answer)))
    command = ["sipp", "-sf", str(scenario), "-m", "1", "-i", "127.0.0.1", "-timeout", "20", f"{address}:{port}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


@pytest.mark.skipif(shutil.which("sipp") is None, reason="sipp is not installed")
def test_a_notify_with_the_event_of_its_brand_makes_a_phone_read_again(site: Site, tmp_path: Path) -> None:
    storm = Storm(Plan(site.target, 2, ("snom", "cisco-7900"), seconds=0, seed=21, stay=60, sip=free_port()))
    listens, deaf = storm.courses

    async def run() -> None:
        going = asyncio.create_task(storm.run())
        async with asyncio.timeout(40):
            while listens.seconds is None or deaf.seconds is None:
                await asyncio.sleep(0.02)
            assert listens.phone.lease is not None
            where = (tmp_path, storm.plan.sip, listens.phone.lease.address)
            await asyncio.to_thread(notify, *where, "something-else", 489)
            assert listens.notified == 0
            await asyncio.to_thread(notify, *where, "check-sync;reboot=false", 200)
            while not listens.reads:
                await asyncio.sleep(0.02)
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)

    asyncio.run(run())
    assert (listens.notified, listens.reads, listens.problem) == (1, 1, "")
    assert (deaf.notified, deaf.reads, deaf.problem) == (0, 0, "")
    assert report(storm)["notified"] == 1


def test_where_dhcp_is_elsewhere_the_phones_only_fetch(site: Site) -> None:
    brands = "aastra,polycom,snom,yealink"  # whose first request says who they are
    told = site.simulate("--phones", "4", "--from", "127.82.0.10", "--seed", "6", "--brand", brands)
    assert (told["configured"], told["dhcp"]) == (4, False)
    assert all(step["what"] != "address" for step in told["slowest"]["steps"])


def test_a_phone_that_is_refused_starts_over_and_fails_with_its_reason(site: Site) -> None:
    plan = Plan(site.target, 2, ("aastra",), first="127.83.0.1", seconds=0, seed=7, retries=2, start_over=0.01)
    storm = Storm(plan)
    asyncio.run(storm.run())
    told = report(storm)
    assert told["problems"] == [{"problem": "{MAC}.cfg: 404", "brand": "Aastra", "phones": 2}]
    assert (told["failed"], told["tries"], told["slowest"]) == (2, 6, None)
    assert [mark.detail for mark in storm.courses[0].marks if mark.what == "again"] == ["try 2", "try 3"]


def test_the_command_ends_with_1_when_a_phone_failed(site: Site) -> None:
    told = site.simulate("--phones", "1", "--brand", "aastra", "--from", "127.83.0.1", "--retries", "0", code=1)
    assert told["failures"][0]["problem"] == "{MAC}.cfg: 404"


def test_a_file_that_may_be_missing_is_missing_only_when_the_server_says_so(site: Site) -> None:
    plan = Plan(
        site.target._replace(http=free_port()), 1, ("yealink",), first="127.82.0.99", seconds=0, seed=10, retries=0
    )
    storm = Storm(plan)
    assert storm.courses[0].phone.habit.asks[0].startswith("?")
    asyncio.run(storm.run())
    assert storm.courses[0].problem == "{mac}.boot: ConnectionRefusedError"


def test_what_is_not_done_in_time_has_failed(site: Site) -> None:
    plan = Plan(site.target, 2, seconds=0, seed=8, limit=0.01, retries=0)
    storm = Storm(plan)
    storm.courses[0].on = 60.0
    asyncio.run(storm.run())
    assert storm.courses[0].problem == "not done within 0.01 s"
    assert report(storm)["failed"] >= 1


def test_top_shows_what_a_storm_does(site: Site) -> None:
    before = site.get("top")
    told = site.simulate("--phones", "6", "--seed", "11")
    after = site.get("top")
    rates = between(before, after)
    seconds = after["seconds"] - before["seconds"]
    assert rates["messages"]["DISCOVER"] * seconds == pytest.approx(6, abs=0.5)
    assert rates["leases"] * seconds == pytest.approx(6, abs=0.5)
    assert sum(each["served"] for each in rates["files"]) > 0
    (pool,) = after["pools"]
    assert (pool["network"], pool["size"], pool["used"] + pool["free"]) == ("phones", 200, 200)
    assert pool["used"] == before["pools"][0]["used"] + 6
    slow = after["slowest"]
    doors = {row["door"] for row in slow}
    assert "dhcp" in doors
    assert doors & {"http", "tftp"}
    assert [row["ms"] for row in slow] == sorted((row["ms"] for row in slow), reverse=True)
    assert told["configured"] == 6
    shown = site.json("top", "--once", "--interval", "100ms")
    assert shown["pools"] == after["pools"]


STRANGER, KEPT = "00:00:5e:00:53:09", "00:00:5e:00:53:44"
MOVE = "--from aastra --to trial --first 1"
LINES = {  # in this order; MAC is a phone that came up, ADDRESS its address, FILE one of its files
    "check": "", "export kea": "", "reload": "", "diff": "", "metrics": "", "pool list": "", "pool history": "phones",
    "lease misfits": "", "status": "",
    "explain": "--mac MAC", "top": "--once --interval 100ms",
    "completion": "zsh", "lease list": "", "lease show": "ADDRESS",
    "lease reserve": "ADDRESS --hostname lobby", "lease renew": "--network phones", "lease release": "ADDRESS",
    "reservation add": f"127.81.2.9 --network phones --mac {STRANGER} --option ntp-servers=127.0.0.1",
    "reservation list": "", "reservation import": "CSV", "reservation export": "",
    "reservation remove": f"--network phones --mac {KEPT}", "register": f"{KEPT} --name lobby",
    "device list": "", "device show": "MAC",
    "device add": f"--mac {STRANGER}", "device set": f"{STRANGER} --model M1", "device remove": STRANGER,
    "device url": "MAC", "device reconfigure": "MAC", "device files": "MAC", "device show-file": "MAC FILE",
    "config list": "",
    "config add": "one --parent base", "config show": "one", "config set": "one ntp_ip=127.0.0.1",
    "config remove": "one",
    "plugin list": "", "plugin show": "aastra", "plugin install": "aastra --id trial",
    "template list": "", "template copy": "trial base.tpl --to 6731i.tpl", "template show": "trial base.tpl",
    "template check": "trial", "template diff": "trial 6731i.tpl", "template migrate": "trial --dry-run",
    "device preview": "MAC", "device diff": "MAC", "device history": "MAC", "device rollback": "MAC 1",
    "device synchronize": "MAC --no-wait", "sync list": "", "sync show": "1", "sync stop": "1",
    "device layers": "MAC", "device bulk": "set MAC --set description=front", "device export": "", "model list": "",
    "device assign": "MAC --line 1.username=101 --line 1.proxy_ip=127.0.0.1", "config devices": "base",
    "device import": "DEVICES", "device move": MOVE, "rollout list": "", "rollout show": "1",
    "rollout devices": "1", "rollout abort": "1", "rollout resume": "2",
    "plugin index": "REPOSITORY", "plugin update": "", "plugin upgrade": "trial --from AASTRA",
    "plugin uninstall": "trial --yes", "settings list": "", "settings get": "NAT", "settings set": "NAT 0",
    "user add": "anna --role viewer", "user list": "", "user set": "anna --role operator", "user reset": "anna",
    "user sessions": "", "user remove": "anna", "token add": "cron --role viewer", "token list": "",
    "attention": "", "audit": "", "network list": "", "network show": "phones", "network map": "phones",
    "class list": "", "event list": "", "job list": "", "job show": "JOB", "webhook list": "",
    "boot list": "",
    "boot test": "--arch x86-uefi",
    "dns list": "", "dns retry": "", "shell": "-c devices.find()",
}  # fmt: skip
# Tests of their own hold these to their shapes.
ELSEWHERE = {
    "serve",
    "init",
    "demo",
    "simulate",
    "plugin pack",
    "plugin new",
    "plugin lint",
    "plugin test",
    "tls show",
    "tls ca",
    "user sign-out",
    "token remove",
    "webhook test",
    "job resume",  # test_kills.py
    "boot approve",
    "boot again",
    *(each for each in TABLE if each.startswith(("import ", "firmware ", "script ", "source "))),
}


def test_what_commands_print_has_the_shape_that_is_described(site: Site, tmp_path: Path) -> None:
    told = site.simulate("--phones", "1", "--brand", "aastra", "--seed", "12")
    fits("simulate", told)
    mac = told["slowest"]["mac"]
    device = site.json("device", "show", mac)
    table = tmp_path / "phones.csv"
    table.write_text(f"network,kind,value,address\nphones,mac,{KEPT},127.81.2.8\n")
    devices = tmp_path / "devices.csv"
    devices.write_text(f"mac,description\n{mac},front\n")
    path = site.json("device", "files", mac)["items"][0]["path"]
    repository = str(tmp_path / "repository")
    site.run("plugin", "pack", str(CATALOG / "aastra"), "--output", repository)
    site.run("settings", "set", "plugin_server", repository)
    filled = {
        "AASTRA": str(CATALOG / "aastra"), "REPOSITORY": repository, "MAC": mac, "ADDRESS": device["ip"], "FILE": path,
        "CSV": str(table), "DEVICES": str(devices),
    }  # fmt: skip
    assert LINES.keys() | ELSEWHERE == TABLE.keys()
    for number in (1, 2):  # so that each roll-out has a second group
        site.run("device", "add", "--mac", f"00:08:5d:00:53:0{number}", "--plugin", "aastra", "--model", "6731i")
    for command, line in LINES.items():
        if command == "rollout resume":
            site.run("device", "move", *MOVE.split())
        if command == "job show":
            filled["JOB"] = site.json("job", "list")["items"][0]["id"]
        words = [filled.get(word, word) for word in line.split()]
        at = () if command == "completion" else ("--config", str(site.config))
        fits(command, site.json(*command.split(), *words, *at))


def test_a_failure_and_a_report_of_failures_have_their_shapes(site: Site) -> None:
    fits("simulate", site.simulate("--phones", "1", "--from", "127.83.0.1", "--retries", "0", code=1))
    done = site.run("device", "show", "nobody", "--json", check=False)
    TypeAdapter(Failure).validate_python(json.loads(done.stderr), strict=True)


def fits(command: str, value: Any) -> None:
    """Hold what a command printed to its shape."""
    TypeAdapter(TABLE[command]).validate_python(value, strict=True)


class LossyRelay(asyncio.DatagramProtocol):
    """Passes DHCP on to the daemon and back, and loses the first message of every client."""

    def __init__(self, server: tuple[str, int]) -> None:
        self.server = server
        self.clients: dict[bytes, tuple[str, int]] = {}  # xid -> who asked
        self.known: set[bytes] = set()
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        if peer == self.server:
            self.transport.sendto(data, self.clients[data[4:8]])
        elif (mac := data[28:34]) not in self.known:
            self.known.add(mac)
        else:
            self.clients[data[4:8]] = peer
            self.transport.sendto(data, self.server)


def test_lost_messages_only_cost_time(site: Site) -> None:
    async def run() -> Storm:
        loop = asyncio.get_running_loop()
        target = site.target
        transport, relay = await loop.create_datagram_endpoint(
            lambda: LossyRelay((target.server, target.dhcp)), local_addr=(RELAY, 0)
        )
        storm = Storm(
            Plan(
                target._replace(server=RELAY, dhcp=transport.get_extra_info("sockname")[1]),
                6, seconds=0, seed=9, retries=20, waits=(0.1,), start_over=0.01,
            )
        )  # fmt: skip
        await storm.run()
        transport.close()
        assert len(relay.known) == 6
        return storm

    told = report(asyncio.run(run()))
    assert (told["configured"], told["failed"]) == (6, 0)
    assert told["tries"] >= 12


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--server", "10.0.0.1"), "add --elsewhere"),
        (("--server", "10.0.0.1", "--elsewhere"), "Say --relay ADDRESS"),
        (("--server", "me"), "is not an IPv4 address"),
        (("--brand", "acme"), "There are: aastra, akuvox"),
        (("--storm", "soon"), '--storm: "soon" is not a duration'),
        (("--limit", "2h"), "more than 3600 s"),
        (("--phones", "20000"), "10000"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_what_to_do(site: Site, words: tuple[str, ...], says: str) -> None:
    done = site.run("simulate", "--config", str(site.config), *words, check=False)
    assert done.returncode == 2
    assert says in done.stderr


def test_without_a_server_it_says_so(site: Site, tmp_path: Path) -> None:
    plan = Plan(site.target._replace(dhcp=free_port()), 1, seconds=0, retries=1, waits=(0.01,), start_over=0.01)
    storm = Storm(plan)
    asyncio.run(storm.run())
    assert report(storm)["problems"][0]["problem"] == "no answer to DISCOVER"
