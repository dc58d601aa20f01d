"""Lists: they are read beside the loop, and a search does not find out secrets."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from typing import Any

import pytest

from ringboot.desk.listing import Page, Query, select
from ringboot.fleet.books import Books
from ringboot.model.device import Device
from ringboot.plugins.folder import uninstall_plugin

ROWS = [{"id": f"d{number}", "ip": f"10.0.0.{number}" if number else None} for number in (9, 0, 10, 1)]


@pytest.mark.parametrize(
    ("query", "page"),
    [
        (Query(), Page(4, ROWS)),
        (Query(limit=2, offset=1), Page(4, ROWS[1:3])),
        (Query(limit=1, offset=9), Page(4, [])),
        (Query(sort="ip"), Page(4, [ROWS[3], ROWS[0], ROWS[2], ROWS[1]])),
        (Query(sort="ip", descending=True, limit=2), Page(4, [ROWS[1], ROWS[2]])),
        (Query(filters=(("ip", ""),)), Page(1, [ROWS[1]])),
        (Query(text="D1"), Page(2, [ROWS[2], ROWS[3]])),
    ],
)
def test_a_page_is_cut_after_filters_and_order(query: Query, page: Page) -> None:
    assert select(iter(ROWS), query) == page


def test_devices_as_they_stand_are_the_pages_of_all(office: Any) -> None:
    async def conversation() -> None:
        for number in range(7):
            mac = {"mac": f"00:08:5d:00:0{'a9'[number == 5]}:{99 - number}"} if number % 2 else {}
            await office.desk.add_device(
                {"id": f"d{number}", "model": "6731i", "options": {"12": f"d{number}"}, **mac}, "ann"
            )
        for key, by in (("id", ""), ("mac", "mac")):  # asked for with a filter they are looked for among all
            whole = await office.desk.devices(Query(filters=(("model", "6731i"),), sort=key))
            names = [f"d{number}" for number in (range(7) if key == "id" else (5, 3, 1, 0, 2, 4, 6))]
            assert [row["id"] for row in whole.items] == names
            assert [row["options"] for row in whole.items] == [{"12": name} for name in names]
            for limit, offset in ((3, 0), (3, 3), (3, 6), (3, 9), (100, 0)):
                page = Page(7, whole.items[offset : offset + limit])
                assert await office.desk.devices(Query(sort=by, limit=limit, offset=offset)) == page

    office.play(conversation)


def test_what_is_long_is_read_on_another_thread(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, readers = office.db.reading, []

    def noted() -> AbstractContextManager[Books]:
        readers.append(threading.current_thread())
        found: AbstractContextManager[Books] = reading()
        return found

    async def conversation() -> None:
        monkeypatch.setattr(office.db, "reading", noted)
        for question in (
            office.desk.status, office.desk.plugins, office.desk.reservations,
            lambda: office.desk.devices(Query()), lambda: office.desk.configs(Query()),
        ):  # fmt: skip
            readers.clear()
            await question()
            assert readers
            assert threading.current_thread() not in readers

    office.play(conversation)


@pytest.mark.parametrize(
    ("text", "devices", "configs"), [("6731", 1, 0), ("hall", 1, 1), ("hunter2", 0, 0), ("secret words", 0, 0)]
)
def test_a_search_does_not_find_out_secrets(office: Any, text: str, devices: int, configs: int) -> None:
    async def conversation() -> None:
        row = {"id": "hall", "model": "6731i", "options": {"sip_password": "hunter2"}}
        await office.desk.add_device(row, "ann")
        await office.desk.add_config({"id": "hallway", "raw_config": {"admin_password": "secret words"}}, "ann")
        assert (await office.desk.devices(Query(text=text))).total == devices
        assert (await office.desk.configs(Query(text=text))).total == configs

    office.play(conversation)


def test_a_plugin_is_copied_and_taken_away_on_another_thread(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = []

    def noted(work: Any) -> Any:
        def run(*args: Any) -> Any:
            workers.append(threading.current_thread())
            return work(*args)

        return run

    async def conversation() -> None:
        monkeypatch.setattr(office.core.shelf, "copy_from", noted(office.core.shelf.copy_from))
        monkeypatch.setattr("ringboot.desk.life.uninstall_plugin", noted(uninstall_plugin))
        await office.desk.install_plugin("aastra", "aastra-trial", "ann")
        await office.desk.uninstall_plugin("aastra-trial", "ann")
        assert len(workers) == 2
        assert threading.current_thread() not in workers

    office.play(conversation)


def test_configs_are_chosen_by_their_heads_and_given_whole(office: Any) -> None:
    async def conversation() -> None:
        desk = office.desk
        for number in range(12):
            row = {"id": f"c{number}", "label": f"Hall {number % 3}", "raw_config": {"ntp_ip": f"10.0.0.{number}"}}
            await desk.add_config({**row, "parent_ids": ["base"]}, "ann")
        found = await desk.configs(Query(filters=(("label", "hall 1"),), sort="id", descending=True, limit=2, offset=1))
        assert (found.total, [row["id"] for row in found.items]) == (4, ["c7", "c4"])
        assert found.items[0] == await desk.config("c7")
        assert found.items[0]["raw_config"] == {"ntp_ip": "10.0.0.7"}
        assert (await desk.configs(Query(text="10.0.0.7"))).total == 0

    office.play(conversation)


ODD = ["Étage 2\nhall", "STRASSE", "straße", "10.0.1.7", "true", "%_x", "İstanbul", "", "a\x00b"]


@pytest.mark.parametrize(
    "text", ["étage", "ETAGE", "strasse", "ß", "0.1", "TRUE", "fals", "%_", "2\nh", "aastra", "k\u212a", "b"]
)
def test_a_search_finds_in_the_database_what_stands_in_a_row(office: Any, text: str) -> None:
    async def conversation() -> None:
        for number, words in enumerate(ODD):
            device = Device(
                f"d{number}", f"00:08:5d:00:00:{number:02}", sn=words.upper(), description=words,
                plugin="aastra" if number % 2 else None, options={"secret": text},
            )  # fmt: skip
            await office.core.db.write(lambda books, device=device: books.devices.put(device, "ann", 1.0))
        rows = (await office.desk.devices(Query(sort="mac"))).items
        texts = [key for key in rows[0] if key not in ("options", "state")]
        for query in (
            Query(text=text), Query(text=text, sort="mac"), Query(text=text, sort="mac", limit=2, offset=1),
            Query(text=text, sort="description", descending=True), Query(text=text, filters=(("plugin", "aastra"),)),
        ):  # fmt: skip
            assert await office.desk.devices(query) == select(rows, query, texts)

    office.play(conversation)
