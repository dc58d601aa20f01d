"""The sign of life from an event loop."""

from __future__ import annotations

import asyncio
import os

import pytest

from ringboot.host import beat


def test_it_beats_until_nobody_hears_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beat, "BEAT", 0.0)
    reader, writer = os.pipe()

    async def whole() -> None:
        stopping = asyncio.Event()
        beating = asyncio.create_task(beat.beat(writer, stopping))
        heard = b""
        while len(heard) < 3:
            await asyncio.sleep(0.01)
            heard += os.read(reader, 1)
        assert not stopping.is_set()
        os.close(reader)
        await asyncio.wait_for(beating, 10)
        assert stopping.is_set()

    asyncio.run(whole())
    os.close(writer)
