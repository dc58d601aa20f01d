"""Webhooks against a real receiver: what is told, how it is signed, and that it is told again until it is taken."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.desk.house import NOW
from tests.desk.office import CONFIG, Office
from tests.desk.receiver import Receiver

from ringboot import reasons
from ringboot.desk import webhooks as webhooks_module
from ringboot.desk.errors import NotFound
from ringboot.desk.webhooks import Webhooks
from ringboot.fleet import webhooks as table
from ringboot.fleet.webhooks import message, quarantined
from ringboot.leases.change import bind, decline, renew, spoil
from ringboot.model.event import Event
from ringboot.model.lease import BOUND, Lease
from ringboot.model.site import Network
from ringboot.setup.load import load_text

SECRET = "kanarie-0123456789"
MAC = "00:08:5d:00:00:01"
PAGE = Path(__file__).parents[2] / "docs" / "howto" / "webhooks.md"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks_module, "IDLE", 0.01)
    monkeypatch.setattr(webhooks_module, "FIRST_WAIT", 0.01)


def configure(office: Office, *hooks: str) -> None:
    """Let these be the webhooks, each as lines of TOML behind its secret."""
    (office.core.data / "hook.secret").write_text(f"{SECRET}\n")
    text = CONFIG + "".join(f'[[webhook]]\nsecret_file = "hook.secret"\n{each}\n' for each in hooks)
    office.core.settings = load_text(office.core.config, text)


def named(name: str, url: str, more: str = "") -> str:
    return f'name = "{name}"\nurl = "{url}"\n{more}'


@asynccontextmanager
async def at_work(office: Office) -> AsyncIterator[Webhooks]:
    hooks = office.desk.hooks
    task = asyncio.create_task(hooks.run())
    try:
        await until(lambda: hooks._settings is office.core.settings)
        yield hooks
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await until(lambda: not len(office.core.background))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


def created(number: int = 1, utc: float = 0.0) -> Event:
    detail = {"evidence": "dhcp", "name": f"phone {number}"}
    return Event(utc or time.time(), reasons.DEVICE_CREATED.id, MAC, f"d{number}", "10.0.1.7", detail)


async def happen(office: Office, *events: Event) -> None:
    await office.core.tell(*events)


def waiting(office: Office) -> dict[str, tuple[int, str]]:
    with office.db.reading() as books:
        return books.deliveries.waiting()


def test_what_happens_is_told_signed_as_the_page_says(office: Office, receiver: Receiver) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    page: dict[str, Any] = {}
    exec(code, page)
    configure(office, named("nms", receiver.url))

    async def conversation() -> None:
        await happen(office, created(9))  # nobody was to be told then
        async with at_work(office):
            await happen(office, created())
            await until(lambda: receiver.messages and not waiting(office))

    office.play(conversation)
    ((headers, body),) = receiver.messages
    told = json.loads(body)
    assert told["event"] == headers["Ringboot-Event"] == "new-device"
    assert told["id"] == headers["Ringboot-Id"]
    assert (told["mac"], told["device"], told["reason"]) == (MAC, "d1", "device-created")
    assert told["text"] == "made itself known by dhcp: phone 1"
    is_ringboot = page["is_ringboot"]
    assert is_ringboot(SECRET.encode(), headers, body)
    assert not is_ringboot(SECRET.encode(), headers, body.replace(b"phone 1", b"phone 2"))
    assert not is_ringboot(b"another", headers, body)
    assert not is_ringboot(SECRET.encode(), {**headers, "Ringboot-Timestamp": "1"}, body)
    assert SECRET.encode() not in body


def test_a_receiver_that_fails_is_told_again_with_the_same_id_and_one_that_is_well_waits_for_nobody(
    office: Office, receiver: Receiver
) -> None:
    failing, away = Receiver(500, 302, 404, location=f"{receiver.url}"), Receiver()
    away.close()
    configure(
        office, named("failing", failing.url), named("away", away.url), named("well", receiver.url, 'events = "failed"')
    )

    async def conversation() -> None:
        async with at_work(office) as hooks:
            broken = Event(time.time(), reasons.RENDER_FAILED.id, MAC, "d1", detail={"why": "base.tpl"})
            await happen(office, created(), broken)
            await until(lambda: hooks.outcomes["failing", "taken"] == 2 and receiver.messages)
            rows = {row["name"]: row for row in await office.desk.webhooks()}
            assert (rows["failing"]["failed"], rows["failing"]["waiting"], rows["failing"]["problem"]) == (3, 0, "")
            assert rows["away"]["waiting"] == 2
            assert "Cannot connect" in rows["away"]["problem"]
            assert rows["well"]["url"] == receiver.url.partition("/hook")[0]
            assert rows["well"]["events"] == ["failed"]
            numbers = {(n["name"], *n["labels"].values()): n["value"] for n in await office.desk.numbers()}
            assert numbers["webhook_messages", "failing", "taken"] == 2
            assert numbers["webhook_waiting", "away"] == 2

    office.play(conversation)
    failing.close()
    ids = [each.headers["Ringboot-Id"] for each in failing.messages]
    assert len(ids) == 5
    assert len(set(ids)) == 2
    assert receiver.events() == ["failed"]  # and the redirect led nobody here
    with office.db.reading() as books:
        silent = [event.detail["webhook"] for event in books.events.newest(9, reasons.WEBHOOK_SILENT.id)]
    assert sorted(silent) == ["away", "failing"]  # each once


def test_what_waits_is_told_after_a_restart_and_what_happened_meanwhile_too(office: Office, receiver: Receiver) -> None:
    away = Receiver()
    away.close()
    configure(office, named("nms", away.url))

    async def before() -> None:
        async with at_work(office):
            await happen(office, created(1))
            await until(lambda: waiting(office).get("nms", (0, ""))[1])

    async def after() -> None:
        await happen(office, created(2))
        async with at_work(office):
            await until(lambda: len(receiver.messages) >= 2 and not waiting(office))

    office.play(before)
    configure(office, named("nms", receiver.url))
    office.desk.hooks = Webhooks(office.core)  # another life of the process
    office.play(after)
    assert sorted(json.loads(each.body)["device"] for each in receiver.messages) == ["d1", "d2"]


def test_the_oldest_are_dropped_and_counted_and_so_is_what_nobody_wants_to_hear_any_more(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks_module, "MOST", 3)
    away = Receiver()
    away.close()
    configure(office, named("nms", away.url))

    async def conversation() -> None:
        async with at_work(office) as hooks:
            await happen(office, *map(created, range(1, 6)), created(6, utc=time.time() - 5 * 86400))
            await until(lambda: hooks.outcomes["nms", "dropped"] == 2)
            with office.db.reading() as books:
                kept = books.deliveries.due("nms", time.time() + 1e6, 9)
            assert [json.loads(each.body)["device"] for each in kept] == ["d3", "d4", "d5"]
            configure(office)
            await until(lambda: not waiting(office))
            configure(office, named("nms", receiver.url))
            await until(lambda: hooks._settings is office.core.settings)
            await happen(office, created(7))
            await until(lambda: receiver.messages)
            assert json.loads(receiver.messages[0].body)["device"] == "d7"  # not what it missed while it was away

    office.play(conversation)


def test_a_receiver_can_be_tried(office: Office, receiver: Receiver) -> None:
    configure(office, named("nms", receiver.url))
    receiver.statuses.append(403)

    async def conversation() -> None:
        refused = await office.desk.test_webhook("nms", "ann")
        assert (refused["taken"], refused["status"], refused["problem"]) == (False, 403, "it answers 403 Forbidden")
        assert (await office.desk.test_webhook("nms", "ann"))["taken"]
        with pytest.raises(NotFound, match="ringboot webhook list"):
            await office.desk.test_webhook("other", "ann")
        (office.core.data / "hook.secret").unlink()
        gone = await office.desk.test_webhook("nms", "ann")
        assert (gone["status"], "openssl rand" in gone["problem"]) == (0, True)

    office.play(conversation)
    assert receiver.events() == ["test", "test"]
    assert json.loads(receiver.messages[0].body)["text"] == "ann tries webhook nms"


def test_a_message_needs_nobody_to_look_up_anything() -> None:
    for kind in table.TABLE:
        for reason in kind.reasons:
            told = json.loads(message("1", kind.name, Event(NOW, reason.id, MAC, "d1", "10.0.0.9", {})))
            assert told["text"]
            assert told["event"] == kind.name


LEASE = Lease("phones", 0x0A000009, b"\1" + b"\2" * 6, b"\2" * 6, BOUND, 0, 4_000_000_000, b"")
NETWORKS = (Network("phones", 0x0A000000, 16, "floor", quarantine="guests"), Network("guests", 0x0A630000, 24, "floor"))


def test_an_address_or_a_stranger_in_quarantine_is_told_of_and_nothing_else_is() -> None:
    told = [
        quarantined(change, NETWORKS)
        for change in (
            spoil("phones", 0x0A000009, NOW), decline(LEASE, NOW),
            renew(LEASE, LEASE.mac, seconds=9, evidence=b"", utc=NOW),
            bind("phones", 0x0A000009, LEASE.key, LEASE.mac, seconds=9, evidence=b"", utc=NOW),
            bind("guests", 0x0A630009, LEASE.key, LEASE.mac, seconds=9, evidence=b"", utc=NOW),
        )
    ]  # fmt: skip
    assert [each and (each.reason, each.mac, each.address) for each in told] == [
        ("quarantined", None, "10.0.0.9"), ("quarantined", None, "10.0.0.9"), None, None,
        ("client-quarantined", "02:02:02:02:02:02", "10.99.0.9"),
    ]  # fmt: skip
