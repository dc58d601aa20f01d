"""ringboot plugin lint|test: a plugin that somebody writes, tried without a daemon."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import FAILED, Failure
from ringboot.cli.show import clean, counted

Folder = Annotated[Path, typer.Argument(help="The plugin's folder.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "lint", "ringboot plugin lint ./acme")(lint_plugin)
    command(app, "test", "ringboot plugin test ./acme --update")(try_plugin)


def lint_plugin(at: At, *, folder: Folder) -> None:
    """Find what is wrong with a plugin before it is installed.

    The manifest's shape and its folder's name; rules without a sample, samples that are not recognised exactly or that
    a built-in brand knows as well; templates that name what there is not, or that could tell a secret to everybody;
    and files that cannot be made, for each model with nothing and with everything configured. Ends with 1 when there
    is a fault.
    """
    from ringboot.catalog import FOLDER
    from ringboot.plugins.manifest import FILE, load_manifest
    from ringboot.plugins.trial import faults

    _there(folder)
    others = [load_manifest(path) for path in sorted(FOLDER.iterdir()) if (path / FILE).exists()]
    found = faults(folder, others)
    text = "\n".join(clean(f"{folder / file}:{line}: {what}") for file, line, what in found)
    at.tell({"items": [each._asdict() for each in found]}, text.replace(":0: ", ": ") or f"{folder} has no fault.")
    if found:
        raise Failure(f"{counted(len(found), 'faults')} in {folder}.", FAILED)


def try_plugin(
    at: At,
    *,
    folder: Folder,
    change: Annotated[bool, typer.Option("--update", help="Write the files as they are made now.")] = False,
) -> None:
    """Make a plugin's golden files and show what differs.

    golden/cases.toml in its folder says for which models, with which configs. Read what differs; when it is meant, say
    --update. Ends with 1 when something differs that was not written.
    """
    from ringboot.cli.templates import unified
    from ringboot.plugins.golden import FOLDER, BadCases, differences, expected, load_cases, update

    _there(folder)
    golden = folder / FOLDER
    try:
        wanted = expected(folder, load_cases(folder))
        found = differences(golden, wanted)
        if change:
            update(golden, found)
    except BadCases as error:
        raise Failure(f"{error}.", FAILED) from None
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}.", FAILED) from None
    rows = [
        {
            "path": path,
            "state": "new" if was is None else "gone" if now is None else "changed",
            "diff": unified(_text(was), _text(now), str(golden / path), f"{path} as it is made"),
        }
        for path, was, now in found
    ]
    told = [f"{row['path']}: {row['state']}" for row in rows] if change else [row["diff"] for row in rows]
    summary = f"{counted(len(wanted), 'files')} made, {len(rows)} {'written' if change else 'differ'}"
    at.tell({"made": len(wanted), "updated": change, "items": rows}, "\n".join([*map(_clean_lines, told), summary]))
    if rows and not change:
        raise Failure(f"{counted(len(rows), 'files')} differ. When that is meant, say --update.", FAILED)


def _text(data: bytes | None) -> str:
    return "" if data is None else data.decode(errors="replace")


def _clean_lines(text: str) -> str:
    """Clean a text line by line, so that no file can do anything to a terminal."""
    return "\n".join(clean(line) for line in text.rstrip("\n").split("\n"))


def _there(folder: Path) -> None:
    if not folder.is_dir():
        raise Failure(f"{folder} is no folder. Say where the plugin lies.", FAILED)
