"""Paths as devices and strangers ask for them."""

from __future__ import annotations

import os.path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringboot.fleet.paths import LONGEST, normalise


@pytest.mark.parametrize(
    ("door", "path", "name"),
    [
        ("http", "/Aastra/aastra.cfg", "Aastra/aastra.cfg"),
        ("http", "//Aastra//aastra.cfg", "Aastra/aastra.cfg"),
        ("http", "/./Aastra/./aastra.cfg", "Aastra/aastra.cfg"),
        ("http", "/a%20b.cfg", "a b.cfg"),
        ("http", "/%C3%A9.cfg", "é.cfg"),
        ("http", "/a%2fb.cfg", "a/b.cfg"),
        ("http", "/a%252fb.cfg", "a%2fb.cfg"),  # decoded once
        ("http", "http://10.0.0.2:8667/Aastra/aastra.cfg", "Aastra/aastra.cfg"),
        ("http", "HTTP://10.0.0.2/x", "x"),
        ("http", "/", ""),
        ("http", "/Aastra/", "Aastra/"),
        ("http", "/Aastra/.", "Aastra/"),
        ("http", "/...", "..."),
        ("http", "/a..b", "a..b"),
        ("tftp", "SEP001EF7000007.cnf.xml", "SEP001EF7000007.cnf.xml"),
        ("tftp", "/SEP001EF7000007.cnf.xml", "SEP001EF7000007.cnf.xml"),
        ("tftp", "./locale//x.jar", "locale/x.jar"),
        ("tftp", "100%.cfg", "100%.cfg"),  # TFTP names are taken as they come
        ("tftp", "a%2fb", "a%2fb"),
        ("tftp", "", ""),
    ],
)
def test_a_path_becomes_a_name_below_the_root(door: str, path: str, name: str) -> None:
    assert normalise(door, path) == name


@pytest.mark.parametrize(
    ("door", "path"),
    [
        ("http", "/../secret"),
        ("http", "/Aastra/../../secret"),
        ("http", "/..%2fsecret"),
        ("http", "/%2e%2e/secret"),
        ("http", "/.%2e/secret"),
        ("http", "/Aastra/.."),
        ("http", "/a%00.cfg"),
        ("http", "/a%0a.cfg"),
        ("http", "/a\\..\\b"),
        ("http", "/a%5c..%5cb"),
        ("http", "/%"),
        ("http", "/%zz"),
        ("http", "/%ff"),
        ("http", "/%c0%ae%c0%ae/secret"),  # overlong UTF-8
        ("http", "Aastra/aastra.cfg"),
        ("http", "http://10.0.0.2"),
        ("http", "*"),
        ("http", "/é☃"),
        ("http", "/" + "a" * LONGEST),
        ("http", "/" + "a" * 256),
        ("http", "/" + "%C3%A9" * 128),
        ("tftp", "../secret"),
        ("tftp", "/../secret"),
        ("tftp", "a/../../secret"),
        ("tftp", "..\\secret"),
        ("tftp", "C:\\secret"),
        ("tftp", "a\0b"),
        ("tftp", "a\x7fb"),
        ("tftp", "\ud800"),
        ("tftp", "a" * 256),
    ],
)
def test_what_leaves_the_root_or_cannot_be_a_name_is_none(door: str, path: str) -> None:
    assert normalise(door, path) is None


@given(st.sampled_from(["http", "tftp"]), st.text(max_size=40))
@example("http", "/a//../b")
@example("tftp", "//..")
def test_whatever_is_asked_stays_below_the_root(door: str, path: str) -> None:
    name = normalise(door, path)
    if name is not None:
        inside = os.path.normpath(os.path.join("/root", name))
        assert inside == "/root" or inside.startswith("/root/")
        assert not name.startswith("/")
        assert "\0" not in name


@given(
    st.lists(
        st.text(st.characters(exclude_characters="/\\", exclude_categories=["C"]), min_size=1, max_size=10),
        min_size=1,
        max_size=4,
    )
)
def test_a_name_survives_its_way_through_a_url(parts: list[str]) -> None:
    name = "/".join(parts)
    if all(part not in (".", "..") for part in parts) and len(name.encode()) <= 200:
        assert normalise("http", "/" + quote(name)) == name
        assert normalise("tftp", name) == name
