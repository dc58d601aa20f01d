"""Where a worker leaves new files and how main puts them in place.

They do not lie beside their targets: whatever lies in var/tftpboot may be asked for, and one that a crash left behind
would be a device's secrets under a name that belongs to nobody.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path

from ringboot.plugins.history import History
from ringboot.plugins.job import Rendered

_LEAVES = "leaves the folder that is served"


def new_folder(plugin: str, token: str) -> Path:
    """Name the folder for the new files of one work."""
    return Path(plugin, "var", "new", token)


def make_folder(plugin: str, token: str) -> Path:
    """Make the folder for the new files of one work; OSError when the plugin was taken away meanwhile."""
    new = new_folder(plugin, token)
    new.parent.mkdir(exist_ok=True)
    new.mkdir(mode=0o700)
    return new


def clear(plugin: str, token: str) -> None:
    """Remove what is left of a work."""
    shutil.rmtree(new_folder(plugin, token), ignore_errors=True)


def fresh(new: str | Path, job: int, number: int) -> str:
    """Name a new file of a job, both by their places in the lists."""
    return f"{new}/{job}-{number}"


def packed(new: str | Path, job: int, number: int) -> str:
    """Name a new file's content as it is kept in the history of its device."""
    return f"{new}/{job}-{number}.z"


def place(plugin: str, token: str, rendered: Rendered, device: str | None = None, job: int = 0) -> None:
    """Move a job's changed files to where they are served from; OSError when one cannot be moved.

    What is new to the history of the device goes there first.

    Nothing is made anew of a plugin that was taken away meanwhile: what is left of it would be in the way of the next.
    """
    new, root = f"{plugin}/var/new/{token}", f"{plugin}/var/tftpboot"
    if not os.path.isdir(root):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), root)
    if device is not None:
        history = History(plugin, device)
        for number, file in enumerate(rendered.files):
            if os.path.exists(content := packed(new, job, number)):
                history.take(content, file.sha256)
    for number, file in enumerate(rendered.files):
        if file.changed:
            _make_way(root, file.path)
            os.replace(fresh(new, job, number), f"{root}/{file.path}")


def _make_way(root: str, path: str) -> None:
    """Make the folders on the way to a path; OSError when it leads out of the root."""
    parts = path.split("/")
    if "" in parts or ".." in parts:
        raise OSError(0, _LEAVES, path)
    folder = root
    for part in parts[:-1]:
        folder = f"{folder}/{part}"
        try:
            is_link = stat.S_ISLNK(os.lstat(folder).st_mode)
        except FileNotFoundError:
            os.mkdir(folder)
        else:
            if is_link and not Path(folder).resolve().is_relative_to(Path(root).resolve()):
                raise OSError(0, _LEAVES, path)


def read(plugin: str, token: str, rendered: Rendered) -> tuple[bytes, ...]:
    """Give what a job made, its own new files and those that lie there already alike; OSError when one is gone."""
    new, root = new_folder(plugin, token), Path(plugin, "var", "tftpboot")
    return tuple(
        (Path(fresh(new, 0, number)) if file.changed else (root / file.path)).read_bytes()
        for number, file in enumerate(rendered.files)
    )


def sweep(plugin: str) -> None:
    """Remove what a crash left behind; only while no job of this plugin is under way."""
    shutil.rmtree(new_folder(plugin, ""), ignore_errors=True)
