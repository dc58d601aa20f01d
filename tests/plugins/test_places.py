"""Every key of a TOML text is found on its line."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringboot.plugins.places import line_of, lines_of

TEXT = """\
# a comment with [brackets] and "quotes"
[server]
data = "/var" # the folder

[dhcp]
interfaces = [
  "eth0",   # first
  "eth1",
]
options = { ntp-servers = "10.0.0.1", "43.2" = '#no comment' }
a.b."c d" = 1

[[dhcp.network]]
name = 'phones'
[[dhcp.network.pool]]
range = "a-b"
[[dhcp.network.pool]]
range = "c-d"

[[dhcp.network]]
name = \"\"\"two
lines \\" \"\"\"
subnet = "10.0.0.0/8"
[dhcp.network.options]
routers = "x"
["quoted.table"]
"k\\u0041" = [[1, 2], [3]]
last = 1979-05-27T07:32:00Z"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("server",), 2),
        (("server", "data"), 3),
        (("dhcp",), 5),
        (("dhcp", "interfaces"), 6),
        (("dhcp", "interfaces", 0), 7),
        (("dhcp", "interfaces", 1), 8),
        (("dhcp", "options"), 10),
        (("dhcp", "options", "43.2"), 10),
        (("dhcp", "a", "b", "c d"), 11),
        (("dhcp", "network"), 13),
        (("dhcp", "network", 0, "name"), 14),
        (("dhcp", "network", 0, "pool", 0, "range"), 16),
        (("dhcp", "network", 0, "pool", 1, "range"), 18),
        (("dhcp", "network", 1), 20),
        (("dhcp", "network", 1, "name"), 21),
        (("dhcp", "network", 1, "subnet"), 23),
        (("dhcp", "network", 1, "options", "routers"), 25),
        (("quoted.table", "kA", 1, 0), 27),
        (("quoted.table", "last"), 28),
    ],
)
def test_a_key_is_found_on_its_line(path: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(TEXT)
    assert lines_of(TEXT)[path] == line


def test_what_is_missing_is_shown_where_it_would_stand() -> None:
    lines = lines_of(TEXT)
    assert line_of(lines, ("dhcp", "network", 1, "lease_time")) == 20
    assert line_of(lines, ("tftp", "listen")) is None


KEYS = st.text(min_size=1, max_size=4)
LEAVES = st.integers(-5, 5) | st.booleans() | st.text(max_size=12) | st.floats(allow_nan=False, allow_infinity=False)
INLINE = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)
DOCUMENTS = st.dictionaries(
    KEYS,
    INLINE
    | st.lists(st.dictionaries(KEYS, INLINE, max_size=3), min_size=1, max_size=3).map(lambda rows: ("rows", rows)),
    max_size=4,
)


def written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[ # open\n" + ",\n".join(map(written, value)) + "\n]"
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def paths(value: Any, at: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {at} | {path for key, item in items for path in paths(item, (*at, key))}


@settings(max_examples=60)
@given(DOCUMENTS)
def test_every_path_of_a_document_and_nothing_else_is_found(document: dict[str, Any]) -> None:
    plain = {key: value for key, value in document.items() if not isinstance(value, tuple)}
    tables = {key: value[1] for key, value in document.items() if isinstance(value, tuple)}
    text = "".join(f"{quoted(key)} = {written(value)}\n" for key, value in plain.items())
    for key, rows in tables.items():
        for row in rows:
            text += f"[[ {quoted(key)} ]]\n" + "".join(f"{quoted(k)}={written(v)} # [x]\n" for k, v in row.items())
    assert set(lines_of(text)) | {()} == paths(tomllib.loads(text))
