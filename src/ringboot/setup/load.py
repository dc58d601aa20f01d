"""The way into a configuration: load it to run, or check it to tell everything that is wrong."""

from __future__ import annotations

from pathlib import Path

from ringboot.setup.checks import check_machine, check_site
from ringboot.setup.machine import Machine
from ringboot.setup.problems import BadConfig, Problem
from ringboot.setup.reading import read_draft, read_text, refuse, settings_of
from ringboot.setup.settings import Settings


def load(path: Path) -> Settings:
    """Read a configuration; BadConfig holds every error."""
    return load_text(path, read_text(path))


def load_text(path: Path, text: str) -> Settings:
    """Read a configuration from its text; `path` is what errors call it and where relative paths start."""
    draft = read_draft(path, text)
    check_site(draft)
    refuse(draft)
    return settings_of(draft)


def check(path: Path, machine: Machine | None = None) -> list[Problem]:
    """Give everything that is wrong or looks wrong, on this machine when one is given, in the order of the file."""
    return look(path, machine)[0]


def look(path: Path, machine: Machine | None = None) -> tuple[list[Problem], Settings | None]:
    """Do as `check`, and give what could be read; None when the file is no TOML."""
    try:
        draft = read_draft(path, read_text(path))
    except BadConfig as error:
        return list(error.problems), None
    check_site(draft)
    if machine is not None:
        check_machine(draft, machine)
    return sorted(draft.problems, key=lambda problem: (problem.line or 0, problem.key)), settings_of(draft)
