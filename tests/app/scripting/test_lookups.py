"""Sources in the process of scripts: seen, sources, then unknown or chosen, and what becomes of it when one fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.app.scripting.peers import CONFIGURATION, Scripts, asked
from tests.scripts.sources.places import execute, make_tables

from ringboot.host.trial import attempt
from ringboot.model.scripting import Given

MAC = "00:08:5d:2e:ec:fb"
RULES = """
from ringboot.scripts import Reservation, hook

@hook.seen(mac="02:*")
def never(query):
    return False

@hook.unknown
def visitor(query):
    return Reservation(address="10.0.0.77")

@hook.chosen
def choose(query, reservation):
    if query.hostname == "second":
        return query.reservations[1]
    if reservation.extra.get("room") == "cellar":
        return Reservation(address="10.0.0.66")

def lookup(client):
    if client.hostname == "fails":
        raise RuntimeError("no such luck")
    if client.hostname:
        return [Reservation(address="10.0.0.5", lease_time="2m"), Reservation(address="10.0.0.6")]
"""
NEVER, VISITOR, CHOOSE = range(3)
SOURCES = """
[[dhcp.source]]
name = "intranet"
kind = "sql"
file = "site.db"
query = "SELECT ip, hostname, room FROM maps WHERE mac = :mac"
timeout = "5s"
cache = 0
negative = 0
[[dhcp.source]]
name = "code"
kind = "callable"
function = "rules.py:lookup"
timeout = "5s"
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripts]:
    folder = tmp_path_factory.mktemp("lookups")
    make_tables(folder / "site.db")
    configuration = CONFIGURATION.replace("[dhcp]\n", '[dhcp]\nquestion_deadline = "10s"\n')
    made = Scripts(folder, RULES, configuration + SOURCES)
    try:
        yield made.start()
    finally:
        made.close()


def put(scripts: Scripts, row: str) -> Path:
    path = scripts.folder / "site.db"
    execute(path, f"DELETE FROM maps WHERE mac = '{MAC}'")
    if row:
        execute(path, f"INSERT INTO maps VALUES ('{MAC}', {row})")
    return path


def test_hello_names_the_sources_in_their_order(scripts: Scripts) -> None:
    assert scripts.peer("dhcp").hello().sources == ("intranet", "code")


def test_a_row_that_is_added_is_what_the_next_question_brings(scripts: Scripts) -> None:
    dhcp = scripts.peer("dhcp")
    put(scripts, "")
    assert dhcp.one(asked(1, VISITOR)).given == Given("rules.py:visitor", address="10.0.0.77")
    put(scripts, "'10.0.0.9', 'lobby', 'main', 0, 'attic'")
    told = dhcp.one(asked(2, VISITOR, CHOOSE))
    assert told.given == Given("source intranet", address="10.0.0.9", hostname="lobby", extra={"room": "attic"})
    assert told.seconds > 0


def test_a_chosen_hook_sees_what_a_source_says_and_may_give_something_else(scripts: Scripts) -> None:
    put(scripts, "'10.0.0.9', NULL, 'main', 0, 'cellar'")
    told = scripts.peer("dhcp").one(asked(1, CHOOSE))
    assert told.given == Given("rules.py:choose", address="10.0.0.66")


def test_of_several_definitions_a_chosen_hook_chooses_and_without_one_that_is_a_failure(scripts: Scripts) -> None:
    put(scripts, "")
    dhcp = scripts.peer("dhcp")
    told = dhcp.one(asked(1, VISITOR, CHOOSE, o12=b"second"))
    assert told.given is not None
    assert told.given.address == "10.0.0.6"
    told = dhcp.one(asked(2, VISITOR, o12=b"second"))
    assert told.failed == (
        "source code has several definitions that fit: 10.0.0.5, 10.0.0.6; choose with a chosen hook"
    )
    assert told.given is None


def test_a_failure_is_told_no_unknown_hook_runs_and_others_are_served(scripts: Scripts) -> None:
    put(scripts, "")
    dhcp = scripts.peer("dhcp")
    told = dhcp.one(asked(1, VISITOR, o12=b"fails"))
    assert (told.failed, told.given) == ("source code: RuntimeError: no such luck", None)
    put(scripts, "'10.0.0.900', NULL, 'main', 0, NULL")
    assert "what it has for 00:08:5d:2e:ec:fb cannot be used: ip: " in dhcp.one(asked(2, VISITOR)).failed
    put(scripts, "'10.0.0.9', NULL, 'main', 0, NULL")
    assert dhcp.one(asked(3)).given == Given("source intranet", address="10.0.0.9")


def test_a_client_with_a_reservation_here_is_not_asked_about(scripts: Scripts) -> None:
    put(scripts, "'10.0.0.9', NULL, 'main', 0, NULL")
    assert scripts.peer("dhcp").one(asked(1, given=Given("here", address="10.0.0.5"))).given is None


@pytest.mark.long
def test_a_source_that_fails_is_logged_once_and_again_when_it_answers(tmp_path: Path) -> None:
    path = tmp_path / "site.db"
    make_tables(path)
    scripts = Scripts(tmp_path, "", CONFIGURATION + SOURCES.partition('[[dhcp.source]]\nname = "code"')[0]).start()
    try:
        dhcp = scripts.peer("dhcp")
        good = path.read_bytes()
        path.write_text("garbage " * 100)
        for number in range(8):
            assert "file is not a database" in dhcp.one(asked(number)).failed
        [line] = scripts.until(lambda: scripts.lines("source fails and is not asked for a while"), "the line")
        assert (line["source"], line["why"]) == ("intranet", "file is not a database")
        path.write_bytes(good)
        scripts.until(lambda: not dhcp.one(asked(9)).failed, "it to be tried again")
        assert scripts.until(lambda: scripts.lines("source answers again"), "the line")
    finally:
        scripts.close()


def test_a_function_that_is_not_there_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    sources = '[[dhcp.source]]\nname = "x"\nkind = "callable"\nfunction = "rules.py:nothing"\n'
    (tmp_path / "rules.py").touch()
    (tmp_path / "ringboot.toml").write_text(CONFIGURATION + sources)
    [fault], _ = attempt(tmp_path / "ringboot.toml")  # what `ringboot check` and `ringboot reload` do
    assert fault.why.endswith("rules.py has no function nothing")
    scripts = Scripts(tmp_path, "", CONFIGURATION + sources).start()
    assert scripts.process is not None
    assert scripts.process.wait(20) == 3
    [line] = scripts.lines("script cannot be used")
    assert line["why"].endswith("rules.py has no function nothing")
    scripts.close()
