"""The dhcp process as it runs: its own entry, inherited sockets, clients on the loopback that are their own relay."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ringboot.dhcp.message import ACK, DISCOVER, NAK, OFFER, RELEASE, REQUEST, BadPacket, Message, decode, encode
from ringboot.host.start import READY, Start, to_environment
from ringboot.model import codec, evidence
from ringboot.model.address import ip_number, ip_text, ip_wire
from ringboot.model.lease import Lease, LeaseChange
from ringboot.model.site import SITE_VERSION, Network, Pool, Reservation, Site, Snapshot
from ringboot.servers.dhcp.process import _load
from ringboot.servers.listen import open_dhcp, open_unix
from ringboot.store.journal import Journal
from ringboot.store.journal_reader import JournalReader

CEILING = 20.0
MAC = bytes.fromhex("00085d2eecfb")
RELAYED = {82: b"\x13\x00"}  # RFC 8357: answer to the port that this came from


def wait_until(condition: Any, what: str) -> Any:
    end = time.monotonic() + CEILING
    while not (value := condition()):
        assert time.monotonic() < end, f"waited for: {what}"
        time.sleep(0.01)
    return value


class Main:
    """Main's end of the control channel."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(CEILING)
        self.socket.connect(str(path))
        self._stream = self.socket.makefile("rb")
        self._count = 0

    def say(self, **frame: Any) -> None:
        data = json.dumps(frame).encode()
        self.socket.sendall(len(data).to_bytes(4, "big") + data)

    def hear(self, kind: str) -> dict[str, Any]:
        """Read until a frame of this kind."""
        while True:
            size = self._stream.read(4)
            assert size, f"the connection ended before {kind}"
            frame: dict[str, Any] = json.loads(self._stream.read(int.from_bytes(size, "big")))
            if frame["t"] == kind:
                return frame

    def ask(self, what: str, **args: Any) -> Any:
        self._count += 1
        self.say(t="ask", id=self._count, what=what, args=args)
        answer = self.hear("answer")
        assert answer["id"] == self._count
        return answer["data"] if answer["ok"] else answer["error"]

    def row(self, seq: int, op: str, row: Any) -> None:
        self.say(t="row", seq=seq, op=op, row=row)

    def ended(self) -> bool:
        while data := self._stream.read(4):
            self._stream.read(int.from_bytes(data, "big"))
        return True

    def close(self) -> None:
        self._stream.close()
        self.socket.close()


class Phone:
    """A client that is its own relay at an address of the loopback."""

    def __init__(self, server: int, mac: bytes = MAC, relay: str = "127.7.0.2") -> None:
        self.mac, self._relay, self._server = mac, relay, server
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((relay, 0))
        self._socket.settimeout(CEILING)
        self._xid = 0

    def send(self, kind: int, options: dict[int, bytes] | None = None, ciaddr: str = "0.0.0.0") -> bytes:
        self._xid += 1
        message = Message(
            op=1, htype=1, hlen=6, hops=1, xid=self.mac[3:] + bytes((self._xid,)), secs=0, flags=0,
            ciaddr=ip_number(ciaddr), yiaddr=0, siaddr=0, giaddr=ip_number(self._relay), chaddr=self.mac, sname=b"",
            file=b"", options={53: bytes((kind,)), **(options or {}), **RELAYED},
        )  # fmt: skip
        self._socket.sendto(encode(message), ("127.0.0.1", self._server))
        return message.xid

    def hear(self, xid: bytes) -> Message:
        while True:
            message = decode(self._socket.recv(2048))
            assert not isinstance(message, BadPacket)
            if message.xid == xid:
                return message

    def exchange(self, kind: int, options: dict[int, bytes] | None = None, ciaddr: str = "0.0.0.0") -> Message:
        return self.hear(self.send(kind, options, ciaddr))

    def obtain(self, **said: bytes) -> str:
        options = {int(name[1:]): value for name, value in said.items()}
        offer = self.exchange(DISCOVER, options)
        assert offer.kind == OFFER
        answer = self.exchange(REQUEST, {50: ip_wire(offer.yiaddr), 54: offer.options[54], **options})
        assert answer.kind == ACK
        return ip_text(answer.yiaddr)

    def close(self) -> None:
        self._socket.close()


