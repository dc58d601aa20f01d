"""Where a worker leaves new files and how main puts them in place.

They do not lie beside their targets: whatever lies in var/tftpboot may be asked for, and one that a crash left behind
would be a device's secrets under a name that belongs to nobody.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ringboot.plugins.history import History
from ringboot.plugins.job import Rendered


def new_folder(plugin: str, token: str) -> Path:
    """Name the folder for one job's new files."""
    return Path(plugin, "var", "new", token)


def make_folder(plugin: str, token: str) -> Path:
    """Make the folder for one job's new files; OSError when the plugin was taken away meanwhile."""
    new = new_folder(plugin, token)
    new.parent.mkdir(exist_ok=True)
    new.mkdir(mode=0o700)
    return new


def clear(plugin: str, token: str) -> None:
    """Remove what is left of a job."""
    shutil.rmtree(new_folder(plugin, token), ignore_errors=True)


def packed(new: Path, number: int) -> Path:
    """Name a new file's content as it is kept in the history of its device."""
    return new / f"{number}.z"


def place(plugin: str, token: str, rendered: Rendered, device: str | None = None) -> None:
    """Move the changed files to where they are served from; OSError when one cannot be moved.

    What is new to the history of the device goes there first.

    Nothing is made anew of a plugin that was taken away meanwhile: what is left of it would be in the way of the next.
    """
    new = new_folder(plugin, token)
    root = Path(plugin, "var", "tftpboot").resolve(strict=True)
    if device is not None:
        history = History(plugin, device)
        for number, file in enumerate(rendered.files):
            if (content := packed(new, number)).exists():
                history.take(content, file.sha256)
    for number, file in enumerate(rendered.files):
        if file.changed:
            target = root / file.path
            if ".." in target.parts:
                raise OSError(0, "leaves the folder that is served", file.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.parent.resolve().is_relative_to(root):
                raise OSError(0, "leaves the folder that is served", file.path)
            os.replace(new / str(number), target)


def read(plugin: str, token: str, rendered: Rendered) -> tuple[bytes, ...]:
    """Give what a job made, its own new files and those that lie there already alike; OSError when one is gone."""
    new, root = new_folder(plugin, token), Path(plugin, "var", "tftpboot")
    return tuple(
        ((new / str(number)) if file.changed else (root / file.path)).read_bytes()
        for number, file in enumerate(rendered.files)
    )


def sweep(plugin: str) -> None:
    """Remove what a crash left behind; only while no job of this plugin is under way."""
    shutil.rmtree(new_folder(plugin, ""), ignore_errors=True)
