"""Dotted dictionaries: what they mean does not hang on their order, and a contradiction is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.compat.provd.dotted import changes, expand, nothings
from ringboot.compat.provd.notdone import NotDone

NAMES = st.text("abcXYZ_19", min_size=1, max_size=3)
VALUES = st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3) | st.lists(st.integers(0, 2), max_size=2)
TREES: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.dictionaries(NAMES, VALUES, max_size=3), lambda inner: st.dictionaries(NAMES, VALUES | inner, max_size=3)
)


def flat(tree: dict[str, Any], path: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in tree.items():
        made |= flat(value, f"{path}{key}.") if isinstance(value, dict) and value else {f"{path}{key}": value}
    return made


def merged(before: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Apply a merge patch as RFC 7396 says."""
    made = dict(before)
    for key, value in patch.items():
        if value is None:
            made.pop(key, None)
        elif isinstance(value, dict):
            old = made.get(key)
            made[key] = merged(old if isinstance(old, dict) else {}, value)
        else:
            made[key] = value
    return made


def without_nothing(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    return {key: without_nothing(value) for key, value in tree.items() if value is not None}


@given(TREES, st.randoms())
def test_a_tree_and_its_dotted_keys_in_any_order_mean_the_same(tree: dict[str, Any], chance: Any) -> None:
    pairs = list(flat(tree).items())
    chance.shuffle(pairs)
    assert expand(dict(pairs)) == expand(tree) == tree


@given(TREES, TREES)
def test_changes_make_one_tree_of_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    before, after = without_nothing(before), without_nothing(after)
    assert merged(before, changes(before, after)) == after
    assert changes(before, before) == {}


def test_both_spellings_are_merged_and_numbers_are_keys() -> None:
    written = {"a.b": 1, "a": {"c.d": 2}, "raw_config.sip_lines": {1: {"username": "ann"}}, "a.c": {"e": 3}}
    assert expand(written) == {
        "a": {"b": 1, "c": {"d": 2, "e": 3}}, "raw_config": {"sip_lines": {"1": {"username": "ann"}}},
    }  # fmt: skip
    assert nothings(["options.x", "mac"]) == {"options": {"x": None}, "mac": None}


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ({"a": 1, "a.b": 2}, "a is written twice"),
        ({"a.b": 2, "a": 1}, "a is written twice"),
        ({"a.b": 1, "a": {"b": 2}}, "a.b is written twice"),
        ({"a..b": 1}, "'a..b' is no key"),
        ({"": 1}, "'' is no key"),
        ({True: 1}, "True is no key"),
        ({"a": {None: 1}}, "None is no key"),
    ],
)
def test_a_contradiction_names_its_place(written: dict[Any, Any], place: str) -> None:
    with pytest.raises(NotDone, match=place.replace(".", r"\.")):
        expand(written)


def test_true_is_not_one() -> None:
    assert changes({"a": 1}, {"a": True}) == {"a": True}
