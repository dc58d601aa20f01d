"""Firmware ages come from the rows of the catalog, and the catalog's plugins are chosen by them."""

from __future__ import annotations

from collections import Counter

import pytest

from ringboot.plugins.version import natural
from ringboot.sim.ages import AGES, NEWER, OLD, PRESENT, firmware, of_all_ages
from ringboot.sim.fleet import kinds, manifests

ROWS = {row[0].manifest.name: row for row in kinds(manifests())}
SERVER = ("127.0.0.1", 6767)


@pytest.mark.parametrize("brand", ROWS)
def test_ages_are_told_by_the_rows_of_the_catalog(brand: str) -> None:
    for kind in ROWS[brand]:
        rows = kind.manifest.models[kind.model].versions
        old, present, newer = (firmware(kind, age) for age in (OLD, PRESENT, NEWER))
        assert {old, present} <= set(rows)
        assert natural(old) <= natural(present) == max(map(natural, rows)) < natural(newer)
        assert (natural(old) < natural(present)) is (len(rows) > 1)


@pytest.mark.parametrize(
    ("before", "after"), [("05.20.0001", "05.20.0002"), ("9.4.2SR9", "9.4.2SR10"), ("6.4.0.140", "6.4.0.141")]
)
def test_newer_is_the_next_number(before: str, after: str) -> None:
    kind = ROWS["snom"][0]
    models = {kind.model: kind.manifest.models[kind.model].model_copy(update={"firmware": before})}
    kind = kind._replace(manifest=kind.manifest.model_copy(update={"models": models}))
    assert firmware(kind, NEWER) == after


def test_every_brand_has_every_age_and_no_model_twice() -> None:
    fleet = of_all_ages(sum(min(6, len(row)) for row in ROWS.values()), "127.77.0.2", SERVER, 69)
    counts = Counter((each.phone.brand, each.age) for each in fleet)
    few = {row[0].manifest.title for row in ROWS.values() if len(row) < 6}  # brands of so few models have not every age
    assert {count for (brand, _), count in counts.items() if brand not in few} == {2}
    assert {brand for brand, _ in counts} == {row[0].manifest.title for row in ROWS.values()}
    assert len({each.phone.label for each in fleet}) == len({each.phone.mac for each in fleet}) == len(fleet)
    for each in fleet:
        expected = each.expected
        assert expected is not None
        assert each.fits == ("firmware" if each.tells and each.age != NEWER else "model")
        assert (each.phone.version in expected.why) is each.tells


def test_a_fleet_of_one_phone_of_each_brand_has_every_age() -> None:
    fleet = of_all_ages(len(ROWS), "127.77.0.2", SERVER, 69)
    assert {each.phone.brand for each in fleet} == {row[0].manifest.title for row in ROWS.values()}
    assert {each.age for each in fleet} == set(AGES)


def test_a_fleet_of_everything_holds_each_model_once() -> None:
    models = sum(len(row) for row in ROWS.values())
    fleet = of_all_ages(models + 1, "127.77.0.2", SERVER, 69)
    assert len(fleet) == models
    assert {each.age for each in fleet} == set(AGES)
