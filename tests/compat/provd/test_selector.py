"""provd's selectors: each operator, dotted places, order and cut."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.compat.provd.notdone import NotDone
from ringboot.compat.provd.selector import check, matches, only, ordered

ROW = {"id": "d", "model": "M2", "ip": None, "n": 5, "parent_ids": ["base", "x"], "options": {"switchboard": True}}
CASES: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"model": "M2"}, True),
    ({"model": "m2"}, False),
    ({"model": "M2", "n": 6}, False),
    ({"options.switchboard": True}, True),
    ({"options.none": None}, True),
    ({"nothing.at.all": 1}, False),
    ({"parent_ids": "base"}, True),
    ({"parent_ids": ["base", "x"]}, True),
    ({"parent_ids": "y"}, False),
    ({"model": {"$in": ["M1", "M2"]}}, True),
    ({"model": {"$nin": ["M1", "M2"]}}, False),
    ({"model": {"$contains": "2"}}, True),
    ({"parent_ids": {"$contains": "x"}}, True),
    ({"n": {"$contains": 5}}, False),
    ({"model": {"$contains": 2}}, False),
    ({"n": {"$gt": 4, "$lt": 6}}, True),
    ({"n": {"$gt": 5}}, False),
    ({"n": {"$ge": 5, "$le": 5}}, True),
    ({"n": {"$lt": 5}}, False),
    ({"n": {"$le": 4}}, False),
    ({"model": {"$gt": 4}}, False),
    ({"ip": {"$gt": 4}}, False),
    ({"model": {"$ne": "M1"}}, True),
    ({"parent_ids": {"$ne": "x"}}, False),
    ({"ip": {"$exists": False}}, True),
    ({"model": {"$exists": True}}, True),
    ({"options": {"switchboard": True}}, True),
]


@pytest.mark.parametrize(("selector", "found"), CASES, ids=str)
def test_what_a_selector_finds(selector: dict[str, Any], found: bool) -> None:
    check(selector)
    assert matches(ROW, selector) is found


@given(
    st.dictionaries(st.text(max_size=4), st.none() | st.integers() | st.dictionaries(st.text(max_size=3), st.none()))
)
def test_any_selector_is_answered_or_refused(selector: dict[str, Any]) -> None:
    try:
        check(selector)
    except NotDone:
        return
    assert matches(ROW, selector) in (True, False)


@pytest.mark.parametrize(
    "selector", [{"n": {"$over": 1}}, {"n": {"$in": 1}}, {"n": {"$nin": "x"}}, ["n"], {"n": {"$gt": 1, "x": 2}}]
)
def test_what_is_no_selector_is_refused(selector: Any) -> None:
    with pytest.raises(NotDone):
        check(selector)


def test_order_and_fields() -> None:
    rows: list[dict[str, Any]] = [{"id": "10", "o": {"k": 1}}, {"id": "9"}, {"id": "1", "o": {"k": 2}}]
    assert [row["id"] for row in ordered(rows, "id", 1)] == ["1", "9", "10"]
    assert [row["id"] for row in ordered(rows, "id", "DESC")] == ["10", "9", "1"]
    assert [row["id"] for row in ordered(rows, "o.k", -1)] == ["1", "10", "9"], "what is absent comes last"
    assert ordered(rows, None, None) == rows
    with pytest.raises(NotDone, match="direction"):
        ordered(rows, "id", "up")
    assert only(rows[0], ["o.k", "nothing"]) == {"id": "10", "o": {"k": 1}}
