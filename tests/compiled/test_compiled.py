"""The compiled package says what the source says: the tests of the way of a DHCP message, run against it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.whole.checker.run import NETWORK
from tests.whole.daemon import Daemon, free_port

ROOT = Path(__file__).parents[2]
HOOK = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]
SOURCES = [ROOT / pattern.removeprefix("/") for pattern in HOOK["mypyc"]["include"]]
TESTS = "tests/answer tests/dhcp tests/leases tests/model tests/servers/dhcp tests/store tests/whole/test_clients.py"
# Replaces a function of a compiled module by another one, which those that were compiled with it do not see.
REPLACING = "tests/servers/dhcp/test_door.py::test_a_fault_in_deciding_costs_one_message_only"
pytestmark = [pytest.mark.long, pytest.mark.timeout(1500)]


def modules() -> Iterator[str]:
    for source in SOURCES:
        for file in sorted(source.parent.glob(source.name)):
            if file.name != "__init__.py":
                yield ".".join(file.relative_to(ROOT / "src").with_suffix("").parts)


@pytest.fixture(scope="module")
def folder() -> Path:
    """Build the package as the how-to says, and unpack it."""
    built = [f"VENV={sys.prefix}", f"{sys.prefix}/.compiled"]
    done = subprocess.run(["make", "-C", ROOT, *built], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return Path(sys.prefix) / "compiled"


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTHONPATH"] = str(folder)
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_every_module_that_is_named_is_compiled(folder: Path) -> None:
    names = list(modules())
    assert len(names) > len(SOURCES)
    told = "import importlib, sys; print(*(importlib.import_module(each).__file__ for each in sys.argv[1:]))"
    done = python(folder, "-c", told, *names)
    assert done.returncode == 0, done.stderr
    files = done.stdout.split()
    assert [Path(file).name.partition(".")[0] for file in files] == [name.rpartition(".")[2] for name in names]
    assert {Path(file).suffix for file in files} == {".so"}


def test_it_passes_the_tests_of_the_source(folder: Path) -> None:
    done = python(
        folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile", "-m", "not long",
        *TESTS.split(), "--deselect", REPLACING,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]


def test_the_daemon_says_which_it_is(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ringboot status --json" in (ROOT / "docs/howto/speed.md").read_text()
    for which, compiled in (("source", False), ("package", True)):
        if compiled:
            monkeypatch.setenv("PYTHONPATH", str(folder))
        (tmp_path / which).mkdir()
        config = NETWORK.replace("PORT", str(free_port())).replace("POOL", "127.80.1.0-127.80.1.9")
        with Daemon(tmp_path / which, config) as daemon:
            assert daemon.json("status")["compiled"] is compiled
