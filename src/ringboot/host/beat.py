"""The sign of life that a process gives the supervisor, from its event loop."""

from __future__ import annotations

import asyncio
import os

BEAT = 1.0  # seconds


async def beat(descriptor: int, stopping: asyncio.Event) -> None:
    """Tell the supervisor that the loop turns; when nobody listens any more there is no daemon to be part of."""
    while True:
        try:
            os.write(descriptor, b".")
        except BrokenPipeError:
            stopping.set()
            return
        await asyncio.sleep(BEAT)
