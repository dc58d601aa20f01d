"""The contracts on imports are kept, and each is noticed when it is not."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = ("reasons", "wire", "dhcp", "tftp", "sip", "model", "leases", "answer")
ALLOWED = {"sip": {"sipmessage"}}  # which stands on the standard library itself

# What is added to which file, and the contract that it breaks.
DOWN, GROUND, LIGHT, DOORS, WORKERS = (
    "Imports point down only",
    "The ground is pure",
    "The dhcp process stays light",
    "The doors know the fleet by messages only",
    "Only workers render",
)
BREACHES = [
    ("answer/query.py", "import ringboot.store.errors", DOWN),  # upwards
    ("answer/query.py", "import ringboot.fleet.paths", DOWN),  # a neighbour
    ("novel/__init__.py", "", DOWN),  # a folder that nobody gave a place
    ("loose.py", "", DOWN),  # a module that nobody gave a place
    ("leases/terms.py", "import time", GROUND),
    ("host/start.py", "import pydantic", LIGHT),  # which the dhcp process imports
    ("servers/dhcp/arp.py", "import ringboot.servers.http", LIGHT),  # which takes aiohttp along
    ("servers/http.py", "import ringboot.fleet.files", DOORS),
    ("desk/renders.py", "import ringboot.plugins.render", WORKERS),
]


def lint(source: Path, folder: Path) -> str:
    """Run the linter of imports over a source."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", ROOT / "pyproject.toml"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(source)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_the_contracts_are_kept(tmp_path: Path) -> None:
    said = lint(ROOT / "src", tmp_path)
    for contract in (DOWN, GROUND, LIGHT, DOORS, WORKERS):
        assert f"{contract} KEPT" in said
    assert " 0 broken." in said


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give what is said of each contract when all of them are broken at once."""
    folder = tmp_path_factory.mktemp("broken")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for path, line, _ in BREACHES:
        file = folder / "src" / "ringboot" / path
        file.parent.mkdir(exist_ok=True)
        file.write_text((file.read_text() if file.exists() else '"""New."""\n') + line + "\n")
    said = lint(folder / "src", folder).partition("Broken contracts")[2]
    titles = [(said.index(f"\n{contract}\n"), contract) for contract in (DOWN, GROUND, LIGHT, DOORS, WORKERS)]
    ends = [*(place for place, _ in titles[1:]), len(said)]
    return {contract: said[place:end] for (place, contract), end in zip(titles, ends, strict=True)}


@pytest.mark.parametrize(("path", "line", "contract"), BREACHES)
def test_a_breach_is_noticed(path: str, line: str, contract: str, broken: dict[str, str]) -> None:
    module = "ringboot." + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    breach = f"{module} -> {line.removeprefix('import ')} (" if line else f"- {module}\n"
    assert breach in broken[contract]


@pytest.mark.parametrize("name", PURE)
def test_the_ground_stands_on_the_standard_library_alone(name: str) -> None:
    """The linter knows forbidden packages by name; here any other is noticed."""
    place = ROOT / "src" / "ringboot" / name
    for path in place.rglob("*.py") if place.is_dir() else (place.with_suffix(".py"),):
        for node in ast.walk(ast.parse(path.read_text())):
            imported = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            imported += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            roots = {each.partition(".")[0] for each in imported}
            assert roots <= {"ringboot", *sys.stdlib_module_names, *ALLOWED.get(name, ())}, path
