"""Archives for tests: zip and tar by Python, 7z by libarchive, RAR written here: only its owner's program does."""

from __future__ import annotations

import gzip
import io
import shutil
import struct
import subprocess
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

needs_bsdtar = pytest.mark.skipif(shutil.which("bsdtar") is None, reason="needs bsdtar: tests/install-clients")
Files = Mapping[str, bytes]


def zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: Files, compression: str = "gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=f"w:{compression}") as archive:  # type: ignore[call-overload]  # a text as any
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def signed(inside: bytes) -> bytes:
    """Put a signature before a gzip file, as vendors of signed firmware do."""
    return b"\x01\x00\x02signature" + bytes(range(30)) * 9 + gzip.compress(inside)


def seven_zipped(files: Files) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            path = Path(folder, "in", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        target = Path(folder, "out.7z")
        subprocess.run(
            ["bsdtar", "-cf", target, "--format", "7zip", "-C", Path(folder, "in"), "."],
            check=True,
            capture_output=True,
        )
        return target.read_bytes()


def rarred(files: Files) -> bytes:
    """Write RAR 1.5 to 4 with stored files: marker, archive header, a header and the octets of each file, end."""

    def header(kind: int, flags: int, rest: bytes) -> bytes:
        bare = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(bare) & 0xFFFF) + bare

    out = b"Rar!\x1a\x07\x00" + header(0x73, 0, bytes(6))
    for name, data in files.items():
        word = name.replace("/", "\\").encode()
        about = struct.pack(
            "<IIBIIBBHI", len(data), len(data), 3, zlib.crc32(data), 0x5A21_0000, 20, 0x30, len(word), 0o100644
        )
        out += header(0x74, 0x8000, about + word) + data
    return out + header(0x7B, 0x4000, b"")
