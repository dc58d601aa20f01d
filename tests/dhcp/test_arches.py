"""The architectures by name and number."""

from __future__ import annotations

import pytest

from ringboot.dhcp.arches import TABLE, codes_of, name_of


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_each_name_stands_for_its_codes(row) -> None:  # type: ignore[no-untyped-def]  # a row of the table
    assert codes_of(row.name) == codes_of(row.name.upper()) == row.codes
    assert row.meaning
    for code in row.codes:
        assert code in codes_of(name_of(code))


def test_no_name_stands_twice_and_http_is_apart() -> None:
    assert len({row.name for row in TABLE}) == len(TABLE)
    http = {code for row in TABLE if row.name.endswith("-http") for code in row.codes}
    assert http == {15, 16, 17, 18, 19, 20, 23, 24, 26, 28, 30, 38, 40}
    assert not http & {code for row in TABLE if not row.name.endswith("-http") for code in row.codes}


def test_numbers_are_names_too() -> None:
    assert (codes_of("7"), codes_of("65535"), name_of(65535)) == ((7,), (65535,), "65535")
    assert (name_of(0), name_of(6), name_of(7), name_of(9)) == ("x86-bios", "x86-uefi-32", "x86-uefi-64", "x86-uefi-64")


@pytest.mark.parametrize("text", ["x86", "", "-1", "65536", "7.0", "²"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no architecture"):
        codes_of(text)
