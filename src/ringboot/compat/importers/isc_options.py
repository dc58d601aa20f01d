"""Options of dhcpd.conf: their definitions, their spaces, and values as octets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ringboot.compat.importers.imported import Imported
from ringboot.compat.importers.isc_text import Statement, Token
from ringboot.compat.importers.values import CannotSay, check_code, encoded, is_number, written
from ringboot.dhcp import options as table
from ringboot.model.address import ip_number, ip_wire
from ringboot.wire import kinds, names

TOP = "dhcp"
AGENT = "agent"
_TODO_VALUE = "write the value itself, or hex pairs"

_PAIRS = re.compile(r"[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2})*")
# Types whose values a kind of ours takes, alone and as an array.
_KINDS = {
    "text": ("text", ""),
    "string": ("opaque", ""),
    "ip-address": ("ip", "ips"),
    "unsigned integer 8": ("u8", "u8-list"),
    "unsigned integer 16": ("u16", "u16-list"),
    "unsigned integer 32": ("u32", ""),
    "signed integer 32": ("s32", ""),
    "integer 8": ("", ""),
    "boolean": ("bool", ""),
    "domain-name": ("name", ""),
}
_AGENT_NAMES = {"circuit-id": "82.1", "remote-id": "82.2", "link-selection": "82.5", "subscriber-id": "82.6"}


class Definition(NamedTuple):
    """One option that the file defines: the types of its fields; `array` repeats them."""

    code: int
    name: str
    fields: tuple[str, ...]
    array: bool
    space: str | None  # what it encapsulates


class IscOptions:
    """The options of a file by its definitions."""

    def __init__(self, found: Imported) -> None:
        self._found = found
        self._defined: dict[tuple[str, str], Definition] = {}
        self._parents: dict[str, int] = {}  # space -> the option that holds it

    def is_definition(self, statement: Statement) -> bool:
        """Tell whether it is `option space X` or `option NAME code N = TYPE`."""
        lower = [text.lower() for text in statement.texts]
        return lower[1:2] == ["space"] or lower[2:3] == ["code"]

    def define(self, statement: Statement) -> None:
        """Learn a definition; CannotSay."""
        words = [each.text for each in statement.words]
        if words[1].lower() == "space":
            if words[3:] not in ([], ["code", "width", "1"], ["code", "width", "1", "length", "width", "1"]):
                raise CannotSay(f"the space {words[2]} has codes of another width", "write its options as hex:..")
            return
        space, name = _split(words[1])
        if len(words) < 6 or not is_number(words[3]) or words[4] != "=":
            raise CannotSay("this definition is not understood", "write option NAME code N = TYPE;")
        kind = [word.lower() for word in words[5:]]
        array = kind[:2] == ["array", "of"]
        rest = kind[2:] if array else kind
        if rest[:1] == ["{"]:
            fields = tuple(" ".join(part.split()) for part in " ".join(rest[1:-1]).split(","))
        elif rest[:1] == ["encapsulate"] and len(rest) == 2:
            made = Definition(int(words[3]), name, (), array, words[-1])
            self._defined[space, name] = made
            if space == TOP and made.space:
                self._parents[made.space] = made.code
            return
        else:
            fields = (" ".join(rest),)
        self._defined[space, name] = Definition(int(words[3]), name, fields, array, None)

    def key_of(self, name: str) -> tuple[str, str]:
        """Give an option's space and its key, or its code within another space; CannotSay."""
        space, name = _split(name)
        made = self._defined.get((space, name))
        if made is not None:
            return space, str(made.code)
        if space == AGENT and name in _AGENT_NAMES:
            return space, _AGENT_NAMES[name]
        if space == TOP:
            try:
                return space, table.canonical(name.removeprefix("unknown-"))
            except ValueError as error:
                raise CannotSay(str(error), "name it by its code, as option-N") from None
        if is_number(name.removeprefix("unknown-")):
            return space, name.removeprefix("unknown-")
        raise CannotSay(f"no option is called {space}.{name}", "define it, or name it by its code")

    def holder(self, space: str, vendor: str | None) -> int | None:
        """Give the option that a space lies in; `vendor` is what vendor-option-space says here."""
        return 43 if space == vendor else self._parents.get(space)

    def value(self, statement: Statement) -> tuple[str, str, bytes | str]:
        """Read `option NAME VALUE`: the space, the key, and the octets, or our text of it; CannotSay."""
        name, tokens = statement.words[1].text, statement.words[2:]
        space, key = self.key_of(name)
        if not tokens:
            raise CannotSay("the value is missing", _TODO_VALUE)
        if tokens[0].text == "=" and not tokens[0].is_string:
            raise CannotSay("the value is computed from an expression", _TODO_VALUE)
        made = self._defined.get(_split(name))
        if made is not None:
            octets = _octets(made, tokens)
            if space == TOP:
                self._declare(key, made)
            return space, key, octets
        if space == TOP:
            check_code(int(key))
            return space, key, _standard(key, tokens)
        raise CannotSay(f"{name} is not defined", "define it")

    def written(self, key: str, value: bytes | str) -> str:
        """Give the text for ringboot.toml; CannotSay."""
        return encoded(key, value) if isinstance(value, str) else written(key, value)

    def declare_inner(self, key: str, space: str, code: str) -> None:
        """Keep the name of an option of a space that lies in another."""
        for (own, _), made in self._defined.items():
            if own == space and str(made.code) == code:
                self._declare(key, made)

    def _declare(self, key: str, made: Definition) -> None:
        kind = _KINDS.get(made.fields[0], ("", ""))[made.array] if len(made.fields) == 1 else ""
        self._found.declare(key, made.name, kind)


