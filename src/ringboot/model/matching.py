"""What a class or a hook asks of its clients, as conditions on evidence: patterns become regular expressions."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from ringboot.dhcp import options as table
from ringboot.dhcp.arches import codes_of
from ringboot.model.site import Match
from ringboot.wire import kinds

_HEX_GLOB = re.compile(r"(?:[0-9a-f]{2}:)+(?:[0-9a-f]{2}\*?|\*)")
_MAC_GLOB = re.compile(r"[0-9a-f:*?\[\]!-]+")
_ANY = "*"

Globs = tuple[str, ...] | None  # of several any one; None: whatever


class Wanted(Protocol):
    """What is asked of a client, as [dhcp.class] match has it; all that is given must hold."""

    @property
    def mac(self) -> Globs: ...
    @property
    def vendor_class(self) -> Globs: ...
    @property
    def user_class(self) -> Globs: ...
    @property
    def hostname(self) -> Globs: ...
    @property
    def client_id(self) -> Globs: ...
    @property
    def circuit_id(self) -> Globs: ...
    @property
    def remote_id(self) -> Globs: ...
    @property
    def arch(self) -> Globs: ...
    @property
    def options(self) -> Mapping[str, tuple[str, ...]]: ...


def mac_glob(text: str) -> str:
    """Bring a pattern for MACs to lower case with colons; ValueError when it is none."""
    glob = text.lower() if "[" in text else text.lower().replace("-", ":")
    if ":" not in glob:
        glob = re.sub(r"([0-9a-f]{2})(?=[0-9a-f])", r"\1:", glob)
    if not _MAC_GLOB.fullmatch(glob):
        raise ValueError(f"{text!r} is no pattern for a MAC")
    return glob


def glob_pattern(glob: str, *, ignore_case: bool = False) -> str:
    """Turn a glob (* ? [...]) into a regular expression for the whole text."""
    return f"(?{'i' if ignore_case else ''}:\\A{fnmatch.translate(glob)})"


def octets_pattern(glob: str) -> str:
    """Turn a glob for octets into a regular expression: hex pairs mean octets, anything else text."""
    if not _HEX_GLOB.fullmatch(glob.lower()):
        return glob_pattern(glob)
    octets = bytes.fromhex(glob.translate({ord(":"): None, ord("*"): None}))
    if glob.endswith("*"):
        return r"(?s:\A" + _escaped(octets) + ")"
    return r"(?s:\A" + _escaped(octets.rstrip(b"\0")) + r"\x00*\Z)"  # evidence comes without the NULs at its end


def conditions(match: Wanted) -> tuple[Match, ...]:
    """Give the conditions, all of which must hold; ValueError for a value that does not fit its option."""
    rows: tuple[tuple[str, Globs, Callable[[str], str]], ...] = (
        ("dhcp.mac", match.mac, glob_pattern),
        ("dhcp.60", match.vendor_class, glob_pattern),
        ("dhcp.77.each", match.user_class, glob_pattern),
        ("dhcp.61", match.client_id, octets_pattern),
        ("dhcp.82.1", match.circuit_id, octets_pattern),
        ("dhcp.82.2", match.remote_id, octets_pattern),
        ("dhcp.12", match.hostname, lambda glob: glob_pattern(glob, ignore_case=True)),
        ("dhcp.93.each", match.arch, _arch_pattern),
    )
    found = [Match(name, _any_of(map(pattern, globs))) for name, globs, pattern in rows if globs is not None]
    return (*found, *(_option(table.canonical(name), globs) for name, globs in match.options.items()))


def faults(match: Wanted) -> Iterator[tuple[str, str, str]]:
    """Give what is wrong with the options that are asked for: the key, what, and what to do."""
    for name, globs in match.options.items():
        try:
            key = table.canonical(name)
        except ValueError as error:
            what, _, hint = str(error).partition("; ")
            yield name, what, hint or "names and numbers stand in docs/reference/dhcp-options.md"
            continue
        try:
            _option(key, globs)
        except ValueError as error:
            example = table.row_of(int(key.partition(".")[0])).kind.example
            yield (
                name,
                f"is no value of option {table.name_of(key)}: {error}",
                f'write it whole, such as "{example}", or "*"',
            )


def _option(key: str, globs: Iterable[str]) -> Match:
    """Ask for an option: text and octets by patterns, any other kind by its whole value."""
    if "." in key or isinstance(table.row_of(int(key)).kind, kinds.Text | kinds.Opaque):
        return Match(f"dhcp.{key}", _any_of(map(octets_pattern, globs)))
    values = [r"\A" if glob == _ANY else rf"\A{_escaped(table.encode_text(key, glob))}\Z" for glob in globs]
    return Match(f"dhcp.{key}.octets", _any_of(values))


def _arch_pattern(text: str) -> str:
    return rf"\A(?:{'|'.join(map(str, codes_of(text)))})\Z"


def _any_of(patterns: Iterable[str]) -> str:
    return "|".join(patterns)


def _escaped(octets: bytes) -> str:
    return "".join(f"\\x{octet:02x}" for octet in octets)
