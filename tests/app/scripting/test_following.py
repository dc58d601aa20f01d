"""What hooks are told afterwards: from the journal, by the clock, by main; and what they tell web services."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.app.scripting.peers import MAC, Scripts

from ringboot.leases import change
from ringboot.model.address import ip_number
from ringboot.model.evidence import pack
from ringboot.model.lease import LeaseChange
from ringboot.store.journal import Journal

KEY = b"\1" + MAC
RULES = """\
import json, os, pathlib
from ringboot.scripts import Happening, Lease, devices, hook, leases, log, notify, timer

OUT = pathlib.Path(__file__).with_name("told")

def told(kind, lease):
    with OUT.open("a") as file:
        print(kind, lease.address, lease.network, lease.mac, lease.hostname, len(leases), file=file)

@hook.granted
def granted(lease: Lease) -> None:
    told("granted", lease)
    if lease.hostname == "deadly":
        os._exit(1)
    log.info("one more", address=lease.address)
    if lease.hostname == "web":
        url = OUT.with_name("url")
        notify(url.read_text(), {"mac": lease.mac, "live": [each.address for each in leases.by_mac(lease.mac)]})

@hook.granted(network="elsewhere")
@hook.granted(vendor_class="Nobody*")
def never(lease):
    told("never", lease)

@hook.renewed(mac="00:08:5d:*", vendor_class="Example*")
def renewed(lease):
    told("renewed", lease)

@hook.released
def released(lease):
    told("released", lease)

@hook.declined
def declined(lease):
    told("declined", lease)

@hook.expired
def expired(lease):
    told("expired", lease)

@hook.device_found(mac="00:08:5d:*")
def found(what: Happening) -> None:
    print("found", what.mac, what.plugin, what.at.isoformat())
    device = devices.by_mac(what.mac)
    log.warning("a device", model=device.model if device else "none")

@timer("100ms")
def tick():
    OUT.with_name("ticks").open("a").write("x")
"""


def row(
    kind: str, address: str, *, name: bytes = b"one", ends: float = 3600.0, vendor: bytes = b"Example 1"
) -> LeaseChange:
    utc = time.time()
    packed = pack({12: name, 60: vendor})
    if kind == "declined":
        return change.spoil("phones", ip_number(address), utc, 600)
    state = {"released": "released"}.get(kind, "bound")
    start, expiry = int(utc) - 10, int(utc + ends)
    return LeaseChange(kind, state, "phones", ip_number(address), KEY, MAC, start, expiry, packed, utc)


class Site:
    """The process, and dhcp's journal as we write it."""

    def __init__(self, folder: Path) -> None:
        self.scripts = Scripts(folder, RULES)
        self.journal = Journal.open(folder / "data" / "leases")
        self.told_file = folder / "told"

    def append(self, *rows: LeaseChange) -> None:
        self.journal.append(list(rows))

    def told(self, count: int) -> list[str]:
        """Wait for so many lines of the hooks."""
        found: list[str] = self.scripts.until(
            lambda: lines if len(lines := self.lines()) >= count else None, f"{count} lines, there are {self.lines()}"
        )
        return found

    def lines(self) -> list[str]:
        return self.told_file.read_text().splitlines() if self.told_file.exists() else []


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.scripts.close()
    made.journal.close()


def test_each_change_of_a_lease_is_told_once_it_is_on_the_disk(site: Site) -> None:
    site.append(row("bound", "10.0.0.100", name=b"before"))
    site.scripts.start()
    site.append(row("bound", "10.0.0.101"), row("renewed", "10.0.0.101"), row("renewed", "10.0.0.101", vendor=b"Other"))
    site.append(row("released", "10.0.0.101"), row("declined", "10.0.0.102"))
    site.scripts.peer("dhcp").send({"t": "journal", "seq": 6})
    lines = [line.split() for line in site.told(4)]
    assert [line[:2] for line in lines] == [
        ["granted", "10.0.0.101"], ["renewed", "10.0.0.101"], ["released", "10.0.0.101"], ["declined", "10.0.0.102"],
    ]  # fmt: skip
    assert lines[0][2:5] == ["phones", "00:08:5d:2e:ec:fb", "one"]
    assert lines[0][5] == "1", "the client's lease from before has ended with this one, which is there to be read"
    [said] = site.scripts.lines("script says")
    assert (said["text"], said["values"], said["hook"]) == ("one more", {"address": "10.0.0.101"}, "rules.py:granted")


@pytest.mark.long
def test_nothing_is_lost_over_a_death_and_nothing_that_was_told_is_told_again(site: Site) -> None:
    site.scripts.start()
    site.append(row("bound", "10.0.0.101"))
    site.told(1)
    site.scripts.kill()
    site.append(row("bound", "10.0.0.102"))
    site.scripts.start()
    assert [line.split()[1] for line in site.told(2)] == ["10.0.0.101", "10.0.0.102"]


