"""A source that fails, hangs, dies or talks nonsense: who asks gets an answer all the same, and in time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from tests.scripts.sources import places
from tests.scripts.sources.places import KNOWN, SITE, STRANGER, execute

from ringboot.scripts.sources import guard
from ringboot.scripts.sources.breaker import AFTER, CLOSED, HALF_OPEN, LONGEST, OPEN, SHORTEST, Breaker
from ringboot.scripts.sources.cache import Cache
from ringboot.scripts.sources.client import Client
from ringboot.scripts.sources.definition import row_of
from ringboot.scripts.sources.source import FUNCTION, HTTP, SQL, Place, SourceFailed
from ringboot.scripts.sources.sources import Found, Sources

CEILING = 10  # seconds
ROW = {"ip": "10.0.0.9"}


class Puppet:
    """A source that does what the test says."""

    reads = ("mac",)

    def __init__(self) -> None:
        self.answers: dict[str, list[Mapping[str, object]]] = {KNOWN: [ROW]}
        self.fault: BaseException | None = None
        self.asked = 0
        self.together = self.most = 0
        self.gate: threading.Event | None = None  # lookups wait for it
        self.entered = threading.Semaphore(0)
        self.given_up: list[int] = []
        self.lock = threading.Lock()

    def lookup(self, client: Client) -> Sequence[Mapping[str, object]]:
        with self.lock:
            self.asked += 1
            self.together += 1
            self.most = max(self.most, self.together)
        self.entered.release()
        try:
            if self.gate is not None:
                assert self.gate.wait(CEILING)
            if self.fault is not None:
                raise self.fault
            return self.answers.get(client.mac, [])
        finally:
            with self.lock:
                self.together -= 1

    def give_up(self, thread: int) -> None:
        self.given_up.append(thread)
        if self.gate is not None:
            self.fault = SourceFailed("given up")
            self.gate.set()

    def close(self) -> None: ...


class Stage:
    """Puppets, and the sources that are made of them."""

    def __init__(self, count: int = 1, **settings: object) -> None:
        self.changes: list[tuple[str, str, str]] = []
        self.puppets = [Puppet() for _ in range(count)]
        settings = {"timeout": CEILING, "cache": 0.0, "negative": 0.0, **settings}
        rows = [Place(f"s{number}", FUNCTION, **settings) for number in range(count)]  # type: ignore[arg-type]  # as named
        self.sources = Sources(rows, SITE, lambda place: self.puppets[int(place.name[1:])], self._changed)

    def _changed(self, name: str, state: str, why: str) -> None:
        self.changes.append((name, state, why))

    def ask(self, mac: str = KNOWN, network: str = "lan") -> Found:
        return self.sources.lookup(Client(mac, network=network))

    def close(self) -> None:
        for puppet in self.puppets:
            if puppet.gate is not None:
                puppet.gate.set()
        self.sources.close()


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    made = Stage(**getattr(request, "param", {}))
    yield made
    made.close()


def with_settings(**settings: object) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("stage", [settings], indirect=True)


# What holds, and for how long


def test_an_answer_holds_for_its_time_an_unknown_client_for_another_and_the_stale_answer_longest() -> None:
    cache = Cache(holds=10, negative=2, stale=100, most=2)
    row = row_of(ROW, "here", SITE)
    cache.put("known", (row,), 0)
    cache.put("unknown", (), 0)
    assert (cache.fresh("known", 9.9), cache.fresh("known", 10)) == ((row,), None)
    assert (cache.fresh("unknown", 1.9), cache.fresh("unknown", 2)) == ((), None)
    assert (cache.stale("known", 99), cache.stale("known", 100), cache.stale("unknown", 3)) == ((row,), (), ())
    cache.put("third", (), 1)
    assert (len(cache), cache.stale("known", 5)) == (2, ())  # the oldest went


def test_the_breaker_opens_after_failures_in_a_row_tries_again_and_rests_longer_each_time() -> None:
    breaker = Breaker()
    for _ in range(AFTER - 1):
        breaker.failed(0, "dead")
    breaker.succeeded()
    for _ in range(AFTER):
        assert breaker.state == CLOSED
        breaker.failed(0, "dead")
    assert (breaker.state, breaker.may_ask(SHORTEST - 0.1)) == (OPEN, False)
    assert (breaker.may_ask(SHORTEST), breaker.state) == (True, HALF_OPEN)
    assert not breaker.may_ask(SHORTEST)  # one at a time
    breaker.failed(SHORTEST, "still dead")
    assert (breaker.may_ask(SHORTEST * 2.9), breaker.may_ask(SHORTEST * 3)) == (False, True)
    for _ in range(20):
        breaker.failed(0, "dead")
        breaker.may_ask(1e9)
    breaker.failed(0, "dead")
    assert breaker.may_ask(LONGEST)
    breaker.succeeded()
    assert (breaker.state, breaker.why) == (CLOSED, "")


@with_settings(cache=1000.0, negative=1000.0)
def test_a_client_that_comes_again_is_answered_from_memory_known_or_not(stage: Stage) -> None:
    for mac in (KNOWN, STRANGER):
        first, again = stage.ask(mac), stage.ask(mac)
        assert first.given == again.given
        assert (first.said[0].how, again.said[0].how) == ("asked", "kept")
    assert stage.puppets[0].asked == 2


def test_a_row_that_is_added_is_there_with_the_next_question(tmp_path: Path) -> None:
    path = tmp_path / "site.db"
    places.make_tables(path)
    sources = Sources([Place("intranet", SQL, file=path, timeout=CEILING, negative=0.0, cache=0.0)], SITE)
    assert sources.lookup(Client(STRANGER)).given == ()
    execute(path, f"INSERT INTO maps VALUES ('{STRANGER}', '10.0.0.77', NULL, 'main', 0, NULL)")
    assert sources.lookup(Client(STRANGER)).given[0].address == "10.0.0.77"
    execute(path, f"UPDATE maps SET ip = '10.0.0.78' WHERE mac = '{STRANGER}'")
    assert sources.lookup(Client(STRANGER)).given[0].address == "10.0.0.78"
    sources.close()


# What fails


@with_settings(timeout=0.05)
def test_a_source_that_hangs_is_told_of_in_time_and_its_answer_is_used_the_next_time(stage: Stage) -> None:
    [puppet] = stage.puppets
    puppet.gate = threading.Event()
    since = monotonic()
    found = stage.ask()
    assert monotonic() - since < CEILING / 2
    assert (found.given, found.failed) == ((), "source s0: no answer within 50 ms")
    puppet.gate.set()  # it comes after all
    wait_for(lambda: stage.sources.states()[0].known == 1)
    puppet.fault = SourceFailed("dead")
    found = stage.ask()
    assert (found.given[0].address, found.failed, found.said[0].how) == ("10.0.0.9", "", "stale")


@with_settings(timeout=0.02)
def test_a_lookup_that_hangs_on_is_cut_off(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "PATIENCE", 0.01)
    [puppet] = stage.puppets
    puppet.gate = threading.Event()
    assert stage.ask().failed
    wait_for(lambda: bool(puppet.given_up))
    wait_for(lambda: puppet.together == 0)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (SourceFailed("the database is away"), "the database is away"),
        (RuntimeError("bug"), "RuntimeError: bug"),
        (SystemExit(3), "SystemExit: 3"),
    ],
)
def test_after_failures_it_is_not_asked_for_a_while_and_then_tried_once(
    stage: Stage, fault: BaseException, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [puppet] = stage.puppets
    assert stage.ask().given
    puppet.fault = fault
    for _ in range(AFTER):
        assert stage.ask(STRANGER).failed == f"source s0: {why}"
    assert puppet.asked == AFTER + 1
    assert stage.ask(STRANGER).failed == f"source s0: it is not asked for a while, because it failed: {why}"
    assert stage.ask().given[0].address == "10.0.0.9"  # who was known goes on
    assert puppet.asked == AFTER + 1
    [state] = stage.sources.states()
    assert (state.state, state.problem, state.failed, state.refused, state.stale) == ("open", why, AFTER, 2, 1)
    puppet.fault = None
    later = monotonic() + SHORTEST
    monkeypatch.setattr(guard, "monotonic", lambda: later)
    assert stage.ask(STRANGER).failed == ""
    assert stage.sources.states()[0].state == "closed"
    assert stage.changes == [("s0", "open", why), ("s0", "closed", "")]


@with_settings(stale=0.0)
def test_without_stale_answers_a_failure_is_a_failure(stage: Stage) -> None:
    assert stage.ask().given
    stage.puppets[0].fault = SourceFailed("dead")
    assert stage.ask().failed == "source s0: dead"


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ({"ip": "10.0.0.900"}, "ip: "),
        ({"ip": "192.0.2.1"}, "192.0.2.1 does not lie in any network"),
        ({"hostname": "lobby"}, "neither an ip nor a network"),
        ({"network": "nowhere"}, "no network is called 'nowhere'"),
        ({"ip": "10.9.0.9", "network": "lan"}, "10.9.0.9 does not lie in network lan"),
        ({"ip": "10.0.0.9", "lease_time": "soon"}, "lease_time: 'soon' is not a duration"),
        ({"ip": "10.0.0.9", "gateway": "the one"}, "gateway: "),
        ({"ip": "10.0.0.9", "options": "{"}, "options: it is no JSON object"),
        ({"ip": "10.0.0.9", "option:no-such": "1"}, "option no-such: no DHCP option is called 'no-such'"),
        ({"ip": "10.0.0.9", "option:54": "10.0.0.1"}, "option 54 is written by the server itself"),
    ],
)
def test_a_definition_that_is_garbage_is_a_failure_for_its_client_only(
    stage: Stage, row: dict[str, object], what: str
) -> None:
    [puppet] = stage.puppets
    puppet.answers[STRANGER] = [row]
    for _ in range(AFTER * 2):
        found = stage.ask(STRANGER)
        assert found.failed.startswith(f"source s0: what it has for {STRANGER} cannot be used: ")
        assert what in found.failed
    assert stage.ask().given  # the others are served: the source itself is well
    puppet.answers[KNOWN] = [row]
    assert stage.ask().given[0].address == "10.0.0.9"  # what it said before


def test_all_that_a_definition_may_hold() -> None:
    row = {
        "address": "10.0.0.9", "network": "lan", "hostname": "desk", "lease_time": "600", "t1": 60, "t2": 90,
        "giaddr": "10.9.0.1", "options": {"tftp-server-name": "boot", "150": ["10.0.0.3", "10.0.0.4"], "66": None},
        "option:bootfile-name": "a.cfg", "gateway": "", "room": b"A 12", "extra": {"vlan": 7, "up": True},
    }  # fmt: skip
    given, relay = row_of(row, "source x", SITE)
    assert (given.network, given.address, given.hostname, relay) == ("lan", "10.0.0.9", "desk", "10.9.0.1")
    assert (given.lease_time, given.t1, given.t2) == (600, 60, 90)
    assert given.options == {"66": "boot", "150": "10.0.0.3, 10.0.0.4", "67": "a.cfg"}
    assert given.extra == {"room": "A 12", "vlan": "7", "up": "true"}


# Many at a time


@with_settings(connections=2)
def test_no_more_lookups_than_allowed_run_at_a_time_and_the_same_question_is_asked_once(stage: Stage) -> None:
    [puppet] = stage.puppets
    puppet.gate = threading.Event()
    heard: list[Found] = []
    lock = threading.Lock()

    def then(found: Found) -> None:
        with lock:
            heard.append(found)

    for number in range(20):
        stage.sources.ask(Client(f"00:00:5e:00:53:{number % 10:02x}", network="lan"), then)
    for _ in range(2):
        assert puppet.entered.acquire(timeout=CEILING)
    puppet.gate.set()
    wait_for(lambda: len(heard) == 20)
    assert (puppet.most, puppet.asked) == (2, 10)
    assert sum(bool(found.given) for found in heard) == 2  # KNOWN, twice


@with_settings(connections=1)
def test_when_too_many_wait_the_next_is_told_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MOST_WAITING", 3)
    [puppet] = stage.puppets
    puppet.gate = threading.Event()
    stage.sources.ask(Client(KNOWN), lambda _: None)
    assert puppet.entered.acquire(timeout=CEILING)
    for number in range(3):
        stage.sources.ask(Client(f"00:00:5e:00:53:1{number}"), lambda _: None)
    assert stage.ask(STRANGER).failed == "source s0: 3 clients wait for it already"


# Several


@with_settings(count=2)
def test_the_first_that_knows_a_client_is_believed_and_one_that_fails_hides_no_other(stage: Stage) -> None:
    one, two = stage.puppets
    two.answers = {KNOWN: [{"ip": "10.0.0.2"}], STRANGER: [{"ip": "10.0.0.3"}]}
    assert stage.ask().given[0].origin == "source s0"
    assert stage.ask(STRANGER).given[0].origin == "source s1"
    one.fault = SourceFailed("dead")
    assert stage.ask(STRANGER).given[0].address == "10.0.0.3"
    nobody = stage.ask("00:00:5e:00:53:50")
    assert (nobody.given, nobody.failed) == ((), "source s0: dead")  # it may be one of the first's


@with_settings(count=2, timeout=0.05)
def test_nobody_waits_for_a_source_behind_the_one_that_knows(stage: Stage) -> None:
    stage.puppets[1].gate = threading.Event()
    found = stage.ask()
    assert (found.given[0].origin, len(found.said)) == ("source s0", 1)


def test_of_several_definitions_the_one_of_the_clients_wire_is_taken(stage: Stage) -> None:
    stage.puppets[0].answers[KNOWN] = [{"ip": "10.9.0.9"}, {"ip": "10.0.0.9"}]
    assert [each.address for each in stage.ask(network="lan").given] == ["10.0.0.9"]
    assert [each.address for each in stage.ask(network="guests").given] == ["10.0.0.9"]  # the same segment
    assert [each.address for each in stage.ask(network="far").given] == ["10.9.0.9"]
    assert stage.ask(network="").given == ()


def test_of_several_definitions_the_one_of_its_relay_is_taken(stage: Stage) -> None:
    stage.puppets[0].answers[KNOWN] = [
        {"ip": "10.0.0.8", "relay": "10.0.0.1"}, {"ip": "10.0.0.9", "giaddr": "10.9.0.1"},
    ]  # fmt: skip
    for relay, address in (("10.0.0.1", "10.0.0.8"), ("10.9.0.1", "10.0.0.9")):
        found = stage.sources.lookup(Client(KNOWN, relay=relay, network="lan"))
        assert [each.address for each in found.given] == [address]
    assert stage.ask().given == ()


def test_several_that_fit_are_all_told_for_a_hook_to_choose(stage: Stage) -> None:
    stage.puppets[0].answers[KNOWN] = [{"ip": "10.0.0.8"}, {"ip": "10.0.1.9"}]
    found = stage.ask()
    assert [each.address for each in found.given] == ["10.0.0.8", "10.0.1.9"]
    assert found.too_many == (
        "source s0 has several definitions that fit: 10.0.0.8, 10.0.1.9; choose with a chosen hook"
    )
    assert stage.ask(STRANGER).too_many == ""


# Real ones that break


def test_a_database_that_cannot_be_read_says_why_and_a_new_one_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "site.db"
    sources = Sources([Place("intranet", SQL, file=path, timeout=CEILING, cache=0.0, negative=0.0)], SITE)
    assert "unable to open database file" in sources.lookup(Client(KNOWN)).failed
    assert not path.exists()  # it is only read
    path.write_bytes(b"not a database" * 100)
    assert "not a database" in sources.lookup(Client(KNOWN)).failed
    path.unlink()
    places.make_tables(path)
    assert sources.lookup(Client(KNOWN)).given
    execute(path, "DELETE FROM subnets")
    execute(path, f"INSERT INTO maps VALUES ('{STRANGER}', '10.0.0.77', NULL, 'main', 0, NULL)")
    assert (
        "10.0.0.77 stands in maps with main|0, which has no row in subnets" in sources.lookup(Client(STRANGER)).failed
    )
    sources.close()


def test_a_locked_database_is_late_and_the_last_answer_is_used(tmp_path: Path) -> None:
    path = tmp_path / "site.db"
    places.make_tables(path)
    sources = Sources([Place("intranet", SQL, file=path, timeout=0.05, cache=0.0)], SITE)
    wait_for(lambda: bool(sources.lookup(Client(KNOWN)).given))
    lock = sqlite3.connect(path)
    lock.execute("BEGIN EXCLUSIVE")
    found = sources.lookup(Client(KNOWN))
    assert (found.given[0].address, found.said[0].how) == ("10.0.0.9", "stale")
    assert sources.lookup(Client(STRANGER)).failed
    lock.close()
    sources.close()


def test_a_web_service_that_fails_in_every_way() -> None:
    with places.a_service() as service:
        place = Place("web", HTTP, url=service.url, timeout=CEILING, cache=0.0, negative=0.0, stale=0.0)
        sources = Sources([place], SITE)
        for status, raw, why in (
            (500, b"oops", "answers with status 500"),
            (404, b"{}", "answers with status 404"),
            (200, b"<html>", "answers with what is no JSON"),
            (200, b'"text"', "JSON that is no object"),
        ):
            service.status, service.raw = status, raw
            assert why in sources.lookup(Client(KNOWN)).failed
        service.status, service.raw = 200, None
        assert sources.lookup(Client(KNOWN)).given
        assert service.connections == 1  # kept all the while
        sources.close()
    dead = Sources([place], SITE)
    assert "127.0.0.1 does not answer: Connection refused" in dead.lookup(Client(KNOWN)).failed
    dead.close()


def test_a_web_service_is_told_what_the_configuration_says() -> None:
    with places.a_service() as service:
        send = {"mac": "hw", "relay": "giaddr", "vendor_class": "class"}
        place = Place(
            "web", HTTP, url=f"{service.url}?v=2", send=send, parameters={"site": "lab"}, timeout=CEILING,
            headers={"Authorization": "Bearer t0ken"},
        )  # fmt: skip
        client = Client(KNOWN, relay="10.9.0.1", vendor_class="Phone")
        for post in (True, False):
            sources = Sources([replace(place, post=post)], SITE)
            assert sources.lookup(client).given[0].address == "10.0.0.9"
            sources.close()
        first, second = service.asked
        assert first["headers"]["Authorization"] == "Bearer t0ken"
        told = {"hw": KNOWN, "giaddr": "10.9.0.1", "class": "Phone", "site": "lab"}
        assert {key: first[key] for key in told} == told
        assert {key: second[key].replace("%3A", ":") for key in told} == told
        assert (second["method"], second["v"]) == ("GET", "2")


def test_a_secret_stands_in_no_text_about_a_source() -> None:
    place = Place("x", SQL, url="mariadb://u@127.0.0.1:1/d", password="geheim", headers={"A": "geheim"})
    sources = Sources([replace(place, timeout=CEILING)], SITE)
    found = sources.lookup(Client(KNOWN))
    assert found.failed
    assert "geheim" not in f"{place}{found}{sources.states()}"
    sources.close()


def wait_for(happens: object) -> None:
    """Wait for a condition, with a ceiling."""
    assert callable(happens)
    ended = monotonic() + CEILING
    pause = threading.Event()
    while not happens():
        assert monotonic() < ended
        pause.wait(0.005)
