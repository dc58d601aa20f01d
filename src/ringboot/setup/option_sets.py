"""The DHCP options of a configuration: names to keys, texts that can be sent, placeholders that can be filled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ringboot.dhcp import options as table
from ringboot.dhcp import private
from ringboot.dhcp.private import Private
from ringboot.dhcp.rules import RESERVED

# What stands for each placeholder while a text is tried; the door fills in the real ones.
DUMMIES = {
    "server": "192.0.2.1",
    "http": "http://192.0.2.1:8667",
    "http_port": "8667",
    "https": "https://192.0.2.1:8668",
    "tftp": "192.0.2.1",
    "mac": "00005e005301",
    "token": "0123456789abcdef0123456789abcdef",
}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_ELSEWHERE = {
    51: "set lease_time in the network",
    54: "set address in [server]",
    80: "set rapid_commit = true in the network",
    118: "set subnet_selection = true in [dhcp]",
}


def find_fault(name: str, text: str, declared: Iterable[Private] = ()) -> tuple[str, str] | None:
    """Give what is wrong with one option and what to do about it, or None; `declared` are names of the site's own."""
    row = private.find(declared, name)
    try:
        key = table.canonical(name) if row is None else row.key
    except ValueError as error:
        what, _, hint = str(error).partition("; ")
        return what, hint or "names and numbers stand in docs/reference/dhcp-options.md"
    code = int(key.partition(".")[0])
    if code in RESERVED:
        return f"option {code} is written by the server itself", _ELSEWHERE.get(code, "remove it")
    for placeholder in _PLACEHOLDER.findall(text):
        if placeholder not in DUMMIES:
            known = ", ".join(f"{{{each}}}" for each in DUMMIES)
            return f"{{{placeholder}}} is not a placeholder", f"there are {known}"
    called = table.name_of(key) if row is None else row.name
    try:
        if row is None:
            table.encode_text(key, fill(text))
        else:
            private.plain(row, text, filled=fill(text))
    except ValueError as error:
        return f'"{text:.60}" does not fit option {called}: {error}', "correct the value"
    return None


def fill(text: str) -> str:
    """Put the dummies in, as the door will put in the real values."""
    return _PLACEHOLDER.sub(lambda found: DUMMIES.get(found[1], found[0]), text)


def uses(text: str, placeholder: str) -> bool:
    """Tell whether a text holds the placeholder."""
    return placeholder in _PLACEHOLDER.findall(text)


def key_of(name: str, declared: Iterable[Private] = ()) -> str:
    """Give the key of a checked name ("66", "43.2")."""
    row = private.find(declared, name)
    return table.canonical(name) if row is None else row.key


def keyed(name: str, text: str, declared: Iterable[Private] = ()) -> tuple[str, str]:
    """Give the key of a checked option, and the text that says the same where nobody knows the site's own names."""
    row = private.find(declared, name)
    return (table.canonical(name), text) if row is None else (row.key, private.plain(row, text, filled=fill(text)))


def by_key(options: Mapping[str, str], declared: Iterable[Private] = ()) -> dict[str, str]:
    """Name checked options by their keys instead of by how they were written."""
    return dict(keyed(name, text, declared) for name, text in options.items())
