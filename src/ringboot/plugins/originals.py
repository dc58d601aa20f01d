"""Custom templates and the shipped ones that they were copied from.

Of each copy the original is kept as it was (var/originals, named by its SHA-256), so that a later version of it can be
merged in.  A custom template that is replaced is kept too (var/replaced).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from ringboot.plugins import names
from ringboot.plugins.folder import PluginFolder
from ringboot.plugins.merged import Texts, first_mark

CONFLICT = ".conflict"  # behind a template's name: what it and its original were merged to, with marks in it
# How a custom template stands to what is shipped.
OWN, UNRECORDED, CURRENT, CHANGED, GONE, CONFLICTING = (
    *("own", "unrecorded", "current", "changed", "gone", "conflict"),
)
_LARGEST = 1 << 20  # octets


class NotCopied(Exception):
    """A template that cannot be copied or written; the text says why, and what to do."""


class Origin(NamedTuple):
    """Where a custom template came from."""

    template: str  # the shipped one's name
    sha256: str
    version: str  # of the plugin then
    pending: str = ""  # SHA-256 of the newer original that was merged, with conflicts


class Originals:
    """The custom templates of a plugin folder."""

    def __init__(self, folder: PluginFolder) -> None:
        self.folder = folder
        self._kept = folder.path / "var" / "originals"
        self._record = self._kept / "origins.json"

    def all(self) -> dict[str, Origin]:
        """Give the origin of each custom template that was copied; NotCopied when the record cannot be read."""
        try:
            plain: dict[str, Any] = json.loads(self._record.read_text())
            return {name: Origin(**row) for name, row in plain.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise NotCopied(f"{self._record} cannot be read: {error}. Move it away, or mend it") from None

    def state(self, name: str, origin: Origin | None) -> str:
        """Say how a custom template stands to what is shipped."""
        if self.conflict(name).exists():
            return CONFLICTING
        if origin is None:
            return UNRECORDED if (self.folder.shipped / name).is_file() else OWN
        shipped = self.folder.shipped / origin.template
        if not shipped.is_file():
            return GONE
        return CURRENT if digest_of(text_of(shipped)) == origin.sha256 else CHANGED

    def conflict(self, name: str) -> Path:
        """Name the file that a merge with conflicts is written to; its name is nobody's template."""
        return self.folder.custom / f"{name}{CONFLICT}"

    def original(self, sha256: str) -> str | None:
        """Give an original as it was."""
        with suppress(OSError):
            text = text_of(self._kept / sha256)
            return text if digest_of(text) == sha256 else None
        return None

    def adopt(self) -> None:
        """Take what is shipped for the original of each custom template of that name that has none on record.

        One that extends its original needs none.
        """
        known = self.all()
        for name in self.folder.custom_templates():
            shipped = self.folder.shipped / name
            if name in known or not name.endswith(".tpl") or not shipped.is_file():
                continue
            with suppress(NotCopied):
                text = text_of(self.folder.custom / name)
                if not re.search(rf"{{%-?\s*extends\s+['\"]{re.escape(name)}['\"]", text):
                    self.record(name, Origin(name, self.keep(text_of(shipped)), self.folder.manifest.version))

    def copy(self, shipped: str, name: str, *, force: bool, stamp: str) -> None:
        """Make a custom template of a shipped one and keep the original; NotCopied."""
        source, target = self.folder.shipped / checked(shipped), self.folder.custom / checked(name)
        if not source.is_file():
            raise NotCopied(f"there is no shipped template {shipped}. See: ringboot template list")
        if target.exists() and not force:
            raise NotCopied(f"{target} is there already. Say --force to replace it; it is then kept in var/replaced")
        self.write(name, text_of(source), shipped, stamp=stamp)

    def write(self, name: str, text: str, shipped: str, *, stamp: str, of: str | None = None) -> Path | None:
        """Write a custom template and where it came from: from the shipped one, or an older text of it (`of`).

        Gives where the one before is kept.
        """
        original = text_of(self.folder.shipped / shipped) if of is None else of
        sha256 = self.keep(original)
        kept = self._set_aside(name, stamp)
        _put(self.folder.custom / name, text)
        self.record(name, Origin(shipped, sha256, self.folder.manifest.version))
        self.conflict(name).unlink(missing_ok=True)
        return kept

    def put(self, name: str, text: str, *, stamp: str) -> Path | None:
        """Write a custom template as somebody edited it; what it came from stays what it was.  NotCopied.

        Gives where the one before is kept.
        """
        origin = self.all().get(checked(name))
        if origin is not None and (self.folder.custom / name).exists():
            return self.write(name, text, origin.template, stamp=stamp, of=self.original(origin.sha256))
        if (self.folder.shipped / name).is_file():
            return self.write(name, text, name, stamp=stamp)
        kept = self._set_aside(name, stamp)
        _put(self.folder.custom / name, text)
        return kept

    def remove(self, name: str, *, stamp: str) -> Path:
        """Take a custom template away, and give where it is kept; NotCopied."""
        kept = self._set_aside(checked(name), stamp)
        if kept is None:
            raise NotCopied(f"there is no custom template {name}. See: ringboot template list")
        (self.folder.custom / name).unlink()
        self.conflict(name).unlink(missing_ok=True)
        return kept

    def keep(self, original: str) -> str:
        """Keep an original, and give its SHA-256."""
        sha256 = digest_of(original)
        if self.original(sha256) is None:
            _put(self._kept / sha256, original)
        return sha256

    def record(self, name: str, origin: Origin) -> None:
        """Write down where a custom template came from; what is told of those that are gone is forgotten."""
        rows = {each: old for each, old in self.all().items() if (self.folder.custom / each).exists()}
        rows[name] = origin
        plain = {each: row._asdict() for each, row in sorted(rows.items())}
        _put(self._record, json.dumps(plain, indent=1) + "\n")

    def keep_conflict(self, name: str, merged: str, texts: Texts, shipped: str) -> None:
        """Write what a merge with conflicts gave, and both originals; the custom template stays in use as it is."""
        base, pending = self.keep(texts.base), self.keep(texts.theirs)
        before = self.all().get(name)
        version = before.version if before is not None else self.folder.manifest.version
        _put(self.conflict(name), merged)
        self.record(name, Origin(shipped, base, version, pending))

    def resolved(self, name: str, stamp: str) -> Path | None:
        """Take a merge whose conflicts are resolved for the custom template; NotCopied while a mark is left."""
        origin = self.all().get(name)
        conflict = self.conflict(name)
        if origin is None or not conflict.is_file():
            raise NotCopied(f"there is no {conflict}: nothing of {name} waits to be resolved")
        text = text_of(conflict)
        if line := first_mark(text):
            raise NotCopied(f"{conflict}, line {line}: a mark of a conflict is left. Edit the file, then try again")
        return self.write(name, text, origin.template, stamp=stamp, of=self.original(origin.pending))

    def _set_aside(self, name: str, stamp: str) -> Path | None:
        """Keep a custom template that is about to be replaced."""
        target = self.folder.custom / name
        if not target.exists():
            return None
        before = text_of(target)
        place = self.folder.path / "var" / "replaced" / f"{name}.{stamp}"
        number = 1
        while place.exists() and text_of(place) != before:
            number += 1
            place = place.with_name(f"{Path(name).name}.{stamp}-{number}")
        _put(place, before)
        return place


def checked(name: str) -> str:
    """Give a template's name back if it is one; NotCopied."""
    why = names.check(name)
    if why is not None or "{" in name:
        raise NotCopied(why or f"{name!r} is not a relative path of plain names")
    if not name.endswith(".tpl"):
        raise NotCopied(f"{name} does not end with .tpl")
    return name


def digest_of(text: str) -> str:
    """Give the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def text_of(path: Path) -> str:
    """Read a template as it is, ends of lines included; NotCopied when it is none."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise NotCopied(f"{path} is larger than {_LARGEST} octets")
        return data.decode()
    except UnicodeDecodeError as error:
        raise NotCopied(f"{path} is not UTF-8 at octet {error.start}") from None


def stamp_of(utc: float) -> str:
    """Write a moment as it stands in the names of what was replaced."""
    return datetime.fromtimestamp(utc, UTC).strftime("%Y%m%d-%H%M%S")


def _put(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
