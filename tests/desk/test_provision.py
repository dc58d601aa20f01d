"""Codes at the desk: many that are tried at once are no way around the limit."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.desk.office import Office

from ringboot.fleet.codes import MOST_OF_ONE


def test_codes_that_are_tried_at_once_are_counted_at_once(office: Office) -> None:
    async def conversation() -> None:
        tried = (office.desk.use_code(f"{number:06}", None, "10.0.1.7", "test") for number in range(100))
        outcomes = Counter(outcome.reason_id for outcome in await asyncio.gather(*tried))
        assert outcomes == {"code-unknown": MOST_OF_ONE, "code-limited": 100 - MOST_OF_ONE}

    office.play(conversation)


def test_a_code_that_somebody_has_is_not_counted(office: Office) -> None:
    async def conversation() -> None:
        await office.desk.add_config({"id": "ann", "parent_ids": ["base"], "code": "417263"}, "test")
        for _ in range(2 * MOST_OF_ONE):
            outcome = await office.desk.use_code("417263", None, "10.0.1.7", "test")
            assert outcome.reason_id == "code-nobody"

    office.play(conversation)
