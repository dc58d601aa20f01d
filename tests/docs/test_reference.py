"""The reference pages are what the tables of the program say."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from ringboot import metrics, reasons
from ringboot.catalog import FOLDER as CATALOG
from ringboot.fleet import settings
from ringboot.plugins import schema
from ringboot.plugins.manifest import load_manifest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Give docs/build.py, whatever folder the tests are run from."""
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("docs.build")


def test_the_pages_are_up_to_date(build: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    status = build.main(["--check"])
    assert (status, capsys.readouterr().out) == (0, ""), "a table has changed; run: make docs"


def test_a_stale_a_missing_and_a_left_over_page_are_named(
    build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "REFERENCE", tmp_path)
    assert build.main([]) == 0
    assert build.main(["--check"]) == 0
    capsys.readouterr()
    (tmp_path / "reasons.md").write_text("old\n")
    (tmp_path / "metrics.md").unlink()
    (tmp_path / "gone.md").write_text("nobody writes this\n")
    assert build.main(["--check"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said == [f"docs/reference/{name}.md: stale; run: make docs" for name in ("gone", "metrics", "reasons")]
    assert build.main([]) == 0
    assert {path.stem for path in tmp_path.iterdir()} == set(build.PAGES)
    assert build.stale() == []


def test_every_row_of_a_table_stands_on_its_page(build: ModuleType) -> None:
    written = {path.stem: text for path, text in build.pages().items()}
    for name in reasons.TABLE:
        assert f"| `{name}` |" in written["reasons"]
    for metric in metrics.TABLE:
        assert f"| `{metric.name}` |" in written["metrics"]
    for name in settings.TABLE:
        assert f"| `{name}` |" in written["settings"]


def test_the_catalog_page_names_each_brands_models_rules_files_and_doubts(build: ModuleType) -> None:
    written = {path.stem: text for path, text in build.pages().items()}["models"]
    for folder in sorted(path.parent for path in CATALOG.glob("*/plugin.toml")):
        known = load_manifest(folder)
        overview = next(line for line in written.splitlines() if f"| `{known.name}` |" in line)
        assert f"| {len(known.models) - 1} |" in overview
        section = written.partition(f": plugin `{known.name}`\n")[2].partition("\n## ")[0]
        assert all(f"\n| {model} | " in section for model in known.models if model != schema.ANY_MODEL)
        assert all(f"| `{path}` | " in section for path in (*known.device.files, *known.common.files))
        assert all(f"`{ask}`" in section for row in known.boot for ask in row.asks)
        told = f"NOTIFY with the event `{known.resync.event}`" if known.resync.how == "sip-notify" else "cannot be told"
        assert told in section
        doubts = section.partition("### What is unverified")[2]
        assert all(f"the key `{key}`" in doubts for key, row in known.params.items() if row.sure == "unverified")
        assert all(f"`{rule.from_}`" in doubts for rule in known.identify if rule.sure == "unverified")


def test_every_table_of_the_manifest_is_described(build: ModuleType) -> None:
    page = importlib.import_module("docs.manifest_page")
    described = {part.kind for part in page.PARTS}
    tables = {kind for kind in vars(schema).values() if isinstance(kind, type) and issubclass(kind, schema._Table)}
    # These hold one other table, or what stands in the row of `is`.
    inner = {schema._Table, schema.DeviceFiles, schema.CommonFiles, schema.Is}
    assert tables - inner <= described


def test_a_key_without_a_meaning_is_named(build: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    page = importlib.import_module("docs.manifest_page")
    first = page.PARTS[0]
    meanings = {key: text for key, text in first.meanings.items() if key != "oui"}
    monkeypatch.setattr(page, "PARTS", (first._replace(meanings=meanings),))
    with pytest.raises(KeyError, match="oui"):
        page.manifest_page()


@pytest.mark.parametrize(
    ("cells", "line"),
    [(("a|b", "", "c\nd"), "| a\\|b | | c d |"), (("", "", ""), "| | | |")],
)
def test_a_cell_stays_in_its_cell(build: ModuleType, cells: tuple[str, ...], line: str) -> None:
    assert importlib.import_module("docs.table").table(("x", "y", "z"), [cells]).splitlines()[2] == line
