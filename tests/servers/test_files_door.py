"""What both doors do alike: who can answer at once is asked first, who takes a while has so much patience."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from ringboot.model.file import FileRequest, Refuse, Sent, Serve
from ringboot.reasons import NOT_ANSWERED
from ringboot.servers.files_door import FileDoor

REQUEST = FileRequest("http", "/a", "10.0.0.9", 4711, "10.0.0.2")
SERVE = Serve("/root", "a", "", 1)
REFUSE = Refuse("not-yours", 1)


async def later(request: FileRequest) -> Serve | Refuse:
    await asyncio.sleep(0)
    return SERVE


async def never(request: FileRequest) -> Serve | Refuse:
    forever: asyncio.Future[Serve] = asyncio.get_running_loop().create_future()
    return await forever


def nobody(sent: Sent) -> None:
    raise AssertionError(sent)


def broken(request: FileRequest) -> Serve | Refuse | None:
    raise RuntimeError("no such thing")


@pytest.mark.parametrize(
    ("at_once", "told", "counted"),
    [
        (lambda _: REFUSE, REFUSE, {("http", "not-yours"): 1}),
        (lambda _: None, SERVE, {}),
        (None, SERVE, {}),
        (broken, None, {("http", NOT_ANSWERED.id): 1}),
    ],
    ids=["at once", "later", "nobody is asked at once", "broken"],
)
def test_who_can_answer_at_once_is_asked_first(at_once: object, told: object, counted: dict[object, int]) -> None:
    counters: Counter[tuple[str, str]] = Counter()
    door = FileDoor("http", later, nobody, counters, at_once=at_once)  # type: ignore[arg-type]
    assert asyncio.run(door.ask(REQUEST)) == told
    assert counters == counted


def test_patience_ends() -> None:
    counters: Counter[tuple[str, str]] = Counter()
    door = FileDoor("http", never, nobody, counters, 0.0, at_once=lambda _: None)
    assert asyncio.run(door.ask(REQUEST)) is None
    assert counters == {("http", NOT_ANSWERED.id): 1}
