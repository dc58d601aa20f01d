"""Keys that no device and no config has are refused, also where a null only takes them away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from ringboot.desk.errors import Refused

MAC = "00:08:5d:19:00:01"


@pytest.mark.parametrize("key", ["colour", "", "colour.depth"])
def test_a_key_that_nothing_has_is_refused(office: Any, key: str) -> None:
    async def conversation() -> None:
        desk = office.desk
        device = await desk.add_device({"mac": MAC, "ip": None}, "anna")
        config = await desk.add_config({"id": "c1", "label": None}, "anna")
        for value in (None, "red"):
            attempts: tuple[Callable[[], Awaitable[Any]], ...] = (
                partial(desk.add_device, {key: value}, "anna"),
                partial(desk.add_config, {key: value}, "anna"),
                partial(desk.set_device, device["id"], {key: value}, "anna"),
                partial(desk.set_config, "c1", {key: value}, "anna"),
            )
            for attempt in attempts:
                with pytest.raises(Refused) as refused:
                    await attempt()
                assert key in refused.value.fields or key.partition(".")[0] in refused.value.fields
        assert await desk.device(device["id"]) == device
        assert await desk.config("c1") == config

    office.play(conversation)
