"""The contract of every book, run over each adapter there is: SQLite on disk through the writer, and on its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ringboot.fleet.books import Books, PluginState, Taken
from ringboot.model.device import Config, Device, DeviceFile
from ringboot.model.event import Event
from ringboot.model.site import Reservation
from ringboot.store import eventbook, historybook
from ringboot.store.fleetdb import Desk, FleetDb
from ringboot.store.tables import METADATA

Do = Callable[[Callable[[Books], Any]], Any]

DEVICE = Device(
    "lobby",
    mac="00:08:5d:2e:ec:fb",
    ip="10.0.1.5",
    sn="S1",
    uuid="U1",
    vendor="Acme",
    model="57",
    version="1.0",
    plugin="acme",
    config="c1",
    configured=True,
    added="auto",
    description="in the hall, 'quoted' & ünïcode",
    options={"switchboard": True, "deep": {"a": [1, None]}},
    association="It knows it.",
    problem="none",
)


@pytest.fixture(params=["file", "memory"])
def do(request: pytest.FixtureRequest, fresh: Path) -> Iterator[Do]:
    """Run something over the books, and give what it gives."""
    if request.param == "file":
        db = FleetDb.open(fresh)
        yield db.write_sync
        db.close()
        return
    connection = sqlite3.connect(":memory:", isolation_level=None)
    METADATA.create_all(sa.create_engine("sqlite://", creator=lambda: connection, poolclass=sa.pool.StaticPool))
    desk = Desk(connection)
    yield lambda fn: fn(desk.books)
    connection.close()


@pytest.mark.parametrize("key", ["mac", "ip", "sn", "uuid", "plugin", "config"])
def test_devices_are_looked_up_by_an_index(fresh: Path, key: str) -> None:
    connection = sqlite3.connect(fresh, isolation_level=None)
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    assert Desk(connection).books.devices.find(key, "one") == []
    connection.set_trace_callback(None)
    (query,) = (each for each in asked if each.startswith("SELECT") and "'one'" in each)
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
    connection.close()
    assert plan[0].startswith("SEARCH device USING INDEX "), plan


def test_a_device_comes_back_as_it_was(do: Do) -> None:
    def story(books: Books) -> None:
        books.devices.put(DEVICE, "anna", 1.0)
        books.devices.put(Device("bare"), "anna", 1.0)
        assert books.devices.get("lobby") == DEVICE
        assert books.devices.get("bare") == Device("bare")
        assert books.devices.get("nobody") is None
        books.devices.put(replace(DEVICE, ip=None, options={}), "anna", 2.0)
        assert books.devices.get("lobby") == replace(DEVICE, ip=None, options={})
        books.devices.remove("lobby", "anna", 3.0)
        books.devices.remove("lobby", "anna", 3.0)
        assert books.devices.get("lobby") is None

    do(story)


def values(key: str, number: int) -> dict[str, Any]:
    return {key: f"v{number:03}"}


@pytest.mark.parametrize("key", ["mac", "ip", "sn", "uuid", "plugin", "config"])
def test_devices_are_found_by_each_key(do: Do, key: str) -> None:
    def story(books: Books) -> None:
        books.devices.put(DEVICE, "anna", 1.0)
        for number in range(150):
            books.devices.put(replace(Device(f"d{number:03}"), **values(key, number)), "anna", 1.0)
        assert books.devices.find(key, getattr(DEVICE, key)) == [DEVICE]
        assert books.devices.find(key, "nothing") == []
        assert books.devices.find(key) == []
        several = books.devices.find(key, *(f"v{number:03}" for number in reversed(range(150))), "nothing", "v001")
        assert [device.id for device in several] == [f"d{number:03}" for number in range(150)]

    do(story)


def test_devices_come_in_pages(do: Do) -> None:
    def story(books: Books) -> None:
        for number in range(5):
            books.devices.put(Device(f"d{number}"), "anna", 1.0)
        assert [device.id for device in books.devices.page("", 2)] == ["d0", "d1"]
        assert [device.id for device in books.devices.page("d1", 9)] == ["d2", "d3", "d4"]
        assert books.devices.page("d4", 9) == []
        assert books.devices.counts() == (5, 0)
        books.devices.put(Device("d3", configured=True), "test", 1.0)
        assert books.devices.counts() == (5, 1)

    do(story)


def test_a_mac_is_there_once(do: Do) -> None:
    def story(books: Books) -> None:
        books.devices.put(DEVICE, "anna", 1.0)
        with pytest.raises(Taken) as caught:
            books.devices.put(Device("other", mac=DEVICE.mac), "anna", 1.0)
        assert (caught.value.what, caught.value.value, caught.value.owner) == ("mac", DEVICE.mac, "lobby")
        books.devices.put(Device("other"), "anna", 1.0)
        books.devices.put(Device("another"), "anna", 1.0)  # any number have none

    do(story)


def test_a_config_comes_back_as_it_was(do: Do) -> None:
    def story(books: Books) -> None:
        config = Config("c1", ("b", "a"), {"x": {"1": None}}, "autocreate", True, False, "Label")
        books.configs.put(config, "anna", 1.0)
        assert books.configs.get("c1") == config
        books.configs.put(replace(config, parent_ids=("a",)), "anna", 1.0)
        assert books.configs.get("c1") == replace(config, parent_ids=("a",))
        assert books.configs.children("b") == []
        books.configs.remove("c1", "anna", 1.0)
        books.configs.remove("c1", "anna", 1.0)
        assert books.configs.get("c1") is None
        assert books.configs.children("a") == []

    do(story)


def test_children_are_found_for_any_number_of_parents(do: Do) -> None:
    def story(books: Books) -> None:
        for number in range(200):
            books.configs.put(Config(f"c{number:03}", (f"p{number}", "all")), "anna", 1.0)
        assert books.configs.children("p7") == ["c007"]
        assert len(books.configs.children("all")) == 200
        assert len(books.configs.children(*(f"p{number}" for number in range(130)), "all")) == 200
        assert len(books.configs.children(*(f"p{number}" for number in range(130)))) == 130
        assert books.configs.children() == []

    do(story)


def test_configs_come_in_pages_all_or_of_a_role(do: Do) -> None:
    def story(books: Books) -> None:
        for number in range(5):
            books.configs.put(Config(f"c{number}", role="autocreate" if number > 2 else None), "anna", 1.0)
        assert [config.id for config in books.configs.page("c0", 2)] == ["c1", "c2"]
        assert [config.id for config in books.configs.page("", 9, "autocreate")] == ["c3", "c4"]
        assert books.configs.page("", 9, "default") == []

    do(story)


def test_a_path_belongs_to_one_device(do: Do) -> None:
    def story(books: Books) -> None:
        row = DeviceFile("acme", "a/b.cfg", "lobby", "user", True, "aa", "templates/base.tpl")
        common = DeviceFile("acme", "all.cfg", None, "", False, "bb", "templates/all.tpl")
        books.files.put([row, common])
        assert books.files.of_path("acme", "a/b.cfg") == row
        assert books.files.of_path("acme", "A/b.cfg") is None
        assert books.files.of_path("other", "a/b.cfg") is None
        assert books.files.of_device("lobby") == [row]
        assert books.files.of_plugin("acme") == [row, common]
        for thief in ("hall", None):
            with pytest.raises(Taken) as caught:
                books.files.put([replace(row, device=thief)])
            assert (caught.value.what, caught.value.value, caught.value.owner) == ("path", "a/b.cfg", "lobby")
        with pytest.raises(Taken) as caught:
            books.files.put([replace(common, device="hall")])
        assert caught.value.owner == "all devices"
        books.files.put([replace(row, sha256="cc")])
        assert books.files.of_path("acme", "a/b.cfg") == replace(row, sha256="cc")
        kept, hall = replace(row, path="a/b.crt", sha256=""), replace(row, path="hall", device="hall", sha256="")
        books.files.put([kept, hall])
        assert (len(books.files.of_device("lobby")), books.files.made_for("lobby")) == (2, [replace(row, sha256="cc")])
        assert (books.files.made_for("hall"), books.files.owners()) == ([], {"lobby"}), "nothing stands there"
        books.files.remove([kept, hall])
        books.files.remove([replace(row, device="hall")])
        assert books.files.of_device("lobby") != [], "not by somebody else"
        books.files.remove([row, common, row])
        assert books.files.of_plugin("acme") == []

    do(story)


def test_events_come_newest_first_and_have_numbers(do: Do) -> None:
    def story(books: Books) -> None:
        for number in range(6):
            books.events.add(
                Event(float(number), "served", f"m{number % 2}", f"d{number % 3}", "10.0.0.9", {"n": number})
            )
        books.events.add(Event(9.0, "foreign-server", detail={"server": "x"}))
        newest = books.events.newest(3)
        assert [event.utc for event in newest] == [9.0, 5.0, 4.0]
        assert [event.id for event in newest] == sorted((event.id or 0 for event in newest), reverse=True)
        assert newest[1] == Event(5.0, "served", "m1", "d2", "10.0.0.9", {"n": 5}, newest[1].id)
        assert [event.utc for event in books.events.timeline("d0", None, 9)] == [3.0, 0.0]
        assert [event.utc for event in books.events.timeline(None, "m1", 2)] == [5.0, 3.0]
        assert [event.utc for event in books.events.timeline("d0", "m1", 9)] == [5.0, 3.0, 1.0, 0.0]
        assert books.events.timeline(None, None, 9) == []
        assert [event.utc for event in books.events.newest(9, "foreign-server")] == [9.0]

    do(story)


def test_events_of_a_device_are_bounded(do: Do, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eventbook, "KEPT", 50)

    def add(books: Books) -> None:
        for _ in range(eventbook.KEPT):
            books.events.add(Event(1.0, "served", device="busy"))
        books.events.add(Event(1.0, "served", device="calm"))

    for _ in range(3):
        do(add)
        do(lambda books: books.events.newest(1))
    for _ in range(2 * eventbook.SPARE):  # one by one, as a phone asks
        do(lambda books: books.events.add(Event(1.0, "served", device="busy")))
    assert do(lambda books: len(books.events.timeline("busy", None, 9999))) == eventbook.KEPT
    assert do(lambda books: len(books.events.timeline("calm", None, 9999))) == 3
    assert do(lambda books: len(books.events.newest(9999))) <= eventbook.KEPT + eventbook.SPARE + 3


def test_events_of_strangers_are_bounded_and_push_out_no_device(do: Do, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eventbook, "KEPT_NAMELESS", 400)
    do(lambda books: books.events.add(Event(1.0, "served", device="calm")))

    def flood(books: Books) -> int:
        for number in range(eventbook.KEPT_NAMELESS):
            books.events.add(Event(1.0, "unknown-device", mac=f"m{number % 7}"))
        return len(books.events.newest(99999))

    do(flood)
    assert do(flood) == eventbook.KEPT_NAMELESS + 1
    assert do(lambda books: len(books.events.timeline("calm", None, 9))) == 1


def test_events_of_a_removed_device_lose_its_name(do: Do) -> None:
    def story(books: Books) -> None:
        books.devices.put(DEVICE, "anna", 1.0)
        books.events.add(Event(1.0, "served", DEVICE.mac, "lobby"))
        books.events.newest(1)
        books.devices.remove("lobby", "anna", 2.0)
        assert books.events.timeline("lobby", None, 9) == []
        assert [event.device for event in books.events.timeline(None, DEVICE.mac, 9)] == [None]

    do(story)


def test_a_reservation_is_there_once_by_key_and_by_address(do: Do) -> None:
    def story(books: Books) -> None:
        row = Reservation("phones", "mac", "00:08:5d:2e:ec:fb", "10.0.0.50", "lobby", {"66": "x"})
        books.reservations.put(row)
        assert books.reservations.get("phones", "mac", row.value) == row
        assert books.reservations.get("phones", "client-id", row.value) is None
        books.reservations.put(replace(row, address="10.0.0.51"))
        assert books.reservations.all() == [replace(row, address="10.0.0.51")]
        with pytest.raises(Taken) as caught:
            books.reservations.put(Reservation("phones", "client-id", "ff", "10.0.0.51"))
        assert (caught.value.what, caught.value.owner) == ("address", f"mac {row.value}")
        books.reservations.put(Reservation("voice", "client-id", "ff", "10.0.0.51"))
        assert len(books.reservations.all()) == 2
        assert books.reservations.remove("phones", "mac", row.value)
        assert not books.reservations.remove("phones", "mac", row.value)

    do(story)


def test_settings_plugins_and_numbers_are_kept(do: Do) -> None:
    def story(books: Books) -> None:
        books.settings.put("NAT", 1, "anna", 1.0)
        books.settings.put("list", [1, None], "anna", 1.0)
        assert books.settings.all() == {"NAT": 1, "list": [1, None]}
        books.plugins.put(PluginState("acme", "installed", "catalog"))
        books.plugins.put(PluginState("acme", "removed", "catalog"))
        assert books.plugins.all() == {"acme": PluginState("acme", "removed", "catalog")}
        books.plugins.remove("acme")
        assert books.plugins.all() == {}
        assert books.numbers.get("journal") == 0
        books.numbers.put("journal", 1 << 40)
        books.numbers.put("journal", 7)
        assert books.numbers.get("journal") == 7

    do(story)


def test_history_keeps_what_differs_and_who_did_it(do: Do) -> None:
    def story(books: Books) -> None:
        books.devices.put(DEVICE, "anna", 1.0)
        books.devices.put(replace(DEVICE, model="58", ip=None), "bert", 2.0)
        books.devices.put(replace(DEVICE, model="58", ip=None), "carl", 3.0)
        books.devices.put(replace(DEVICE, model="58", ip=None, configured=False, problem="x"), "render", 4.0)
        books.devices.remove("lobby", "dora", 5.0)
        gone, changed, made = books.history.of("device", "lobby", 10)
        assert (gone.who, gone.after, (gone.before or {})["model"]) == ("dora", None, "58")
        assert (changed.utc, changed.who) == (2.0, "bert")
        assert (changed.before, changed.after) == ({"model": "57", "ip": "10.0.1.5"}, {"model": "58", "ip": None})
        assert (made.before, (made.after or {})["mac"]) == (None, DEVICE.mac)
        assert books.history.of("config", "lobby", 10) == []

    do(story)


def test_history_is_bounded(do: Do) -> None:
    def story(books: Books) -> int:
        for number in range(historybook.KEPT + 50):
            books.settings.put("NAT", number, "anna", 1.0)
        return len(books.history.of("setting", "NAT", 9999))

    assert do(story) == historybook.KEPT


def test_a_secret_word_has_one_owner(do: Do) -> None:
    def story(books: Books) -> None:
        assert books.urls.of_device("d") is None
        books.urls.put("d", "word", "digest")
        books.urls.put("e", "other", "its digest")
        assert (books.urls.of_device("d"), books.urls.owner("digest")) == ("word", "d")
        books.urls.put("d", "new", "new digest")
        assert (books.urls.owner("digest"), books.urls.owner("new digest")) == (None, "d")
        books.urls.remove("d")
        assert (books.urls.of_device("d"), books.urls.owner("new digest")) == (None, None)
        assert books.urls.owner("its digest") == "e"

    do(story)
