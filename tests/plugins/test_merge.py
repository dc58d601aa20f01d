"""Two changes of one text are brought together, or stand marked; nothing of either is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.catalog import FOLDER as CATALOG
from ringboot.plugins.merge import merge
from ringboot.plugins.merged import MARKS, Texts, first_mark

EARLIER = Path(__file__).parents[1] / "catalog" / "earlier" / "aastra-base.tpl"


def merged(base: str, yours: str, theirs: str) -> str:
    """Merge words as lines, and give words again."""
    one, two, three = ("".join(f"{word}\n" for word in text.split()) for text in (base, yours, theirs))
    made = merge(Texts(one, two, three))
    return " ".join(made.text.split())


@pytest.mark.parametrize(
    ("base", "yours", "theirs", "result"),
    [
        ("a b c", "a b c", "a b c", "a b c"),
        ("a b c", "a X c", "a b c", "a X c"),
        ("a b c", "a b c", "a X c", "a X c"),
        ("a b c d e", "X b c d e", "a b c d Y", "X b c d Y"),
        ("a b c", "a c", "a b c d", "a c d"),
        ("a b c", "a X c", "a X c", "a X c"),
        ("", "a", "", "a"),
        ("a", "", "a", ""),
        ("a b c", "a", "a b c", "a"),
        ("a b c", "a n b c", "a b c n", "a n b c n"),
        ("a b c", "a P X c", "a P Y c", "a P <<<<<<< yours X ||||||| base b ======= Y >>>>>>> theirs c"),
        ("a b", "a b X", "a b Y", "a b <<<<<<< yours X ||||||| base ======= Y >>>>>>> theirs"),
        ("a b c", "a c", "a Y c", "a <<<<<<< yours ||||||| base b ======= Y >>>>>>> theirs c"),
    ],
)
def test_what_one_side_changed_is_taken(base: str, yours: str, theirs: str, result: str) -> None:
    assert merged(base, yours, theirs) == result


def test_a_conflict_is_told_by_its_line_and_marked_whole_lines_only() -> None:
    made = merge(Texts("a\nb", "a\nX", "a\nY", ("base 1.0", "mine", "base 1.1")))
    assert made.text == "a\n<<<<<<< mine\nX\n||||||| base 1.0\nb\n=======\nY\n>>>>>>> base 1.1\n"
    assert made.conflicts == (2,)
    assert first_mark(made.text) == 2
    assert first_mark("a\nb =======\n") == 0


LINES = st.lists(st.sampled_from("abcd\r"), max_size=12).map("\n".join)


@given(LINES, LINES)
def test_one_change_alone_is_taken_as_it_is(base: str, changed: str) -> None:
    assert merge(Texts(base, changed, base)) == (changed, ())
    assert merge(Texts(base, base, changed)) == (changed, ())
    assert merge(Texts(base, changed, changed)) == (changed, ())


@given(LINES, LINES, LINES)
def test_a_merge_takes_nothing_from_nowhere_and_loses_no_side(base: str, yours: str, theirs: str) -> None:
    made = merge(Texts(base, yours, theirs))
    lines = made.text.split("\n")
    assert set(lines) - {"", *MARKS} <= {*base.split("\n"), *yours.split("\n"), *theirs.split("\n")} | {
        "<<<<<<< yours", "||||||| base", ">>>>>>> theirs",
    }  # fmt: skip
    assert [number for number, line in enumerate(lines, 1) if line == "<<<<<<< yours"] == list(made.conflicts)
    new = {line for line in yours.split("\n") if line not in base.split("\n")} - {""}
    assert new <= set(lines), "what one side added is there"


def test_a_shipped_template_of_before_migrates_to_the_present_one() -> None:
    before, now = EARLIER.read_text(), (CATALOG / "aastra" / "templates" / "base.tpl").read_text()
    assert before != now
    mine = before.replace("directed call pickup: ", "lldp: 1\ndirected call pickup: ", 1)
    assert mine != before
    made = merge(Texts(before, mine, now))
    assert made.conflicts == ()
    assert made.text == now.replace("directed call pickup: ", "lldp: 1\ndirected call pickup: ", 1)
    clash = before.replace("preset | default([])", "preset | default([1])")
    made = merge(Texts(before, clash, now))
    assert made.conflicts == (3,)
    assert "default([1])" in made.text
    assert "default(phone.preset)" in made.text
