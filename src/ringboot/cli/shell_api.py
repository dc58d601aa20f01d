"""What the shell's namespace stands on: our API, and the terminal, if there is one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ringboot.cli.command import At
from ringboot.cli.exits import Failure
from ringboot.cli.show import clean
from ringboot.compat.provd.notdone import NotDone
from ringboot.compat.provd.operation import GOING, Operation, lines

PATIENCE = 2.0  # seconds that a look may take


class ShellApi:
    """Our API, with what it refuses as the namespace says it."""

    def __init__(self, at: At) -> None:
        self._at = at

    def get(self, *path: str, parameters: Iterable[tuple[str, str]] = ()) -> Any:
        """Read something."""
        return _asked(lambda: self._at.api.get(*path, parameters=parameters))

    def post(self, *path: str, body: Any = None) -> Any:
        """Add or do something."""
        return _asked(lambda: self._at.api.post(*path, body=body))

    def patch(self, *path: str, body: Any, parameters: Iterable[tuple[str, str]] = ()) -> Any:
        """Change some keys of something."""
        return _asked(lambda: self._at.api.patch(*path, body=body, parameters=parameters))

    def put(self, *path: str, body: Any) -> Any:
        """Set something."""
        return _asked(lambda: self._at.api.put(*path, body=body))

    def delete(self, *path: str, parameters: Iterable[tuple[str, str]] = ()) -> Any:
        """Remove something."""
        return _asked(lambda: self._at.api.delete(*path, parameters=parameters))


def _asked(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Failure as failure:
        raise NotDone(failure.text, failure.fields, failure.reason) from failure


def told(error: Exception, code: int) -> Failure:
    """Give an error of the namespace, or of what was typed, as commands tell errors."""
    if isinstance(error, NotDone):
        return Failure(error.text, code, fields=error.fields, reason=error.reason)
    return Failure(f"{type(error).__name__}: {error}", code)


class ShellTerminal:
    """Who sits there, or a script."""

    def __init__(self, at: At, yes: bool) -> None:
        self._at = at
        self._yes = yes
        self._drawn: list[str] = []

    def say(self, text: str) -> None:
        """Write a line; as JSON stands on standard output alone, it goes elsewhere then."""
        print("\n".join(map(clean, text.splitlines())), file=sys.stderr if self._at.json else sys.stdout)

    def draw(self, operation: Operation) -> None:
        """Show how far something is: on a terminal in one place; else each step that is new, a line each."""
        drawn = [clean(line) for line in lines(operation)]
        if sys.stderr.isatty():
            up = f"\x1b[{len(self._drawn)}F\x1b[J" if self._drawn else ""
            print(up + "\n".join(drawn), file=sys.stderr, flush=True)
        else:
            # The tree without its counts, so that a log holds a few lines.
            drawn = [clean(line) for line in lines(_without_counts(operation))]
            for line in drawn:
                if line not in self._drawn:
                    print(line, file=sys.stderr, flush=True)
        self._drawn = drawn if operation.state == GOING else []

    def is_sure(self, question: str) -> None:
        """Ask before something goes; NotDone when the answer is no, or when nobody is there to give one."""
        if self._yes:
            return
        if not sys.stdin.isatty():
            raise NotDone(f"{question} No, since nobody is there to ask. Say --yes if that is meant.")
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise NotDone("Nothing was done.")

    @contextmanager
    def watcher(self) -> Iterator[ShellApi]:
        """Give the API by a connection of its own."""
        at = self._at.again(PATIENCE)
        try:
            yield ShellApi(at)
        finally:
            at.close()


def _without_counts(operation: Operation) -> Operation:
    return Operation(operation.label, operation.state, parts=tuple(map(_without_counts, operation.parts)))
