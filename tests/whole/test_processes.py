"""The parts of the daemon without each other: one is stopped or killed, the others go on, and nothing is lost."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.whole.daemon import wait_until
from tests.whole.replay.sequences import SEQUENCES
from tests.whole.replay.site import HOST, PHONES, VOICE, Site, colons, go

from ringboot import metrics
from ringboot.dhcp.message import DISCOVER, OFFER, BadPacket, Message, decode, encode
from ringboot.model.address import ip_number
from ringboot.sim.leasing import SOURCE_PORT, Leased, Refused
from ringboot.sim.phone import Phone

pytestmark = pytest.mark.xdist_group("whole-processes")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("processes"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def phones(site: Site) -> dict[str, Phone]:
    """Give a phone that asks by HTTP and one that asks by TFTP, both with their files."""
    made = {model: site.phone(SEQUENCES[model].mac, model, SEQUENCES[model].habit) for model in ("6731i", "7961G")}
    for phone in made.values():
        assert go(phone)[-1].what == "done"
    return made


@contextmanager
def stopped(process: int) -> Iterator[None]:
    """Keep a process from doing anything for a while."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@contextmanager
def without(site: Site, part: str) -> Iterator[None]:
    """Kill a part, and keep the supervisor from starting it again for a while."""
    assert site.daemon.process is not None
    process = site.daemon.pid(part)
    with stopped(site.daemon.process.pid):
        os.kill(process, signal.SIGKILL)
        stat = Path(f"/proc/{process}/stat")
        wait_until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "Z", f"{part} to be dead")
        yield
    wait_until(lambda: site.daemon.pid(part) not in (process, None), f"{part} to be started again")


def lease_at_last(site: Site, mac: str) -> Leased:
    """Get an address, however long the server takes to come up."""

    def asked() -> Leased | None:
        try:
            return site.lease(mac)
        except Refused:
            return None

    leased: Leased = wait_until(asked, f"{mac} to get an address")
    return leased


def is_connected(site: Site) -> bool:
    return bool(site.daemon.json("status")["dhcp"]["connected"])


def test_dhcp_serves_from_its_last_snapshot_while_main_is_stopped(site: Site) -> None:
    kept, old, new = "02005e200001", "02005e200002", "02005e200003"
    site.run("reservation", "add", "127.77.2.9", "--network", "phones", "--mac", colons(kept))
    snapshot = site.daemon.data / "run" / "site.json"
    wait_until(lambda: colons(kept) in snapshot.read_text(), "the snapshot to be written")

    with stopped(site.daemon.pid("main")):
        first = site.lease(old)
        dhcp = site.daemon.pid("dhcp")
        os.kill(dhcp, signal.SIGKILL)
        wait_until(lambda: site.daemon.pid("dhcp") != dhcp, "dhcp to be started again")
        assert lease_at_last(site, old).address == first.address, "the journal has its lease"
        assert lease_at_last(site, kept).address == "127.77.2.9", "the snapshot has its reservation"
        assert lease_at_last(site, new).address not in (first.address, "127.77.2.9")

    site.heard(new, lease_at_last(site, new).address)
    site.run("reservation", "remove", "--network", "phones", "--mac", colons(kept))


def test_a_packet_that_comes_while_dhcp_is_down_is_answered_when_it_is_up_again(site: Site) -> None:
    message = Message(
        op=1, htype=1, hlen=6, hops=1, xid=b"wait", secs=0, flags=0, ciaddr=0, yiaddr=0, siaddr=0,
        giaddr=ip_number(PHONES), chaddr=bytes.fromhex("02005e200004"), sname=b"", file=b"",
        options={53: bytes((DISCOVER,)), 82: SOURCE_PORT},
    )  # fmt: skip
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as relay:
        relay.bind((PHONES, 0))
        relay.settimeout(30)
        with without(site, "dhcp"):
            relay.sendto(encode(message), (HOST, site.dhcp))
        answer = decode(relay.recv(2048))
    assert not isinstance(answer, BadPacket)
    assert (answer.kind, answer.xid) == (OFFER, b"wait")


