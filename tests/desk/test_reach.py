"""Whom a change of a config would reach is told before it is made, and nothing of it is kept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.desk.office import Office

from ringboot.desk.errors import NotFound, Refused
from ringboot.desk.reach import _difference, _leaves

MAC, OTHER = "00:08:5d:00:00:01", "00:08:5d:00:00:02"


def test_a_preview_names_whom_a_change_reaches_and_what_they_would_have(office: Office) -> None:
    async def conversation() -> None:
        desk = office.desk
        await desk.add_config({"id": "floor", "parent_ids": ["base"], "raw_config": {"ntp_ip": "10.0.0.9"}}, "ann")
        await desk.add_config({"id": "desk", "parent_ids": ["floor"], "raw_config": {"ntp_ip": "10.0.0.8"}}, "ann")
        for mac, config in ((MAC, "floor"), (OTHER, "desk")):
            await desk.add_device({"mac": mac, "vendor": "Aastra", "model": "6731i", "config": config}, "ann")
        assert {row["mac"]: row["config"] for row in await desk.config_devices("base")} == {MAC: "floor", OTHER: "desk"}
        assert [row["mac"] for row in await desk.config_devices("desk")] == [OTHER]
        before = await desk.config("floor")
        found = await desk.foresee_config("floor", {"raw_config": {"ntp_ip": "10.0.0.7"}}, None)
        assert (found["reached"], found["changed"], found["files"]) == (2, 1, None)
        [row] = found["items"]
        assert (row["mac"], row["before"], row["after"]) == (MAC, {"ntp_ip": "10.0.0.9"}, {"ntp_ip": "10.0.0.7"})
        assert await desk.config("floor") == before

    office.play(conversation)


def test_a_key_that_is_taken_out_and_other_parents_are_foreseen(office: Office) -> None:
    async def conversation() -> None:
        desk = office.desk
        await desk.add_config({"id": "loud", "raw_config": {"locale": "fr_FR"}}, "ann")
        await desk.add_config({"id": "one", "parent_ids": ["base"], "raw_config": {"locale": "de_DE"}}, "ann")
        await desk.add_device({"mac": MAC, "vendor": "Aastra", "model": "6731i", "config": "one"}, "ann")
        gone = await desk.foresee_config("one", {"raw_config": {"locale": None}}, None)
        assert [(row["before"], row["after"]) for row in gone["items"]] == [({"locale": "de_DE"}, {"locale": None})]
        moved = await desk.foresee_config("one", {"raw_config": {"locale": None}, "parent_ids": ["loud"]}, None)
        assert [row["after"]["locale"] for row in moved["items"]] == ["fr_FR"]
        nothing = await desk.foresee_config("one", {}, None)
        assert (nothing["reached"], nothing["changed"], nothing["items"]) == (1, 0, [])

    office.play(conversation)


def test_the_files_of_one_device_are_made_with_the_draft(office: Office) -> None:
    async def conversation() -> None:
        desk = office.desk
        await desk.add_config({"id": "one", "parent_ids": ["base"], "raw_config": {}}, "ann")
        await desk.add_device({"mac": MAC, "vendor": "Aastra", "model": "6731i", "config": "one"}, "ann")
        changes: dict[str, Any] = {"raw_config": {"sip_lines": {"1": {"username": "nobody-else", "number": "7"}}}}
        found = await desk.foresee_config("one", changes, MAC)
        texts = {row["path"]: row for row in found["files"]["files"]}
        own = texts["Aastra/00085D000001.cfg"]
        assert own["state"] == "changed"
        assert "nobody-else" in own["text"]
        assert "nobody-else" not in own["served"]

    office.play(conversation)


def test_what_cannot_be_is_said(office: Office) -> None:
    async def conversation() -> None:
        with pytest.raises(NotFound, match="There is no config nothing"):
            await office.desk.foresee_config("nothing", {}, None)
        with pytest.raises(NotFound, match="There is no config nothing"):
            await office.desk.config_devices("nothing")
        with pytest.raises(Refused) as refused:
            await office.desk.foresee_config("base", {"raw_config": {"ntp_enabled": "perhaps"}}, None)
        assert list(refused.value.fields) == ["raw_config.ntp_enabled"]

    office.play(conversation)


VALUES = st.recursive(
    st.none() | st.integers(0, 2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
TREES = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


@given(TREES, TREES)
def test_what_differs_are_the_leaves_that_differ(before: dict[str, Any], after: dict[str, Any]) -> None:
    old, new = dict(_leaves(before)), dict(_leaves(after))
    keys = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    wanted = {key: old.get(key) for key in keys}, {key: new.get(key) for key in keys}
    assert _difference(before, after) == wanted
