"""One row for each route: what it is for, what it takes and gives. The API's description follows from the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ringboot.admin.lists import SHEET

JSON, TEXT, OCTETS, CSV, STREAM = (
    "application/json", "text/plain", "application/octet-stream", "text/csv", "text/event-stream",
)  # fmt: skip


class Asks(NamedTuple):
    """A parameter of the query."""

    name: str
    what: str
    schema: Mapping[str, Any]  # JSON Schema
    required: bool = False


class Described(NamedTuple):
    """A route."""

    method: str
    path: str  # below /api/v1
    what: str  # one sentence
    gives: Any = None  # the type of its answer; None: it has none
    takes: Any = None  # the type of its body; None: it reads none
    status: int = 200  # of its answer
    named: Mapping[str, Any] = {}  # of its path: a name in braces -> JSON Schema, where it is not any text
    keys: Sequence[str] = ()  # of a list: what it is filtered and sorted by
    asks: Sequence[Asks] = ()  # parameters of the query beside those
    also: Mapping[int, Any] = {}  # other good answers: status -> type
    kind: str = JSON  # of the answer
    sends: str = JSON  # the kind of the body
    refuses: Sequence[int] = ()  # with which problems, beside those that follow from the rest
    more: str = ""  # what else one must know
    is_open: bool = False  # to who has not signed in

    @property
    def answers(self) -> dict[int, Any]:
        """Give the type of each good answer by its status; None: it is empty."""
        return {204 if self.gives is None and self.kind == JSON else self.status: self.gives, **self.also}

    @property
    def tag(self) -> str:
        """Give the part of the API that it belongs to."""
        return self.path.split("/")[1]


WORD: Mapping[str, Any] = {"type": "string"}
FLAG: Mapping[str, Any] = {"type": "string", "enum": ["true", "false"]}
INSTANT: Mapping[str, Any] = {"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,9})?$"}
SWITCH: Mapping[str, Any] = {"type": "string", "enum": ["0", "1", ""]}
SECRETS = Asks("secrets", "1: show passwords instead of ***; for administrators.", SWITCH)

FORMAT = Asks("format", "csv: as CSV, of 100,000 rows at most.", {"type": "string", "enum": ["json", "csv"]})
WAIT = Asks("wait", "false: answer at once, with 202 and the job.", FLAG)


def number(least: int, most: int, default: int | None = None) -> Mapping[str, Any]:
    """Give the schema of a whole number within bounds."""
    shape: dict[str, Any] = {"type": "integer", "minimum": least, "maximum": most}
    return shape if default is None else {**shape, "default": default}


def of_list(keys: Sequence[str]) -> tuple[Asks, ...]:
    """Give the parameters that every list with these keys takes (admin/lists.py reads them)."""
    both = [sign + key for key in keys for sign in ("", "-")]
    one = {"type": "string", "pattern": f"^({'|'.join(keys)})="}
    return (
        Asks("filter", "Only rows with this value, as key=value, without regard to case; may be repeated.",
             {"type": "array", "items": one}),
        Asks("text", "Only rows that hold this text.", WORD),
        Asks("sort", "The key to sort by; with - before it downwards.", {"type": "string", "enum": [*both, ""]}),
        Asks("limit", "How many rows at most: 1,000, of CSV 100,000.", number(1, SHEET, 100)),
        Asks("offset", "How many rows to skip.", number(0, 1 << 40, 0)),
        SECRETS,
        FORMAT,
    )  # fmt: skip
