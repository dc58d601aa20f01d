"""Work that the daemon does as a job: begun by a command, which then waits for its end and shows how far it is."""

from __future__ import annotations

import sys
import time
from typing import Annotated, Any

import typer

from ringboot.cli.command import At
from ringboot.cli.exits import BUSY, CONFIGURATION, FAILED, NOT_FOUND, Failure

SOON, EVERY = 0.02, 0.25  # seconds until the first look, and at most between two
NOBODY_WAITS = (("wait", "false"),)
_BY_CODE = {"not-found": NOT_FOUND, "busy": BUSY, "configuration": CONFIGURATION}

Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Return when it is done, or at once with its job.")]


def result_of(at: At, job: dict[str, Any], text: str) -> Any:
    """Wait until a job has ended and give what came of it; Failure when nothing did.  `text` says what is done."""
    job = _ended(at, job, text)
    if job["state"] == "done":
        return job["result"]
    why = job["problem"] or f"Job {job['id']} is {job['state']}. See: ringboot job show {job['id']}"
    raise Failure(str(why), _BY_CODE.get(job["code"], FAILED), reason=str(job["code"] or ""))


def _ended(at: At, job: dict[str, Any], text: str) -> dict[str, Any]:
    pause = SOON

    def later() -> dict[str, Any]:
        nonlocal pause
        time.sleep(pause)
        pause = min(2 * pause, EVERY)
        found: dict[str, Any] = at.api.get("jobs", job["id"])
        return found

    if at.json or not sys.stderr.isatty():
        while job["ended"] is None:
            job = later()
        return job
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(text, total=None)
        while job["ended"] is None:
            progress.update(bar, total=job["total"], completed=job["done"])
            job = later()
    return job
