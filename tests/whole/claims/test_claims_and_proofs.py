"""A host is who we know it is, not who it says: strangers, forgers, phones that move, phones behind one address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.whole.claims.asking import (
    ERROR,
    MISSING,
    UNKNOWN_TID,
    ask,
    block,
    datagrams,
    http_answer,
    is_silent,
    rest,
    tftp_answer,
)
from tests.whole.claims.people import Person, come_up, desk_phone, old_phone
from tests.whole.daemon import CEILING, wait_until
from tests.whole.replay.site import TINY, VOICE, Site, colons

VICTIM, OLD_VICTIM = "00085d010101", "001120010101"
STRANGER = "02005e000066"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    running = Site(tmp_path_factory.mktemp("claims"))
    try:
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def victims(site: Site) -> tuple[Person, Person]:
    """Let one phone of each brand come up: one asks by HTTP, one by TFTP."""
    return come_up(site, VICTIM), come_up(site, OLD_VICTIM, old=True)


@pytest.fixture(params=[0, 1], ids=["http", "tftp"])
def victim(request: pytest.FixtureRequest, victims: tuple[Person, Person]) -> Iterator[Person]:
    """Give each of them; whatever a test does, nothing of it changes and it still reads its file."""
    chosen = victims[request.param]
    before = chosen.row()
    yield chosen
    assert chosen.row() == before
    assert chosen.reads_its_file()


def told(site: Site, mac: str, *words: str) -> None:
    """See one line of a timeline name all of these; it may come a moment later."""
    lines: list[str] = []

    def stands() -> bool:
        lines[:] = [row["text"] for row in site.explained(mac)["timeline"]]
        return any(all(word in line for word in words) for line in lines)

    wait_until(stands, f"a line with {' and '.join(words)}", CEILING, lambda: "\n".join(("", *lines)))


def test_stranger_on_the_lan(site: Site, victim: Person) -> None:
    stranger = site.lease(STRANGER).address
    assert victim.is_refused(stranger)
    assert victim.answer(stranger) == victim.answer(victim.address, victim.missing), "as the phone itself sees it"
    for mac in (STRANGER, victim.mac):
        told(site, mac, colons(victim.mac), colons(STRANGER), victim.path)
        assert any(
            colons(victim.mac) in line and colons(STRANGER) in line and victim.path in line
            for line in site.explain(mac).partition("\nTimeline\n")[2].splitlines()
        ), "as a person reads it"
    assert site.devices(ip=stranger) == []
    assert site.explained(victim.mac)["boot"]["reason"] == "boot-done", "it was not the phone that asked"


def test_stranger_on_the_lan_who_tries_every_header(site: Site, victims: tuple[Person, Person]) -> None:
    victim, stranger = victims[0], site.lease(STRANGER).address
    served = http_answer(site.http, victim.address, victim.path, victim.agent)
    tag = served.partition(b"ETag: ")[2].partition(b"\r\n")[0].decode()
    assert tag
    for method, more in (
        ("GET", (f"If-None-Match: {tag}",)), ("GET", ("If-None-Match: *",)), ("GET", ("Range: bytes=0-9",)),
        ("HEAD", ()), ("GET", (f"X-Forwarded-For: {victim.address}", f"Forwarded: for={victim.address}")), ("PUT", ()),
    ):  # fmt: skip
        for agent in (victim.agent, "", "curl/8"):
            asked = http_answer(site.http, stranger, victim.path, agent, *more, method=method)
            missing = http_answer(site.http, stranger, victim.missing, agent, *more, method=method)
            assert asked == missing, (method, more, agent)
            assert asked.split(b" ", 2)[1] == (b"405" if method == "PUT" else b"404")


def test_stranger_on_the_lan_of_the_same_brand(site: Site, victim: Person) -> None:
    """A phone whose own files it may read asks for its neighbour's, under its own name."""
    mac = "00085d010102" if victim.door == "http" else "001120010102"
    neighbour = come_up(site, mac, old=victim.door == "tftp")
    asked = neighbour.answer(neighbour.address, victim.path)
    assert asked == neighbour.answer(neighbour.address, neighbour.missing)
    assert neighbour.reads_its_file()
    for each in (mac, victim.mac):
        told(site, each, colons(victim.mac), colons(mac))


