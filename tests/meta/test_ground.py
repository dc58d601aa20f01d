"""What a clean clone brings along: pinned packages, the commands of the Makefile, and what CI runs."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.]+)")
# For pip's own building.
BUILD = {"hatch-mypyc", "hatchling", "trove-classifiers", "tomlkit", "editables", "packaging", "pathspec", "pluggy"}
PROMISED = ("install", "demo", "test", "test-long", "bench", "lint", "docs")


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    found = [PIN.fullmatch(line) for line in lines]
    assert all(found), "a name and a version in each line, and no address of a registry"
    return {canonicalize_name(pin[1]): pin[2] for pin in found if pin}


def needed(name: str, *extras: str) -> set[str]:
    """Name what pip installs for a distribution, and for those below it."""
    found: set[str] = set()
    todo = [(name, extras)]
    done: set[tuple[str, tuple[str, ...]]] = set()
    while todo:
        each, wanted = todo.pop()
        if (each, wanted) in done:
            continue
        done.add((each, wanted))
        for text in requires(each) or ():
            need = Requirement(text)
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *wanted)):
                found.add(canonicalize_name(need.name))
                todo.append((canonicalize_name(need.name), tuple(sorted(need.extras))))
    return found


def test_every_package_that_is_installed_is_pinned_and_no_other() -> None:
    pinned = pins()
    installed = needed("ringboot", "dev")
    assert len(installed) > 40
    assert pinned.keys() - BUILD == installed - BUILD
    assert pinned.keys() >= BUILD
    differ = {name: pinned[name] for name in installed if pinned[name] != version(name)}
    assert differ == {}, "run: make install"


@pytest.mark.parametrize("target", PROMISED)
def test_make_knows_what_to_do(target: str) -> None:
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True)
    assert target == "install" or done.stdout


@pytest.mark.parametrize("target", ["install", "lint"])
def test_what_make_installs_is_held_by_the_pins(target: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).touch()
    done = subprocess.run(["make", "-n", target], cwd=tmp_path, capture_output=True, text=True, check=True)
    calls = [line for line in done.stdout.splitlines() if "pip " in line]
    assert len(calls) == (1 if target == "install" else 2)
    assert all(line.startswith("PIP_CONSTRAINT=constraints.txt ") for line in calls)


def ran_by_ci(folder: Path, fails: str = "nothing") -> tuple[list[str], int]:
    """Run .ci/run with a `make` that only notes what it is told, and may fail at one of it."""
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", folder / ".ci")
    make = folder / "make"
    make.write_text(f'#!/bin/sh\necho "$@" >>"{folder}/told"\n[ "$1" != {fails} ]\n')
    make.chmod(0o755)
    path = {"PATH": f"{folder}:/usr/bin:/bin"}
    done = subprocess.run([folder / ".ci" / "run"], env=path, capture_output=True, text=True, check=False)
    return (folder / "told").read_text().splitlines(), done.returncode


def test_ci_checks_style_pages_tests_and_the_demo(tmp_path: Path) -> None:
    assert ran_by_ci(tmp_path) == (["lint", "docs ARGS=--check", "test", "demo ARGS=--json"], 0)


def test_ci_fails_with_the_first_check_that_does(tmp_path: Path) -> None:
    told, status = ran_by_ci(tmp_path, fails="test")
    assert told[-1] == "test"
    assert status != 0


def test_lint_is_style_types_and_layers() -> None:
    done = subprocess.run(["make", "-n", "lint"], cwd=ROOT, capture_output=True, text=True, check=True)
    for program in ("ruff check .", "ruff format --check .", "/mypy", "lint-imports"):
        assert program in done.stdout
