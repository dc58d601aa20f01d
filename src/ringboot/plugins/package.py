"""Firmware packages, in whatever form they were written: their files, the steps that install them, their order."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

START = "a"  # the node that holds a package's own files
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_NODE = re.compile(r"\w{1,40}")
_VARIABLE = re.compile(r"\$(FILE|ARG)(\d+)")
_DIGITS = {"sha1": 40, "sha256": 64}


class CommandShape(NamedTuple):
    """What a command of a step takes."""

    least: int  # how many arguments
    most: int | None
    help: str


COMMANDS: Mapping[str, CommandShape] = {
    "unzip": CommandShape(1, 1, "FILE: what is in a zip archive"),
    "untar": CommandShape(1, 1, "FILE: what is in a tar archive, plain, gzip or bzip2"),
    "unrar": CommandShape(1, 1, "FILE: what is in a RAR archive, without its folders"),
    "7z": CommandShape(1, 1, "FILE: what is in a 7z archive, without its folders"),
    "unsign": CommandShape(2, 2, "FILE NAME: the gzip file inside a signed one, under this name"),
    "include": CommandShape(1, None, "GLOB...: only these, with their folders"),
    "exclude": CommandShape(1, None, "GLOB...: all but these"),
    "cp": CommandShape(2, None, "GLOB... PLACE: these, put there; a place that ends with / is a folder"),
    "null": CommandShape(0, 0, "nothing"),
}


class PackageFile(NamedTuple):
    """A file that a package is made of."""

    name: str  # in var/cache
    url: str  # empty: its vendor gives it to people only
    size: int  # octets
    kind: str  # of the checksum: "sha256" or "sha1"
    digits: str  # hexadecimal, lower case


class Step(NamedTuple):
    """What makes the files of one node of those of another."""

    source: str
    target: str
    command: str
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.source}-{self.target}: {shlex.join((self.command, *self.arguments))}"


class Package(NamedTuple):
    """A firmware package; what nothing is made of any more, when all steps are done, goes to var/tftpboot."""

    id: str
    version: str
    description: str = ""
    files: tuple[PackageFile, ...] = ()
    depends: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    place: str = ""  # where it is written: "pkgs/pkgs.db:12"

    @property
    def size(self) -> int:
        """Give the octets of all its files."""
        return sum(file.size for file in self.files)


class BadPackages(Exception):
    """Packages that cannot be installed together; the text names them."""


def make_file(name: str, url: str, size: int, kind: str, digits: str) -> PackageFile:
    """Check a file and give it; ValueError says what is wrong."""
    name = name or unquote(PurePosixPath(urlsplit(url).path).name)
    if not name:
        raise ValueError("a file that has no URL needs a name")
    if "/" in name or name.startswith(".") or not name.isprintable() or len(name) > 200:
        raise ValueError(f"{name!r} cannot be the name of a file in var/cache")
    if size < 0:
        raise ValueError(f"{size} is no size")
    if not re.fullmatch(f"[0-9a-f]{{{_DIGITS[kind]}}}", digits := digits.lower()):
        raise ValueError(f"{digits!r} is no {kind.upper()}: {_DIGITS[kind]} hexadecimal digits")
    return PackageFile(name, url, size, kind, digits)


def make_steps(written: Iterable[tuple[str, str]], files: tuple[str, ...], given: tuple[str, ...]) -> tuple[Step, ...]:
    """Read ("a-b", "unzip $FILE1") and put in the names of files and what was `given` ($ARG1); ValueError."""
    steps = tuple(_step(edge, line, {"FILE": files, "ARG": given}) for edge, line in written)
    rounds(steps)
    return steps


def _step(edge: str, line: str, values: Mapping[str, tuple[str, ...]]) -> Step:
    source, dash, target = edge.partition("-")
    if not dash or not _NODE.fullmatch(source) or not _NODE.fullmatch(target):
        raise ValueError(f"{edge!r} is no step: write it as FROM-TO, such as {START}-b")
    if target == START:
        raise ValueError(f"{edge}: {START} holds the package's own files, nothing is put there")
    try:
        command, *arguments = [_filled(word, values) for word in shlex.split(line)]
    except ValueError as error:
        raise ValueError(f"{edge}: {error}") from None
    shape = COMMANDS.get(command)
    if shape is None:
        raise ValueError(f"{edge}: there is no command {command}; there are {' '.join(COMMANDS)}")
    if len(arguments) < shape.least or (shape.most is not None and len(arguments) > shape.most):
        raise ValueError(f"{edge}: write {command} {shape.help.partition(':')[0]}".rstrip())
    for argument in arguments:
        if argument.startswith("/") or ".." in argument.split("/") or not argument.isprintable() or not argument:
            raise ValueError(f"{edge}: {argument!r} leads out of the package")
    return Step(source, target, command, tuple(arguments))


def _filled(word: str, values: Mapping[str, tuple[str, ...]]) -> str:
    def value(found: re.Match[str]) -> str:
        there = values[found[1]]
        if not 1 <= int(found[2]) <= len(there):
            raise ValueError(f"{found[0]} is not there: {len(there)} are given")
        return there[int(found[2]) - 1]

    return _VARIABLE.sub(value, word)


def rounds(steps: Iterable[Step]) -> list[Step]:
    """Give the steps in an order in which each finds what it is made of; ValueError when there is none."""
    left, done = list(steps), []
    while left:
        waiting = {step.target for step in left}
        ready = [step for step in left if step.source not in waiting]
        if not ready:
            raise ValueError(f"the steps go in a circle: {', '.join(str(step) for step in left)}")
        left = [step for step in left if step.source in waiting]
        done += ready
    made = {START, *(step.target for step in done)}
    for step in done:
        if step.source not in made:
            raise ValueError(f"{step}: nothing is put into {step.source}")
    return done


def make_package(**values: Any) -> Package:
    """Check what stands alone in a package and give it; ValueError says what is wrong."""
    package = Package(**values)
    for name in (package.id, *package.depends):
        if not _ID.fullmatch(name):
            raise ValueError(f"{name!r} is no id of a package: letters, digits, dot, plus, dash, underscore")
    if not package.version or not package.version.isprintable():
        raise ValueError("its version is missing")
    names = [file.name for file in package.files]
    if len(set(names)) < len(names):
        raise ValueError("two of its files have one name")
    return package


def in_order(wanted: Iterable[str], packages: Mapping[str, Package]) -> list[Package]:
    """Give these packages and all that they need, each behind what it needs; BadPackages."""
    done: dict[str, Package] = {}
    for ident in wanted:
        _add(ident, packages, (), done)
    return list(done.values())


def _add(ident: str, packages: Mapping[str, Package], above: tuple[str, ...], done: dict[str, Package]) -> None:
    if ident in done:
        return
    if ident in above:
        raise BadPackages(f"packages need each other: {' needs '.join((*above[above.index(ident) :], ident))}")
    if ident not in packages:
        needs = f", which {above[-1]} needs" if above else ""
        raise BadPackages(f"there is no package {ident}{needs}")
    for need in packages[ident].depends:
        _add(need, packages, (*above, ident), done)
    done[ident] = packages[ident]


def circles(packages: Mapping[str, Package]) -> Iterator[str]:
    """Name what is wrong among the packages of a plugin: circles, and what is needed and not there."""
    said = set()
    for ident in packages:
        try:
            in_order([ident], packages)
        except BadPackages as error:
            if (text := str(error)) not in said:
                said.add(text)
                yield text
