"""Events as an administrator reads them: by what is wanted, page after page, and as they happen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.desk.office import Office

from ringboot import reasons
from ringboot.desk import live
from ringboot.desk.errors import Busy, Refused
from ringboot.fleet.books import EventFilter
from ringboot.model.event import Event
from ringboot.model.lease import BOUND, LeaseChange

MAC = "00:00:5e:00:53:01"


async def told(office: Office, count: int = 10) -> None:
    await office.core.tell(
        *(
            Event(
                float(number),
                (reasons.SERVED if number % 2 else reasons.POOL_FULL).id,
                MAC if number < 5 else None,
                "d1" if number >= 5 else None,
                f"10.0.0.{number}",
                {"path": "a.cfg", "size": number, "network": "phones", "admin_password": "x"},
            )
            for number in range(count)
        )
    )


@pytest.mark.parametrize(
    ("wanted", "utcs"),
    [
        (EventFilter(), range(9, -1, -1)),
        (EventFilter(reason="served"), (9, 7, 5, 3, 1)),
        (EventFilter(stage="file", mac=MAC), (3, 1)),
        (EventFilter(mac=MAC), (4, 3, 2, 1, 0)),
        (EventFilter(device="d1", reason="pool-full"), (8, 6)),
        (EventFilter(address="10.0.0.7"), (7,)),
        (EventFilter(since=3, until=5), (5, 4, 3)),
        (EventFilter(stage="sip"), ()),
    ],
)
def test_events_are_found_by_what_is_wanted_and_read_page_by_page(
    office: Office, wanted: EventFilter, utcs: Any
) -> None:
    async def conversation() -> None:
        await told(office)
        whole = await office.desk.events(wanted, None, 100)
        assert ([row["utc"] for row in whole["items"]], whole["next"]) == (list(utcs), None)
        before, pages = None, []
        while True:
            page = await office.desk.events(wanted, before, 2)
            assert len(page["items"]) <= 2
            pages += page["items"]
            before = page["next"]
            if before is None:
                break
        assert pages == whole["items"]

    office.play(conversation)


def test_an_event_has_its_text_and_what_to_do(office: Office) -> None:
    async def conversation() -> None:
        await told(office, 1)
        [row] = (await office.desk.events(EventFilter(), None, 1))["items"]
        assert (row["stage"], row["text"]) == ("dhcp", "no free address in network phones")
        assert row["help"].startswith("Enlarge a pool")
        for wrong in (EventFilter(reason="novel"), EventFilter(stage="novel")):
            with pytest.raises(Refused):
                await office.desk.events(wrong, None, 1)

    office.play(conversation)


# What is new


async def following(messages: AsyncIterator[tuple[str, Any]], kind: str) -> Any:
    async with asyncio.timeout(20):
        async for each, value in messages:
            if each == kind:
                return value
    raise AssertionError(f"no {kind}")


def test_who_watches_is_told_what_is_new(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_EVERY", 0.01)

    async def conversation() -> None:
        await told(office, 3)
        messages = office.desk.watch()
        assert (await following(messages, "ready"))["leases"] == {"total": 0, "moves": 0}
        await told(office, 1)
        news = await following(messages, "events")
        assert ([row["utc"] for row in news["items"]], news["more"]) == ([0.0], False)
        await office.desk.add_device({"id": "d1", "mac": MAC}, "ann")
        assert "d1" in (await following(messages, "devices"))["items"]
        mac = bytes(6)
        office.core.world.leases.apply(LeaseChange("bound", BOUND, "phones", 1, b"\1" + mac, mac, 1, 2, b"", 1.0))
        assert await following(messages, "leases") == {"total": 1, "moves": 1}
        job = await office.desk.begin_job("reconfigure", "all", "ann", asyncio.sleep(0, {"configured": 0}))
        items = (await following(messages, "jobs"))["items"]
        assert [row["id"] for row in items if row["kind"] == "reconfigure"] == [job["id"]]
        office.desk.live.close()
        assert [each async for each in messages if each[0] == "events"] == []

    office.play(conversation)


def test_who_reads_slowly_holds_no_more_than_the_newest(office: Office) -> None:
    async def conversation() -> None:
        messages = office.desk.watch()
        await following(messages, "ready")
        for _ in range(4):
            await told(office, 40)
            office.desk.live.look()
        news = await following(messages, "events")
        assert (len(news["items"]), news["more"]) == (live.MOST_EVENTS, True)
        await messages.aclose()  # type: ignore[attr-defined]

    office.play(conversation)


def test_a_renewal_is_no_news_and_so_many_may_watch(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_WATCHERS", 1)

    async def conversation() -> None:
        mac = bytes(6)
        for kind in ("bound", "renewed", "renewed"):
            office.core.world.leases.apply(LeaseChange(kind, BOUND, "phones", 1, b"\1" + mac, mac, 1, 2, b"", 1.0))
        assert office.core.world.leases.moves == 1
        messages = office.desk.watch()
        await following(messages, "ready")
        with pytest.raises(Busy):
            office.desk.watch()
        await messages.aclose()  # type: ignore[attr-defined]
        await following(office.desk.watch(), "ready")

    office.play(conversation)
