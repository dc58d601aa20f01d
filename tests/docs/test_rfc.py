"""The table of requirements is honest: what it says is shown, is shown by tests that are there."""

from __future__ import annotations

import ast
import importlib
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def rfcs(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("docs.rfc_table")


@cache
def found_in(name: str) -> set[str]:
    """Give the tests of a file below tests/; none when it is not there."""
    path = ROOT / "tests" / f"{name}.py"
    body = ast.parse(path.read_text()).body if path.exists() else []
    return {
        each.name for each in body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and is_test(each.name)
    }


def is_test(name: str) -> bool:
    return name.startswith("test_")


def test_each_test_that_is_named_is_there(rfcs: ModuleType) -> None:
    named = [test for row in rfcs.TABLE for test in row.shown]
    assert [test for test in named if test.partition("::")[2] not in found_in(test.partition("::")[0])] == []


def test_what_is_met_is_shown_and_what_is_not_says_what_is_missing(rfcs: ModuleType) -> None:
    for row in rfcs.TABLE:
        assert row.state in (rfcs.YES, rfcs.PARTIAL, rfcs.NO), row
        assert bool(row.shown) is (row.state != rfcs.NO), row
        assert bool(row.lacks) is (row.state != rfcs.YES), row
        assert row.rfc in rfcs.TITLES, row
    assert {row.rfc for row in rfcs.TABLE} == rfcs.TITLES.keys()
    assert len({(row.rfc, row.says) for row in rfcs.TABLE}) == len(rfcs.TABLE)


@pytest.mark.parametrize("rfc", [2131, 3396, 3397, 3442, 6842, 4039, 3527, 5107, 3011, 951])
def test_every_rfc_that_we_promise_has_rows(rfcs: ModuleType, rfc: int) -> None:
    assert any(row.rfc == rfc for row in rfcs.TABLE)
