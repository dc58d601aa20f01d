"""Reservations as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringboot.cli.exits import Failure
from ringboot.cli.tables import read_rows, write_rows

HEAD = "network,kind,value,address,hostname,option:routers\n"
KNOWN = "The columns are network, kind, value, address, hostname, option:<name>."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "r.csv"


def test_rows_carry_their_line_and_leave_out_what_is_empty(file: Path) -> None:
    file.write_text("\ufeff" + HEAD + "lan, mac ,m,10.0.0.1,,\n\n lan,mac,n,10.0.0.2,desk,10.0.0.9\n")
    assert read_rows(file) == [
        {"row": 2, "network": "lan", "kind": "mac", "value": "m", "address": "10.0.0.1"},
        {
            "row": 4, "network": "lan", "kind": "mac", "value": "n", "address": "10.0.0.2",
            "hostname": "desk", "options": {"routers": "10.0.0.9"},
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", f"{{file}}, line 1: lacks: network, kind, value, address. {KNOWN}"),
        ("network,kind,value\n", f"{{file}}, line 1: lacks: address. {KNOWN}"),
        (HEAD.replace("hostname", "host"), f"{{file}}, line 1: has unknown columns: host. {KNOWN}"),
        (HEAD.replace("option:routers", "option:"), f"{{file}}, line 1: has unknown columns: option:. {KNOWN}"),
        (HEAD.replace("hostname", "kind"), f"{{file}}, line 1: has twice: kind. {KNOWN}"),
        (HEAD + '"a"b,c\n', "{file}, line 2: is not CSV: ',' expected after '\"'."),
    ],
)
def test_a_file_that_is_no_table_is_refused(file: Path, text: str, error: str) -> None:
    file.write_text(text)
    with pytest.raises(Failure) as caught:
        read_rows(file)
    assert (caught.value.text, caught.value.code) == (error.format(file=file), 1)


def test_every_line_with_a_wrong_number_of_columns_is_named(file: Path) -> None:
    file.write_text(HEAD + "a,b\nlan,mac,m,10.0.0.1,,\na,b,c,d,e,f,g\n")
    with pytest.raises(Failure) as caught:
        read_rows(file)
    assert caught.value.fields == {
        "line 2": "2 columns, where the first line has 6",
        "line 4": "7 columns, where the first line has 6",
    }


def test_a_file_that_cannot_be_read_is_said(file: Path) -> None:
    with pytest.raises(Failure, match=r"r\.csv cannot be read: No such file or directory\.") as caught:
        read_rows(file)
    assert caught.value.code == 2
    file.write_bytes(b"\xff")
    with pytest.raises(Failure, match=r"r\.csv is not UTF-8\. Save it as UTF-8\."):
        read_rows(file)


CELL = (
    st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1, max_size=8).map(str.strip).filter(bool)
)
ROW = st.fixed_dictionaries(
    {"network": CELL, "kind": CELL, "value": CELL, "address": CELL},
    optional={"hostname": CELL, "options": st.dictionaries(CELL, CELL, min_size=1, max_size=2)},
)


@settings(max_examples=50)
@given(rows=st.lists(ROW, max_size=4))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]) -> None:
    file = tmp_path_factory.getbasetemp() / "round.csv"
    file.write_text(write_rows(rows), newline="")
    assert [{key: row[key] for key in row if key != "row"} for row in read_rows(file)] == rows


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("+1", "'+1"),
        ("-1+2", "'-1+2"),
        ("-3600", "-3600"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_no_text_is_a_formula(file: Path, text: str, cell: str) -> None:
    row = {"network": "lan", "kind": "mac", "value": "m", "address": "10.0.0.1", "options": {"root-path": text}}
    written = write_rows([row])
    assert written.splitlines()[1] == f"lan,mac,m,10.0.0.1,,{cell}"
    file.write_text(written)
    assert read_rows(file) == [{"row": 2, **row}]
