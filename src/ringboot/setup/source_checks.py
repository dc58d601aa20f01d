"""What must hold in the tables of sources, and of the files that they name; nothing is asked, nothing is run."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from ringboot.scripts.sources.client import FACTS
from ringboot.setup.kinds import duration_text, shown
from ringboot.setup.problems import Wrong
from ringboot.setup.reading import Draft
from ringboot.setup.sources import SourceTable, place_of

# Kind -> the key that says where it is, and the keys that only it has
_NEEDS: dict[str, tuple[str, ...]] = {
    "sql": ("url", "file"),
    "ini": ("file",),
    "http": ("url",),
    "callable": ("function",),
}
_ONLY: dict[str, tuple[str, ...]] = {
    "url": ("sql", "http"),
    "file": ("sql", "ini"),
    "function": ("callable",),
    **dict.fromkeys(("query", "prefix", "any_case", "password", "password_file"), ("sql",)),
    **dict.fromkeys(("method", "send", "parameters", "headers", "headers_file", "ca"), ("http",)),
}


def faults(table: SourceTable) -> list[tuple[str, str, str]]:
    """Give what is wrong with a source: the key, what, and what to do.  Nothing is asked, nothing is run."""
    plain = SourceTable("plain", "ini")
    found = [
        (key, f"is nothing for a source of kind {table.kind}", "remove it")
        for key, kinds in _ONLY.items()
        if table.kind not in kinds and getattr(table, key) != getattr(plain, key)
    ]
    needs = _NEEDS[table.kind]
    given = [key for key in needs if getattr(table, key) is not None]
    if not given:
        found.append(("kind", f"{table.kind} needs {' or '.join(needs)}", f"add {needs[0]} = ..."))
    elif len(given) > 1:
        found.append((given[1], f"stands here beside {given[0]}", "remove one of them"))
    looks = {"sql": _sql_faults, "http": _http_faults, "ini": _file_faults, "callable": _function_faults}
    return found or looks[table.kind](table)


def _sql_faults(table: SourceTable) -> list[tuple[str, str, str]]:
    from ringboot.scripts.sources.sql import parameters_of, read_url  # noqa: PLC0415  # most files name none

    found = _file_faults(table)
    if table.url is not None:
        try:
            url = read_url(table.url)
        except ValueError as error:
            found.append(("url", str(error), 'write it as "postgresql://USER@HOST/DATABASE"'))
        else:
            if url.password is not None and (table.password or table.password_file):
                found.append(("url", "holds a password, and another is given", "remove one of them"))
    if table.password is not None and table.password_file is not None:
        found.append(("password", "stands here beside password_file", "remove one of them"))
    if table.query is not None:
        for key in ("prefix", "any_case"):
            if getattr(table, key):
                found.append((key, "is for the tables maps and subnets, and query says another", "remove one of them"))
        unknown = sorted(set(parameters_of(table.query)) - FACTS.keys())
        if unknown:
            todo = f"there are {', '.join(f':{fact}' for fact in FACTS)}; a colon that is none is written \\\\:"
            found.append(("query", f":{unknown[0]} is nothing that is known of a client", todo))
        elif not parameters_of(table.query):
            found.append(("query", "does not say which client it is about", "use :mac in it"))
    if table.prefix is not None and not all(each.isalnum() or each in "_." for each in table.prefix):
        found.append(("prefix", f'"{table.prefix}" cannot begin the name of a table', "use letters, digits, _ and ."))
    return found


def _http_faults(table: SourceTable) -> list[tuple[str, str, str]]:
    todo = 'write it as "https://HOST/PATH"'
    try:
        parts = urlsplit(table.url or "")
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    if not fits or not (table.url or "").isascii() or " " in (table.url or ""):
        return [("url", f"{shown(table.url)} is no URL of a web service", todo)]
    if parts.username is not None or parts.fragment:
        return [("url", "holds a user, a password or a #", "what shows who we are is a header: headers_file")]
    if table.ca is not None and not table.ca.is_file():
        return [("ca", f"{table.ca} is not there", "name the CA's certificate, as PEM")]
    return []


def _file_faults(table: SourceTable) -> list[tuple[str, str, str]]:
    if table.file is not None and not table.file.is_file():
        return [("file", f"{table.file} is not there", "correct the path, or make the file")]
    if table.kind == "ini" and table.file is not None:
        from ringboot.scripts.sources.ini import faults_of  # noqa: PLC0415

        return [("file", what, "correct the file") for what in faults_of(table.file)]
    return []


def _function_faults(table: SourceTable) -> list[tuple[str, str, str]]:
    path = Path((table.function or "").rpartition(":")[0])
    return [] if path.is_file() else [("function", f"{path} is not there", "correct the path, or write the file")]


def check_sources(draft: Draft) -> None:
    """Note what is wrong with any."""
    dhcp = draft.parts["dhcp"]
    names: set[str] = set()
    for place, source in draft.sources:
        faulty = draft.faulty(place)
        if source.name in names:
            draft.add((*place, "name"), f'another source is called "{source.name}"', "choose another name")
        names.add(source.name)
        if faulty:
            continue
        for key, what, todo in faults(source):
            draft.add((*place, key), what, todo)
        try:
            place_of(source)
        except Wrong as error:
            draft.add((*place, "headers_file" if source.headers_file else "password_file"), error.what, error.todo)
        except ValueError:  # a URL that is told of already
            pass
        if source.timeout >= dhcp.question_deadline:
            what = f"is not shorter than question_deadline of [dhcp] ({duration_text(dhcp.question_deadline)})"
            draft.warn((*place, "timeout"), what, "shorten it, so that the last answer comes in time")
