"""The loop's longest step of the last minute."""

from __future__ import annotations

import asyncio

import pytest

from ringboot.desk import lag as lag_module
from ringboot.desk.lag import Lag


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_the_longest_step_counts_for_a_minute() -> None:
    clock = Hand()
    lag = Lag(clock)
    assert lag.longest_ms == 0
    for late in (0.002, 0.030, 0.004):
        lag.note(late)
    assert lag.longest_ms == 30
    clock.at += 30
    lag.note(0.010)
    assert lag.longest_ms == 30
    clock.at += 31
    assert lag.longest_ms == 10
    clock.at += 60
    assert lag.longest_ms == 0


def test_a_step_that_holds_up_the_loop_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lag_module, "EVERY", 0.0)
    clock = Hand()
    lag = Lag(clock)

    async def whole() -> None:
        running = asyncio.create_task(lag.run())
        await asyncio.sleep(0)
        clock.at += 0.25  # as if this step had taken so long
        for _ in range(5):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(whole())
    assert lag.longest_ms == 250
