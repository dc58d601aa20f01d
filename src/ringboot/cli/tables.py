"""Tables in files; reservations as CSV: network, kind, value, address, hostname, and option:<name> for each option."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ringboot.cli.exits import FAILED, USAGE, Failure
from ringboot.cli.show import counted
from ringboot.desk.sheet import harmless, plain

COLUMNS = ("network", "kind", "value", "address", "hostname")
_REQUIRED = COLUMNS[:4]
_OPTION = "option:"


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read reservations with the line each stands on; Failure names the first lines that are no rows."""
    reader = csv.reader(io.StringIO(text_of(path), newline=""), strict=True)
    try:
        return _rows(path, reader)
    except csv.Error as error:
        raise Failure(f"{path}, line {reader.line_num}: is not CSV: {error}.", FAILED) from None


def text_of(path: Path) -> str:
    """Read a table's text; Failure."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.", USAGE) from None
    except UnicodeDecodeError:
        raise Failure(f"{path} is not UTF-8. Save it as UTF-8.", FAILED) from None


def refuse_lines(path: Path, errors: Sequence[Mapping[str, Any]]) -> None:
    """Fail when lines of an import are not acceptable: {"row", "field", "error"} of each."""
    fields: dict[str, str] = {}
    for each in errors:
        place = f"line {each.get('row')}" + (f", {each['field']}" if each.get("field") else "")
        fields[place] = f"{fields[place]}; {each['error']}" if place in fields else each["error"]
    if errors:
        raise Failure(f"{path}: {counted(len(errors), 'errors')}. Nothing was imported.", FAILED, fields=fields)


def write_text(path: Path, text: str) -> None:
    """Write a table to a file; Failure."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}. Choose another place.", FAILED) from None


def _rows(path: Path, reader: Any) -> list[dict[str, Any]]:
    titles = [title.strip() for title in next(reader, [])]
    _check_titles(path, titles)
    rows = []
    faults = {}
    for cells in reader:
        line = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(titles):
            faults[f"line {line}"] = f"{len(cells)} columns, where the first line has {len(titles)}"
            continue
        rows.append(_row(line, dict(zip(titles, (plain(cell.strip()) for cell in cells), strict=True))))
    if faults:
        raise Failure(f"{path} has lines that cannot be read. Nothing was imported.", FAILED, fields=faults)
    return rows


def _check_titles(path: Path, titles: list[str]) -> None:
    missing = [name for name in _REQUIRED if name not in titles]
    unknown = [name for name in titles if name not in COLUMNS and not (name.startswith(_OPTION) and name != _OPTION)]
    twice = sorted({name for name in titles if titles.count(name) > 1})
    for names, what in ((missing, "lacks"), (unknown, "has unknown columns"), (twice, "has twice")):
        if names:
            known = ", ".join((*COLUMNS, f"{_OPTION}<name>"))
            raise Failure(f"{path}, line 1: {what}: {', '.join(names)}. The columns are {known}.", FAILED)


def _row(line: int, cells: Mapping[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {"row": line, **{name: cells[name] for name in _REQUIRED}}
    if cells.get("hostname"):
        row["hostname"] = cells["hostname"]
    options = {name.removeprefix(_OPTION): text for name, text in cells.items() if name.startswith(_OPTION) and text}
    if options:
        row["options"] = options
    return row


def write_rows(rows: Iterable[Mapping[str, Any]]) -> str:
    """Write reservations as CSV, one column for every option that any of them has.

    An apostrophe in front keeps a spreadsheet from taking a text for a formula; `read_rows` takes it away.
    """
    rows = list(rows)
    options = sorted({name for row in rows for name in row.get("options") or {}})
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, *(f"{_OPTION}{name}" for name in options)])
    for row in rows:
        own = row.get("options") or {}
        cells = [*(row.get(name) or "" for name in COLUMNS), *(own.get(name, "") for name in options)]
        writer.writerow(map(harmless, cells))
    return out.getvalue()
