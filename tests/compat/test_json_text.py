"""JSON with comments, superfluous commas and includes; errors name the place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ringboot.compat.importers.imported import BadSource, Place
from ringboot.compat.importers.json_text import Node, parse_json, read_json


def plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: plain(each) for key, each in node.items()}
    return [plain(each) for each in node.value] if isinstance(node.value, list) else node.value


def test_comments_and_commas_are_no_matter() -> None:
    text = '# one\n{ // two\n"a": [1, -2.5, true, /* three\n */ null,], "b\\u00e9": "x#y//z", }\n'
    assert plain(parse_json(text, "f")) == {"a": [1, -2.5, True, None], "bé": "x#y//z"}


def test_every_value_knows_its_place() -> None:
    node = parse_json('{\n  "a": [\n    7,\n    "b" ]\n}', "f").get("a")
    assert node is not None
    assert [each.place for each in (node, *node.rows())] == [Place("f", 2, 8), Place("f", 3, 5), Place("f", 4, 5)]


def test_files_are_included_in_every_place(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text("[ 1, 2 ]")
    (tmp_path / "members.json").write_text('"c": 3, "d": 4,')
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one.json").write_text('{ "e": <?include "two.json"?> }')
    (tmp_path / "deep" / "two.json").write_text("5")
    main = tmp_path / "main.json"
    main.write_text('{ "a": <?include "list.json"?>, <?include "members.json"?>, <?include "deep/one.json"?> }')
    assert plain(read_json(main)) == {"a": [1, 2], "c": 3, "d": 4, "e": 5}


def test_a_file_that_includes_itself_is_told(tmp_path: Path) -> None:
    path = tmp_path / "main.json"
    path.write_text('{ "a": <?include "main.json"?> }')
    with pytest.raises(BadSource, match="include each other"):
        read_json(path)


BROKEN = [
    ("", "f:1:1: no value begins here"),
    ('{\n "a" 1}', "f:2:6: ':' is missing here"),
    ('{"a": 1 "b": 2}', "f:1:9: ',' is missing here"),
    ('{"a": 1, "a": 2}', "f:1:10: 'a' stands here twice"),
    ('{"a": [1, 2}', "f:1:12: ',' is missing here"),
    ("{a: 1}", "f:1:2: no name in quotes begins here"),
    ('{"a": "x\n"}', "f:1:7: this string does not end on its line"),
    ('{"a": "\\q"}', "f:1:7: this string holds a wrong escape"),
    ("{} x", "f:1:4: something follows the end"),
    ("/* x", "f:1:1: this comment does not end"),
    ('{"a": nil}', "f:1:7: no value begins here"),
    ("[" * 20000, "f:1:66: more than 64 brackets"),
    ('<?include "/dev/null"?>', "/dev/null:1:1: is not a file"),
    ('<?include "/a\0b"?>', "/a\0b:1:1: is no name of a file"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN, ids=[said for _, said in BROKEN])
def test_what_is_wrong_is_told_with_its_place(text: str, said: str) -> None:
    with pytest.raises(BadSource) as caught:
        parse_json(text, "f")
    assert str(caught.value).startswith(said)
    assert "; " in str(caught.value)
