"""PostgreSQL and MariaDB as sources: real servers that are asked, that stop, that freeze, and that come back."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from tests.scripts.sources import servers
from tests.scripts.sources.places import KNOWN, OPTIONS, ROWS, SCHEMA, SITE, STRANGER
from tests.scripts.sources.servers import PASSWORD, MariaDb, PostgreSql, Server, wait_until

from ringboot.compat.importers.static import read_static
from ringboot.scripts.sources import guard
from ringboot.scripts.sources.client import Client
from ringboot.scripts.sources.source import SQL, Place
from ringboot.scripts.sources.sources import Sources

pytestmark = [pytest.mark.long, pytest.mark.skipif(os.geteuid() != 0, reason="servers start as their own users")]
ADD = "INSERT INTO maps (mac, ip, subnet, serial) VALUES ('{}', '{}', 'main', 0)"


@pytest.fixture(scope="module", params=[PostgreSql, MariaDb], ids=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    missing = [name for name in request.param.programs if servers.program(name) is None]
    if missing:
        pytest.skip(f"not installed (tests/install-clients long): {missing}")
    made: Server = request.param()
    made.execute(*filter(str.strip, (SCHEMA + ROWS).format(prefix="").split(";")))
    yield made
    made.close()


@pytest.fixture
def sources(server: Server) -> Iterator[Sources]:
    made = of(server)
    yield made
    made.close()
    server.execute(f"DELETE FROM maps WHERE mac = '{STRANGER}'")


def of(server: Server, **more: object) -> Sources:
    settings = {"timeout": 2.0, "cache": 0.0, "negative": 0.0, "password": PASSWORD, **more}
    return Sources([Place("intranet", SQL, url=server.url, **settings)], SITE)  # type: ignore[arg-type]  # as named


def ask(sources: Sources, mac: str = KNOWN) -> tuple[str, str]:
    found = sources.lookup(Client(mac, network="lan"))
    return (found.given[0].address if found.given else "", found.failed)


def test_a_row_is_read_whole_and_one_that_is_added_or_changed_is_there_with_the_next_question(
    server: Server, sources: Sources
) -> None:
    [given] = sources.lookup(Client(KNOWN, network="lan")).given
    assert (given.address, given.hostname, given.lease_time, given.options) == ("10.0.0.9", "lobby", 7200, OPTIONS)
    assert ask(sources, STRANGER) == ("", "")
    server.execute(ADD.format(STRANGER, "10.0.0.77"))
    assert ask(sources, STRANGER) == ("10.0.0.77", "")
    server.execute(f"UPDATE maps SET ip = '10.0.0.78' WHERE mac = '{STRANGER}'")
    assert ask(sources, STRANGER) == ("10.0.0.78", "")


def test_a_query_with_parameters_that_may_be_null(server: Server) -> None:
    query = """
        SELECT ip, room AS "option:domain-name" FROM maps WHERE mac = :mac AND (:relay IS NULL OR :relay = '10.9.0.1')
    """
    sources = of(server, query=query.replace('"', "`") if isinstance(server, MariaDb) else query)
    [given] = sources.lookup(Client(KNOWN, network="lan")).given
    assert given.options == {"15": "A 12"}
    assert sources.lookup(Client(KNOWN, relay="10.9.0.1", network="lan")).given
    assert sources.lookup(Client(KNOWN, relay="10.9.0.2", network="lan")).given == ()
    sources.close()


def test_connections_are_made_again_after_a_restart(server: Server, sources: Sources) -> None:
    assert ask(sources) == ("10.0.0.9", "")
    server.stop()
    server.start()
    server.execute(ADD.format(STRANGER, "10.0.0.77"))
    assert ask(sources, STRANGER) == ("10.0.0.77", "")  # at the first question
    assert sources.states()[0].failed == 0


def test_while_it_is_down_who_was_known_goes_on_and_when_it_is_back_all_do(server: Server, sources: Sources) -> None:
    assert ask(sources) == ("10.0.0.9", "")
    server.stop()
    try:
        assert ask(sources) == ("10.0.0.9", "")
        address, failed = ask(sources, STRANGER)
        assert (address, failed.partition(": ")[0]) == ("", "source intranet")
        assert PASSWORD not in failed
        for _ in range(5):
            ask(sources, STRANGER)
        assert sources.states()[0].state == "open"
    finally:
        server.start()
    wait_until(lambda: ask(sources, STRANGER) == ("", ""), "the source to be tried again")
    assert sources.states()[0].state == "closed"


def test_while_it_is_frozen_answers_come_in_time_and_lookups_that_hang_are_cut_off(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "PATIENCE", 0.1)
    sources = of(server, timeout=0.3, connections=1)
    wait_until(lambda: ask(sources) == ("10.0.0.9", ""), "a first answer in time")
    server.tell(signal.SIGSTOP)
    try:
        assert ask(sources) == ("10.0.0.9", "")
        [state] = sources.states()
        assert (state.late, state.stale) == (1, 1)
        # The only thread is free again, and has met another end than an answer.
        wait_until(
            lambda: ask(sources, STRANGER)[1] and sources.states()[0].asked > state.asked, "the thread to be free"
        )
    finally:
        server.tell(signal.SIGCONT)
    wait_until(lambda: ask(sources, STRANGER) == ("", ""), "it to answer again")
    sources.close()


def test_a_wrong_password_is_told_and_not_shown(server: Server) -> None:
    sources = of(server, password="wrong-one")
    _, failed = ask(sources)
    assert "wrong-one" not in failed
    assert "password" in failed.lower() or "denied" in failed.lower()
    sources.close()


def test_a_site_is_imported_from_it(server: Server) -> None:
    found = read_static(server.url.replace("@", f":{PASSWORD}@"))
    [network] = found.networks
    assert (network.name, network.lease_time) == ("main-0", 7200)
    assert [(row.value, row.address, row.hostname) for row in found.reservations] == [(KNOWN, "10.0.0.9", "lobby")]
    assert {row.construct for row in found.not_carried} == {"column vlan of subnets", "column room of maps"}
    assert PASSWORD not in str(found)
