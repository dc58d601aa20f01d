"""The hooks that scripts bring, in the order in which they came, with what they cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ringboot.model.scripting import Hello, Hook
from ringboot.scripts.store import Witness
from ringboot.scripts.turn import Turn

Step = Callable[[Turn], None]


@dataclass(slots=True)
class Figures:
    """What became of the calls of a hook."""

    calls: int = 0
    failures: int = 0
    late: int = 0  # of the failures
    seconds: float = 0.0
    slowest: float = 0.0
    problem: str = ""  # the last failure in one line
    traceback: str = ""
    failed_at: float = 0.0  # UTC


@dataclass(slots=True)
class Registered:
    """A function, and when it is called."""

    hook: Hook
    place: str  # file and line
    function: Callable[..., object]
    step: Step | None = None  # of a hook that dhcp waits for
    filters: str = ""  # as they were written
    every: float = 0.0  # seconds, of a timer
    figures: Figures = field(default_factory=Figures)


class Registry:
    """All hooks; a place in `rows` is a place in Hello.hooks."""

    def __init__(self) -> None:
        self.rows: list[Registered] = []
        self.web: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None  # shows pages of the scripts
        self.witnesses: list[Witness] = []  # of the journal, beside hooks

    def add(self, row: Registered) -> None:
        """Take a hook up, once: a file that is imported twice brings each of its hooks again."""
        if all(_what(each) != _what(row) for each in self.rows):
            self.rows.append(row)

    def of(self, kind: str) -> list[Registered]:
        """Give the hooks of a kind."""
        return [row for row in self.rows if row.hook.kind == kind]

    def hello(self, revision: int, sources: tuple[str, ...] = ()) -> Hello:
        """Say what there is, for dhcp and main."""
        return Hello(revision, tuple(row.hook for row in self.rows), sources)


def _what(row: Registered) -> tuple[str, str, int]:
    """Tell hooks apart: methods of two objects are two, though they were made hooks at one place."""
    owner = getattr(row.function, "__self__", None)
    return row.hook.kind, row.place, 0 if owner is None else id(owner)


_current = Registry()


def current() -> Registry:
    """Give the registry that decorators add to."""
    return _current


def collect_in(registry: Registry) -> None:
    """Let decorators add to this registry from now on."""
    global _current  # noqa: PLW0603  a decorator knows no place where it is
    _current = registry
