"""File names with placeholders, and how versions compare."""

from __future__ import annotations

import itertools

import pytest

from ringboot.plugins import names, version

PHONE = {"mac": "00085d2eecfb", "MAC": "00085D2EECFB", "model": "6757i CT", "serial": None, "line": "1"}


@pytest.mark.parametrize(
    ("name", "filled"),
    [
        ("{mac}.cfg", "00085d2eecfb.cfg"),
        ("Acme/{MAC}-{line}.cfg", "Acme/00085D2EECFB-1.cfg"),
        ("{model}/{mac}{mac}", "6757i CT/00085d2eecfb00085d2eecfb"),
        ("{serial}.xml", None),
        ("plain.cfg", "plain.cfg"),
    ],
)
def test_fill(name: str, filled: str | None) -> None:
    assert names.fill(name, PHONE) == filled


@pytest.mark.parametrize("claimed", ["", "..", "../x", "a/b", ".hidden", "a\nb", "a\x00", "x" * 65, "{mac}", "é"])
def test_what_a_device_claims_never_leaves_its_component(claimed: str) -> None:
    assert names.fill("{model}.cfg", {"model": claimed}) is None


@pytest.mark.parametrize(
    ("name", "path", "groups"),
    [
        ("Acme/{MAC}.cfg", "Acme/00085D2EECFB.cfg", {"MAC": "00085D2EECFB"}),
        ("Acme/{MAC}.cfg", "Acme/00085d2eecfb.cfg", None),
        ("Acme/{MAC}.cfg", "Acme/00085D2EECFBxcfg", None),
        ("{model}/{mac}-{mac}", "A/00085d2eecfb-00085d2eecfb", {"model": "A", "mac": "00085d2eecfb"}),
        ("{model}/{mac}-{mac}", "A/00085d2eecfb-00085d2eecfc", None),
        ("{serial}.xml", "a/b.xml", None),
    ],
)
def test_shape(name: str, path: str, groups: dict[str, str] | None) -> None:
    found = names.shape(name).fullmatch(path)
    assert (found and found.groupdict()) == groups


@pytest.mark.parametrize("name", ["", "/a", "a//b", "a/../b", "./a", "a\\b", "a\nb", "{nose}", "{}"])
def test_wrong_names(name: str) -> None:
    assert names.check(name)


ORDER = ["1.9", "1.10", "3.3.1", "3.3.1-SP4", "3.3.1.4365", "9.4.2SR1", "9.4.2SR3", "10.1.54.13", "10.1.215.13"]


@pytest.mark.parametrize(("older", "newer"), list(itertools.pairwise(ORDER)))
def test_versions_compare_as_people_number_them(older: str, newer: str) -> None:
    assert version.natural(older) < version.natural(newer)


@pytest.mark.parametrize(
    ("one", "other", "same"), [("6.1.5(a)", "6.1.5-A", True), ("3.2", "3.2.0", False), ("03", "3", True)]
)
def test_same_version(one: str, other: str, same: bool) -> None:
    assert version.same(one, other) == same


@pytest.mark.parametrize(
    ("name", "filled"),
    [
        ("{mac}.cfg", "00085d2eecfb.cfg"),
        ("{MAC}.cfg", "00085D2EECFB.cfg"),
        ("hip-{mac_dashes}.xml", "hip-00-08-5D-2E-EC-FB.xml"),
        ("ip_{mac_underscores}.cfg", "ip_00_08_5d_2e_ec_fb.cfg"),
        ("pxelinux.cfg/01-{mac_hyphens}", "pxelinux.cfg/01-00-08-5d-2e-ec-fb"),
    ],
)
def test_a_mac_is_written_in_each_way_and_known_again(name: str, filled: str) -> None:
    assert names.fill(name, names.spellings("00:08:5d:2e:ec:fb")) == filled
    assert names.shape(name).fullmatch(filled)
    assert not names.shape(name).fullmatch(filled.swapcase())
    assert names.fill(name, names.spellings(None)) is None
