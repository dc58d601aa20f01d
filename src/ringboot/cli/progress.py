"""A bar for commands that wait: how many devices still wait for their files, how much of a firmware is fetched."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

from ringboot.cli.command import At
from ringboot.cli.exits import Failure

EVERY = 0.25  # seconds between two looks
PATIENCE = 2.0


def watched(at: At, text: str, work: Callable[[], Any], console: Any = None, *, fetches: bool = False) -> Any:
    """Do the work, and show how far the daemon is when somebody sits at a terminal; gives what the work gives.

    With `fetches` the octets are shown that are there of what is being fetched from the repository.
    """
    if console is None:
        if at.json or not sys.stderr.isatty():
            return work()
        from rich.console import Console

        console = Console(stderr=True)
    return _shown(at.again(PATIENCE), text, work, console, fetches)


def watched_octets(at: At, plugin: str, work: Callable[[], Any], console: Any = None) -> Any:
    """Do work on a plugin's firmware, and show what is being fetched, and how much of it is there."""
    if console is None:
        if at.json or not sys.stderr.isatty():
            return work()
        from rich.console import Console

        console = Console(stderr=True)
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    watcher = at.again(PATIENCE)
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task(plugin, total=None)

        def look() -> None:
            try:
                doing = watcher.api.get("firmware", plugin)["doing"]
            except Failure:
                return
            if doing:
                progress.update(bar, description=doing["what"], total=doing["size"], completed=doing["octets"])

        ended = _meanwhile(work, look)
    watcher.close()
    return ended()


def _meanwhile(work: Callable[[], Any], look: Callable[[], None]) -> Callable[[], Any]:
    """Do the work in a thread and look now and then; gives what gives its value or raises its error."""
    ended: list[Callable[[], Any]] = []
    done = threading.Event()

    def run() -> None:
        try:
            value = work()
        except BaseException as error:  # it is raised where the command waits
            ended.append(_raising(error))
        else:
            ended.append(lambda: value)
        finally:
            done.set()

    threading.Thread(target=run, daemon=True).start()  # an interrupted command does not wait for its answer
    while not done.wait(EVERY):
        look()
    return ended[0]


def _shown(watcher: At, text: str, work: Callable[[], Any], console: Any, fetches: bool) -> Any:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    most = 0
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task(text, total=None)

        def look() -> None:
            nonlocal most
            fetching = _fetching(watcher) if fetches else None
            if fetching is not None:
                progress.update(bar, total=fetching["total"], completed=fetching["octets"])
                return
            waiting = _waiting(watcher)
            most = max(most, waiting)
            progress.update(bar, total=most or None, completed=most - waiting)

        ended = _meanwhile(work, look)
    watcher.close()
    return ended()


def _raising(error: BaseException) -> Callable[[], Any]:
    def again() -> Any:
        raise error

    return again


def _waiting(watcher: At) -> int:
    """Ask how many devices wait to be rendered."""
    try:
        return int(watcher.api.get("top")["rendering"])
    except Failure:
        return 0


def _fetching(watcher: At) -> dict[str, Any] | None:
    """Ask what is being fetched from the repository, and how much of it is there."""
    try:
        found: dict[str, Any] | None = watcher.api.get("repository")["fetching"]
    except Failure:
        return None
    return found
