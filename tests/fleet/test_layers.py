"""Configs as a person adds, changes and removes them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fleet.conftest import Site

from ringboot.fleet import devices, layers
from ringboot.fleet.fields import ID_RULE, FieldErrors, Unknown
from ringboot.model.device import Config


def add(site: Site, **values: Any) -> devices.Done:
    return layers.add(site.books, site.world, values, "anna", site.utc)


def change(site: Site, ident: str, values: dict[str, Any], removed: tuple[str, ...] = ()) -> devices.Done:
    return layers.change(site.books, ident, values, who="anna", utc=site.utc, removed=removed)


def raw(site: Site, ident: str) -> dict[str, Any]:
    return layers.named(site.books, ident).raw_config


def test_a_config_is_made_of_dotted_keys(site: Site) -> None:
    done = add(
        site,
        id="lobby",
        parent_ids="base, defaultconfigdevice",
        **{"raw_config.sip_lines.1.username": "100", "raw_config.vlan_id": "12"},
    )
    assert done.config == Config(
        "lobby", ("base", "defaultconfigdevice"), {"sip_lines": {"1": {"username": "100"}}, "vlan_id": 12}
    )
    assert layers.named(site.books, "lobby") == done.config
    assert add(site).config is not None, "an id is made when none is given"


def test_keys_are_set_unset_and_left_to_the_parents_again(site: Site) -> None:
    add(site, id="lobby", parent_ids=["base"], raw_config={"sip_lines": {"1": {"username": "a", "password": "p"}}})
    change(site, "lobby", {"raw_config.sip_lines.1.username": "b", "raw_config.ntp_ip": None})
    assert raw(site, "lobby") == {"sip_lines": {"1": {"username": "b", "password": "p"}}, "ntp_ip": None}
    change(site, "lobby", {"label": "Lobby"}, removed=("raw_config.ntp_ip", "raw_config.sip_lines.1.password"))
    assert raw(site, "lobby") == {"sip_lines": {"1": {"username": "b"}}}
    change(site, "lobby", {}, removed=("raw_config.sip_lines.1.username", "raw_config.nothing.there"))
    assert raw(site, "lobby") == {}
    assert layers.named(site.books, "lobby").label == "Lobby"


def test_a_change_names_the_devices_that_it_reaches(site: Site) -> None:
    add(site, id="floor", parent_ids=["base"])
    add(site, id="lobby", parent_ids=["floor"])
    for ident, config in (("a", "lobby"), ("b", "floor"), ("c", "default"), ("d", "lobby")):
        values = {"id": ident, "plugin": "aastra", "config": config}
        devices.add(site.books, site.world, values, "anna", site.utc)
    floor = change(site, "floor", {"raw_config.vlan_id": 5})
    assert (floor.heirs_of, floor.common) == ("floor", False)
    assert layers.heirs(site.books, "floor") == ("a", "b", "d")
    assert layers.heirs(site.books, "lobby") == ("a", "d")
    base = change(site, "base", {"raw_config.locale": "fr_CA"})
    assert (base.heirs_of, base.common) == ("base", True)
    assert change(site, "base", {"raw_config.locale": "fr_CA"}).heirs_of is None, "the same again changes nothing"
    add(site, id="above")
    change(site, "base", {"parent_ids": ["above"]})
    assert change(site, "above", {"raw_config.locale": "de_DE"}).common, "the shared files inherit it, too"


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        (
            {"id": "a/b"},
            {"id": ID_RULE},
        ),
        ({"id": "base"}, {"id": "there is a config base already"}),
        ({"parent_ids": ["x", "base"]}, {"parent_ids": "there is no config x"}),
        ({"role": "boss"}, {"role": "must be 'autocreate' or 'default'"}),
        ({"role": "autocreate"}, {"role": "config autoprov has this role; take it away there first"}),
        ({"transient": True}, {"transient": "is not a key that is known"}),
        (
            {"raw_config": {"vlan_id": 5000, "colour": 1}, "parent_ids": ["x"]},
            {
                "raw_config.vlan_id": "must be less than or equal to 4094",
                "raw_config.colour": "is not a key that is known; keys of your own begin with X_",
                "parent_ids": "there is no config x",
            },
        ),
        ({"raw_config.vlan_id": "x"}, {"raw_config.vlan_id": "must be an integer"}),
        ({"raw_config..x": 1}, {"raw_config..x": "is not a dotted key"}),
    ],
)
def test_everything_wrong_is_said_at_its_place(site: Site, values: dict[str, Any], faults: dict[str, str]) -> None:
    with pytest.raises(FieldErrors) as caught:
        layers.add(site.books, site.world, values, "anna", site.utc)
    said = caught.value.as_dict()
    assert set(said) == set(faults)
    for place, why in faults.items():
        assert said[place].startswith(why)


def test_a_key_does_not_lead_through_a_value(site: Site) -> None:
    add(site, id="lobby", raw_config={"vlan_id": 5})
    with pytest.raises(FieldErrors) as caught:
        change(site, "lobby", {"raw_config.vlan_id.deeper": 1})
    assert caught.value.as_dict() == {"raw_config.vlan_id.deeper": "vlan_id holds a value, no keys"}


def test_nothing_inherits_from_itself(site: Site) -> None:
    add(site, id="floor", parent_ids=["base"])
    add(site, id="lobby", parent_ids=["floor"])
    for parents in (["base"], ["floor"]):
        change(site, "lobby", {"parent_ids": parents})
    for ident, parents in (("floor", ["lobby"]), ("base", ["lobby"]), ("lobby", ["lobby"])):
        with pytest.raises(FieldErrors, match="cannot inherit from itself"):
            change(site, ident, {"parent_ids": parents})


def test_the_autocreate_role_moves_when_it_is_free(site: Site) -> None:
    add(site, id="lobby")
    change(site, "autoprov", {"role": ""})
    change(site, "lobby", {"role": "autocreate"})
    change(site, "lobby", {"label": "x"})
    assert [each.id for each in site.books.configs.page("", 9, "autocreate")] == ["lobby"]


def test_what_is_used_or_belongs_to_the_house_stays(site: Site) -> None:
    add(site, id="floor")
    add(site, id="lobby", parent_ids=["floor"])
    devices.add(site.books, site.world, {"id": "a", "plugin": "aastra", "config": "lobby"}, "anna", site.utc)
    for ident, why in (
        ("base", "config base belongs to every installation and stays"),
        ("floor", "1 config inherits from it: lobby"),
        ("lobby", "1 device uses it: a"),
    ):
        with pytest.raises(FieldErrors) as caught:
            layers.remove(site.books, ident, "anna", site.utc)
        assert caught.value.as_dict() == {"id": why}
    with pytest.raises(Unknown, match="there is no config nobody"):
        layers.remove(site.books, "nobody", "anna", site.utc)
    devices.remove(site.books, site.world, "a", "anna", site.utc)
    layers.remove(site.books, "lobby", "anna", site.utc)
    layers.remove(site.books, "floor", "anna", site.utc)
    assert site.books.configs.get("floor") is None


def test_who_changed_what_is_kept(site: Site) -> None:
    add(site, id="lobby")
    change(site, "lobby", {"raw_config.vlan_id": 5})
    newest, first = site.books.history.of("config", "lobby", 10)
    assert (newest.who, newest.before, newest.after) == ("anna", {"raw_config": {}}, {"raw_config": {"vlan_id": 5}})
    assert first.before is None