def test_stranger_behind_a_relay(site: Site, victim: Person) -> None:
    nobody = "127.77.9.9" if victim.door == "http" else "127.77.9.10"  # in a network that we lease, but not leased
    assert victim.is_refused(nobody)
    assert victim.answer(nobody) == victim.answer(victim.address, victim.missing)
    told(site, victim.mac, colons(victim.mac), nobody)
    assert site.explained(victim.mac)["boot"]["reason"] == "boot-done"

    elsewhere = site.lease("02005e000067", VOICE).address  # behind another relay, with a lease there
    assert victim.is_refused(elsewhere)
    told(site, victim.mac, colons(victim.mac), colons("02005e000067"))


def test_stranger_behind_a_relay_comes_before_the_phone(site: Site) -> None:
    """Its files stand ready before it was ever plugged in: they wait for its lease."""
    mac, nobody = "00085d010103", "127.77.9.11"
    added = site.add(mac=mac, plugin="aastra")
    assert added["configured"]
    awaited = desk_phone(site, mac)
    assert awaited.is_refused(nobody)
    assert awaited.row() == added, "not even its model is believed"
    assert come_up(site, mac).reads_its_file()
    assert awaited.row()["model"] == "6731i"


def test_forged_tftp_source(site: Site, victims: tuple[Person, Person]) -> None:
    victim = victims[1]
    before = victim.row()
    forger = site.lease(STRANGER).address
    with datagrams(victim.address) as forged:
        port = int(forged.getsockname()[1])
        with datagrams(forger, port) as own:
            ask(forged, site.tftp, victim.path)
            first = block(forged)  # it goes to the address that was written as the source
            own.sendto(first.acknowledgement(), first.peer)  # the forger wants the next block for himself
            answer = block(own)
            assert (answer.kind, answer.number) == (ERROR, UNKNOWN_TID)
            body = rest(forged, first)
            assert is_silent(own)
    assert body == victim.own(), "the transfer to the phone's address went on undisturbed"
    assert victim.row() == before


def test_forged_tftp_source_that_names_another_phone(site: Site, victims: tuple[Person, Person]) -> None:
    victim = victims[1]
    other = come_up(site, "001120010104", old=True)
    before = victim.row(), other.row()
    with datagrams(victim.address) as forged:
        ask(forged, site.tftp, other.path)
        assert block(forged).kind == ERROR
    assert (victim.row(), other.row()) == before
    for mac in (other.mac, victim.mac):
        told(site, mac, colons(other.mac), colons(victim.mac))
    assert victim.reads_its_file()
    assert other.reads_its_file()


@pytest.mark.parametrize("source", ["127.77.9.12", "127.78.9.12", "127.89.9.12", "127.200.0.1"])
def test_forged_tftp_source_that_nobody_leased(site: Site, victims: tuple[Person, Person], source: str) -> None:
    victim = victims[1]
    before = victim.row()
    assert tftp_answer(site.tftp, source, victim.path) == MISSING
    assert victim.row() == before


@pytest.mark.parametrize("old", [False, True], ids=["http", "tftp"])
def test_dhcp_elsewhere(site: Site, victims: tuple[Person, Person], old: bool) -> None:
    """Where the first who comes is believed, he is; the second is not, nor one whose MAC holds a lease of ours."""
    address, moved = ("127.88.0.11", "127.88.0.13") if old else ("127.88.0.10", "127.88.0.12")
    make = old_phone if old else desk_phone
    first = make(site, "001120880001" if old else "00085d880001", address)
    assert first.body(address) == first.own()
    assert first.body(address, first.common) is not None
    row = first.row()
    assert (row["ip"], row["added"], row["configured"]) == (address, "auto", True)

    second = make(site, "001120880002" if old else "00085d880002", address)
    assert second.is_refused(address)
    assert first.is_refused("127.77.9.13"), "what it proved there it did not prove in a network that we lease"
    for mac in (second.mac, first.mac):
        told(site, mac, colons(second.mac), colons(first.mac))
    assert site.devices(mac=colons(second.mac)) == []
    assert first.row() == row
    assert first.reads_its_file()

    assert first.body(moved) == first.own(), "its DHCP server gave it another address"
    assert first.row() == {**row, "ip": moved}
    wait_until(lambda: site.explained(first.mac)["boot"]["reason"] == "boot-done", "its way to be told without DHCP")

    at_home = victims[1 if old else 0]
    before = at_home.row()
    assert at_home.is_refused("127.88.0.15" if old else "127.88.0.14")
    assert at_home.row() == before


