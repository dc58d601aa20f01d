"""How the main process comes up: from database, journal and folders, whatever a crash left of them."""

from __future__ import annotations

import asyncio
import contextlib
import os
from contextlib import closing
from dataclasses import replace

import pytest
from tests.desk.office import Office

from ringboot.app.main import _Addresses, _Main
from ringboot.fleet.books import Books
from ringboot.host.start import Start
from ringboot.leases.change import bind
from ringboot.model.address import ip_number, mac_octets
from ringboot.model.device import AUTO, Config, Device, DeviceFile
from ringboot.model.lease import client_key
from ringboot.model.site import Reservation, Snapshot, read_snapshot
from ringboot.plugins.staging import new_folder
from ringboot.store.journal import Journal

MAC = "00:08:5d:00:00:01"
PHONE = Device("d1", MAC, plugin="aastra", model="6731i", config="ann", added=AUTO)
STRANGER = Device("d2", "00:08:5d:00:00:02", vendor="Nobody", added=AUTO)
PATH = "Aastra/00085D000001.cfg"
KEPT = Reservation("voice", "mac", MAC, "10.1.0.9")


def come_up(office: Office) -> _Main:
    """Bring a main process up to where it would listen, and wait until it has rendered."""
    addresses = _Addresses()
    main = _Main(office.core, Start(data=str(office.core.data)), addresses)

    async def conversation() -> None:
        await main._fill()
        async with asyncio.timeout(60):
            while main.core.background or main.renders.waiting:
                await asyncio.sleep(0.01)
        await main.renders.close()
        main.follower.close()

    office.play(conversation)
    return main


def snapshot_of(office: Office) -> Snapshot:
    return read_snapshot((office.core.data / "run" / "site.json").read_bytes())


@pytest.fixture
def before(office: Office) -> Office:
    """Give a desk whose database knows a phone, a stranger and a reservation, and whose plugin is installed."""

    def write(books: Books) -> None:
        office._first(books)
        office.core.shelf.copy("aastra")
        books.configs.put(Config("ann", ("base", "defaultconfigdevice")), "ann", 1.0)
        for device in (PHONE, STRANGER):
            books.devices.put(device, "ann", 1.0)
        books.reservations.put(KEPT)

    office.db.write_sync(write)
    return office


def test_dhcp_is_told_what_the_database_holds(before: Office) -> None:
    before.db.write_sync(lambda books: books.devices.put(replace(PHONE, configured=True), "ann", 2.0))
    main = come_up(before)
    told = snapshot_of(before)
    assert told.reservations == (KEPT,)
    assert told.known == (MAC,), "the stranger is nobody that a person or a plugin vouched for"
    assert [network.name for network in told.site.networks] == ["phones", "voice"]
    assert {each.layer for each in told.site.classes} == {"brand"}
    network = main.core.world.networks.of("10.1.0.9")
    assert network is not None
    assert main.core.world.networks.leased(network)


def test_what_was_not_rendered_before_is_rendered_now(before: Office) -> None:
    main = come_up(before)
    assert before.served("aastra", PATH).exists()
    assert before.served("aastra", "Aastra/aastra.cfg").exists(), "what all phones share, too"
    with main.core.db.reading() as books:
        device = books.devices.get("d1")
    assert device is not None
    assert device.configured
    assert device.mac in snapshot_of(before).known or ("put-known", {"mac": MAC}) in before.dhcp.rows


def test_files_that_a_change_did_not_reach_are_made_again(before: Office) -> None:
    main = come_up(before)
    own = before.served("aastra", PATH)
    assert "10.0.0.2" in own.read_text()
    before.core.pool = type(before.core.pool)(1)
    before.addresses = {"eth0": ("10.0.0.77",)}  # and while the daemon did not run its address changed
    main = come_up(before)
    assert "10.0.0.77" in own.read_text()
    with main.core.db.reading() as books:
        assert [device.problem for device in books.devices.page("", 10)] == [None, None]


def test_what_a_crash_left_is_swept_away(before: Office) -> None:
    folder = before.core.data / "plugins" / "aastra"
    half = new_folder(str(folder), "token")
    half.mkdir(parents=True)
    (half / "0").write_text("half a file with a password")
    orphan = before.served("aastra", "Aastra/00085D00FFFF.cfg")
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_text("the file of a device that is gone")
    row = DeviceFile("aastra", "Aastra/00085D00FFFF.cfg", "gone", "", True, "x", "templates/base.tpl")
    before.db.write_sync(lambda books: books.files.put([row]))
    come_up(before)
    assert not half.exists()
    assert not orphan.exists()


def test_it_knows_every_lease_before_it_answers_anybody(before: Office) -> None:
    octets = mac_octets(MAC)
    change = bind(
        "phones", ip_number("10.0.1.7"), client_key(1, octets, None), octets, seconds=3600, evidence=b"",
        utc=before.core.utc(),
    )  # fmt: skip
    with closing(Journal.open(before.core.data / "leases")) as journal:
        journal.append([change])
    main = come_up(before)
    assert main.core.world.leases.at("10.0.1.7", before.core.utc()) is not None


def test_a_fresh_database_gets_the_stock_configs_once(office: Office) -> None:
    come_up(office)
    with office.db.reading() as books:
        first = {config.id: config.raw_config for config in books.configs.page("", 100)}
    assert {"base", "default", "defaultconfigdevice", "autoprov"} <= first.keys()
    office.core.pool = type(office.core.pool)(1)
    come_up(office)
    with office.db.reading() as books:
        assert {config.id: config.raw_config for config in books.configs.page("", 100)} == first


def test_it_beats_while_it_comes_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal of a large site takes longer to read than the supervisor waits for a sign of life."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    main = _Main(office.core, Start(data=str(office.core.data), fds={"beat": writer}), _Addresses())

    class Heard(Exception):
        pass

    async def fill() -> None:
        async with asyncio.timeout(20):
            while True:
                await asyncio.sleep(0.01)
                with contextlib.suppress(BlockingIOError):
                    assert os.read(reader, 1) == b"."
                    raise Heard

    monkeypatch.setattr(main, "_fill", fill)

    async def conversation() -> None:
        with pytest.raises(Heard):
            await main.run()

    office.play(conversation)
    os.close(reader)
    os.close(writer)
