"""Tables as CSV: no spreadsheet computes what stands in them, and they are read back as they were."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.desk.sheet import BadSheet, SheetLine, flat, harmless, plain, read_sheet, write_sheet

CELLS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r"), max_size=12)


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-cmd", "@SUM(A1)", "\tx", "'=1", "''@x"])
def test_what_a_spreadsheet_computes_is_kept_from_it(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert plain(harmless(text)) == text


@pytest.mark.parametrize("text", ["", "-5", "plain", "'quoted'", "a=b", "10.0.0.1"])
def test_anything_else_stays_as_it_is(text: str) -> None:
    assert harmless(text) == plain(text) == text


@given(st.lists(st.fixed_dictionaries({"a": CELLS, "b": CELLS, "=c": CELLS}), max_size=5))
def test_a_sheet_is_read_back_as_it_was(rows: list[dict[str, str]]) -> None:
    text = write_sheet(rows, ("a", "b", "=c"))
    for cells in csv.reader(io.StringIO(text, newline="")):
        assert not any(cell.startswith(("=", "+", "@", "\t")) for cell in cells)
    wanted = [{key: value.strip() for key, value in row.items()} for row in rows]
    # What stands in front of blanks only is taken for what it begins with.
    read = [line.cells for line in read_sheet(text)]
    assert read == [
        row for row, before in zip(wanted, rows, strict=True) if any(cell.strip() for cell in before.values())
    ]


def test_columns_are_dotted_keys() -> None:
    row = {"id": "d", "configured": True, "ip": None, "options": {"a": {"b": 1}}, "parent_ids": ["x", "y"]}
    assert flat(row) == {"id": "d", "configured": "true", "ip": "", "options.a.b": "1", "parent_ids": "x, y"}
    assert write_sheet([{"id": "d"}, {"id": "e", "ip": "1"}]) == "id,ip\nd,\ne,1\n"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [(1, "holds no titles of columns")]),
        ("a,a\n1,2\n", [(1, "has twice: a")]),
        ("a,b\n1\n1,2\n", [(2, "1 columns, where the first line has 2")]),
        ('a,b\n"1,2\n', [(2, "is not CSV: unexpected end of data")]),
    ],
)  # fmt: skip
def test_what_is_no_table_is_told_with_its_lines(text: str, faults: list[tuple[int, str]]) -> None:
    with pytest.raises(BadSheet) as caught:
        read_sheet(text)
    assert [(each["row"], each["error"]) for each in caught.value.faults] == faults


def test_lines_have_their_numbers_and_empty_ones_are_passed_over() -> None:
    assert read_sheet("\ufeffa,b\n\n1, 2 \n,\n") == [SheetLine(3, {"a": "1", "b": "2"})]