def test_a_file_that_is_asked_for_while_main_is_down_is_given_when_it_is_up_again(
    site: Site, phones: dict[str, Phone]
) -> None:
    by_http, by_tftp = phones["6731i"], phones["7961G"]
    assert by_http.lease is not None
    assert by_tftp.lease is not None
    path, name = f"Aastra/{by_http.mac.hex().upper()}.cfg", f"SEP{by_tftp.mac.hex().upper()}.cnf.xml"
    with (
        closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as stream,
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as datagrams,
    ):
        for each, lease in ((stream, by_http.lease), (datagrams, by_tftp.lease)):
            each.bind((lease.address, 0))
            each.settimeout(30)
        with without(site, "main"):
            stream.connect((HOST, site.http))
            stream.sendall(f"GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            datagrams.sendto(b"\0\1" + name.encode() + b"\0octet\0", (HOST, site.tftp))
        head, _, body = stream.makefile("rb").read().partition(b"\r\n\r\n")
        block, peer = datagrams.recvfrom(2048)
        datagrams.sendto(b"\0\5\0\0enough\0", peer)
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body == site.on_disk("aastra", path)
    assert block == b"\0\3\0\1" + site.on_disk("cisco-7900", name)[:512]


class Reader:
    """A phone that reads its own file by TFTP, in small blocks, from a port that it keeps."""

    def __init__(self, site: Site, phone: Phone) -> None:
        assert phone.lease is not None
        self.name = f"SEP{phone.mac.hex().upper()}.cnf.xml"
        self.content = site.on_disk("cisco-7900", self.name)
        self.got = b""
        self._door = (HOST, site.tftp)
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind((phone.lease.address, 0))
        self._sock.settimeout(30)

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._sock.close()

    def ask(self) -> None:
        self.got, self._block = b"", 0
        self._sock.sendto(b"\0\1" + self.name.encode() + b"\0octet\0blksize\x0032\0", self._door)

    def begin(self) -> None:
        """Hear that the file comes."""
        data, self._server = self._sock.recvfrom(2048)
        assert data[:2] == b"\0\6"

    def read(self, most: int = 1000) -> None:
        """Read so many blocks, or up to the last one."""
        for _ in range(most):
            self._sock.sendto(b"\0\4" + self._block.to_bytes(2, "big"), self._server)
            data, _ = self._sock.recvfrom(2048)
            self._block += 1
            assert data[:4] == b"\0\3" + self._block.to_bytes(2, "big")
            self.got += data[4:]
            if len(data) < 4 + 32:
                self._sock.sendto(b"\0\4" + self._block.to_bytes(2, "big"), self._server)
                return


def test_a_file_that_is_being_read_comes_to_its_end_without_main(site: Site, phones: dict[str, Phone]) -> None:
    with Reader(site, phones["7961G"]) as reader:
        reader.ask()
        reader.begin()
        reader.read(20)
        with without(site, "main"):
            reader.read()
        assert reader.got == reader.content
        reader.ask()  # and the next one when main is up again
        reader.begin()
        reader.read()
        assert reader.got == reader.content


def test_a_file_whose_sender_died_is_read_anew_and_told_as_broken_off(site: Site, phones: dict[str, Phone]) -> None:
    phone = phones["7961G"]

    def broken_off() -> list[dict[str, Any]]:
        return [row for row in site.explained(phone.mac.hex())["timeline"] if row["reason"] == "broken-off"]

    before, restarts = broken_off(), site.daemon.restarts("tftp")
    with Reader(site, phone) as reader:
        reader.ask()
        reader.begin()
        reader.read(20)
        with without(site, "tftp"):
            reader.ask()  # it waits in the socket, which the supervisor keeps
        reader.begin()
        reader.read()
        assert reader.got == reader.content
    told = wait_until(lambda: broken_off()[len(before) :], "the event to be written")
    assert "the tftp process ended" in str(told)
    assert site.daemon.restarts("tftp") == restarts + 1
    assert 'ringboot_files_total{door="tftp",reason="served"}' in site.run("metrics")


def test_a_row_of_the_journal_is_dealt_with_once(site: Site, phones: dict[str, Phone]) -> None:
    mac = phones["6731i"].mac.hex()
    moved = site.lease(mac, VOICE, {60: b"AastraIPPhone6731i"}).address
    site.when_known(mac, lambda device: device["ip"] == moved)
    before = site.explained(mac)["timeline"]

    site.daemon.kill("main")
    other = site.lease("02005e200005")
    site.heard("02005e200005", other.address)

    assert site.device(mac)["ip"] == moved
    assert site.explained(mac)["timeline"] == before


def test_what_died_is_told(site: Site) -> None:
    before = site.daemon.restarts("dhcp")
    site.daemon.kill("dhcp")
    wait_until(lambda: is_connected(site), "dhcp to be connected")

    rows = {row["name"]: row for row in site.daemon.json("status")["processes"]}
    assert rows.keys() == {"supervisor", "dhcp", "tftp", "main"}
    assert (rows["dhcp"]["restarts"], rows["dhcp"]["last_end"]) == (before + 1, "signal SIGKILL")
    with closing(sqlite3.connect(f"file:{site.daemon.data}/fleet.db?mode=ro", uri=True)) as database:
        told = "SELECT count(*) FROM event WHERE reason = 'process-restarted' AND detail LIKE '%dhcp%SIGKILL%'"
        wait_until(lambda: database.execute(told).fetchone()[0] > 0, "the event to be written")


def test_a_command_promises_nothing_that_dhcp_has_not_confirmed(site: Site) -> None:
    words = ("127.77.2.10", "--network", "phones", "--mac", "02:00:5e:20:00:06")
    with stopped(site.daemon.pid("dhcp")):
        said = site.daemon.run("reservation", "add", *words, check=False)
        assert said.returncode == 6
        assert "127.77.2.10 is kept, but dhcp has not confirmed it yet. See: ringboot status" in said.stderr

    assert site.lease("02005e200006").address == "127.77.2.10"


def test_sighup_reads_the_configuration_again_or_keeps_the_old_one_and_says_why(site: Site) -> None:
    daemon, mac = site.daemon, "02005e200008"
    assert daemon.process is not None
    before, restarts = daemon.config.read_text(), daemon.restarts("dhcp")
    daemon.config.write_text(before.replace('name = "voice"', 'name = "voice"\nlease_time = "90m"'))
    daemon.process.send_signal(signal.SIGHUP)
    wait_until(lambda: site.lease(mac, VOICE).seconds == 5400, "the new configuration to hold")

    daemon.config.write_text(before.replace('name = "voice"', 'nome = "voice"'))
    daemon.process.send_signal(signal.SIGHUP)
    assert daemon.restarts("dhcp") == restarts, "it is for main alone"
    wait_until(lambda: "nome" in daemon.log.read_text(), "it to be said")
    assert "The configuration was not changed" in daemon.log.read_text()
    assert site.lease(mac, VOICE).seconds == 5400
    daemon.config.write_text(before)
    site.run("reload")


def test_every_number_of_the_reference_page_is_shown(site: Site) -> None:
    site.lease("02005e200009")
    status = site.daemon.json("status")
    of_main = {"files", "renders", "loop_lag_ms", "journal_behind", "held_back", "dhcp_other_servers"}
    assert status.keys() >= of_main
    assert all("restarts" in row for row in status["processes"])
    shown = {row["name"] for row in status["counters"]} | of_main | {"restarts"}
    numbers = {metrics.family(row["name"]) for row in site.daemon.json("metrics")["items"]}
    later = {
        "files",
        "renders",
        "dhcp_questions",
        "dns_updates",
        "codes",
        "sip_door",
        "webhook_messages",
        "webhook_waiting",
    }  # nobody may have asked yet
    later |= {metric.name for metric in metrics.TABLE if metric.name.startswith(("script_", "source_"))}  # none here
    assert numbers | later == {metric.name for metric in metrics.TABLE}
    assert {metrics.family(name) for name in shown} < numbers | later
    assert isinstance(status["loop_lag_ms"], float)


@pytest.mark.long
@pytest.mark.parametrize("part", ["dhcp", "tftp", "main"])
def test_a_part_that_hangs_is_killed_and_started_again(site: Site, part: str) -> None:
    before, hanging = site.daemon.restarts(part), site.daemon.pid(part)
    os.kill(hanging, signal.SIGSTOP)
    wait_until(lambda: site.daemon.restarts(part) > before, f"{part} to be started again", ceiling=60)
    wait_until(lambda: is_connected(site), "it to work")
    assert lease_at_last(site, "02005e200007").address
