"""Reads the administrator's files: each becomes a module of its own name, beside the others of its folder."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
import types
from collections.abc import Callable, Sequence
from pathlib import Path

_PACKAGE = "site_scripts"


class ScriptFault(Exception):
    """A file that cannot be used: where, and why."""

    def __init__(self, path: str, line: int | None, why: str) -> None:
        super().__init__(f"{path}{f':{line}' if line else ''}: {why}")
        self.path = path
        self.line = line
        self.why = why


def load(paths: Sequence[Path], beat: Callable[[], None]) -> None:
    """Run these files in order, as if none had run before; ScriptFault says what is wrong with the first that fails.

    `beat` is called before each.
    """
    for name in [name for name in sys.modules if name.partition(".")[0].rstrip("_0123456789") == _PACKAGE]:
        del sys.modules[name]
    packages: dict[Path, str] = {}
    for path in paths:
        beat()
        folder = path.parent
        if folder not in packages:
            packages[folder] = _package(folder, len(packages))
        _run(path, packages[folder])


def _package(folder: Path, count: int) -> str:
    """Make a folder a package, so that its files may import each other: `from .shared import x`, `import shared`."""
    name = _PACKAGE + (f"_{count + 1}" if count else "")
    package = types.ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    return name


def _run(path: Path, package: str) -> None:
    name = f"{package}.{path.stem}"
    try:
        if not path.is_file():
            raise ScriptFault(str(path), None, "there is no such file")
        if name in sys.modules and getattr(sys.modules[name], "__file__", None) == str(path):
            return  # another one has imported it
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ScriptFault(str(path), None, "it is no Python: its name must end with .py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    except ScriptFault:
        raise
    except BaseException as error:
        raise fault_of(error, path) from None


def fault_of(error: BaseException, path: Path) -> ScriptFault:
    """Say where in the administrator's files an error came up, and which."""
    if isinstance(error, SyntaxError) and error.filename:
        return ScriptFault(error.filename, error.lineno, f"{type(error).__name__}: {error.msg}")
    what = str(error)
    why = f"{type(error).__name__}: {what}" if what else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent == path.parent]
    if not own:
        return ScriptFault(str(path), None, why)
    return ScriptFault(own[-1].filename, own[-1].lineno, why)
