"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ringboot import reasons
from ringboot.catalog import FOLDER as CATALOG

SOURCE = Path(reasons.__file__).parent
FILES = sorted(path for path in SOURCE.rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}


def test_the_house_has_files() -> None:
    assert len(FILES) > 30


def test_a_file_is_short_and_says_what_lives_there() -> None:
    for path in FILES:
        text = path.read_text()
        most = 800 if path.name == "reasons.py" else 420  # a table of every "why": whoever adds one must see them all
        assert text.count("\n") <= most, f"{path}: split it: one file, one noun"
        assert ast.get_docstring(ast.parse(text)), f"{path}: its first line says what lives there"
        assert path.stem not in FORBIDDEN_NAMES, path


# What administrators' scripts import is the one face that has something to show.
FACES = [path for path in sorted(SOURCE.rglob("__init__.py")) if path.parent.name != "scripts"]


@pytest.mark.parametrize("path", FACES, ids=lambda path: path.parent.name)
def test_package_faces_import_nothing_of_ours(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("ringboot")


def brand_words() -> set[str]:
    words = {
        "mitel",
        "linksys",
        "sipura",
        "polycom",
        "yealink",
        "snom",
        "grandstream",
        "fanvil",
        "gigaset",
        "panasonic",
    }
    for folder in CATALOG.iterdir():
        if (folder / "plugin.toml").exists():
            words.add(folder.name.split("-")[0])
    return words


def test_no_brand_is_named_outside_the_catalog() -> None:
    words = brand_words() - {"netboot"}  # which is no brand: its catalog plugin is named after what it does
    for path in FILES:
        if not path.is_relative_to(SOURCE / "catalog") and not path.is_relative_to(SOURCE / "compat"):
            found = words & set(re.findall(r"[a-z0-9]+", path.read_text().lower()))
            assert not found, f"{path}: brand names belong into the catalog: {sorted(found)}"


def test_every_reason_is_used_and_its_text_can_be_filled() -> None:
    sources = "\n".join(path.read_text() for path in FILES if path.name != "reasons.py")
    names = {value.id: name for name, value in vars(reasons).items() if isinstance(value, reasons.Reason)}
    unused = [id_ for id_ in reasons.TABLE if names[id_] not in sources and f'"{id_}"' not in sources]
    assert not unused, "a reason that nothing gives is a promise not kept"
    for id_ in reasons.TABLE:
        assert reasons.tell(id_, {})


def test_nothing_prints_outside_the_commands() -> None:
    for path in FILES:
        if path.is_relative_to(SOURCE / "cli") or path.is_relative_to(SOURCE / "sim"):
            continue
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        assert not any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls), path


def test_a_line_of_the_log_has_a_fixed_event_and_what_differs_in_named_fields() -> None:
    levels = {"debug", "info", "warning", "error", "exception"}
    for path in FILES:
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Attribute) and call.func.attr in levels and "log.get(" in ast.unparse(call):
                assert [type(each) for each in call.args] == [ast.Constant], f"{path}:{call.lineno}"
