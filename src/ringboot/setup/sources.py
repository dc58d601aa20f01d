"""The part of ringboot.toml about reservations that are kept elsewhere: databases, files, web services, functions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, ValidationInfo
from pydantic.dataclasses import dataclass

from ringboot.scripts.sources.client import FACTS
from ringboot.scripts.sources.source import Place
from ringboot.setup.kinds import Deadline, Folder, Meaning, Name, read_duration, shown
from ringboot.setup.problems import Wrong

_STRICT = ConfigDict(extra="forbid")
_LONGEST = 366 * 86400.0  # seconds
_LONGEST_TEXT = 4000


def _plain(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_TEXT or "\0" in value:
        raise Wrong(f"{shown(value)} is no text that can be used", "put it in quotes")
    return value.strip()


def _password(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise Wrong("is no text", "put the password in quotes")
    return value


def _period(value: Any) -> float:
    seconds = read_duration(value)
    if not 0 <= seconds <= _LONGEST:
        raise Wrong(f"{shown(value)} is too long", 'write 0, or a time up to "366d"')
    return seconds


def _function(value: Any, info: ValidationInfo) -> str:
    from ringboot.scripts.sources.function import split  # noqa: PLC0415  # most files name none

    try:
        path, name = split(_plain(value))
    except Wrong:
        raise
    except ValueError as error:
        raise Wrong(f"{shown(value)}: {error}", 'write it as "inventory.py:lookup"') from None
    base: Path = (info.context or {}).get("folder", Path())
    return f"{(base / path).absolute()}:{name}"


def _send(value: Any) -> dict[str, str]:
    rows = {str(each): str(each) for each in value} if isinstance(value, list) else value
    if not isinstance(rows, dict) or not rows or not all(isinstance(each, str) for each in rows.values()):
        raise Wrong(f"{shown(value)} names nothing of a client", 'write it as { mac = "mac", relay = "giaddr" }')
    for fact in rows:
        if fact not in FACTS:
            raise Wrong(f"{shown(fact)} is nothing that is known of a client", f"there are {', '.join(FACTS)}")
    return rows


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(each, str | int) for each in value.values()):
        raise Wrong(f"{shown(value)} is no table of texts", 'write it as { name = "value" }')
    rows = {name: str(each) for name, each in value.items()}
    if any("\n" in text or "\r" in text for row in rows.items() for text in row):
        raise Wrong("holds an end of line", "write each in one line")
    return rows


Text = Annotated[str, BeforeValidator(_plain), Meaning("text", '"..."')]
Secret = Annotated[str, BeforeValidator(_password), Meaning("text", '"..."')]
Period = Annotated[float, BeforeValidator(_period), Meaning("duration", '"5s"')]
FunctionName = Annotated[str, BeforeValidator(_function), Meaning("file.py:function", '"inventory.py:lookup"')]
Send = Annotated[dict[str, str], BeforeValidator(_send), Meaning("table of names", '{ mac = "mac" }')]
Texts = Annotated[dict[str, str], BeforeValidator(_texts), Meaning("table of texts", '{ site = "lab" }')]
Threads = Annotated[StrictInt, Field(ge=1, le=64), Meaning("number", "4")]


@dataclass(frozen=True, slots=True, config=_STRICT)
class SourceTable:
    """Reservations that are kept elsewhere, looked up when a client comes: see [the how-to](../howto/sources.md)."""

    name: Name = Field(description="How it is called; `explain` names it.")
    kind: Literal["sql", "ini", "http", "callable"] = Field(
        description="A database, an INI file in staticDHCPd's form, a web service, or a function of yours."
    )
    url: Text | None = Field(
        default=None,
        description="Of a database: `postgresql://USER@HOST/DATABASE`, `mariadb://...`, `sqlite:////PATH`. "
        "Of a web service: where it is asked.",
    )
    file: Folder | None = Field(
        default=None,
        description="The INI file, or the file of an SQLite database. A relative path starts at the configuration "
        "file.",
    )
    function: FunctionName | None = Field(
        default=None,
        description="The function that is called with what is known of the client; a relative path starts at the "
        "configuration file.",
    )
    password: Secret | None = Field(default=None, description="The password of the database's user.")
    password_file: Folder | None = Field(
        default=None, description="The file with that password, without the line's end."
    )
    query: Text | None = Field(
        default=None,
        description="A query of your own, with "
        + ", ".join(f"`:{fact}`" for fact in FACTS)
        + "; its columns are named as in the how-to. Default: staticDHCPd's tables `maps` and `subnets`.",
    )
    prefix: Text | None = Field(default=None, description="What stands before the names of these two tables.")
    any_case: StrictBool = Field(
        default=False, description="MACs stand in these tables in any case, and not in small letters only."
    )
    method: Literal["POST", "GET"] = Field(
        default="POST", description="How a web service is asked: with a JSON object, or with a query in the URL."
    )
    send: Send = Field(
        default_factory=lambda: {"mac": "mac"},
        description="What it is told, and how that is called there: " + ", ".join(f"`{fact}`" for fact in FACTS) + ".",
    )
    parameters: Texts = Field(default_factory=dict, description="What it is always told.")
    headers: Texts = Field(default_factory=dict, description="Headers of the request. They are never shown.")
    headers_file: Folder | None = Field(
        default=None, description="A file with more headers, `Name: value` each in a line, for those that are secret."
    )
    ca: Folder | None = Field(
        default=None, description="The CA that its certificate is signed by, as PEM. Default: the system's."
    )
    timeout: Deadline = Field(
        default=0.25,
        description="How long a lookup may take. Then the last answer is used, else on_no_answer says what is done.",
    )
    cache: Period = Field(default=5.0, description="How long an answer holds.")
    negative: Period = Field(default=0.5, description="How long it holds that a client is unknown.")
    stale: Period = Field(
        default=86400.0, description="How long the last answer is used while the source fails. 0: never."
    )
    connections: Threads = Field(default=4, description="How many lookups there are at a time.")


def place_of(table: SourceTable) -> Place:
    """Give what a source is asked by; Wrong when a file with a secret cannot be read."""
    place = Place(
        name=table.name, kind=table.kind, url=table.url or "", file=table.file, password=_secret(table),
        query=table.query or "", prefix=table.prefix or "", any_case=table.any_case, post=table.method == "POST",
        send=table.send, parameters=table.parameters, headers=_headers(table), ca=table.ca,
        function=table.function or "", timeout=table.timeout, cache=table.cache, negative=table.negative,
        stale=table.stale, connections=table.connections,
    )  # fmt: skip
    if table.kind != "sql" or not table.url:
        return place
    from ringboot.scripts.sources.sql import split_password  # noqa: PLC0415

    url, password = split_password(table.url)
    return replace(place, url=url, password=place.password or password)


def _secret(table: SourceTable) -> str:
    if table.password_file is None:
        return table.password or ""
    return _read(table.password_file).strip("\r\n")


def _headers(table: SourceTable) -> dict[str, str]:
    headers = dict(table.headers)
    for line in _read(table.headers_file).splitlines() if table.headers_file else ():
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise Wrong(f"{table.headers_file} has a line that is no header", "write Name: value in each line")
        headers[name.strip()] = value.strip()
    return headers


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        todo = "make it, readable for the daemon's user only"
        raise Wrong(f"{path} cannot be read: {error.strerror}", todo) from None
    except UnicodeDecodeError:
        raise Wrong(f"{path} is not UTF-8", "save it as UTF-8") from None
