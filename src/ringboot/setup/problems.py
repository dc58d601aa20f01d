"""What is wrong with a configuration: where, what, and what to do; all of it at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or (a warning) looks wrong."""

    file: str
    line: int | None
    key: str  # dotted, without the places in lists: the line tells which; empty for the whole file
    what: str
    todo: str
    severity: str = ERROR

    def __str__(self) -> str:
        """Give `file, line, key: what; what to do`."""
        place = [self.file]
        if self.line is not None:
            place.append(f"line {self.line}")
        if self.key:
            place.append(self.key)
        mark = "warning: " if self.severity == WARNING else ""
        return f"{', '.join(place)}: {mark}{self.what}; {self.todo}"


class BadConfig(Exception):
    """A configuration that cannot be used; the text holds every error, one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems if problem.severity == ERROR))


class Wrong(ValueError):
    """A value that does not fit, in two parts: what is wrong, and what to do."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(f"{what}; {todo}")
        self.what = what
        self.todo = todo


def whole_file(path: Path, what: str, todo: str, line: int | None = None) -> BadConfig:
    """Say that a file cannot be read at all."""
    return BadConfig([Problem(str(path), line, "", what, todo)])
