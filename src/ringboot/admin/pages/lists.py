"""A list as a reader looks at it: searched, filtered, sorted, one page of it, and the addresses of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ringboot.admin.pages.drawing import target
from ringboot.admin.pages.visit import Visit

LIMIT = 50


class Look(NamedTuple):
    """One look at a list, and what the API gave."""

    path: str
    text: str
    filters: dict[str, str]  # only those that are set
    sort: str
    offset: int
    total: int
    items: list[dict[str, Any]]
    limit: int = LIMIT

    @property
    def last(self) -> int:
        """Give the number of the last row that is shown."""
        return self.offset + len(self.items)

    def direction(self, key: str) -> str:
        """Tell how the list is sorted by a key, in the words of aria-sort."""
        return {key: "ascending", f"-{key}": "descending"}.get(self.sort, "none")

    def sorted_by(self, key: str) -> str:
        """Give the address of the same list sorted by a key, the other way round when it is already."""
        return self._at(sort=f"-{key}" if self.sort == key else key, offset=0)

    def page(self, step: int) -> str:
        """Give the address of the page before (-1) or behind (1)."""
        return self._at(sort=self.sort, offset=max(0, self.offset + step * self.limit))

    @property
    def query(self) -> list[tuple[str, str]]:
        """Give what chooses the rows, as the API reads it: for a change of all that were found."""
        return [*((("text", self.text),) if self.text else ()), *_filters(self.filters)]

    def _at(self, sort: str, offset: int) -> str:
        return target(self.path, {"text": self.text, **self.filters, "sort": sort, "offset": offset or ""})


def _filters(filters: dict[str, str]) -> list[tuple[str, str]]:
    return [("filter", f"{key}={value}") for key, value in filters.items()]


async def look_at(
    visit: Visit, api: str, keys: Sequence[str] = (), *, sort: str = "", limit: int = LIMIT,
    default: Sequence[tuple[str, str]] = (),
) -> Look:  # fmt: skip
    """Ask the API for the page of a list that the address names.

    `keys` are its filters, `default` those that hold while the address says nothing of them, `sort` how it is at first.
    """
    text = visit.word("text").strip()
    before = dict(default)
    filters = {key: visit.word(key, before.get(key, "")) for key in keys if visit.word(key, before.get(key, ""))}
    wanted = visit.word("sort", sort)
    start = visit.word("offset", "0")
    offset = int(start) if start.isascii() and start.isdecimal() and len(start) < 10 else 0
    query: list[tuple[str, str | int]] = [("limit", limit), ("offset", offset), *_filters(filters)]
    query += [(name, value) for name, value in (("text", text), ("sort", wanted)) if value]
    answer = await visit.get(api, query)
    return Look(visit.path, text, filters, wanted, offset, answer["total"], answer["items"], limit)
