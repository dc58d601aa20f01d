"""Files as both file doors open them: below a root and nowhere else, and their SHA-256 without stopping the loop."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import stat
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, NamedTuple, TypeVar

from ringboot.reasons import BAD_PATH, BUSY, FILE_MISSING, NOT_READABLE, Reason

MAX_LINKS = 8
SMALL = 256 * 1024  # octets that are hashed at once; more is done in a thread
CHUNK = 1024 * 1024
SETTLED = 1.0  # seconds after a change until a file's times tell the next change apart
MAX_DIGESTS = 4096

_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NO_NAMES = frozenset(("", ".", ".."))
_Found = TypeVar("_Found")


class OpenFile(NamedTuple):
    """A regular file below its root, open for reading; the holder closes it."""

    file: BinaryIO
    path: str
    name: str  # below the root; where links led to
    status: os.stat_result

    @property
    def size(self) -> int:
        """Give the size that it had when it was opened."""
        return self.status.st_size

    def read(self, offset: int, size: int) -> bytes:
        """Read octets at this place; fewer when the file became shorter."""
        return os.pread(self.file.fileno(), size, offset)

    def close(self) -> None:
        """Give the descriptor back."""
        self.file.close()


class NotOpened(NamedTuple):
    """Why there is nothing to send."""

    reason: Reason
    why: str


_ERRNO = {
    errno.ENOENT: FILE_MISSING,
    errno.ENOTDIR: FILE_MISSING,
    errno.ENAMETOOLONG: FILE_MISSING,
    errno.EMFILE: BUSY,
    errno.ENFILE: BUSY,
    errno.ENOMEM: BUSY,
}

LEAVES = NotOpened(BAD_PATH, "it leaves the folder")


def open_below(root: str, name: str) -> OpenFile | NotOpened:
    """Open a regular file by its name below a root.

    A name is taken literally or not at all: whoever decided that it may be sent decided on this spelling, so
    an absolute name, "..", "." and empty parts are refused. Each part is opened on its own (openat, O_NOFOLLOW), so
    that nothing exchanged meanwhile leads out; a symbolic link is followed only while it stays below the root.
    """
    opened = _open_there(root, name)
    if opened is not None:
        return opened
    return _below(root, name, lambda walk, part: walk.file(part, os.path.join(root, name)))


def find_below(root: str, name: str) -> str | None:
    """Give the name, without links, of the regular file that `open_below` would open; None: there is none."""
    if _lies_there(root, name):
        return name
    found = _below(root, name, lambda walk, part: walk.name(part))
    return None if isinstance(found, NotOpened) else found


def _open_there(root: str, name: str) -> OpenFile | None:
    """Open a regular file to which no link leads; None has nothing to say: then the way there is walked."""
    *folders, last = name.split("/")
    if last in _NO_NAMES or _NO_NAMES.intersection(folders):
        return None
    here = -1
    try:
        here = os.open(root, _FOLDER)
        for part in folders:
            there = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = there
        if not stat.S_ISREG(
            os.stat(last, dir_fd=here, follow_symlinks=False).st_mode
        ):  # opening a device can do things
            return None
        file = open(os.open(last, _READ, dir_fd=here), "rb", buffering=0)  # noqa: SIM115  the holder closes it
    except (OSError, ValueError):  # also for names that no file can have
        return None
    finally:
        if here >= 0:
            os.close(here)
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):  # exchanged since: a FIFO does not block because of O_NONBLOCK
        file.close()
        return None
    return OpenFile(file, f"{root}/{name}", name, status)


def _lies_there(root: str, name: str) -> bool:
    """Tell whether a regular file lies there and no link is on the way: so it is nearly always, and soon seen."""
    *folders, last = name.split("/")
    if last in _NO_NAMES or _NO_NAMES.intersection(folders):
        return False
    path = root
    try:
        for part in folders:
            path = f"{path}/{part}"
            if not stat.S_ISDIR(os.lstat(path).st_mode):
                return False
        return stat.S_ISREG(os.lstat(f"{path}/{last}").st_mode)
    except (OSError, ValueError):  # also for names that no file can have
        return False


def _below(root: str, name: str, then: Callable[[_Walk, str], _Found | NotOpened]) -> _Found | NotOpened:
    """Walk to a name, and there do what is to be done with the last part of it."""
    parts = name.split("/")
    if "\0" in name or _NO_NAMES.intersection(parts):
        return NotOpened(BAD_PATH, "not a plain name below the folder")
    walk = _Walk()
    try:
        last = walk.to(root, parts)
        return last if isinstance(last, NotOpened) else then(walk, last)
    except UnicodeEncodeError:
        return NotOpened(FILE_MISSING, "no name that a file can have")
    except OSError as error:
        return NotOpened(_ERRNO.get(error.errno or 0, NOT_READABLE), error.strerror or str(error))
    finally:
        walk.close()


class _Walk:
    """A way down from a root; it keeps the folders it came through: a link's ".." goes back, but not out."""

    def __init__(self) -> None:
        self._folders: list[int] = []
        self._names: list[str] = []  # of all but the root
        self._links = 0

    def to(self, root: str, parts: list[str]) -> str | NotOpened:
        """Walk to the folder where the last part is no folder and no link, and give that part."""
        self._folders.append(os.open(root, _FOLDER))
        todo = deque(parts)
        while todo:
            part = todo.popleft()
            if part == "..":
                if len(self._folders) == 1:
                    return LEAVES
                os.close(self._folders.pop())
                self._names.pop()
            elif part not in {"", "."}:
                if not todo and self._is_plain(part):
                    return part
                target = self._enter(part)
                if target is None:
                    return NotOpened(FILE_MISSING, "a file on the way") if todo else part
                if target.startswith("/") or self._links > MAX_LINKS:
                    return LEAVES
                todo.extendleft(reversed(target.split("/")))
        return NotOpened(FILE_MISSING, "a folder")

    def _is_plain(self, part: str) -> bool:
        return stat.S_ISREG(os.stat(part, dir_fd=self._folders[-1], follow_symlinks=False).st_mode)

    def _enter(self, part: str) -> str | None:
        """Go into a folder; give where a link points to, "" for a folder, None for anything else."""
        with suppress(NotADirectoryError):  # a link, too
            self._folders.append(os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=self._folders[-1]))
            self._names.append(part)
            return ""
        place = os.open(part, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._folders[-1])
        mode = os.fstat(place).st_mode
        if stat.S_ISDIR(mode):
            self._folders.append(place)
            self._names.append(part)
            return ""
        try:
            if not stat.S_ISLNK(mode):
                return None
            self._links += 1
            return os.readlink("", dir_fd=place)
        finally:
            os.close(place)

    def name(self, part: str) -> str | NotOpened:
        """Name a regular file from the root."""
        if not stat.S_ISREG(os.stat(part, dir_fd=self._folders[-1], follow_symlinks=False).st_mode):
            return NotOpened(NOT_READABLE, "not a regular file")
        return "/".join((*self._names, part))

    def file(self, part: str, path: str) -> OpenFile | NotOpened:
        """Open a regular file."""
        name = self.name(part)  # first of all: opening a device can do things
        if isinstance(name, NotOpened):
            return name
        file = open(os.open(part, _READ, dir_fd=self._folders[-1]), "rb", buffering=0)  # noqa: SIM115  the holder closes it
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):  # exchanged since: a FIFO does not block because of O_NONBLOCK
            file.close()
            return NotOpened(NOT_READABLE, "not a regular file")
        return OpenFile(file, path, name, status)

    def close(self) -> None:
        for folder in self._folders:
            os.close(folder)


