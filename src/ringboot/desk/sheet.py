"""Tables as CSV, written so that no spreadsheet computes what a device said, and read back as they were."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

# How a cell begins that spreadsheets compute, or that we kept from it.  A whole number is none, whatever its sign.
_FORMULA = re.compile(r"'*(?:[=@+\t\r]|-(?!\d+$))")


class SheetLine(NamedTuple):
    """A line with cells in it: its number in the text, and column -> text."""

    number: int
    cells: dict[str, str]


class BadSheet(ValueError):
    """A text that is no table; `faults`: {"row", "field", "error"} of each line."""

    def __init__(self, faults: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(f"line {each['row']}: {each['error']}" for each in faults[:3]))
        self.faults = faults


def harmless(cell: str) -> str:
    """Put an apostrophe before a text that a spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def plain(cell: str) -> str:
    """Take it away."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell


def flat(row: Mapping[str, Any], path: str = "") -> dict[str, str]:
    """Give a row with dotted keys and texts for values; a list stands in one cell, with commas."""
    cells: dict[str, str] = {}
    for key, value in row.items():
        place = f"{path}{key}"
        if isinstance(value, Mapping):
            cells |= flat(value, f"{place}.")
        elif isinstance(value, list | tuple):
            cells[place] = ", ".join(map(str, value))
        else:
            cells[place] = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return cells


def write_sheet(rows: Iterable[Mapping[str, str]], first: Sequence[str] = ()) -> str:
    """Write rows of texts under a line of titles: these first, then what else any of them has."""
    rows = list(rows)
    titles = [*first, *(title for title in dict.fromkeys(key for row in rows for key in row) if title not in first)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    if titles:
        writer.writerow(map(harmless, titles))
    for row in rows:
        writer.writerow(harmless(row.get(title, "")) for title in titles)
    return out.getvalue()


def read_sheet(text: str) -> list[SheetLine]:
    """Read lines of cells under a line of titles; empty lines are passed over; BadSheet."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    lines: list[SheetLine] = []
    faults: list[dict[str, Any]] = []
    try:
        titles = [plain(title).strip() for title in next(reader, [])]
        twice = sorted({title for title in titles if titles.count(title) > 1})
        if twice or not any(titles):
            raise BadSheet([_fault(1, f"has twice: {', '.join(twice)}" if twice else "holds no titles of columns")])
        for written in reader:
            cells = [plain(cell).strip() for cell in written]
            if not any(cells):
                continue
            if len(cells) != len(titles):
                faults.append(_fault(reader.line_num, f"{len(cells)} columns, where the first line has {len(titles)}"))
                continue
            lines.append(SheetLine(reader.line_num, dict(zip(titles, cells, strict=True))))
    except csv.Error as error:
        raise BadSheet([*faults, _fault(reader.line_num, f"is not CSV: {error}")]) from None
    if faults:
        raise BadSheet(faults)
    return lines


def _fault(line: int, why: str) -> dict[str, Any]:
    return {"row": line, "field": "", "error": why}
