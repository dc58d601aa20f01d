"""A fleet for the file doors' tests: it knows one folder, refuses what it is told to, and remembers what was said."""

from __future__ import annotations

import asyncio
from collections import UserDict
from collections.abc import Callable
from pathlib import Path

import pytest

from ringboot.model.file import FileRequest, Refuse, Sent, Serve


class Counted(UserDict[tuple[str, str], int]):
    """Counters that say when one changes."""

    def __init__(self, changed: asyncio.Event) -> None:
        super().__init__()
        self._changed = changed

    def __setitem__(self, key: tuple[str, str], value: int) -> None:
        super().__setitem__(key, value)
        self._changed.set()


class Fleet:
    """Answers for the names in its folder; `decide` may be replaced, `ready` held back."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.requests: list[FileRequest] = []
        self.sents: list[Sent] = []
        self._changed = asyncio.Event()
        self.counters = Counted(self._changed)
        self.content_type = "text/plain; charset=utf-8"
        self.decide: Callable[[FileRequest], Serve | Refuse] = self.serve

    def serve(self, request: FileRequest) -> Serve | Refuse:
        if request.path.strip("/").startswith("refused"):
            return Refuse("not-yours", len(self.requests))
        return Serve(str(self.root), request.path.removeprefix("/"), self.content_type, len(self.requests))

    async def answer(self, request: FileRequest) -> Serve | Refuse:
        self.requests.append(request)
        self._changed.set()
        return self.decide(request)

    def report(self, sent: Sent) -> None:
        self.sents.append(sent)
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the doors have said so much that this holds."""
        async with asyncio.timeout(30):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def until_sent(self, count: int = 1) -> list[Sent]:
        await self.until(lambda: len(self.sents) >= count)
        return self.sents


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Give a fleet with an empty folder."""
    root = tmp_path / "tftpboot"
    root.mkdir()
    return Fleet(root)
