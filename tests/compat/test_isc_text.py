"""The language of dhcpd.conf: statements, blocks, strings, includes; errors name the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringboot.compat.importers.imported import BadSource
from ringboot.compat.importers.isc_text import Statement, parse_isc, read_isc


def plain(rows: tuple[Statement, ...]) -> list[object]:
    return [(" ".join(row.texts), plain(row.block)) if row.block is not None else " ".join(row.texts) for row in rows]


def test_statements_and_blocks() -> None:
    text = '# a comment\na "b;}\\"c"; ; group { d 1, 2; # e\n host x { } }\n'
    assert plain(parse_isc(text, "f")) == ['a b;}"c', ("group", ["d 1 , 2", ("host x", [])])]


def test_the_fields_of_a_definition_are_no_block() -> None:
    [row] = parse_isc("option a code 226 = array of { integer 8, text };", "f")
    assert row.texts[4:] == ("=", "array", "of", "{", "integer", "8", ",", "text", "}")


def test_strings_are_octets() -> None:
    [row] = parse_isc('x "a\\x41\\101\\n\\\\é";', "f")
    assert row.words[1].text == "aAA\n\\\xc3\xa9"


def test_places_count_lines_and_columns() -> None:
    _, row = parse_isc('a "two\nlines";\n  b c;', "f")
    assert [str(each.place) for each in row.words] == ["f:3:3", "f:3:5"]


def test_files_are_included_where_they_are_named(tmp_path: Path) -> None:
    (tmp_path / "hosts.conf").write_text("host a { }\nhost b { }")
    (tmp_path / "dhcpd.conf").write_text('group { include "hosts.conf"; }')
    assert plain(read_isc(tmp_path / "dhcpd.conf")) == [("group", [("host a", []), ("host b", [])])]
    (tmp_path / "hosts.conf").write_text('include "hosts.conf";')
    with pytest.raises(BadSource, match="include each other"):
        read_isc(tmp_path / "dhcpd.conf")


BROKEN = [
    ("a", "f:1:2: a semicolon is missing behind 'a'"),
    ("a {\n b c\n}", "f:3:1: a semicolon is missing behind 'c'"),
    ("a {", "f:1:1: the block of 'a' is never closed"),
    ("}", "f:1:1: this } closes nothing"),
    ('a "b;', "f:1:3: this string is never closed"),
    ("{" * 100, "f:1:66: more than 64 blocks"),
    ("include;", "f:1:1: a file is missing"),
    ('include "a\0b";', "a\0b:1:1: is no name of a file"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN)
def test_what_is_wrong_is_told_with_its_place(text: str, said: str) -> None:
    with pytest.raises(BadSource) as caught:
        parse_isc(text, "f")
    assert str(caught.value).startswith(said)
