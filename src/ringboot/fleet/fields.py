"""What is wrong with what somebody entered: every place with its fault, at once; and dotted keys."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from pydantic import ValidationError

# Ids stand in paths, URLs and file names.
ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
ID_RULE = "must be 1 to 64 letters, digits, dots, dashes and underscores, not beginning with a dot or dash"
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LONGEST_TEXT = 1024


class FieldError(NamedTuple):
    """One fault; `place` is a dotted key."""

    place: str
    why: str


class FieldErrors(ValueError):
    """Everything that is wrong with an entry; nothing of it was kept."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{place}: {why}" if place else why for place, why in self.errors))

    def as_dict(self) -> dict[str, str]:
        """Map each place to what is wrong there."""
        return dict(self.errors)


class Unknown(LookupError):
    """A device, config or setting that is named does not exist."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"there is no {what} {name}")
        self.what = what
        self.name = name


def one(place: str, why: str) -> FieldErrors:
    """Make the complaint about a single place."""
    return FieldErrors((FieldError(place, why),))


def from_pydantic(error: ValidationError, prefix: str = "") -> FieldErrors:
    """Put pydantic's complaints in our words, without the values: one of them may be a password."""
    found = []
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        path = [prefix] if prefix else []
        path += [str(part) for part in each["loc"] if part != "[key]"]
        found.append(FieldError(".".join(path), _in_words(each["type"], each["msg"])))
    return FieldErrors(found)


_WORDS = {
    "extra_forbidden": "is not a key that is known",
    "dict_type": "must hold keys",
    "model_type": "must hold keys",
    "list_type": "must be a list",
}


def _in_words(kind: str, said: str) -> str:
    """Reword one of pydantic's complaints so that it reads on after the name of the key."""
    text = _WORDS.get(kind, said.removeprefix("Value error, "))
    text = text.replace("Input should be a valid", "must be a").replace("Input should be", "must be")
    return text.replace("must be a integer", "must be an integer")


def check_known(keys: Iterable[str], known: Collection[str]) -> None:
    """Refuse dotted keys that begin with none of these, also where they are only taken away; FieldErrors."""
    strange = [key for key in keys if key.partition(".")[0] not in known]
    if strange:
        raise FieldErrors(FieldError(key, "is not a key that is known") for key in strange)


def check_id(text: str, place: str = "id") -> str:
    """Give back an id that can stand in a path; FieldErrors."""
    if not ID.fullmatch(text):
        raise one(place, ID_RULE)
    return text


def check_text(text: object) -> str:
    """Give one line of text, also for a number such as an extension; ValueError."""
    if isinstance(text, int) and not isinstance(text, bool):
        return str(text)
    if not isinstance(text, str):
        raise ValueError("must be text")
    if CONTROL.search(text):
        raise ValueError("must be one line without control characters")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"is longer than {LONGEST_TEXT} characters")
    return text


def assign(into: Mapping[str, Any], values: Mapping[str, Any], removed: Iterable[str] = ()) -> dict[str, Any]:
    """Give a copy with dotted keys set and others taken out; FieldErrors where a key leads through a value.

    A value of None is a value: it unsets what a parent says.  A removed key lets the parents speak again.
    """
    result = deepcopy(dict(into))
    for key, value in values.items():
        *path, last = key.split(".")
        if not last or not all(path):
            raise one(key, "is not a dotted key")
        inner = result
        for step in path:
            deeper = inner.get(step)
            if deeper is None:
                deeper = inner[step] = {}
            if not isinstance(deeper, dict):
                raise one(key, f"{step} holds a value, no keys")
            inner = deeper
        inner[last] = value
    for key in removed:
        _take_out(result, key.split("."))
    return result


def _take_out(tree: dict[str, Any], path: list[str]) -> None:
    first, *rest = path
    if not rest:
        tree.pop(first, None)
    elif isinstance(tree.get(first), dict):
        _take_out(tree[first], rest)
        if not tree[first]:
            del tree[first]