@pytest.mark.long
def test_a_row_that_ends_the_process_again_and_again_is_passed_over(site: Site) -> None:
    site.scripts.start()
    site.append(row("bound", "10.0.0.101", name=b"deadly"), row("bound", "10.0.0.102"))
    for count in range(1, 4):
        site.told(count)
        assert site.scripts.process is not None
        assert site.scripts.process.wait(20) == 1
        site.scripts.start()
    assert [line.split()[1] for line in site.told(4)] == ["10.0.0.101"] * 3 + ["10.0.0.102"]
    assert site.scripts.lines("a change of a lease is not told: its hook has ended the process again and again")
    assert site.scripts.lines("the process of scripts ended while it was at work")[0]["hook"] == "rules.py:granted"
    [problem] = [
        each["problem"] for each in site.scripts.peer("main").question("status")["data"]["hooks"]
        if each["hook"] == "rules.py:granted"
    ]  # fmt: skip
    assert problem.startswith("the process ended in it, at client 00:08:5d:2e:ec:fb 10.0.0.101")


@pytest.mark.long
def test_a_lease_that_runs_out_is_told_also_when_nobody_was_there(site: Site) -> None:
    site.scripts.start()
    site.append(row("bound", "10.0.0.101", ends=1.0))
    site.told(2)
    site.scripts.kill()
    site.append(row("bound", "10.0.0.102", ends=0.0))
    site.scripts.start()
    kinds = [line.split()[:2] for line in site.told(4)]
    assert kinds == [
        ["granted", "10.0.0.101"], ["expired", "10.0.0.101"], ["granted", "10.0.0.102"], ["expired", "10.0.0.102"],
    ]  # fmt: skip


class _Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        taken = self.server.taken  # type: ignore[attr-defined]
        taken.append((self.headers["Ringboot-Id"], body))
        self.send_response(500 if len(taken) == 1 else 204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def test_a_web_service_is_told_until_it_takes_it_with_one_name(site: Site) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), _Receiver) as server:
        server.taken = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (site.told_file.with_name("url")).write_text(f"http://127.0.0.1:{server.server_port}/new")
        site.scripts.start()
        site.append(row("bound", "10.0.0.100"), row("bound", "10.0.0.101", name=b"web"))
        taken = site.scripts.until(lambda: len(server.taken) > 1 and server.taken, "two tries")  # type: ignore[attr-defined]
        server.shutdown()
    assert taken[0] == taken[1]
    assert taken[0][1]["mac"] == "00:08:5d:2e:ec:fb"
    main = site.scripts.peer("main")
    done = site.scripts.until(
        lambda: (found := main.question("status")["data"]["notices"])["waiting"] == 0 and found, "the queue to be empty"
    )
    assert (done["taken"], done["failed"], done["dropped"]) == (1, 1, 0)


def test_main_tells_of_devices_and_is_asked_for_them(site: Site) -> None:
    site.scripts.start()
    main = site.scripts.peer("main")
    facts = {"mac": "00:08:5d:2e:ec:fb", "plugin": "example"}
    rows = [
        {"kind": "device-found", "utc": 0.0, "facts": facts | {"mac": mac}}
        for mac in ("02:00:00:00:00:01", facts["mac"])
    ]
    main.send({"t": "happened", "rows": rows})
    question = main.take("question")
    assert (question["what"], question["args"]) == ("device", {"mac": facts["mac"]})
    main.send({"t": "reply", "id": question["id"], "data": {"id": "d1", "mac": facts["mac"], "model": "9000"}})
    said = site.scripts.until(lambda: site.scripts.lines("script says"), "the line of the hook")
    assert said[0]["values"] == {"model": "9000"}
    [printed] = site.scripts.lines("script prints")
    assert printed["text"] == "found 00:08:5d:2e:ec:fb example 1970-01-01T00:00:00+00:00"


def test_a_timer_is_called_again_and_again(site: Site) -> None:
    site.scripts.start()
    ticks = site.told_file.with_name("ticks")
    site.scripts.until(lambda: ticks.exists() and len(ticks.read_text()) > 2, "three calls of the timer")


def test_good_scripts_are_read_again_and_bad_ones_are_not(site: Site) -> None:
    site.scripts.start()
    rules = site.scripts.folder / "rules.py"
    main = site.scripts.peer("main")
    before = main.hello()
    rules.write_text("from ringboot.scripts import hook\n\n@hook.unknwon\ndef visitor(query): ...\n")
    answer = main.question("reload")
    assert not answer["ok"]
    assert answer["error"] == f"{rules}:3: AttributeError: 'Hooks' object has no attribute 'unknwon'"
    assert main.question("status")["data"]["hooks"][0]["hook"] == "rules.py:granted"
    rules.write_text("from ringboot.scripts import hook\n\n@hook.unknown\ndef visitor(query): ...\n")
    assert main.question("reload")["ok"]
    assert not main.file.read(), "it hangs up for that"
    after = site.scripts.peer("main").hello()
    assert [each.name for each in after.hooks] == ["rules.py:visitor"]
    assert after.revision > before.revision
    assert site.scripts.process is not None
    assert site.scripts.process.poll() is None, "it is the same process, with the same sockets"


def test_scripts_that_cannot_be_read_end_the_process_with_the_code_for_configurations(tmp_path: Path) -> None:
    broken = Scripts(tmp_path, "from ringboot.scripts import hook\n\nif True:\n    1 / 0\n").start()
    assert broken.process is not None
    assert broken.process.wait(20) == 3
    [line] = broken.lines("script cannot be used")
    assert (line["path"], line["line"], line["why"]) == (
        str(tmp_path / "rules.py"), 4, "ZeroDivisionError: division by zero",
    )  # fmt: skip
    broken.close()
