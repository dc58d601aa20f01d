"""Devices are told to read their files again, by a whole daemon: real phones' events, digest, fetches, a restart."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.whole.daemon import LOOPBACK, Daemon, free_port, wait_until

from ringboot.catalog import FOLDER
from ringboot.plugins.manifest import load_manifest
from ringboot.sim.ear import Ear
from ringboot.sim.storm import Course, Plan, Storm
from ringboot.sim.target import Target

RELAY = "127.84.0.1"
CONFIG = (
    LOOPBACK
    + """\
[[dhcp.network]]
name = "phones"
subnet = "127.84.0.0/16"
pools = ["127.84.1.1-127.84.9.200"]
lease_time = "1h"
"""
)
BRANDS = {
    manifest.name: manifest
    for manifest in map(load_manifest, sorted(path.parent for path in FOLDER.glob("*/plugin.toml")))
    if manifest.resync.how == "sip-notify"
}
ACCOUNT = ("desk-101", "Circle of Life")


class Site(Daemon):
    """A daemon whose ports we know."""

    target = Target()

    def settings(self, **values: int | str) -> None:
        for name, value in values.items():
            self.run("settings", "set", name, str(value))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    dhcp, tftp, http = free_port(), free_port(), free_port()
    daemon = Site(tmp_path_factory.mktemp("synchronize"), CONFIG.format(dhcp=dhcp, tftp=tftp, http=http))
    daemon.target = Target("127.0.0.1", dhcp, tftp, http, RELAY)
    with daemon:
        yield daemon


@asynccontextmanager
async def phones(
    site: Site, count: int, *brands: str, stay: float = 60, seconds: float = 0, limit: float = 60
) -> AsyncIterator[Storm]:
    """Let phones come up within some seconds and stay, hearing SIP."""
    plan = Plan(site.target, count, brands, seconds=seconds, seed=7, stay=stay, sip=free_port(), limit=limit + stay)
    storm = Storm(plan)
    await asyncio.to_thread(site.settings, sip_port=storm.plan.sip)
    going = asyncio.create_task(storm.run())
    try:
        async with asyncio.timeout(limit):
            while not all(each.seconds is not None for each in storm.courses):
                assert not going.done(), [each.problem for each in storm.courses]
                await asyncio.sleep(0.02)
        yield storm
    finally:
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)


def test_phones_that_are_told_fetch_their_files_and_the_job_is_done(site: Site) -> None:
    async def run() -> tuple[Any, Any, Storm]:
        async with phones(site, 3, "aastra", "snom", "yealink") as storm:
            await asyncio.to_thread(site.run, "config", "set", "base", "ntp_enabled:=true", "ntp_ip=127.0.0.99")
            site.settings(sync_wait=20, sync_pause=1)
            told = await asyncio.to_thread(site.json, "device", "synchronize", "--all")
            again = await asyncio.to_thread(site.json, "device", "reconfigure", "--all", "--sync")
            return told, again, storm

    told, again, storm = asyncio.run(run())
    assert (told["state"], told["devices"], told["done"], told["problems"]) == ("done", 3, 3, [])
    assert (told["reasons"], told["sent"]) == ({"sync-done": 3}, 3)
    assert (again["sync"]["done"], again["failed"], again["configured"]) == (3, [], 3)
    assert [(course.notified, course.changed > 0) for course in storm.courses] == [(2, True)] * 3
    shown = site.json("sync", "show", str(told["id"]))
    assert {row["reason"] for row in shown["items"]} == {"sync-done"}
    assert all(row["text"].startswith("it was told, and fetched ") for row in shown["items"])
    timeline = site.json("explain", "--mac", shown["items"][0]["mac"])["timeline"]
    assert {"sync-told", "sync-done"} <= {row["reason"] for row in timeline}


# A phone that asks who calls it, believes only the account of its own line, and looks at the event; it fetches nothing.
SIPP = """\
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="phone">
  <recv request="NOTIFY"></recv>
  <send><![CDATA[
SIP/2.0 401 Unauthorized
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
WWW-Authenticate: Digest realm="a phone", nonce="n[call_number]", algorithm=MD5, qop="auth,auth-int"
Content-Length: 0

  ]]></send>
  <recv request="NOTIFY">
    <action>
      <verifyauth assign_to="known" username="USER" password="PASSWORD"/>
      <ereg regexp="^ *EVENT *$" search_in="hdr" header="Event:" check_it="true" assign_to="event"/>
      <strcmp assign_to="unused" variable="event" value=""/>
    </action>
  </recv>
  <nop next="good" test="known"></nop>
  <send next="end"><![CDATA[
SIP/2.0 403 Forbidden
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

  ]]></send>
  <label id="good"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

  ]]></send>
  <label id="end"/>
  <Reference variables="unused"/>