_Key = tuple[str, int, int, int, int, int]


class Digests:
    """SHA-256 of files, remembered as long as path, inode, times and size are the same; for one event loop.

    A file that changed within the last second is not remembered: the next change might leave its times as they are.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, most: int = MAX_DIGESTS) -> None:
        self._clock = clock
        self._most = most
        self._known: OrderedDict[_Key, str] = OrderedDict()
        self._running: dict[_Key, asyncio.Task[str]] = {}

    async def of(self, opened: OpenFile) -> str:
        """Give the digest of an open file as hexadecimal text; OSError when it cannot be read."""
        status = opened.status
        key = (opened.path, status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size)
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        if status.st_size <= SMALL:
            digest = sha256(opened.file.fileno())
            self._keep(key, opened.file.fileno(), digest)
            return digest
        task = self._running.get(key)
        if task is None:
            # A descriptor of its own: who asked may be cancelled and close his while the thread reads.
            task = asyncio.get_running_loop().create_task(self._hash(key, os.dup(opened.file.fileno())))
            self._running[key] = task
        return await asyncio.shield(task)

    async def _hash(self, key: _Key, descriptor: int) -> str:
        try:
            digest = await asyncio.to_thread(sha256, descriptor)
            self._keep(key, descriptor, digest)
            return digest
        finally:
            os.close(descriptor)
            del self._running[key]

    def _keep(self, key: _Key, descriptor: int, digest: str) -> None:
        after = os.fstat(descriptor)
        if (after.st_mtime_ns, after.st_ctime_ns, after.st_size) != key[3:]:
            return
        if abs(self._clock() - max(after.st_mtime, after.st_ctime)) < SETTLED:
            return
        self._known[key] = digest
        if len(self._known) > self._most:
            self._known.popitem(last=False)

    async def close(self) -> None:
        """Wait for what is being read."""
        await asyncio.gather(*self._running.values(), return_exceptions=True)


def sha256(descriptor: int) -> str:
    """Hash a whole file; its read position stays where it is."""
    digest = hashlib.sha256()
    offset = 0
    while chunk := os.pread(descriptor, CHUNK, offset):
        digest.update(chunk)
        offset += len(chunk)
    return digest.hexdigest()
