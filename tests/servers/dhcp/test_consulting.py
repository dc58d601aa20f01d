"""Questions to the scripts process over a real socket: what goes out, what comes in, and what when nothing does."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.servers.dhcp.around import Hand, Outbox

from ringboot.answer.facts import Facts
from ringboot.answer.query import Query
from ringboot.dhcp.message import ACK, DISCOVER, OFFER, RELEASE, REQUEST
from ringboot.leases.table import Table
from ringboot.model.address import ip_number, ip_wire
from ringboot.model.codec import to_plain
from ringboot.model.scripting import ANSWER, SEEN, SERVE, SILENT, UNKNOWN, Given, Hello, Hook, Told
from ringboot.model.site import Match, Site
from ringboot.servers.dhcp.asked import Asked
from ringboot.servers.dhcp.consulting import OUTSTANDING, SOCKET, Consulting
from ringboot.servers.dhcp.door import Door
from ringboot.servers.dhcp.port import Arrivals
from ringboot.store.journal import Journal

MakeQuery = Callable[..., Query]
MAC = b"\x00\x08\x5d\x00\x00\x01"
SERVER = ip_wire(ip_number("10.0.0.1"))


class Nobody:
    """A prober that is never to be asked."""

    def ask(self, interface: str, address: int) -> Asked:
        raise AssertionError((interface, address))


class Scripts:
    """The other end of the socket."""

    def __init__(self, path: Path) -> None:
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(path))
        self.listener.listen(4)
        self.listener.settimeout(10)
        self.connection: socket.socket | None = None

    def accept(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection, _ = self.listener.accept()
        self.connection.settimeout(10)

    def hear(self) -> dict[str, Any]:
        assert self.connection is not None
        size = int.from_bytes(self._exactly(4), "big")
        frame: dict[str, Any] = json.loads(self._exactly(size))
        return frame

    def _exactly(self, size: int) -> bytes:
        assert self.connection is not None
        data = b""
        while len(data) < size:
            data += self.connection.recv(size - len(data))
        return data

    def say(self, **frame: Any) -> None:
        assert self.connection is not None
        data = json.dumps(to_plain(frame)).encode()
        self.connection.sendall(len(data).to_bytes(4, "big") + data)

    def tell(self, *rows: Told) -> None:
        self.say(t="told", rows=list(rows))

    def close(self) -> None:
        for each in (self.connection, self.listener):
            if each is not None:
                each.close()


class Bench:
    """A door with its line to a scripts process, turned by hand."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.out = Outbox()
        self.clock = Hand()
        self.journal = Journal.open(folder / "leases")
        facts = Facts(replace(site, probe=False, scripts=True), Table())
        self.door = Door(facts, self.journal, {"eth0": self.out}, Nobody(), clock=self.clock)
        self.scripts = Scripts(folder / SOCKET)
        self.consulting = Consulting(folder / SOCKET, self.door)
        self.door.scripts = self.consulting

    def greet(self, *hooks: Hook, sources: tuple[str, ...] = ()) -> None:
        self.turn()
        self.scripts.accept()
        assert self.scripts.hear() == {"t": "role", "who": "dhcp"}
        self.scripts.say(t="hello", hello=Hello(1, hooks, sources))
        self.consulting.hear()

    def come(self, *queries: Query) -> list[tuple[int, str]]:
        arrivals = Arrivals()
        for query in queries:
            (arrivals.later if query.message.kind == DISCOVER else arrivals.middle).append(query)
        self.door.work(arrivals, more=False)
        self.turn()
        return self.out.take()

    def hear(self) -> list[tuple[int, str]]:
        self.consulting.hear()
        self.turn()
        return self.out.take()

    def turn(self) -> float | None:
        return self.consulting.turn(self.clock.at)

    def why(self, mac: bytes = MAC) -> list[str]:
        return [row["reason"] for row in self.door.outcomes.of(mac)]

    def close(self) -> None:
        self.consulting.channel.close()
        self.scripts.close()
        self.journal.close()


@pytest.fixture
def bench(tmp_path: Path, site: Site) -> Iterator[Bench]:
    made = Bench(tmp_path, site)
    yield made
    made.close()


def test_a_hook_gives_an_address_and_explain_says_who_and_how_long_it_took(bench: Bench, query: MakeQuery) -> None:
    bench.greet(Hook(UNKNOWN, "rules.py:visitor"))
    assert bench.come(query(DISCOVER, MAC)) == []
    (row,) = bench.scripts.hear()["rows"]
    assert (row["what"], row["hooks"], row["network"]) == ("reservation-of", [0], "phones")
    bench.scripts.tell(Told(row["number"], given=Given("rules.py:visitor", address="10.0.0.9"), seconds=0.0031))
    assert bench.hear() == [(OFFER, "10.0.0.9")]
    offered, gave = bench.door.outcomes.of(MAC)
    assert offered["reason"] == "offered"
    assert (gave["reason"], gave["detail"]) == (
        "script-gave", {"address": "10.0.0.9", "origin": "rules.py:visitor", "took": "3 ms"},
    )  # fmt: skip