@pytest.mark.parametrize("old", [False, True], ids=["http", "tftp"])
def test_dhcp_elsewhere_without_trust(site: Site, victims: tuple[Person, Person], old: bool) -> None:
    """Nobody proves anything there: what all share is served, nothing of one phone, and no device comes into being."""
    address = "127.89.0.11" if old else "127.89.0.10"
    mac = "001120890001" if old else "00085d890001"
    person = (old_phone if old else desk_phone)(site, mac, address)
    assert person.is_refused(address)
    assert site.devices(mac=colons(mac)) == []
    if not old:  # by TFTP nothing in the path of a common file tells whose it is
        assert person.body(address, person.common) == site.on_disk(person.plugin, person.common)

    site.add(mac=mac, plugin=person.plugin)
    assert person.is_refused(address)
    assert person.body(address, person.common) == (None if old else site.on_disk(person.plugin, person.common))
    assert person.row()["ip"] is None
    told(site, mac, colons(mac), address, person.path)


@pytest.mark.parametrize("old", [False, True], ids=["http", "tftp"])
def test_two_leases_of_one_mac(site: Site, old: bool) -> None:
    """A phone starts in the data VLAN, learns of the voice VLAN, and asks there again: it is the same phone."""
    mac = "001120020202" if old else "00085d020202"
    data = come_up(site, mac, old=old)
    voice = come_up(site, mac, VOICE, old=old)
    assert data.address != voice.address
    wait_until(lambda: set(site.leases(mac)) == {data.address, voice.address}, "both leases to be known")
    assert data.reads_its_file()
    assert voice.reads_its_file()
    assert len(site.devices(mac=colons(mac))) == 1
    assert site.devices(ip=data.address) == []
    assert voice.row()["ip"] == voice.address, "it is where it was last given an address"

    site.release(mac, site.lease(mac, VOICE), VOICE)
    assert data.reads_its_file()
    assert voice.is_refused(voice.address)
    assert voice.row()["ip"] == data.address, "there it proved to be"


def test_nat_0(site: Site, victims: tuple[Person, Person]) -> None:
    """One device an address; it loses it to who proves to be there, not to who says so."""
    first = come_up(site, "00085d030301", TINY)
    second = desk_phone(site, "00085d030302", first.address)
    site.add(mac=second.mac, model="6731i", plugin="aastra")
    row = first.row()
    assert second.is_refused(first.address), "a claim"
    assert first.row() == row
    assert second.row()["ip"] is None

    site.release(first.mac, site.lease(first.mac, TINY), TINY)
    assert first.row() == row
    assert second.is_refused(first.address), "a claim where nobody holds a lease"
    assert first.row() == row

    assert come_up(site, second.mac, TINY).address == first.address  # a proof
    assert second.row()["ip"] == first.address
    assert first.row() == {**row, "ip": None}
    told(site, first.mac, first.address, colons(second.mac))
    assert second.reads_its_file()
    assert first.is_refused(first.address)
    site.release(second.mac, site.lease(second.mac, TINY), TINY)


def test_nat_1(site: Site, victims: tuple[Person, Person]) -> None:
    """Behind a router several devices have one address: none takes it from another, and a claim is no contradiction."""
    with site.setting("NAT", "1"):
        first = come_up(site, "00085d040401", TINY)
        site.release(first.mac, site.lease(first.mac, TINY), TINY)
        second = come_up(site, "00085d040402", TINY)
        assert second.address == first.address
        assert {row["mac"] for row in site.devices(ip=first.address)} >= {colons(first.mac), colons(second.mac)}
        assert second.reads_its_file()
        assert first.is_refused(first.address), "sharing an address proves nothing"
        site.release(second.mac, site.lease(second.mac, TINY), TINY)

        router = "127.88.0.20"
        known = [
            site.add(mac=mac, model="6731i", plugin="aastra", ip=router) for mac in ("00085d040403", "00085d040404")
        ]
        assert [row["ip"] for row in known] == [router, router]
        for row in known:
            person = desk_phone(site, row["mac"].replace(":", ""), router)
            assert person.reads_its_file()
            assert person.row() == {**row, "vendor": "Aastra", "version": "3.3.1.4365"}
        third = desk_phone(site, "00085d040405", router)
        assert third.is_refused(router)
        assert third.body(router, third.common) == site.on_disk("aastra", third.common)
        reasons = {row["reason"] for row in site.explained(third.mac)["timeline"]}
        assert "claim-contradicts" not in reasons
        assert [row["ip"] for row in site.devices(ip=router)] == [router, router]
