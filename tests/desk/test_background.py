"""Work that nobody waits for is done, and does not fail in silence."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.desk.house import until

from ringboot.desk.background import Background
from ringboot.store.errors import StoreFull


@pytest.mark.parametrize(
    ("error", "said"),
    [(StoreFull(Path("fleet.db")), "no space left"), (KeyError("x"), "KeyError('x')")],
    ids=["foreseen", "not foreseen"],
)
def test_what_fails_is_logged(capfd: pytest.CaptureFixture[str], error: Exception, said: str) -> None:
    async def play() -> None:
        background = Background()
        done: list[int] = []

        async def fail() -> None:
            raise error

        async def work() -> None:
            await asyncio.sleep(0)
            done.append(1)

        background.start(fail(), "an event")
        background.start(work(), "some work")
        await until(lambda: done)

    asyncio.run(play())
    told = "".join(capfd.readouterr())
    assert "what='an event'" in told
    assert said in told
    assert "some work" not in told
