"""A fleet is what the catalog says, and the same for the same seed."""

from __future__ import annotations

import pytest

from ringboot.sim.fleet import UnknownBrand, kinds, make_fleet, manifests, told_by_plugin, versions
from ringboot.sim.phone import Phone
from ringboot.sim.storm import Plan, Storm
from ringboot.sim.target import Target

SERVER = ("127.0.0.1", 6767)
NAMES = [manifest.name for manifest in manifests()]


def fleet(count: int, **how: object) -> list[Phone]:
    return make_fleet(count, "127.77.0.2", SERVER, 69, **how)  # type: ignore[arg-type]  # passed on as given


def looks(plan: Plan) -> list[tuple[object, ...]]:
    return [(each.on, each.phone.mac, each.phone.label, each.phone.version) for each in Storm(plan).courses]


def test_the_same_seed_makes_the_same_storm_and_another_one_other_phones() -> None:
    first, same, other = (looks(Plan(Target(), 60, seconds=10, seed=seed)) for seed in (3, 3, 4))
    assert first == same
    assert [row[0] for row in first] != [row[0] for row in other]
    assert [row[2] for row in first] != [row[2] for row in other]
    assert {row[1] for row in first} & {row[1] for row in other} == set()
    assert all(0 <= float(str(row[0])) <= 10 for row in first)


def test_brands_take_turns_and_can_be_chosen() -> None:
    titles = {manifest.name: manifest.title for manifest in manifests()}
    assert {phone.brand for phone in fleet(len(NAMES))} == set(titles.values())
    for name in NAMES:
        assert {phone.brand for phone in fleet(5, brands=[name])} == {titles[name]}


def test_a_brand_that_nobody_knows_is_named_with_those_that_are_there() -> None:
    with pytest.raises(UnknownBrand, match=f"No brand is called acme. There are: {', '.join(NAMES)}"):
        fleet(1, brands=["acme", NAMES[0]])


def test_when_all_models_are_there_brands_go_on_taking_turns() -> None:
    models = sum(len(each.models) - ("*" in each.models) for each in manifests())
    later = [phone.brand for phone in fleet(models + 10 * len(NAMES))[models:]]
    assert {later.count(brand) for brand in later} == {10}


def test_models_come_again_with_other_firmware() -> None:
    models = sum(len(each.models) for each in manifests())
    seen: dict[tuple[str, str], set[str]] = {}
    for phone in fleet(models * 4):
        seen.setdefault((phone.brand, phone.model), set()).add(phone.version)
    assert {"3.2.0.70", "3.2.0.1011", "3.3.1.4365"} <= seen["Aastra", "6731i"]
    assert seen["Aastra", "6867i"] >= {"4.2.0.2023", "5.0.0.1018"}


def test_no_two_phones_share_a_mac() -> None:
    assert len({phone.mac for phone in fleet(3000, seed=9)}) == 3000


@pytest.mark.parametrize("name", NAMES)
def test_what_a_plugin_tells_dhcp_names_the_server(name: str) -> None:
    (phone,) = fleet(1, brands=[name])
    told = dict(told_by_plugin(phone, "127.0.0.9", 8667))
    assert any("127.0.0.9" in text for text in told.values())
    assert not any("{" in text for text in told.values())


def test_every_kind_has_firmware() -> None:
    for row in kinds(manifests()):
        for kind in row:
            assert versions(kind)[0] == kind.boot.version
