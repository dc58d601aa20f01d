"""Unpacking what strangers packed: plain files come out whole, everything else is refused with its name."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import os
import stat
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringboot.plugins.unpack import BadArchive, Limits, unpack

Entry = tuple[str, bytes]


def member(name: str, type_: bytes = tarfile.REGTYPE, **facts: object) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type = type_
    for key, value in facts.items():
        setattr(made, key, value)
    return made


def tar_of(*entries: Entry | tarfile.TarInfo) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for entry in entries:
            if isinstance(entry, tarfile.TarInfo):
                tar.addfile(entry)
            else:
                tar.addfile(member(entry[0], size=len(entry[1])), io.BytesIO(entry[1]))
    return out.getvalue()


def zip_of(*entries: Entry | zipfile.ZipInfo, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as opened:
        for entry in entries:
            name, data = (entry, b"") if isinstance(entry, zipfile.ZipInfo) else entry
            opened.writestr(name, data)
    return out.getvalue()


def zipped(name: str, mode: int) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    return made


def unpacked(data: bytes, folder: Path, limits: Limits = Limits()) -> list[str]:  # noqa: B008
    (folder / "archive").write_bytes(data)
    (folder / "out").mkdir()
    return unpack(folder / "archive", folder / "out", limits)


FILES: tuple[Entry, ...] = (
    ("acme/plugin.toml", b"x = 1\n"), ("./acme/templates/base.tpl", b"y" * 700_000), ("acme/Ton 1 (é).wav", b""),
)  # fmt: skip
PACKED = {
    "tar": lambda: tar_of(*FILES),
    "tar.gz": lambda: gzip.compress(tar_of(*FILES)),
    "tar.bz2": lambda: bz2.compress(tar_of(*FILES)),
    "zip": lambda: zip_of(*FILES),
    "zip, stored": lambda: zip_of(*FILES, method=zipfile.ZIP_STORED),
    "zip, bzip2": lambda: zip_of(*FILES, method=zipfile.ZIP_BZIP2),
}


@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED)
def test_files_come_out_as_they_were(pack: Callable[[], bytes], tmp_path: Path) -> None:
    assert unpacked(pack(), tmp_path) == ["acme/Ton 1 (é).wav", "acme/plugin.toml", "acme/templates/base.tpl"]
    for name, data in FILES:
        assert (tmp_path / "out" / name).read_bytes() == data


def test_folders_come_out_and_rights_do_not(tmp_path: Path) -> None:
    folder = member("a", tarfile.DIRTYPE, mode=0o2777)
    assert unpacked(tar_of(folder, member("a/run", mode=0o777), member("b/", tarfile.DIRTYPE), folder), tmp_path) == [
        "a/run"
    ]
    assert (tmp_path / "out" / "b").is_dir()
    assert stat.S_IMODE((tmp_path / "out" / "a" / "run").stat().st_mode) & 0o7111 == 0


HOSTILE = {
    "absolute": ("/etc/cron.d/x", "is an absolute path"),
    "drive": ("C:/x", "is an absolute path"),
    "up": ("../x", "leads out"),
    "up inside": ("a/../../x", "leads out"),
    "backslash": ("..\\x", "odd name"),
    "newline": ("a\nb", "odd name"),
    "long": ("x" * 256, "too long"),
    "deep": ("/".join(["abc"] * 300), "too long"),
}


@pytest.mark.parametrize(("name", "why"), HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("pack", [tar_of, zip_of])
def test_a_hostile_name_is_refused(pack: Callable[[Entry], bytes], name: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match=why) as refused:
        unpacked(pack((name, b"x")), tmp_path)
    assert refused.value.entry == name
    assert repr(name) in str(refused.value)
    assert os.listdir(tmp_path / "out") == []


def test_a_name_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding="latin-1") as tar:
        tar.addfile(member("\xe9"))
    with pytest.raises(BadArchive, match="odd name"):
        unpacked(out.getvalue(), tmp_path)


ODD = {
    "symbolic link": (member("l", tarfile.SYMTYPE, linkname="/etc/passwd"), "is a link"),
    "hard link": (member("l", tarfile.LNKTYPE, linkname="/etc/passwd"), "is a link"),
    "disk": (member("l", tarfile.BLKTYPE, devmajor=8), "is a device"),
    "terminal": (member("l", tarfile.CHRTYPE, devmajor=5), "is a device"),
    "pipe": (member("l", tarfile.FIFOTYPE), "is a pipe"),
    "unknown": (member("l", b"7"), "is neither a file nor a folder"),
    "setuid": (member("l", mode=0o4755), "gives rights"),
    "setgid": (member("l", mode=0o2755), "gives rights"),
    "sticky": (member("l", mode=0o1644), "gives rights"),
    "setuid folder": (member("l", tarfile.DIRTYPE, mode=0o4755), "gives rights"),
}


@pytest.mark.parametrize(("entry", "why"), ODD.values(), ids=ODD)
def test_what_is_no_plain_file_is_refused(entry: tarfile.TarInfo, why: str, tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match=f"'l' .*{why}"):
        unpacked(tar_of(("a", b"x"), entry), tmp_path)
    assert os.listdir(tmp_path / "out") == ["a"]


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        (stat.S_IFLNK, "a link"), (stat.S_IFCHR, "a device"), (stat.S_IFBLK, "a device"), (stat.S_IFIFO, "a pipe"),
        (stat.S_IFSOCK, "a socket"), (stat.S_IFREG | stat.S_ISUID, "gives rights"),
    ],
)  # fmt: skip
def test_so_it_is_in_a_zip(mode: int, why: str, tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match=f"'l' .*{why}"):
        unpacked(zip_of(("a", b"x"), zipped("l", mode)), tmp_path)


@pytest.mark.parametrize(
    "entries",
    [
        [("a", b"1"), ("a", b"2")], [("a", b"1"), ("./a", b"2")], [("a", b"1"), ("a/b", b"2")],
        [("a/b", b"1"), ("a", b"2")], [("a/b/c", b"1"), ("a/b", b"2")],
    ],
    ids=str,
)  # fmt: skip
def test_one_name_twice_is_refused(entries: list[Entry], tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match=f"'{entries[1][0]}' is there twice"):
        unpacked(tar_of(*entries), tmp_path)


@pytest.mark.parametrize("name", ["", ".", "./"])
def test_a_file_without_a_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match=r"no name|twice"):
        unpacked(tar_of((name, b"x")), tmp_path)


# --- floods ---


@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED)
def test_no_more_comes_out_than_may(pack: Callable[[], bytes], tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match=r"'\./acme/templates/base.tpl' is too much"):
        unpacked(pack(), tmp_path, Limits(octets=600_000))


def test_no_more_files_come_out_than_may(tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match="'d' is too much: more than 3 files"):
        unpacked(tar_of(("a", b""), ("b", b""), ("c", b""), ("d", b"")), tmp_path, Limits(files=3))


def test_a_header_is_no_flood(tmp_path: Path) -> None:
    long = member("././@LongLink", tarfile.GNUTYPE_LONGNAME, size=3 << 20).tobuf(tarfile.GNU_FORMAT)
    with pytest.raises(BadArchive, match="a header of 3145728 octets"):
        unpacked(gzip.compress(long + bytes(3 << 20)), tmp_path)


def test_a_zip_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    data = zip_of(("bomb", b"x" * 100_000))
    small = data.replace(struct.pack("<L", 100_000), struct.pack("<L", 10))
    with pytest.raises(BadArchive):
        unpacked(small, tmp_path)
    assert sum(path.stat().st_size for path in (tmp_path / "out").rglob("*")) <= 10


def test_a_password_or_a_strange_method_is_named(tmp_path: Path) -> None:
    data = bytearray(zip_of(("a", b"x")))
    place = data.find(b"PK\x01\x02") + 8
    data[place] |= 1
    with pytest.raises(BadArchive, match="'a' needs a password"):
        unpacked(bytes(data), tmp_path)
    (tmp_path / "again").mkdir()
    with pytest.raises(BadArchive, match="'a' is compressed by method 14"):
        unpacked(zip_of(("a", b"x"), method=zipfile.ZIP_LZMA), tmp_path / "again")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"no archive", b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9xxxx", gzip.compress(b"no tar"),
        gzip.compress(tar_of(*FILES))[:-300], bz2.compress(tar_of(*FILES))[:-30], tar_of(*FILES)[:100_000],
        zip_of(*FILES)[:-30],
    ],
    ids=range(10),
)  # fmt: skip
def test_what_is_no_whole_archive_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadArchive):
        unpacked(data, tmp_path)


def test_a_place_that_cannot_be_written_is_no_fault_of_the_archive(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(tar_of(("a", b"x")))
    (tmp_path / "out").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="File exists"):
        unpack(tmp_path / "archive", tmp_path / "out")


# --- anything ---

TYPES = st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
NAMES = st.lists(st.sampled_from(["a", "b", "..", ".", "", "c d"]), min_size=1, max_size=4).map("/".join)
MEMBERS = st.lists(st.builds(member, NAMES, TYPES, linkname=NAMES), max_size=6)


@settings(max_examples=40)
@given(members=MEMBERS)
def test_nothing_ever_lands_outside(members: list[tarfile.TarInfo]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "a", "b")
        folder.mkdir(parents=True)
        try:
            named = unpacked(tar_of(*members), folder)
        except BadArchive:
            named = None
        inside = list((folder / "out").rglob("*"))
        assert not any(path.is_symlink() or path.is_fifo() for path in inside)
        assert sorted(os.listdir(folder)) == ["archive", "out"]
        assert os.listdir(Path(name)) == ["a"]
        assert os.listdir(Path(name, "a")) == ["b"]
        if named is not None:
            assert named == sorted(str(path.relative_to(folder / "out")) for path in inside if path.is_file())


@settings(max_examples=60)
@given(kind=st.sampled_from(sorted(PACKED)), place=st.floats(0, 1), octet=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_archive_is_refused_or_read(kind: str, place: float, octet: int, cut: bool) -> None:
    data = bytearray(_WHOLE[kind])
    where = int(place * (len(data) - 1))
    data[where] = octet
    with tempfile.TemporaryDirectory() as name, contextlib.suppress(BadArchive):
        unpacked(bytes(data[:where] if cut else data), Path(name))


_SMALL: tuple[Entry, ...] = (("a/x", b"1" * 600), ("a/y", b"2"))
_WHOLE = {
    "tar": tar_of(*_SMALL), "tar.gz": gzip.compress(tar_of(*_SMALL)), "tar.bz2": bz2.compress(tar_of(*_SMALL)),
    "zip": zip_of(*_SMALL), "zip, stored": zip_of(*_SMALL, method=0), "zip, bzip2": zip_of(*_SMALL, method=12),
}  # fmt: skip
