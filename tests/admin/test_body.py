"""A body of unknown length is read only as far as the limit."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from ringboot.admin.body import LARGEST, deeper_than, json_body
from ringboot.admin.problems import Problem


def test_an_endless_body_is_left_at_the_limit() -> None:
    read = 0

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1 << 16
        return {"type": "http.request", "body": b" " * (1 << 16), "more_body": True}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(Problem) as caught:
        asyncio.run(json_body(request))
    assert caught.value.status == 413
    assert read == LARGEST + (1 << 16)


JSON = st.recursive(st.none() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


def depth(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    return 1 + max((depth(item) for item in (value.values() if isinstance(value, dict) else value)), default=0)


@settings(max_examples=40)
@given(JSON, st.integers(0, 6))
def test_depth_is_counted_in_lists_and_objects(value: Any, levels: int) -> None:
    assert deeper_than(value, levels) is (depth(value) > levels)