def octets_of(token: Token) -> bytes | None:
    """Read a string or hex pairs; None when it is neither."""
    if token.is_string:
        return token.text.encode("latin-1")
    if _PAIRS.fullmatch(token.text):
        return bytes(int(pair, 16) for pair in token.text.split(":"))
    return None


def _split(name: str) -> tuple[str, str]:
    space, dot, rest = name.partition(".")
    return (space, rest) if dot else (TOP, space)


def _standard(key: str, tokens: Sequence[Token]) -> bytes | str:
    kind = table.row_of(int(key)).kind
    if isinstance(kind, kinds.Text | kinds.Opaque) or int(key) == 43:
        octets = octets_of(tokens[0]) if len(tokens) == 1 else None
        if octets is None:
            raise CannotSay(
                f"{' '.join(each.text for each in tokens):.40} is neither a string nor hex pairs", _TODO_VALUE
            )
        return octets
    if len(tokens) == 1 and not tokens[0].is_string and ":" in tokens[0].text:
        octets = octets_of(tokens[0])
        if octets is not None:
            return octets
    return ", ".join(" ".join(each.text for each in part) for part in _parts(tokens))


def _parts(tokens: Sequence[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for each in tokens:
        if each.text == "," and not each.is_string:
            parts.append([])
        else:
            parts[-1].append(each)
    return parts


def _octets(made: Definition, tokens: Sequence[Token]) -> bytes:
    """Encode a value by its definition; CannotSay."""
    if made.space is not None:
        raise CannotSay(f"what it holds are the options of {made.space}", "give those")
    values = [each for each in tokens if each.is_string or each.text != ","]
    count = len(values) // max(1, len(made.fields)) if made.array else 1
    fields = made.fields * count
    if len(fields) != len(values):
        raise CannotSay(f"{len(values)} values, where its definition has {len(fields)}", "correct one of them")
    return b"".join(_field(kind, token) for kind, token in zip(fields, values, strict=True))


def _field(kind: str, token: Token) -> bytes:
    integer = re.fullmatch(r"(?:(signed|unsigned) )?integer (8|16|32)", kind)
    try:
        if integer:
            return int(token.text, 0).to_bytes(int(integer[2]) // 8, "big", signed=token.text.startswith("-"))
        if kind in ("text", "string"):
            octets = octets_of(token)
            if octets is not None:
                return octets
        if kind == "ip-address":
            return ip_wire(ip_number(token.text))
        if kind == "boolean":
            return kinds.Bool().encode(kinds.Bool().parse(token.text))
        if kind == "domain-name":
            return names.NAME.encode(names.NAME.parse(token.text))
    except (ValueError, OverflowError) as error:
        raise CannotSay(f"{token.text!r:.40} is no {kind}: {error}", "correct it") from None
    raise CannotSay(f"{token.text!r:.40} cannot be read as {kind}", "write the whole option as hex pairs")
