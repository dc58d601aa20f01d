"""A daemon as a service manager runs it: root is given up, nothing is lost by that, and it says how it is."""

from __future__ import annotations

import http.client
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.desk.receiver import Receiver
from tests.whole.clients import Udhcpc
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import Lab, Machine, inside, needs

from ringboot import log
from ringboot.host.rights import BIND_SERVICE, NICE, RAW
from ringboot.leases.table import Table
from ringboot.store.fleetdb import FleetDb
from ringboot.store.journal import Journal

pytestmark = [*needs("busybox", "udhcpc"), pytest.mark.xdist_group("whole-operations")]

ROOT = Path(__file__).parents[2]
USER = "nobody"
CANARY = "kanarie-0123456789"
CONFIG = f"""
[server]
data = "DATA"
api_socket = "SOCKET"
user = "{USER}"
[log]
level = "debug"
[dhcp]
interfaces = ["s0", "v1"]
probe = false
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
pools = ["10.9.0.10-10.9.0.99"]
[[dhcp.network]]
name = "workshop"
subnet = "10.9.7.0/24"
pools = ["10.9.7.10-10.9.7.99"]
[https]
listen = ":8668"
[[webhook]]
name = "nms"
url = "HOOK"
secret_file = "hook.secret"
"""
SEES = {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), sysconfig.get_paths()["purelib"]])}


def interpreter() -> str | None:
    """Find a Python that the daemon's user may run, with all that the daemon imports."""
    for each in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        command = [each, "-c", "import ringboot.app.main"]
        try:
            done = subprocess.run(command, user=USER, env=SEES, cwd="/", capture_output=True, check=False)
        except OSError:
            continue
        if done.returncode == 0:
            return each
    return None


class Service(Daemon):
    """A daemon that root starts, with a service manager's socket."""

    def __init__(self, folder: Path, config: str, namespace: str, python: str) -> None:
        super().__init__(folder, config, namespace)
        self._python = python
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind(str(folder / "notify"))
        (folder / "notify").chmod(0o666)
        self.notices.setblocking(False)
        self.told: list[str] = []

    def start(self) -> Service:
        """Start it and wait until it answers."""
        more = {"NOTIFY_SOCKET": str(self.folder / "notify"), "WATCHDOG_USEC": "6000000"}
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [*self._prefix, self._python, "-m", "ringboot", "serve", "--config", str(self.config)],
                stdout=out, stderr=out, env={**os.environ, **SEES, **more}, cwd="/",
            )  # fmt: skip
        wait_until(self._ready, "the daemon to answer; its log:\n", say=self.log.read_text)
        return self

    def _ready(self) -> bool:
        self.hear()  # a queue that nobody reads is soon full
        return super()._ready()

    def hear(self) -> list[str]:
        """Give what the service manager was told so far."""
        try:
            while True:
                self.told.append(self.notices.recv(4096).decode())
        except BlockingIOError:
            return self.told

    def family(self) -> dict[int, dict[str, str]]:
        """Give what the kernel says of each process of the daemon."""
        assert self.process is not None
        rows = {int(path.name): _status(path) for path in Path("/proc").iterdir() if path.name.isdecimal()}
        found: dict[int, dict[str, str]] = {}
        more = {self.process.pid}
        while more:
            found |= {pid: rows[pid] for pid in more if pid in rows}
            more = {pid for pid, row in rows.items() if row and int(row["PPid"]) in more}
        return found


