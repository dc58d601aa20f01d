"""Opening below a root: what is there, what leads out, what is not a file; and digests that do not stop the loop."""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.reasons import BAD_PATH, FILE_MISSING, NOT_READABLE, Reason
from ringboot.servers import files
from ringboot.servers.files import CHUNK, SMALL, Digests, NotOpened, OpenFile, find_below, open_below


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with everything in it that can be asked for, and a secret beside it."""
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "root-secret").mkdir()
    (tmp_path / "root-secret" / "k").write_text("secret")
    root = tmp_path / "root"
    (root / "Aastra" / "deep").mkdir(parents=True)
    (root / "a.cfg").write_text("a")
    (root / "Aastra" / "b.cfg").write_text("b")
    (root / "back\\slash").write_text("c")
    (root / "out").symlink_to("../secret")
    (root / "outdir").symlink_to("..")
    (root / "absolute").symlink_to(tmp_path / "secret")
    (root / "inside").symlink_to("Aastra/b.cfg")
    (root / "Aastra" / "up").symlink_to("../a.cfg")
    (root / "Aastra" / "down").symlink_to("./deep/../b.cfg")
    (root / "Aastra" / "sneaky").symlink_to("../../root/a.cfg")
    (root / "folder").symlink_to("Aastra")
    (root / "loop").symlink_to("loop")
    (root / "nowhere").symlink_to("nothing")
    os.mkfifo(root / "fifo")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(root / "socket"))
    return root


HERE = {
    "a.cfg": b"a",
    "Aastra/b.cfg": b"b",
    "back\\slash": b"c",
    "inside": b"b",
    "Aastra/up": b"a",
    "Aastra/down": b"b",
    "folder/b.cfg": b"b",
}

REFUSED: dict[str, Reason] = {
    "../secret": BAD_PATH,
    "../root-secret/k": BAD_PATH,
    "../root/a.cfg": BAD_PATH,
    "Aastra/../a.cfg": BAD_PATH,
    "Aastra/..": BAD_PATH,
    "..": BAD_PATH,
    ".": BAD_PATH,
    "": BAD_PATH,
    "./a.cfg": BAD_PATH,
    "Aastra//b.cfg": BAD_PATH,
    "Aastra/": BAD_PATH,
    "/a.cfg": BAD_PATH,
    "/etc/passwd": BAD_PATH,
    "a.cfg\0": BAD_PATH,
    "a.cfg\0.png": BAD_PATH,
    "out": BAD_PATH,
    "outdir/secret": BAD_PATH,
    "outdir/root/a.cfg": BAD_PATH,
    "absolute": BAD_PATH,
    "Aastra/sneaky": BAD_PATH,
    "loop": BAD_PATH,
    "nothing": FILE_MISSING,
    "nowhere": FILE_MISSING,
    "A.CFG": FILE_MISSING,
    "..\\secret": FILE_MISSING,
    "C:\\secret": FILE_MISSING,
    "..%2fsecret": FILE_MISSING,
    "%2e%2e/secret": FILE_MISSING,
    "a.cfg/": BAD_PATH,
    "a.cfg/b": FILE_MISSING,
    "Aastra": FILE_MISSING,
    "folder": FILE_MISSING,
    "x" * 512: FILE_MISSING,
    "x/" * 5000 + "x": FILE_MISSING,
    "\ud800": FILE_MISSING,
    "fifo": NOT_READABLE,
    "socket": NOT_READABLE,
}


@pytest.mark.parametrize(("name", "content"), HERE.items(), ids=list(HERE))
def test_opens(root: Path, name: str, content: bytes) -> None:
    opened = open_below(str(root), name)
    assert isinstance(opened, OpenFile)
    assert (opened.size, opened.read(0, 99)) == (1, content)
    assert root / opened.name == (root / name).resolve(), "the name is the file's own, also behind links"
    opened.close()


@pytest.mark.parametrize(("name", "reason"), REFUSED.items(), ids=lambda value: repr(value)[:40])
def test_does_not_open(root: Path, name: str, reason: Reason) -> None:
    before = len(os.listdir("/proc/self/fd"))
    refused = open_below(str(root), name)
    assert isinstance(refused, NotOpened)
    assert refused.reason is reason, refused.why
    assert refused.why
    assert len(os.listdir("/proc/self/fd")) == before


def test_does_not_open_a_device() -> None:
    refused = open_below("/dev", "null")
    assert refused == NotOpened(NOT_READABLE, "not a regular file")


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    refused = open_below(str(tmp_path / "gone"), "a.cfg")
    assert isinstance(refused, NotOpened)
    assert refused.reason is FILE_MISSING


@given(
    st.lists(st.sampled_from(["..", ".", "", "a", "link", "\0", "a.cfg", "\\", "~", "%2e"]), max_size=6).map("/".join)
)
def test_no_name_leads_out(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    top = tmp_path_factory.mktemp("top")
    (top / "root" / "a").mkdir(parents=True)
    (top / "root" / "a" / "link").symlink_to("../..")
    (top / "a.cfg").write_text("outside")
    (top / "root" / "a.cfg").write_text("inside")
    opened = open_below(str(top / "root"), name)
    if isinstance(opened, OpenFile):
        assert opened.read(0, 99) == b"inside"
        assert opened.name == "a.cfg"
        opened.close()


def stale(path: Path, content: bytes) -> OpenFile:
    """A file that was written long ago."""
    path.write_bytes(content)
    opened = open_below(str(path.parent), path.name)
    assert isinstance(opened, OpenFile)
    return opened


LATER = 4e9  # a clock for which every file is old


def test_a_digest_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []
    real = files.sha256

    def counted(descriptor: int) -> str:
        reads.append(descriptor)
        return real(descriptor)

    monkeypatch.setattr(files, "sha256", counted)

    async def twice() -> None:
        digests = Digests(clock=lambda: LATER)
        opened = stale(tmp_path / "f", b"abc")
        assert await digests.of(opened) == hashlib.sha256(b"abc").hexdigest()
        assert await digests.of(opened) == hashlib.sha256(b"abc").hexdigest()
        opened.close()
        other = stale(tmp_path / "f", b"abcd")
        assert await digests.of(other) == hashlib.sha256(b"abcd").hexdigest()
        other.close()

    asyncio.run(twice())
    assert len(reads) == 2


def test_what_has_just_changed_is_not_remembered(tmp_path: Path) -> None:
    """Same size, same inode, times set back: only reading again tells."""

    async def change() -> None:
        digests = Digests(clock=lambda: opened.status.st_ctime + 0.5)
        opened = stale(tmp_path / "f", b"abc")
        await digests.of(opened)
        assert not digests._known
        opened.close()

    asyncio.run(change())


def test_memory_is_bounded(tmp_path: Path) -> None:
    async def many() -> None:
        digests = Digests(clock=lambda: LATER, most=3)
        for number in range(10):
            opened = stale(tmp_path / str(number), b"x")
            await digests.of(opened)
            opened.close()
        assert len(digests._known) == 3

    asyncio.run(many())


def test_a_large_file_is_read_beside_the_loop_and_only_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader waits for a step of the loop: on the loop itself it would wait for ever."""
    stepped, reading = threading.Event(), asyncio.Event()
    reads = []
    real = files.sha256

    def patient(descriptor: int) -> str:
        reads.append(threading.get_ident())
        loop.call_soon_threadsafe(reading.set)
        assert stepped.wait(30)
        return real(descriptor)

    monkeypatch.setattr(files, "sha256", patient)
    content = bytes(SMALL) + bytes(CHUNK) + b"end"

    async def read() -> None:
        digests = Digests(clock=lambda: LATER)
        opened = stale(tmp_path / "firmware", content)
        first = asyncio.create_task(digests.of(opened))
        second = asyncio.create_task(digests.of(opened))
        await asyncio.wait_for(reading.wait(), 30)
        first.cancel()
        opened.close()  # whoever asked is gone, the thread has a descriptor of its own
        stepped.set()
        assert await second == hashlib.sha256(content).hexdigest()
        await digests.close()
        assert first.cancelled()

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        runner.run(read())
    assert reads != [threading.get_ident()]
    assert len(reads) == 1


@pytest.mark.parametrize("name", [*HERE, *REFUSED, "Aastra", "nobody", "a\0b", "\ud800"])
def test_what_is_found_is_what_would_be_opened(root: Path, name: str) -> None:
    opened = open_below(str(root), name)
    before = len(os.listdir("/proc/self/fd"))
    found = find_below(str(root), name)
    assert len(os.listdir("/proc/self/fd")) == before
    if isinstance(opened, NotOpened):
        assert found is None
    else:
        assert found == opened.name
        opened.close()