</scenario>
"""


@contextmanager
def sipp(folder: Path, event: str, password: str) -> Iterator[int]:
    """Run a phone that hears one NOTIFY; gives its port."""
    port = free_port()
    scenario = folder / f"{port}.xml"
    words = {"USER": ACCOUNT[0], "PASSWORD": password, "EVENT": event}
    text = SIPP
    for word, value in words.items():
        text = text.replace(word, value)
    scenario.write_text(text)
    command = [
        "sipp",
        "-sf",
        str(scenario),
        "-i",
        "127.0.0.1",
        "-p",
        str(port),
        "-m",
        "1",
        "-timeout",
        "60",
        "-nostdin",
    ]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
    ) as phone:
        try:
            wait_until(lambda: f":{port:04X} " in Path("/proc/net/udp").read_text(), "sipp to listen")
            yield port
            said, _ = phone.communicate(timeout=30)
            assert phone.returncode == 0, said.decode(errors="replace")[-3000:]
        finally:
            phone.kill()


@pytest.fixture
def desks(site: Site) -> Iterator[list[str]]:
    """Give a phone of each brand, by hand, with an account of its own; they are removed afterwards."""
    username, password = ACCOUNT
    line = (f"sip_lines.1.username={username}", f"sip_lines.1.password={password}", "sip_lines.1.proxy_ip=127.0.0.1")
    site.run("config", "add", "desk", "--parent", "base", *line, "admin_password=x", "user_password=y")
    made = []
    for number, (brand, manifest) in enumerate(BRANDS.items(), start=1):
        mac = ":".join((*(manifest.oui[0][place : place + 2] for place in (0, 2, 4)), "99", "00", f"{number:02x}"))
        model = next(name for name in manifest.models if name != "*")
        if not any(row["id"] == brand and row["installed"] for row in site.json("plugin", "list")["items"]):
            site.run("plugin", "install", brand)
        site.run(
            "device", "add", "--id", brand, "--mac", mac, "--plugin", brand, "--model", model, "--use-config", "desk"
        )
        made.append(brand)
    yield made
    for brand in made:
        site.run("device", "remove", brand)
    site.run("config", "remove", "desk")


@pytest.mark.skipif(shutil.which("sipp") is None, reason="sipp is not installed")
def test_a_phone_behind_digest_takes_the_event_of_its_brand_and_who_fetches_nothing_fails(
    site: Site, desks: list[str], tmp_path: Path
) -> None:
    site.settings(sync_wait=1, sync_tries=1)
    with ExitStack() as stack:
        for brand in desks:
            manifest = BRANDS[brand]
            model = site.json("device", "show", brand)["model"]
            event = manifest.resync_of(model, None).event or ""
            port = stack.enter_context(sipp(tmp_path, event, ACCOUNT[1]))
            site.run("device", "set", brand, "--option", f"sip_contact=127.0.0.1:{port}")
        done = site.run("device", "synchronize", *desks, "--json", check=False)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["reasons"] == {"sync-fetched-nothing": len(desks)}
    assert all("but did not fetch" in row["text"] and row["help"] for row in told["problems"])
    named = json.loads(done.stderr)["fields"]
    assert len(named) == len(desks)


@pytest.mark.skipif(shutil.which("sipp") is None, reason="sipp is not installed")
def test_a_phone_that_knows_another_password_rejects_us(site: Site, desks: list[str], tmp_path: Path) -> None:
    brand = desks[0]
    with sipp(tmp_path, BRANDS[brand].resync.event or "", "another") as port:
        site.run("device", "set", brand, "--option", f"sip_contact=127.0.0.1:{port}")
        told = json.loads(site.run("device", "synchronize", brand, "--json", check=False).stdout)
    (row,) = told["problems"]
    assert (row["reason"], row["text"]) == ("sync-rejected", f"127.0.0.1:{port}/udp answered 403 Forbidden")


@pytest.mark.long
def test_a_job_goes_on_after_a_restart_of_main(site: Site) -> None:
    async def run() -> Any:
        async with phones(site, 2, "aastra", stay=120):
            site.settings(sync_wait=60, sync_rate_per_address=60, sync_rate=2, sync_tries=3)
            told = await asyncio.to_thread(site.json, "device", "synchronize", "--plugin", "aastra", "--no-wait")
            job = str(told["id"])
            await asyncio.to_thread(wait_until, lambda: site.get("syncs", job)["done"] == 1, "the first to be done")
            await asyncio.to_thread(site.kill, "main")
            site.settings(sync_rate=6000)
            await asyncio.to_thread(
                wait_until, lambda: site.get("syncs", job)["state"] == "done", "the job to be done", 60
            )
            return site.get("syncs", job)

    told = asyncio.run(run())
    assert told["reasons"].get("sync-done", 0) >= 2
    assert told["sent"] >= 2


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_thousand_phones_are_told_at_the_rate_that_is_set(site: Site) -> None:
    for row in site.json("device", "list", "--limit", "0")["items"]:  # of phones that are switched off since
        site.run("device", "remove", row["id"])

    async def run() -> Any:
        async with phones(site, 1000, "aastra", "snom", "yealink", stay=400, seconds=40, limit=400):
            site.settings(sync_rate=3000, sync_rate_per_address=60, sync_wait=120, sync_tries=3, sync_pause=1)
            return await asyncio.to_thread(site.json, "device", "synchronize", "--all")

    told = asyncio.run(run())
    assert (told["devices"], told["done"], told["problems"]) == (1000, 1000, [])
    assert told["sent"] >= 1000
    print(f"1000 phones, {told['sent']} times told, {told['rate']:g} a minute of 3000 at most")
    assert told["rate"] <= 3000 * 1.02


@asynccontextmanager
async def hears_and_fetches_nothing(event: str) -> AsyncIterator[str]:
    """Be a phone that answers every NOTIFY of its brand, and then goes on as before; gives its contact."""
    port = free_port()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Ear(event, lambda: None), local_addr=("127.0.0.1", port))
    try:
        yield f"127.0.0.1:{port}"
    finally:
        transport.close()


def test_a_roll_out_tells_its_phones_waits_for_them_and_stops_at_the_one_that_does_not_fetch(site: Site) -> None:
    def new(course: Course) -> bool:
        return any(b"rolled out: 1" in (got.body or b"") for got in course.phone.files.values())

    def conduct(storm: Storm, contact: str) -> None:
        site.run("plugin", "install", "aastra", "--id", "aastra-new")
        places = [site.data / "plugins" / "aastra-new" / folder for folder in ("templates", "var/templates")]
        (places[1] / "base.tpl").write_text((places[0] / "base.tpl").read_text() + "\nrolled out: 1\n")
        site.run("device", "add", "--id", "0-deaf", "--mac", "00:08:5d:99:00:01", "--plugin", "aastra",
                 "--model", "6731i", "--option", f"sip_contact={contact}")  # fmt: skip
        phones = storm.courses
        macs = [course.phone.mac.hex(":") for course in phones]
        for device in (*macs, "0-deaf"):
            site.run("device", "set", device, "--description", "wave")  # phones of other tests are not part of it
        site.settings(sync_wait=20, sync_tries=1)
        moved = site.json(
            "device", "move", "--from", "aastra", "--to", "aastra-new", "--sync", "--stop-at", "1",
            "--filter", "description=wave", "--first", f"mac={macs[0]}",
        )  # fmt: skip
        assert (moved["state"], moved["moved"], moved["waiting"], moved["failed"]) == ("paused", 1, 3, 0)
        assert [(course.notified, new(course)) for course in phones] == [(1, True), (0, False), (0, False)]

        site.settings(sync_wait=1)
        stopped = site.run("rollout", "resume", moved["id"], check=False)
        assert (stopped.returncode, site.get("rollouts", moved["id"])["state"]) == (1, "stopped")
        (failed,) = site.json("rollout", "devices", moved["id"], "--filter", "state=failed")["items"]
        assert failed["device"] == "0-deaf"
        assert "but did not fetch" in failed["why"]
        assert failed["why"] in stopped.stderr
        assert [course.notified for course in phones] == [1, 0, 0], "nobody is told after the failure"
        assert site.get("devices", "0-deaf")["plugin"] == "aastra-new", "its files stand there for when it asks"

        site.settings(sync_wait=20)
        assert site.run("rollout", "resume", moved["id"], check=False).returncode == 1, "one has failed"
        done = site.get("rollouts", moved["id"])
        assert (done["state"], done["moved"], done["failed"]) == ("done", 3, 1)
        assert [(course.notified, new(course)) for course in phones] == [(1, True)] * 3
        told = [job for job in site.json("sync", "list")["items"] if "roll-out" in job["who"]]
        assert sorted(job["done"] for job in told) == [0, 1, 1, 1]
        for device in (*macs, "0-deaf"):
            site.run("device", "remove", device)
        site.run("plugin", "uninstall", "aastra-new", "--yes")

    async def run() -> None:
        deaf = hears_and_fetches_nothing(BRANDS["aastra"].resync.event or "")
        async with deaf as contact, phones(site, 3, "aastra", stay=120) as storm:
            await asyncio.to_thread(conduct, storm, contact)

    asyncio.run(run())


COMMAND = re.compile(r"^\$ sudo ringboot (.*)$", re.MULTILINE)


def test_the_page_tells_what_works(site: Site) -> None:
    page = (Path(__file__).parents[2] / "docs" / "howto" / "synchronise.md").read_text()
    commands = [shlex.split(line) for line in COMMAND.findall(page)]
    assert len(commands) > 12

    async def run() -> None:
        async with phones(site, 2, "aastra", stay=120):
            site.run("device", "add", "--mac", "00:08:5d:2e:ec:fb", "--plugin", "aastra", "--model", "6731i")
            for words in commands:
                done = await asyncio.to_thread(site.run, *words, check=False)
                assert done.returncode in ((0, 1) if "--all" in words or "--plugin" in words else (0,)), (
                    words,
                    done.stderr,
                )

    asyncio.run(run())
    kept = {row["name"]: row["value"] for row in site.json("settings", "list")["items"]}
    assert (kept["sync_through"], kept["ami_host"], kept["ami_secret"]) == ("asterisk-endpoint", "10.0.0.5", "***")
    assert "s3cret" not in site.run("settings", "list").stdout
