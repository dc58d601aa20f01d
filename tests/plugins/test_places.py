"""The line of every key, list element and table of a TOML text."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.plugins.places import line_at, lines_of

TEXT = """\
# first
name = "x"   # a ] and a } and "quotes" in a comment
list = [
  1,  # one
  "two, ]",
  { a = 1, b = [
     3 ] },
]

[dhcp]
43.2 = 'literal \\'
"66" = "basic \\" quote"
long = \"\"\"
[not.a.header]
"" # inside
\"\"\"
after = 1

[[identify]]
from = "a"

[[identify]]
from = "b"
rename = { "51i" = "6751i", "x y" . z = 2 }
[identify.deep]
er = 1

[a."b.c".d]
e = 2001-01-01 07:00:00
f = '''it''s'''
g = 1"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("list",), 3),
        (("list", 0), 4),
        (("list", 1), 5),
        (("list", 2), 6),
        (("list", 2, "a"), 6),
        (("list", 2, "b", 0), 7),
        (("dhcp",), 10),
        (("dhcp", "43"), 11),
        (("dhcp", "43", "2"), 11),
        (("dhcp", "66"), 12),
        (("dhcp", "long"), 13),
        (("dhcp", "after"), 17),
        (("identify", 0), 19),
        (("identify", 0, "from"), 20),
        (("identify", 1, "from"), 23),
        (("identify", 1, "rename", "51i"), 24),
        (("identify", 1, "rename", "x y", "z"), 24),
        (("identify", 1, "deep", "er"), 26),
        (("a", "b.c", "d", "e"), 29),
        (("a", "b.c", "d", "f"), 30),
        (("a", "b.c", "d", "g"), 31),
    ],
    ids=str,
)
def test_line(path: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(TEXT)
    assert lines_of(TEXT)[path] == line


def test_a_header_inside_a_string_is_no_table() -> None:
    assert ("not",) not in lines_of(TEXT)


def test_the_nearest_place_stands_in_for_what_is_missing() -> None:
    lines = lines_of(TEXT)
    assert line_at(lines, ("identify", 1, "match")) == 22
    assert line_at(lines, ("nowhere",)) == 1


def test_windows_line_ends() -> None:
    assert lines_of('a = 1\r\nb = """x\r\ny"""\r\nc = [\r\n 1]\r\n') == {("a",): 1, ("b",): 2, ("c",): 4, ("c", 0): 5}


VALUES = st.recursive(
    st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(blacklist_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.\"' =#]", max_size=3), inner, max_size=3),
    max_leaves=8,
)


def write(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {write(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[ # comment ]\n" + ",\n".join(map(write, value)) + "]"
    return quoted(value) if isinstance(value, str) else str(value).lower()


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def paths(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return set().union({path} if path else set(), *(paths(item, (*path, key)) for key, item in inner))


@given(st.dictionaries(st.text("ab.\"' =#]", max_size=4), VALUES, max_size=4))
def test_every_path_that_tomllib_reads_has_a_line(document: dict[str, Any]) -> None:
    text = "\n".join(f"{quoted(key)} = {write(value)}" for key, value in document.items())
    read = tomllib.loads(text)
    assert set(lines_of(text)) == paths(read)
