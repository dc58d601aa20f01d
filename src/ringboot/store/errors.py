"""Why the fleet database is of no use, now or at all."""

from __future__ import annotations

from pathlib import Path


class StoreDamaged(Exception):
    """The database cannot be used, and was left as it is."""

    def __init__(self, path: Path, why: str, todo: str) -> None:
        super().__init__(f"{path}: {why}. {todo}")
        self.path = path
        self.why = why
        self.todo = todo


class StoreFailed(Exception):
    """A change was not written, and nothing of it remains."""

    def __init__(
        self, path: Path, why: str, todo: str = "Look at the disk and the rights of the data directory."
    ) -> None:
        super().__init__(f"{path} could not be written: {why}. {todo}")
        self.path = path
        self.why = why


class StoreFull(StoreFailed):
    """There is no room for a change."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "no space left", "Make room on the disk of the data directory.")
