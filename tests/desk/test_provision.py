"""Codes at the desk: many that are tried at once are no way around the limit."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from tests.desk.office import Office

from ringboot.admin.problems import of_desk
from ringboot.desk.errors import TooMany
from ringboot.fleet.codes import MOST_OF_ONE, SPAN


def test_codes_that_are_tried_at_once_are_counted_at_once(office: Office) -> None:
    async def conversation() -> None:
        tried = (office.desk.use_code(f"{number:06}", None, "10.0.1.7", "test") for number in range(100))
        outcomes = Counter(outcome.reason_id for outcome in await asyncio.gather(*tried))
        assert outcomes == {"code-unknown": MOST_OF_ONE, "code-limited": 100 - MOST_OF_ONE}

    office.play(conversation)


def test_the_api_is_told_when_to_try_again(office: Office) -> None:
    async def conversation() -> None:
        for number in range(MOST_OF_ONE):
            await office.desk.use_code(f"{number:06}", None, "10.0.1.7", "test")
        with pytest.raises(TooMany, match=r"10\.0\.1\.7") as refused:
            await office.desk.provision("417263", None, "10.0.1.7", True, "test")
        assert (refused.value.wait, of_desk(refused.value).status) == (SPAN, 429)

    office.play(conversation)


def test_a_code_that_somebody_has_is_not_counted(office: Office) -> None:
    async def conversation() -> None:
        await office.desk.add_config({"id": "ann", "parent_ids": ["base"], "code": "417263"}, "test")
        for _ in range(2 * MOST_OF_ONE):
            outcome = await office.desk.use_code("417263", None, "10.0.1.7", "test")
            assert outcome.reason_id == "code-nobody"

    office.play(conversation)