def _status(path: Path) -> dict[str, str]:
    try:
        lines = (path / "status").read_text().splitlines()
        command = (path / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
    except OSError:
        return {}
    return {"command": command} | {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


class Place:
    """The daemon, its wires and its receiver."""

    def __init__(self, lab: Lab, service: Service, receiver: Receiver) -> None:
        self.lab, self.service, self.receiver = lab, service, receiver

    def client(self, machine: Machine, name: str) -> Udhcpc:
        return Udhcpc(machine, self.service.folder / name)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    python = interpreter()
    if python is None:
        pytest.skip(f"user {USER} may run no Python here that has what the daemon needs")
    folder = Path(tempfile.mkdtemp(prefix="rb-service-"))  # pytest's own are closed to that user
    folder.chmod(0o755)
    (folder / "hook.secret").write_text(CANARY)
    with Lab(folder) as lab:
        receiver = inside(lab.server, Receiver)
        service = Service(folder, CONFIG.replace("HOOK", receiver.url), lab.server, python)
        with service:
            yield Place(lab, service, receiver)
        receiver.close()
    service.notices.close()
    shutil.rmtree(folder)


def test_no_process_is_root_and_each_has_the_rights_that_it_needs(place: Place) -> None:
    wait_until(lambda: sum("host.worker" in row["command"] for row in place.service.family().values()) == 2, "workers")
    family = place.service.family()
    uid = pwd.getpwnam(USER).pw_uid
    assert {row["Uid"] for row in family.values()} == {"\t".join([str(uid)] * 4)}
    assert {row["NoNewPrivs"] for row in family.values()} == {"1"}
    everything = 1 << BIND_SERVICE | 1 << RAW | 1 << NICE
    wanted = {
        "ringboot serve": everything,
        "servers.dhcp": 1 << NICE,
        "tftp_process": 1 << NICE,
        "-m ringboot.app": 1 << RAW,
        "host.worker": 0,
        "dhcp/disk.py": 0,
    }
    seen = set()
    for row in family.values():
        name = next((each for each in wanted if each in row["command"]), row["command"])
        seen.add(name)
        for kind in ("CapEff", "CapPrm"):
            assert (name, kind, int(row[kind], 16)) == (name, kind, wanted[name])
        assert int(row["CapBnd"], 16) == everything
    assert seen == set(wanted)
    dhcp = place.service.pid("dhcp")
    assert os.getpriority(os.PRIO_PROCESS, dhcp) == -10
    foreign = [path for path in place.service.data.rglob("*") if path.lstat().st_uid != uid]
    assert foreign == []


def test_a_phone_gets_its_address_also_on_an_interface_that_came_later_and_from_processes_that_came_later(
    place: Place,
) -> None:
    first = place.lab.machine()
    client = place.client(first, "first")
    client.start()
    assert client.wait_until_bound().startswith("10.9.0.")
    later = place.lab.machine()
    later.ip("link delete c0")
    place.lab.join("v1", later)
    place.lab.ip_there(place.lab.server, "address add 10.9.7.1/24 dev v1")
    place.service.kill("dhcp")
    client = place.client(later, "later")
    client.start()
    assert client.wait_until_bound().startswith("10.9.7.")
    place.service.run("reload")
    assert place.service.json("tls", "show")["problem"] == ""
    inside(place.lab.server, lambda: socket.create_connection(("10.9.0.1", 8668), 5)).close()  # HTTPS listens


def asked(path: Path, target: str) -> tuple[int, str]:
    """Ask something of the API's socket that is no part of the API."""
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.sock.connect(str(path))
    connection.request("GET", target)
    with connection.getresponse() as answer:
        found = answer.status, answer.read().decode()
    connection.close()
    return found


def test_it_says_that_it_is_well_and_its_numbers_to_who_may_know_them(place: Place) -> None:
    assert asked(place.service.socket, "/healthz") == (200, "ok\n")
    wait_until(lambda: asked(place.service.socket, "/readyz") == (200, "ok\n"), "all to be ready")
    status, numbers = asked(place.service.socket, "/metrics")
    assert (status, "ringboot_webhook_waiting" in numbers) == (200, True)


def test_what_happens_reaches_the_receiver_although_main_was_killed_before_it_was_taken(place: Place) -> None:
    place.receiver.statuses += [500] * 3
    place.service.run("device", "add", "--mac", "00:08:5d:00:00:77", "--plugin", "aastra")
    wait_until(lambda: "new-device" in place.receiver.events(), "the first try")
    place.service.kill("main")
    wait_until(lambda: place.service.get("webhooks")["items"][0]["waiting"] == 0, "all to be taken")
    ids = [
        each.headers["Ringboot-Id"]
        for each in place.receiver.messages
        if each.headers["Ringboot-Event"] == "new-device"
    ]
    assert len(ids) >= 2
    assert len(set(ids)) == 1
    assert "configured" in place.receiver.events()


def test_a_copy_of_a_running_daemon_is_whole_as_the_page_makes_it(place: Place, tmp_path: Path) -> None:
    if shutil.which("sqlite3") is None:
        pytest.skip("not installed (tests/install-clients): sqlite3")
    page = (ROOT / "docs" / "howto" / "install.md").read_text()
    scripts = dict(re.findall(r"^```bash (\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    copy, restored = tmp_path / "copy", tmp_path / "restored"
    for name, words in (("backup", (place.service.data, copy)), ("restore", (restored, copy))):
        subprocess.run(["bash", "-euo", "pipefail", "-c", scripts[name], name, *map(str, words)], check=True)
    db = FleetDb.open(restored / "fleet.db")
    with db.reading() as books:
        assert len(books.devices.page("", 99)) == place.service.get("devices")["total"]
    db.close()
    journal = Journal.open(restored / "leases")
    table = Table()
    table.load(journal.load())
    journal.close()
    assert len(table) == place.service.get("leases")["total"]
    kept, there = ({each.name for each in (folder / "plugins").glob("*")} for folder in (restored, place.service.data))
    assert kept == there


def test_every_line_of_the_log_is_json_with_an_event_and_no_secret_is_in_it(place: Place) -> None:
    text = place.service.log.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert all({"event", "level", "process", "timestamp"} <= line.keys() for line in lines)
    assert {line["process"] for line in lines} == {"supervisor", "dhcp", "tftp", "main"}
    assert {line["level"] for line in lines} <= set(log.LEVELS)
    gone = next(line for line in lines if line["event"] == "root was given up")
    assert gone["user"] == USER
    assert CANARY not in text
    key = (place.service.data / "tls").glob("*.key")
    for each in key:
        assert each.read_text().splitlines()[1] not in text


def test_the_service_manager_hears_of_it_and_when_the_supervisor_dies_nobody_is_left(place: Place) -> None:
    told = place.service.hear()
    ready = [each for each in told if each.startswith("READY=1")]
    assert len(ready) == 1
    wait_until(lambda: place.service.hear().count("WATCHDOG=1") >= 2, "signs of life")
    family = place.service.family()
    assert len(family) >= 6
    assert place.service.process is not None
    os.kill(place.service.process.pid, signal.SIGKILL)
    place.service.process.wait()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family), "all to be gone")
