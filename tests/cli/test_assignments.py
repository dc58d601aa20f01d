"""key=value on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ringboot.cli.assignments import flat_of, overlaid, read_json, tree_of
from ringboot.cli.exits import USAGE, Failure


@pytest.mark.parametrize(
    ("words", "tree"),
    [
        (["a=1"], {"a": "1"}),
        (["a:=1"], {"a": 1}),
        (['a:={"b": [true]}'], {"a": {"b": [True]}}),
        (["a="], {"a": ""}),
        (["a=b=c:=d"], {"a": "b=c:=d"}),
        (["a.1.b=x", "a.1.c=y", "a.2.b=z"], {"a": {"1": {"b": "x", "c": "y"}, "2": {"b": "z"}}}),
    ],
)
def test_words_become_a_tree(words: list[str], tree: dict[str, Any]) -> None:
    assert tree_of(words) == tree


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("a", "'a' says no value. Write it as key=text or key:=JSON."),
        ("=x", "'=x' says no value. Write it as key=text or key:=JSON."),
        (":=1", "':=1' says no value. Write it as key=text or key:=JSON."),
        ("a:=yes", "'a:=yes': what stands after := is not JSON: Expecting value: line 1 column 1 (char 0)."),
    ],
)
def test_a_word_that_says_nothing_is_a_usage_error(word: str, error: str) -> None:
    with pytest.raises(Failure) as caught:
        tree_of([word])
    assert (caught.value.text, caught.value.code) == (error, USAGE)


def test_a_value_cannot_hold_others() -> None:
    with pytest.raises(Failure, match=r"'a\.b': 'a' has a value already and cannot hold others\."):
        tree_of(["a=1", "a.b=2"])


def test_names_of_options_keep_their_dots() -> None:
    assert flat_of(["43.2=hex:01", "routers=a=b"]) == {"43.2": "hex:01", "routers": "a=b"}
    with pytest.raises(Failure, match="'x' says no value"):
        flat_of(["x"])


def test_trees_are_laid_over_each_other() -> None:
    below = {"a": {"b": 1, "c": 2}, "d": 3}
    assert overlaid(below, {"a": {"b": 9}, "d": {"e": 4}}) == {"a": {"b": 9, "c": 2}, "d": {"e": 4}}
    assert below == {"a": {"b": 1, "c": 2}, "d": 3}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (None, "{path} cannot be read: No such file or directory."),
        ("{", "{path} is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)."),
        ("[1]", "{path} must hold one JSON object, in {{ }}."),
    ],
)
def test_a_file_must_hold_an_object(tmp_path: Path, text: str | None, error: str) -> None:
    path = tmp_path / "raw.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(Failure) as caught:
        read_json(path)
    assert caught.value.text == error.format(path=path)