def test_a_whole_way_with_two_questions_ends_in_a_lease_on_disk(bench: Bench, query: MakeQuery) -> None:
    bench.greet(Hook(SEEN, "rules.py:seen"), Hook(ANSWER, "rules.py:boot"))
    assert bench.come(query(REQUEST, MAC, options={50: ip_wire(ip_number("10.0.0.10")), 54: SERVER})) == []
    (first,) = bench.scripts.hear()["rows"]
    bench.scripts.tell(Told(first["number"]))
    assert bench.hear() == []
    (second,) = bench.scripts.hear()["rows"]
    assert (second["what"], second["hooks"]) == ("script", [1])
    bench.scripts.tell(Told(second["number"], reply=bytes.fromhex(second["reply"])))
    assert bench.hear() == [(ACK, "10.0.0.10")]
    assert [change.kind for change in bench.journal.load()] == ["bound"]
    assert bench.why() == ["acknowledged", "script-changed"]
    assert bench.door.counters.questions == {"asked": 2, "answered": 2}


def test_the_questions_of_one_turn_go_in_one_frame_and_are_answered_in_any_order(
    bench: Bench, query: MakeQuery
) -> None:
    bench.greet(Hook(UNKNOWN, "f"))
    clients = [MAC[:5] + bytes((number,)) for number in range(3)]
    bench.come(*(query(DISCOVER, mac) for mac in clients))
    rows = bench.scripts.hear()["rows"]
    assert len(rows) == 3
    bench.scripts.tell(Told(rows[2]["number"]))
    assert len(bench.hear()) == 1
    bench.scripts.tell(*(Told(row["number"]) for row in rows[:2]))
    assert len(bench.hear()) == 2


def test_whom_no_hook_concerns_is_answered_while_others_wait(bench: Bench, query: MakeQuery) -> None:
    bench.greet(Hook(UNKNOWN, "f", ((Match("dhcp.60", "guest"),),)))
    other = MAC[:5] + b"\x99"
    assert bench.come(query(DISCOVER, MAC, options={60: b"guest"}), query(DISCOVER, other)) == [(OFFER, "10.0.0.10")]
    assert len(bench.door.parking) == 1


def test_the_newest_message_of_a_client_counts(bench: Bench, query: MakeQuery) -> None:
    bench.greet(Hook(UNKNOWN, "f"))
    bench.come(query(DISCOVER, MAC))
    bench.come(query(REQUEST, MAC, options={50: ip_wire(ip_number("10.0.0.10")), 54: SERVER}))
    first, second = bench.scripts.hear()["rows"][0], bench.scripts.hear()["rows"][0]
    bench.scripts.tell(Told(first["number"]))
    assert bench.hear() == []
    bench.scripts.tell(Told(second["number"]))
    assert bench.hear() == [(ACK, "10.0.0.10")]
    assert bench.why() == ["acknowledged", "superseded"]


@pytest.mark.parametrize(
    ("policy", "sent", "why"),
    [(SILENT, [], ["no-answer-silent"]), (SERVE, [(OFFER, "10.0.0.10")], ["offered", "no-answer-served"])],
)
def test_at_the_deadline_the_policy_decides_and_what_comes_then_is_late(
    bench: Bench, query: MakeQuery, policy: str, sent: list[tuple[int, str]], why: list[str]
) -> None:
    bench.greet(Hook(UNKNOWN, "f", no_answer=policy))
    bench.come(query(DISCOVER, MAC))
    (row,) = bench.scripts.hear()["rows"]
    bench.clock.at += 0.2
    assert bench.come() == []
    bench.clock.at += 0.2
    assert bench.come() == sent
    assert bench.why() == why
    bench.scripts.tell(Told(row["number"]))
    assert bench.hear() == []
    kept = {SILENT: "silent", SERVE: "served"}[policy]
    assert bench.door.counters.questions == {"asked": 1, "unanswered": 1, kept: 1, "late": 1}


def test_a_hook_that_fails_is_told_to_explain(bench: Bench, query: MakeQuery) -> None:
    bench.greet(Hook(UNKNOWN, "rules.py:f", no_answer=SERVE))
    bench.come(query(DISCOVER, MAC))
    (row,) = bench.scripts.hear()["rows"]
    bench.scripts.tell(Told(row["number"], failed="rules.py:f: ValueError: no"))
    assert bench.hear() == [(OFFER, "10.0.0.10")]
    assert bench.door.outcomes.of(MAC)[1]["detail"] == {"why": "rules.py:f: ValueError: no"}
    assert bench.door.counters.questions == {"asked": 1, "failed": 1, "served": 1}