class Process:
    """A dhcp process and its data folder; its sockets outlive it."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.run = self.data / "run"
        self.run.mkdir(parents=True)
        self._udp = open_dhcp("lo", 0)
        self.port: int = self._udp.getsockname()[1]
        self._listener = open_unix(self.run / "dhcp.sock", 0o600)
        self._process: subprocess.Popen[str] | None = None
        self.beat = -1
        self.said = ""
        self._phones: list[Phone] = []
        self._mains: list[Main] = []

    def write(self, site: Site, *reservations: Reservation, seq: int = 0) -> None:
        (self.run / "site.json").write_bytes(codec.encode(Snapshot(SITE_VERSION, seq, site, reservations)))

    def start(self) -> Process:
        self.beat, writer = os.pipe()
        fds = {"dhcp:lo": self._udp.fileno(), "control": self._listener.fileno(), "beat": writer}
        start = Start(data=str(self.data), fds=fds, dhcp_port=self.port)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ringboot.servers.dhcp"],
            env={**os.environ, **to_environment(start)},
            pass_fds=tuple(fds.values()),
            stderr=subprocess.PIPE,
            text=True,
        )
        os.close(writer)
        return self

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        return self.wait()

    def wait(self) -> int:
        assert self._process is not None
        _, self.said = self._process.communicate(timeout=CEILING)
        code = self._process.returncode
        self._process = None
        os.close(self.beat)
        return code

    def main(self) -> Main:
        self._mains.append(Main(self.run / "dhcp.sock"))
        return self._mains[-1]

    def phone(self, number: int = 0, relay: str = "127.7.0.2") -> Phone:
        mac = MAC[:3] + (int.from_bytes(MAC[3:], "big") + number).to_bytes(3, "big")
        self._phones.append(Phone(self.port, mac, relay))
        return self._phones[-1]

    def changes(self) -> list[tuple[str, str]]:
        with closing(JournalReader(self.data / "leases")) as reader:
            return [(change.kind, ip_text(change.address)) for _, change in reader.read(0, 10_000)]

    def close(self) -> None:
        for phone in self._phones:
            phone.close()
        for main in self._mains:
            main.close()
        if self._process is not None:
            self.end(signal.SIGKILL)
        self._udp.close()
        self._listener.close()


@pytest.fixture(scope="module")
def loopback() -> Site:
    pool = Pool(ip_number("127.7.1.10"), ip_number("127.7.1.200"))
    return Site(revision=5, networks=(Network("phones", ip_number("127.7.0.0"), 16, "floor", pools=(pool,)),))


@pytest.fixture
def process(tmp_path: Path, loopback: Site) -> Iterator[Process]:
    made = Process(tmp_path)
    made.write(loopback)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, loopback: Site) -> Iterator[Process]:
    """Give a process for tests that leave it as it was."""
    made = Process(tmp_path_factory.mktemp("shared"))
    made.write(loopback)
    yield made.start()
    made.close()


def test_a_phone_gets_its_lease_and_the_journal_has_it_with_what_the_phone_said(process: Process) -> None:
    address = process.start().phone().obtain(o60=b"AastraIPPhone6731i")

    assert address == "127.7.1.10"
    with closing(JournalReader(process.data / "leases")) as reader:
        ((seq, change),) = reader.read(0, 10)
    assert (seq, change.kind, change.mac) == (1, "bound", MAC)
    said = evidence.unpack(change.evidence)
    assert said[60] == b"AastraIPPhone6731i"
    assert said[evidence.GIADDR] == bytes((127, 7, 0, 2))


def test_after_kill_9_every_lease_is_there_and_the_phone_keeps_its_address(process: Process) -> None:
    process.start()
    addresses = [process.phone(number).obtain() for number in range(5)]
    process.end(signal.SIGKILL)
    process.start()

    assert [process.phone(number).obtain() for number in range(5)] == addresses
    renewed = process.phone(2).exchange(REQUEST, ciaddr=addresses[2])
    assert (renewed.kind, ip_text(renewed.yiaddr)) == (ACK, addresses[2])
    assert process.end() == 0
    assert [kind for kind, _ in process.changes()].count("bound") == 5


def test_packets_wait_in_the_socket_while_the_process_restarts(process: Process) -> None:
    phone = process.phone()
    xid = phone.send(DISCOVER)
    process.start()
    assert phone.hear(xid).kind == OFFER


def test_without_a_snapshot_it_serves_nothing_until_main_writes_one(process: Process, loopback: Site) -> None:
    (process.run / "site.json").unlink()
    main = process.start().main()
    assert main.hear("hello") == {"t": "hello", "revision": 0, "seq": 0}
    phone = process.phone()
    phone.send(DISCOVER)
    wait_until(lambda: main.ask("outcomes", mac=MAC.hex(":")), "the DISCOVER to be refused")

    process.write(loopback, seq=7)
    main.say(t="reread")

    assert main.hear("applied") == {"t": "applied", "seq": 7, "revision": 5}
    assert phone.obtain() == "127.7.1.10"


@pytest.mark.parametrize("text", ["{", '{"version":99,"seq":0,"site":{"revision":1}}', '{"colour":1}'])
def test_a_broken_snapshot_leaves_what_was_there(shared: Process, text: str) -> None:
    main = shared.main()
    main.hear("hello")
    (shared.run / "site.json").write_text(text)
    main.say(t="reread")

    assert main.hear("applied")["revision"] == 5
    assert shared.phone(50).obtain()


def test_a_reservation_is_live_on_the_next_packet_after_it_was_applied(process: Process) -> None:
    main = process.start().main()
    main.hear("hello")
    row = codec.to_plain(Reservation("phones", "mac", MAC.hex(":"), "127.7.1.77"))
    main.row(1, "put-reservation", row)
    assert main.hear("applied") == {"t": "applied", "seq": 1, "revision": 5}

    assert process.phone().obtain() == "127.7.1.77"
    main.row(2, "drop-reservation", {"network": "phones", "kind": "mac", "value": MAC.hex(":")})
    main.row(3, "put-known", {"mac": MAC.hex(":")})
    main.row(4, "drop-known", {"mac": MAC.hex(":")})
    while main.hear("applied")["seq"] < 4:
        pass


def test_a_gap_in_the_feed_is_said_and_healed_by_reading_again(process: Process, loopback: Site) -> None:
    main = process.start().main()
    main.hear("hello")
    main.row(3, "put-known", {"mac": MAC.hex(":")})
    assert main.hear("gap") == {"t": "gap", "seq": 0}

    process.write(replace(loopback, revision=6), seq=3)
    main.say(t="reread")
    assert main.hear("applied") == {"t": "applied", "seq": 3, "revision": 6}
    main.row(4, "put-known", {"mac": MAC.hex(":")})
    assert main.hear("applied")["seq"] == 4


def test_what_cannot_be_used_is_logged_and_does_not_stop_the_feed(process: Process) -> None:
    main = process.start().main()
    main.hear("hello")
    (process.run / "site.json").write_text("{")
    main.say(t="reread")
    main.row(1, "put-known", {"mac": "not a MAC"})
    main.row(2, "paint", {})
    main.row(3, "put-reservation", {"network": 7})
    while main.hear("applied")["seq"] < 3:
        pass
    process.end()
    assert process.said.count("a row of the feed cannot be used") == 3
    assert "the snapshot cannot be read" in process.said


def test_main_is_woken_when_the_journal_grows(process: Process) -> None:
    main = process.start().main()
    main.hear("hello")
    process.phone().obtain()
    told = main.hear("journal")
    assert told["seq"] == 1
    assert told["busy"] < 0.5, "one client keeps nobody busy"


def test_a_main_that_connects_later_hears_how_far_the_journal_is(process: Process) -> None:
    process.start().phone().obtain()
    assert process.main().hear("journal")["seq"] == 1


def test_the_newest_main_is_the_one_that_is_spoken_to(shared: Process) -> None:
    old = shared.main()
    old.hear("hello")
    new = shared.main()
    new.hear("hello")

    assert old.ended()
    assert new.ask("leases", network="nowhere") == []


def test_questions_are_answered(process: Process) -> None:
    phone = process.start().phone()
    address = phone.obtain()
    other = process.phone(1).obtain()
    main = process.main()

    leases = [codec.from_plain(Lease, row) for row in main.ask("leases", after=-1, limit=10)]
    assert [ip_text(lease.address) for lease in leases] == [address, other]
    assert main.ask("leases", after=ip_number(address), limit=10, network="phones") == [codec.to_plain(leases[1])]
    assert main.ask("leases", network="guests") == []

    outcomes = main.ask("outcomes", mac=MAC.hex(":"))
    assert [(row["message"], row["reason"]) for row in outcomes] == [
        ("REQUEST", "acknowledged"),
        ("DISCOVER", "offered"),
    ]
    assert outcomes[0]["detail"] == {"address": address, "network": "phones"}

    numbers = {(row["name"], *row["labels"].values()): row["value"] for row in main.ask("counters")}
    assert numbers["dhcp_messages", "DISCOVER"] == 2
    assert numbers["dhcp_outcomes", "acknowledged"] == 2
    assert numbers["leases", "bound"] == 2
    assert numbers["journal_commits",] >= 1


def test_a_lease_is_released_by_order_and_that_is_in_the_journal(process: Process) -> None:
    address = process.start().phone().obtain()
    main = process.main()

    assert main.ask("release", address=address)["address"] == ip_number(address)
    assert process.changes() == [("bound", address), ("released", address)]
    assert main.ask("release", address=address)["state"] == "released"
    assert process.changes()[-1] == ("freed", address)
    assert main.ask("release", address=address) == f"nobody has {address}"


@pytest.mark.parametrize(
    ("what", "args", "error"),
    [
        ("reboot", {}, "dhcp does not answer 'reboot'"),
        ("release", {"address": "10.0.0"}, "is not an IPv4 address"),
        ("outcomes", {"mac": "zz"}, "is not a MAC address"),
    ],
)
def test_what_it_cannot_answer_it_refuses(shared: Process, what: str, args: dict[str, Any], error: str) -> None:
    main = shared.main()
    assert error in main.ask(what, **args)
    assert main.ask("leases", network="nowhere") == [], "and goes on"


def test_a_message_that_changed_no_lease_comes_as_a_hint(process: Process) -> None:
    main = process.start().main()
    stranger = process.phone(9, relay="127.9.0.2")
    stranger.send(DISCOVER, {60: b"Unknown"})

    (row,) = main.hear("hints")["rows"]

    assert (row["mac"], row["message"], row["reason"]) == (stranger.mac.hex(":"), "DISCOVER", "no-network")
    assert (row["interface"], row["giaddr"], row["count"]) == ("lo", "127.9.0.2", 1)
    assert row["detail"] == {"where": "relay 127.9.0.2"}
    assert evidence.unpack(bytes.fromhex(row["evidence"]))[60] == b"Unknown"


def test_a_release_and_a_refused_request_are_journal_and_hint(process: Process) -> None:
    main = process.start().main()
    phone = process.phone()
    address = phone.obtain()
    phone.send(RELEASE, {54: bytes((127, 0, 0, 1))}, ciaddr=address)
    wait_until(lambda: ("released", address) in process.changes(), "the release")

    refused = process.phone(1).exchange(REQUEST, {50: bytes((127, 7, 1, 1)), 54: bytes((127, 0, 0, 1))})

    assert refused.kind == NAK
    (row,) = main.hear("hints")["rows"]
    assert row["reason"] == "nak-not-yours"


def test_it_beats_and_ends_when_told(process: Process) -> None:
    process.start()
    assert os.read(process.beat, 1) == READY
    assert os.read(process.beat, 1) == b"."
    assert process.end() == 0


def test_it_beats_while_it_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringboot.servers.dhcp.process.BEAT_EVERY", 3)
    reader, writer = os.pipe()
    row = LeaseChange("bound", "bound", "phones", 1, b"key", MAC, 1, 2, b"", 1.0)
    with closing(Journal.open(tmp_path)) as journal:
        journal.append([row._replace(address=address, key=bytes((address,))) for address in range(7)])
        table = _load(journal, writer)
        gc.enable()
    os.close(writer)

    assert len(table) == 7
    assert os.read(reader, 99) == b".."
    os.close(reader)


def test_it_ends_when_nobody_hears_its_beat_any_more(process: Process) -> None:
    process.start()
    os.read(process.beat, 1)
    os.close(process.beat)
    process.beat = os.open("/dev/null", os.O_RDONLY)
    assert process.wait() == 0


def test_a_damaged_journal_stops_it_with_a_code_of_its_own_and_a_clear_word(process: Process) -> None:
    folder = process.data / "leases"
    folder.mkdir()
    (folder / "00000001.journal").write_bytes(b"not leases " * 500)

    assert process.start().wait() == 7
    assert f"{folder}/00000001.journal: not a readable lease journal" in process.said
    assert "Move the file away together with its -wal" in process.said


def test_it_loads_nothing_heavy() -> None:
    heavy = "pydantic sqlalchemy alembic jinja2 fastapi starlette aiohttp typer rich uvicorn pyroute2"
    script = (
        "import sys, runpy\n"
        "try: runpy.run_module('ringboot.servers.dhcp', run_name='here')\n"
        "finally: print(*sorted({name.partition('.')[0] for name, module in sys.modules.items() if module}))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert not set(heavy.split()) & set(done.stdout.split())
    assert "sqlite3" in done.stdout.split()


def test_started_by_hand_it_says_who_starts_it() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "RINGBOOT_START"}
    done = subprocess.run(
        [sys.executable, "-m", "ringboot.servers.dhcp"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "ringboot serve" in done.stderr
