"""Carrying out the steps of a firmware package: which files come out of its archives, and under which paths.

What lies at a node is a mapping of paths to files; only archives are written out, everything else just names anew.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from ringboot.plugins.package import START, Package, Step, rounds
from ringboot.plugins.unpack import BadArchive, Limits, unpack

Tree = dict[str, Path]  # path, with / between folders -> the file that is meant

LIMITS = Limits(files=20_000, octets=4 << 30)
_GZIP = b"\x1f\x8b\x08"
_PIECE = 1 << 18
_SIGNATURE = 1 << 16  # octets in which the signed file must begin
_LONGEST = 600.0  # seconds that a program may take


class StepFailed(Exception):
    """A step that could not be carried out; the text says which, and why."""


class Outside(NamedTuple):
    """A program that reads what Python cannot."""

    program: str
    package: str  # Debian's
    arguments: tuple[str, ...]  # that make it write a tar archive to its output; the file's name follows


# libarchive reads both; told to write tar, what comes out is unpacked as carefully as any archive.
READER = Outside("bsdtar", "libarchive-tools", ("-cf", "-", "--format", "pax"))


def run(package: Package, files: Mapping[str, Path], work: Path, limits: Limits = LIMITS) -> Tree:
    """Carry out all steps over a package's files; gives what comes out at the ends, by path below var/tftpboot.

    `work` is an empty folder, to be thrown away once the files were taken out of it. Raises StepFailed, OSError.
    """
    nodes: dict[str, Tree] = {START: dict(files)}
    for number, step in enumerate(rounds(package.steps)):
        place = work / str(number)
        place.mkdir(parents=True)
        try:
            made = TABLE[step.command](nodes[step.source], step.arguments, _Work(place, limits))
            _merge(nodes.setdefault(step.target, {}), made)
        except (BadArchive, StepFailed) as error:
            raise StepFailed(f"{package.id}, step {step}: {error}") from None
        _check_size(package, step, made, limits)
    sources = {step.source for step in package.steps}
    out: Tree = {}
    for node, tree in nodes.items():
        if node not in sources:
            try:
                _merge(out, tree)
            except StepFailed as error:
                raise StepFailed(f"{package.id}: {error}") from None
    return out


class _Work(NamedTuple):
    place: Path
    limits: Limits


def _check_size(package: Package, step: Step, made: Tree, limits: Limits) -> None:
    if len(made) > limits.files or sum(path.stat().st_size for path in made.values()) > limits.octets:
        raise StepFailed(
            f"{package.id}, step {step}: more than {limits.files} files or {limits.octets} octets come out"
        )


def _merge(tree: Tree, more: Mapping[str, Path]) -> None:
    for path, file in more.items():
        if path in tree:
            raise StepFailed(f"{path} comes from two places")
        tree[path] = file


# --- archives ---


def _unzip(tree: Tree, arguments: tuple[str, ...], work: _Work) -> Tree:
    return _unpacked(_one(tree, arguments[0]), work)


def _unpacked(archive: Path, work: _Work) -> Tree:
    return {path: work.place / path for path in unpack(archive, work.place, work.limits)}


def _foreign(tree: Tree, arguments: tuple[str, ...], work: _Work) -> Tree:
    """Unpack what another program reads, without its folders."""
    archive = _one(tree, arguments[0])
    inside, plain = work.place / "inside", work.place / "plain.tar"
    inside.mkdir()
    _as_tar(archive, plain, work.limits.octets)
    try:
        found = _unpacked(plain, work._replace(place=inside))
    except BadArchive as error:
        raise StepFailed(str(BadArchive(archive, error.entry, error.why))) from None
    plain.unlink()
    flat: Tree = {}
    for path, file in found.items():
        _merge(flat, {path.rpartition("/")[2]: file})
    return flat


def _as_tar(archive: Path, to: Path, most: int) -> None:
    """Let the program write the archive's files as tar; bounded in size and time."""
    program = shutil.which(READER.program)
    if program is None:
        raise StepFailed(
            f"the program {READER.program} is missing; "
            f"install it (Debian: apt install {READER.package}), then try again"
        )
    with to.open("wb") as file, (to.parent / "said").open("w+b") as said:
        with subprocess.Popen(
            [program, *READER.arguments, f"@{archive.resolve()}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        ) as process:  # fmt: skip
            clock = threading.Timer(_LONGEST, process.kill)
            clock.start()
            try:
                assert process.stdout is not None
                for piece in _pieces(process.stdout.read):
                    if file.tell() + len(piece) > most:
                        raise StepFailed(f"{archive.name}: more than {most} octets come out")
                    file.write(piece)
            except BaseException:
                process.kill()
                raise
            finally:
                clock.cancel()
        said.seek(0)
        if process.returncode != 0:
            why = said.read(500).decode(errors="replace").strip() or f"it ended with {process.returncode}"
            raise StepFailed(f"{archive.name} cannot be read: {why.splitlines()[0]}")


def _pieces(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while piece := read(_PIECE):
        yield piece


def _unsign(tree: Tree, arguments: tuple[str, ...], work: _Work) -> Tree:
    """Take the gzip file out of a signed one: the signature stands before it."""
    signed, name = _one(tree, arguments[0]), arguments[1]
    with signed.open("rb") as file:
        head = file.read(_SIGNATURE + len(_GZIP))
        begin = head.find(_GZIP)
        if begin < 0:
            raise StepFailed(f"{signed.name} holds no gzip file behind a signature")
        file.seek(begin)
        made = work.place / "gzip"
        with made.open("wb") as to:
            shutil.copyfileobj(file, to, _PIECE)
    left = work.limits.octets
    try:
        with gzip.open(made) as inside:
            for piece in _pieces(inside.read):
                left -= len(piece)
                if left < 0:
                    raise StepFailed(f"{signed.name}: more than {work.limits.octets} octets come out")
    except (OSError, EOFError, zlib.error) as error:
        raise StepFailed(f"{signed.name} holds no whole gzip file behind its signature: {error}") from None
    return {name: made}


# --- names ---


def _include(tree: Tree, arguments: tuple[str, ...], _work: _Work) -> Tree:
    return {path: tree[path] for path, _ in _chosen(tree, arguments)}


def _exclude(tree: Tree, arguments: tuple[str, ...], _work: _Work) -> Tree:
    return {path: file for path, file in tree.items() if _matched(path, arguments) is None}


def _cp(tree: Tree, arguments: tuple[str, ...], _work: _Work) -> Tree:
    *globs, place = arguments
    chosen = list(_chosen(tree, globs))
    folder = "/".join(part for part in place.split("/") if part not in ("", "."))
    one_file = len(chosen) == 1 and chosen[0][0] == chosen[0][1]
    if one_file and not place.endswith("/") and folder:
        return {folder: tree[chosen[0][0]]}
    copied: Tree = {}
    for path, matched in chosen:
        above = matched.rpartition("/")[0]
        rest = path.removeprefix(f"{above}/") if above else path
        _merge(copied, {f"{folder}/{rest}" if folder else rest: tree[path]})
    return copied


def _null(_tree: Tree, _arguments: tuple[str, ...], _work: _Work) -> Tree:
    return {}


def _chosen(tree: Tree, globs: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Give each path that a glob means, with what of it the glob names: itself, or a folder that it lies in."""
    globs = tuple(globs)
    found = False
    for path in sorted(tree):
        if (matched := _matched(path, globs)) is not None:
            found = True
            yield path, matched
    if not found:
        raise StepFailed(f"there is no {' or '.join(globs)} among {_named(tree)}")


def _matched(path: str, globs: Iterable[str]) -> str | None:
    parts = path.split("/")
    for glob in globs:
        wanted = [part for part in glob.split("/") if part not in ("", ".")]
        if wanted and len(wanted) <= len(parts) and all(map(_is_meant, parts, wanted)):
            return "/".join(parts[: len(wanted)])
    return None


def _is_meant(part: str, glob: str) -> bool:
    """Match one name; a dot at its beginning is meant only where it is written, as in a shell."""
    return fnmatchcase(part, glob) and (not part.startswith(".") or glob.startswith("."))


def _one(tree: Tree, name: str) -> Path:
    if name in tree:
        return tree[name]
    found = [path for path, matched in _chosen(tree, (name,)) if path == matched]
    if len(found) != 1:
        raise StepFailed(f"{name} is not one file: {_named(found)}")
    return tree[found[0]]


def _named(paths: Iterable[str]) -> str:
    names = sorted(paths)
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return (", ".join(names[:8]) + more) or "nothing"


TABLE: Mapping[str, Callable[[Tree, tuple[str, ...], _Work], Tree]] = {
    "unzip": _unzip,
    "untar": _unzip,  # what an archive is, it says itself
    "unrar": _foreign,
    "7z": _foreign,
    "unsign": _unsign,
    "include": _include,
    "exclude": _exclude,
    "cp": _cp,
    "null": _null,
}