def test_when_the_process_dies_who_waits_is_decided_about_at_once_and_it_is_connected_to_again(
    bench: Bench, query: MakeQuery
) -> None:
    bench.greet(Hook(UNKNOWN, "f", no_answer=SERVE))
    bench.come(query(DISCOVER, MAC))
    assert bench.scripts.connection is not None
    bench.scripts.connection.close()
    bench.consulting.hear()
    bench.turn()
    assert bench.out.take() == [(OFFER, "10.0.0.10")]
    other = MAC[:5] + b"\x02"
    assert bench.come(query(DISCOVER, other)) == [(OFFER, "10.0.0.11")]  # nobody is there: at once
    assert bench.door.counters.questions["not-asked"] == 1
    bench.clock.at += 1.0
    bench.greet(Hook(UNKNOWN, "g", no_answer=SERVE))
    assert bench.come(query(DISCOVER, MAC[:5] + b"\x03")) == []
    assert bench.scripts.hear()["rows"][0]["number"] == 2


def test_no_more_questions_are_outstanding_than_there_is_room_for(bench: Bench, query: MakeQuery) -> None:
    bench.greet(Hook(SEEN, "f", no_answer=SILENT))
    asked = [query(DISCOVER, bytes(3) + number.to_bytes(3, "big")) for number in range(OUTSTANDING + 2)]
    bench.come(*asked)
    assert bench.door.counters.questions == {"asked": OUTSTANDING, "not-asked": 2, "silent": 2}


def test_hooks_are_those_of_the_last_hello(bench: Bench, query: MakeQuery) -> None:
    bench.greet(Hook(UNKNOWN, "f"))
    bench.scripts.say(t="hello", hello=Hello(2))
    bench.hear()
    assert bench.come(query(DISCOVER, MAC)) == [(OFFER, "10.0.0.10")]


@pytest.mark.parametrize(
    "frame",
    [
        {"t": "told", "rows": [{"number": "x"}]},
        {"t": "told"},
        {"t": "hello"},
        {"t": "hello", "hello": Hello(1, (Hook(SEEN, "f", ((Match("dhcp.60", "["),),)),))},
    ],
)
def test_a_process_that_breaks_the_rules_is_left_and_found_again(bench: Bench, frame: dict[str, Any]) -> None:
    bench.greet(Hook(UNKNOWN, "f"))
    bench.scripts.say(**frame)
    bench.consulting.hear()
    assert bench.consulting.channel.connection is None
    bench.clock.at += 1.0
    bench.greet(Hook(UNKNOWN, "f"))


def test_it_is_told_when_the_journal_has_grown_once_for_many_leases(bench: Bench, query: MakeQuery) -> None:
    bench.greet()
    for number in range(3):
        address = ip_wire(ip_number("10.0.0.10") + number)
        bench.come(query(REQUEST, MAC[:5] + bytes((number,)), options={50: address, 54: SERVER}))
    assert bench.scripts.hear() == {"t": "journal", "seq": 1}
    due = bench.turn()
    assert due is not None
    bench.clock.at = due
    bench.turn()
    assert bench.scripts.hear() == {"t": "journal", "seq": 3}


def test_other_frames_go_to_who_takes_them(bench: Bench) -> None:
    bench.greet()
    bench.consulting.handlers["scan"] = lambda frame: {"t": "scanned", "id": frame["id"], "hits": {}, "cannot": ""}
    bench.scripts.say(t="strange")
    bench.scripts.say(t="scan", id=7, addresses=[], seconds=1.0)
    bench.consulting.hear()
    assert bench.scripts.hear() == {"t": "scanned", "id": 7, "hits": {}, "cannot": ""}


def test_without_scripts_in_the_site_nobody_is_connected_to(bench: Bench, query: MakeQuery) -> None:
    bench.greet(Hook(SEEN, "f"))
    bench.come(query(DISCOVER, MAC))
    bench.door.facts.replace_site(replace(bench.door.facts.site, scripts=False))
    bench.turn()
    assert bench.out.take() == [(OFFER, "10.0.0.10")]
    assert bench.consulting.channel.connection is None
    assert bench.turn() is None


def test_a_release_that_waits_is_not_lost_when_its_client_starts_over(bench: Bench, query: MakeQuery) -> None:
    bench.greet(Hook(SEEN, "f", types=("RELEASE",)))
    address = ip_number("10.0.0.12")
    assert bench.come(query(REQUEST, MAC, options={50: ip_wire(address), 54: SERVER})) == [(ACK, "10.0.0.12")]
    assert bench.come(query(RELEASE, MAC, ciaddr=address, options={54: SERVER})) == []
    assert bench.come(query(DISCOVER, MAC)) == []
    frames = [bench.scripts.hear(), bench.scripts.hear()]
    (row,) = next(frame["rows"] for frame in frames if frame["t"] == "ask")
    bench.scripts.tell(Told(row["number"]))
    assert bench.hear() == [(OFFER, "10.0.0.12")]
    assert sorted(bench.why()[:2]) == ["offered", "released"]
    assert [change.kind for change in bench.journal.load()] == ["bound", "released"]
