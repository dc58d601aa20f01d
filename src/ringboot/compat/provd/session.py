"""What every part of the namespace works with: the API, the terminal, the options; and the wait for long work."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from ringboot.compat.provd.notdone import NotDone
from ringboot.compat.provd.operation import DONE, FAILED, GOING, Operation
from ringboot.compat.provd.options import Options

PAGE = 1000  # rows asked for at once
FIRST_LOOK = 0.05  # seconds; the pauses grow up to options.oip_update_interval

Row = dict[str, Any]
Made = TypeVar("Made")


class Api(Protocol):
    """The API of a daemon; NotDone carries what it refuses."""

    def get(self, *path: str, parameters: Iterable[tuple[str, str]] = ()) -> Any:
        """Read something."""
        ...

    def post(self, *path: str, body: Any = None) -> Any:
        """Add or do something."""
        ...

    def patch(self, *path: str, body: Any, parameters: Iterable[tuple[str, str]] = ()) -> Any:
        """Change some keys of something."""
        ...

    def put(self, *path: str, body: Any) -> Any:
        """Set something."""
        ...

    def delete(self, *path: str, parameters: Iterable[tuple[str, str]] = ()) -> Any:
        """Remove something."""
        ...


class Terminal(Protocol):
    """Who sits there, or a script."""

    def say(self, text: str) -> None:
        """Write a line."""
        ...

    def draw(self, operation: Operation) -> None:
        """Show how far something is; the same place again, until it is done or failed."""
        ...

    def is_sure(self, question: str) -> None:
        """Ask before something goes; NotDone when the answer is no, or when nobody is there to give one."""
        ...

    def watcher(self) -> contextlib.AbstractContextManager[Api]:
        """Give the API by a connection of its own, for looks while something else is waited for."""
        ...


class Session:
    """One shell over one daemon."""

    def __init__(self, api: Api, terminal: Terminal, options: Options) -> None:
        self.api = api
        self.terminal = terminal
        self.options = options

    def rows(self, *path: str, filters: Iterable[str] = (), secrets: bool = False) -> Iterator[Row]:
        """Give all rows of one of the API's lists."""
        offset, total = 0, 1
        while offset < total:
            asked = [*(("filter", each) for each in filters), ("limit", str(PAGE)), ("offset", str(offset))]
            page = self.plain(*path, parameters=asked) if secrets else self.api.get(*path, parameters=asked)
            yield from page["items"]
            offset, total = offset + PAGE, page["total"]

    def plain(self, *path: str, parameters: Iterable[tuple[str, str]] = ()) -> Any:
        """Read something with its passwords; who is no administrator reads *** there."""
        given = list(parameters)
        try:
            return self.api.get(*path, parameters=[*given, ("secrets", "1")])
        except NotDone as refused:
            if refused.reason != "administrators-only":
                raise
        return self.api.get(*path, parameters=given)

    def count(self, *path: str) -> int:
        """Say how many rows a list has."""
        return int(self.api.get(*path, parameters=[("limit", "1")])["total"])

    def each(self, names: Sequence[str], step: Callable[[str], object], what: str) -> list[str]:
        """Do something with each, and give those it was done with; NotDone names the others, after all were tried."""
        done, failed = [], {}
        for name in names:
            try:
                step(name)
            except NotDone as refused:
                failed[name] = refused.text
            else:
                done.append(name)
        if failed:
            raise NotDone(f"{len(failed)} of {len(names)} were not {what}. Mend what is named, then try again.", failed)
        return done

    def follow(self, look: Callable[[], tuple[Operation, bool]]) -> None:
        """Show how far a job is until it has ended; with options.op_async not at all."""
        if self.options.op_async:
            return
        for pause in self._pauses():
            operation, ended = look()
            self._draw(operation)
            if ended:
                return
            time.sleep(pause)

    def work(
        self, label: str, work: Callable[[], Made], look: Callable[[Api], tuple[Operation, ...]] | None = None
    ) -> Made:
        """Do what the daemon answers when it is done, and show meanwhile how far it is."""
        if not self.options.op_progress:
            return work()
        ended: list[Callable[[], Made]] = []
        done = threading.Event()
        threading.Thread(target=_run, args=(work, ended, done), daemon=True).start()  # Ctrl-C does not wait for it
        parts: tuple[Operation, ...] = ()
        with self.terminal.watcher() as watcher:
            for pause in self._pauses():
                if done.wait(pause):
                    break
                with contextlib.suppress(NotDone):  # a look that fails says nothing of the work
                    parts = (look(watcher) if look is not None else ()) or parts
                self._draw(Operation(label, GOING, parts=parts))
        try:
            value = ended[0]()
        except NotDone:
            self._draw(Operation(label, FAILED, parts=tuple(part._replace(state=FAILED) for part in parts)))
            raise
        finished = tuple(part._replace(state=DONE, current=part.end or part.current) for part in parts)
        self._draw(Operation(label, DONE, parts=finished))
        return value

    def _draw(self, operation: Operation) -> None:
        if self.options.op_progress:
            self.terminal.draw(operation)

    def _pauses(self) -> Iterator[float]:
        pause = FIRST_LOOK
        while True:
            most = max(FIRST_LOOK, float(self.options.oip_update_interval))
            yield min(pause, most)
            pause = min(2 * pause, most)


def _run(work: Callable[[], Made], ended: list[Callable[[], Made]], done: threading.Event) -> None:
    try:
        value = work()
    except BaseException as error:  # it is raised where the shell waits
        failure = error

        def again() -> Made:
            raise failure

        ended.append(again)
    else:
        ended.append(lambda: value)
    finally:
        done.set()
