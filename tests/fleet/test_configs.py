"""Layers: what a device's configuration comes to, and where each key comes from."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.fleet.conftest import Site

from ringboot.fleet import configs
from ringboot.fleet.configs import flatten
from ringboot.fleet.raw_config import check_layer, complete
from ringboot.fleet.world import Chance
from ringboot.model.device import Config


def shelf(*rows: Config) -> dict[str, Config]:
    return {row.id: row for row in rows}


def test_parents_speak_first_in_their_order_and_the_config_last() -> None:
    there = shelf(
        Config("base", (), {"a": 1, "b": 1, "c": 1}),
        Config("site", ("base",), {"b": 2}),
        Config("desk", (), {"c": 3}),
        Config("phone", ("site", "desk"), {"d": 4}),
    )
    flat = flatten(there.get, "phone")
    assert flat.raw == {"a": 1, "b": 2, "c": 3, "d": 4}
    assert flat.layers == {"a": "base", "b": "site", "c": "desk", "d": "phone"}
    assert flat.order == ("base", "site", "desk", "phone")


def test_tables_are_merged_and_everything_else_is_replaced() -> None:
    there = shelf(
        Config("base", (), {"lines": {"1": {"user": "a", "proxy": "p"}}, "list": [1, 2], "word": "x"}),
        Config(
            "phone", ("base",), {"lines": {"1": {"user": "b"}, "2": {"user": "c"}}, "list": [3], "word": {"now": 1}}
        ),
    )
    flat = flatten(there.get, "phone")
    assert flat.raw == {
        "lines": {"1": {"user": "b", "proxy": "p"}, "2": {"user": "c"}},
        "list": [3],
        "word": {"now": 1},
    }
    assert flat.layers == {
        "lines.1.user": "phone",
        "lines.1.proxy": "base",
        "lines.2.user": "phone",
        "list": "phone",
        "word.now": "phone",
    }


def test_none_unsets_what_a_parent_says_and_a_child_may_say_it_again() -> None:
    there = shelf(
        Config("base", (), {"lines": {"1": {"user": "a"}}, "ntp": "x"}),
        Config("mute", ("base",), {"lines": {"1": None}, "ntp": None}),
        Config("loud", ("mute",), {"lines": {"1": {"user": "b"}}}),
    )
    assert flatten(there.get, "mute").raw == {"lines": {"1": None}, "ntp": None}
    assert flatten(there.get, "mute").layers == {"lines.1": "mute", "ntp": "mute"}
    assert flatten(there.get, "loud").raw == {"lines": {"1": {"user": "b"}}, "ntp": None}
    assert flatten(there.get, "loud").layers == {"lines.1.user": "loud", "ntp": "mute"}


def test_a_diamond_speaks_once_a_circle_ends_an_unknown_parent_is_left_out() -> None:
    there = shelf(
        Config("top", (), {"a": 1}),
        Config("left", ("top",), {"a": 2}),
        Config("right", ("top", "nobody", "phone"), {"b": 3}),
        Config("phone", ("left", "right"), {}),
    )
    flat = flatten(there.get, "phone")
    assert flat.raw == {"a": 2, "b": 3}, "top does not speak again after left"
    assert flat.order == ("top", "left", "right", "phone")
    assert flatten(there.get, "nobody").raw == {}


def test_a_long_chain_is_no_problem() -> None:
    there = shelf(*(Config(f"c{n}", (f"c{n - 1}",) if n else (), {"n": n}) for n in range(5000)))
    assert flatten(there.get, "c4999").raw == {"n": 4999}


def test_flattening_leaves_the_layers_alone() -> None:
    there = shelf(Config("base", (), {"t": {"a": [1]}}), Config("phone", ("base",), {"t": {"b": 2}}))
    flatten(there.get, "phone").raw["t"]["a"].append(9)
    assert there["base"].raw_config == {"t": {"a": [1]}}


TREES = st.dictionaries(
    st.sampled_from("abc"),
    st.recursive(
        st.none() | st.integers(0, 3) | st.lists(st.integers(0, 2), max_size=2),
        lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        max_leaves=6,
    ),
    max_size=3,
)


def leaves(tree: dict[str, Any], path: str = "") -> set[str]:
    found = set()
    for key, value in tree.items():
        inner = isinstance(value, dict) and value
        found |= leaves(value, f"{path}{key}.") if inner else {f"{path}{key}"}
    return found


def said(tree: dict[str, Any], place: str) -> Any:
    value: Any = tree
    for key in place.split("."):
        value = value[key]
    return value


@given(st.lists(TREES, min_size=1, max_size=4))
def test_every_leaf_and_nothing_else_is_signed_by_the_layer_that_holds_it(trees: list[dict[str, Any]]) -> None:
    there = shelf(*(Config(str(n), (str(n - 1),) if n else (), tree) for n, tree in enumerate(trees)))
    flat = flatten(there.get, str(len(trees) - 1))
    assert set(flat.layers) == leaves(flat.raw)
    for place, who in flat.layers.items():
        assert place in leaves(trees[int(who)]), "that layer says it itself"
        later = [
            n for n in range(int(who) + 1, len(trees)) if place in leaves(trees[n]) and said(trees[n], place) != {}
        ]
        assert not later, "and none after it does (an empty table over a table says nothing)"


@given(TREES, TREES)
def test_a_layer_over_itself_or_over_nothing_is_itself(under: dict[str, Any], over: dict[str, Any]) -> None:
    def lay(*trees: dict[str, Any]) -> dict[str, Any]:
        there = shelf(*(Config(str(n), (str(n - 1),) if n else (), tree) for n, tree in enumerate(trees)))
        return flatten(there.get, str(len(trees) - 1)).raw

    assert lay(over) == lay({}, over) == lay(over, {}) == lay(over, over) == over
    assert lay(under, over, over) == lay(under, over)


@given(st.lists(TREES, min_size=1, max_size=4), st.lists(st.lists(st.integers(0, 4), max_size=3), max_size=4))
def test_what_is_inherited_can_be_flattened_before(trees: list[dict[str, Any]], parents: list[list[int]]) -> None:
    """In whatever way they inherit from each other, unless a config does from itself."""
    rows = [
        Config(str(n), tuple(str(each) for each in (parents[n] if n < len(parents) else ())), tree)
        for n, tree in enumerate(trees)
    ]
    there = shelf(*rows)
    before = deepcopy(there)
    for row in rows:
        below = configs.inherited(there.get, row)
        whole = flatten(there.get, row.id)
        if row.id not in below.order:
            assert configs.laid(below.raw, row.raw_config) == whole.raw
            assert (*below.order, row.id) == whole.order
    assert there == before


# In the books


def test_stock_configs_are_sound_private_and_added_once(site: Site) -> None:
    rows = {row.id: row for row in site.books.configs.page("", 10)}
    assert set(rows) == {"base", "default", "defaultconfigdevice", "autoprov"}
    assert not any(row.deletable for row in rows.values())
    assert rows["autoprov"].role == "autocreate"
    assert rows["autoprov"].parent_ids == ("base", "defaultconfigdevice")
    for row in rows.values():
        assert check_layer(row.raw_config) == row.raw_config
    full = complete(flatten(site.books.configs.get, "autoprov").raw)
    assert full["sip_lines"]["1"]["proxy_ip"] == "10.0.0.1"
    assert full["sccp_call_managers"] == {"1": {"ip": "10.0.0.1", "port": None}}
    assert full["ntp_ip"] == "10.0.0.1"
    assert len({full["admin_password"], full["user_password"], full["sip_lines"]["1"]["password"]}) == 3
    assert all(len(full[key]) == 16 for key in ("admin_password", "user_password"))
    assert configs.add_stock(site.books, site.world.chance, 0.0) == []


def test_stock_configs_know_when_they_know_nothing(site: Site) -> None:
    for row in configs.stock(site.world.chance):
        assert "ntp_enabled" not in row.raw_config
        assert "proxy_ip" not in row.raw_config.get("sip_lines", {}).get("1", {})


def test_passwords_come_from_chance() -> None:
    made = [row.raw_config for _ in range(2) for row in configs.stock(Chance()) if "admin_password" in row.raw_config]
    passwords = {raw[key] for raw in made for key in ("admin_password", "user_password")}
    assert len(passwords) == 4
    assert all(len(each) == 16 and each.isalnum() for each in passwords)
    assert Chance().ident() != Chance().ident()


def test_a_change_reaches_everything_below_it(site: Site) -> None:
    put = site.books.configs.put
    for ident, parents in (("a", ("base",)), ("b", ("a",)), ("c", ("b", "default")), ("x", ("default",))):
        put(Config(ident, parents), "anna", 0.0)
    assert configs.family(site.books.configs, "a") == {"a", "b", "c"}
    assert configs.family(site.books.configs, "base") == {"base", "autoprov", "a", "b", "c"}
    assert configs.family(site.books.configs, "c") == {"c"}


def test_without_a_config_of_that_role_a_new_device_has_none(site: Site) -> None:
    autoprov = site.books.configs.get("autoprov")
    assert autoprov is not None
    site.books.configs.put(replace(autoprov, role=None), "anna", 0.0)
    site.lease("00:08:5d:2e:ec:fb", "10.0.1.5", "AastraIPPhone6731i")
    assert site.known("00:08:5d:2e:ec:fb").config is None


def test_an_autocreate_config_without_lines_still_gives_a_config(site: Site) -> None:
    autoprov = site.books.configs.get("autoprov")
    assert autoprov is not None
    site.books.configs.put(replace(autoprov, raw_config={}), "anna", 0.0)
    made = configs.autocreate(site.books.configs, site.world.chance)
    assert made is not None
    assert (made.parent_ids, made.raw_config) == (("autoprov",), {})
