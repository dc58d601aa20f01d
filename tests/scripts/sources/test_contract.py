"""One contract for every kind of source: who is known gets the same, who is not gets nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.scripts.sources import places
from tests.scripts.sources.places import KNOWN, OPTIONS, SITE, STRANGER

from ringboot.scripts.sources.client import Client
from ringboot.scripts.sources.opening import KINDS
from ringboot.scripts.sources.source import FUNCTION, HTTP, INI, SQL, Place
from ringboot.scripts.sources.sources import Sources

QUERY = """
SELECT ip AS address, hostname, lease_time, gateway, subnet_mask, broadcast_address, ntp_servers,
       domain_name_servers, domain_name, room AS "maps.room", vlan AS "subnets.vlan", subnet, serial
FROM maps NATURAL JOIN subnets WHERE mac = :mac AND :network = 'lan'
"""
WAYS = ("sql tables", "sql prefix", "sql query", "ini", "http post", "http get", "callable")


@pytest.fixture(params=WAYS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    kind, _, way = request.param.partition(" ")
    if kind == "sql":
        path = tmp_path / "site.db"
        places.make_tables(path, "dhcp_" if way == "prefix" else "")
        given = Place("intranet", SQL, file=path, extra_maps=("room",), extra_subnets=("vlan",))
        yield replace(given, prefix="dhcp_" if way == "prefix" else "", query=QUERY if way == "query" else "")
    elif kind == "ini":
        path = tmp_path / "site.ini"
        path.write_text(places.INI_TEXT)
        yield Place("intranet", INI, file=path)
    elif kind == "http":
        with places.a_service() as service:
            yield Place("intranet", HTTP, url=service.url, post=way == "post")
    else:
        path = tmp_path / "inventory.py"
        path.write_text(places.FUNCTION_TEXT)
        yield Place("intranet", FUNCTION, function=f"{path}:lookup")


def test_who_is_known_gets_all_that_is_defined_and_who_is_not_nothing(place: Place) -> None:
    sources = Sources([replace(place, timeout=5.0)], SITE)
    try:
        found = sources.lookup(Client(KNOWN, network="lan"))
        assert not found.failed, found
        [given] = found.given
        assert (given.origin, given.address, given.hostname, given.lease_time) == (
            "source intranet", "10.0.0.9", "lobby", 7200
        )  # fmt: skip
        assert given.options == OPTIONS
        assert given.extra == {"maps.room": "A 12", "subnets.vlan": "7", "subnet": "main", "serial": "0"}
        nobody = sources.lookup(Client(STRANGER, network="lan"))
        assert (nobody.given, nobody.failed) == ((), "")
        [state] = sources.states()
        assert (state.state, state.known, state.unknown) == ("closed", 1, 1)
    finally:
        sources.close()


def test_every_kind_is_in_the_contract() -> None:
    assert {way.split()[0] for way in WAYS} == KINDS.keys()
