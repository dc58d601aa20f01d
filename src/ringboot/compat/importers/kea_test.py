"""Kea's expressions that decide about classes, as conditions; those that patterns can say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ringboot.compat.importers import condition
from ringboot.compat.importers.condition import Condition
from ringboot.compat.importers.expression import TODO, Reader
from ringboot.compat.importers.values import CannotSay, is_number
from ringboot.dhcp import options as table

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'[^']*')|(?P<hex>0[xX][0-9a-fA-F]+)|(?P<word>[A-Za-z_][\w-]*|\d+)|(?P<sign>==|[()\[\].,*]))"
)
Token = tuple[str, str]  # its kind and its text


class Source(NamedTuple):
    """What is looked at: "mac" or the key of an option, and how many of its first octets (None: all)."""

    key: str
    first: int | None = None


def read_test(text: str, known: Mapping[str, Condition], code_of: Callable[[str], int]) -> Condition:
    """Read an expression; `known` are the classes before it.  CannotSay says which part has no counterpart."""
    return _Test(text, known, code_of).whole()


def _tokens(text: str) -> list[Token]:
    tokens = []
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            raise CannotSay(f"{text[at:].strip():.20} is not understood", TODO)
        tokens.append((found.lastgroup or "", found[found.lastgroup or ""]))
        at = found.end()
    return tokens


class _Test(Reader[Token]):
    what = "expression"

    def __init__(self, text: str, known: Mapping[str, Condition], code_of: Callable[[str], int]) -> None:
        super().__init__(_tokens(text))
        self._known, self._code_of = known, code_of

    def word(self, token: Token) -> str:
        return token[1]

    def text(self, token: Token) -> str:
        return token[1]

    def one(self) -> Condition:
        if self.peek() == "not":
            raise CannotSay('"not" cannot be said by patterns', "turn it round, or give the options to everybody else")
        if self.took("member"):
            self.need("(")
            name = self._string()
            self.need(")")
            if name not in self._known:
                raise CannotSay(f"membership of {name} cannot be asked for", TODO)
            return self._known[name]
        return self._comparison()

    def _comparison(self) -> Condition:
        left = self._operand()
        if isinstance(left, Source) and left.first is None and self.took("exists"):
            return condition.exists(left.key)
        self.need("==")
        right = self._operand()
        if isinstance(left, bytes):
            left, right = right, left
        if isinstance(left, bytes) or isinstance(right, Source):
            raise CannotSay("a field is compared with no constant", TODO)
        if left.first is None or len(right) < left.first:
            return condition.equals(left.key, right)
        if len(right) > left.first:
            raise CannotSay(f"{left.first} octets never equal {len(right)}", "correct the length")
        return condition.begins(left.key, right)

    def _operand(self) -> Source | bytes:
        kind, token = self.take()
        if kind == "string":
            return token[1:-1].encode()
        if kind == "hex":
            digits = token[2:]
            return bytes.fromhex(digits if len(digits) % 2 == 0 else f"0{digits}")
        if token == "substring":
            return self._substring()
        if token == "pkt4" and self.took("."):
            _, name = self.take()
            if name == "mac":
                return Source("mac")
            raise CannotSay(f"pkt4.{name} cannot be asked for", TODO)
        if token in ("option", "relay4"):
            self.need("[")
            _, name = self.take()
            self.need("]")
            self.need(".")
            if self.peek() != "exists":
                _, form = self.take()
                if form not in ("hex", "text"):
                    raise CannotSay(f"{token}[{name}].{form} cannot be asked for", TODO)
            return Source(f"82.{name}" if token == "relay4" and is_number(name) else self._key(token, name))
        raise CannotSay(f"{token or 'the end'} is not understood here", TODO)

    def _key(self, token: str, name: str) -> str:
        if token == "relay4":
            raise CannotSay(f"relay4[{name}] is not a number", "write the number of the sub-option")
        code = int(name) if is_number(name) else self._code_of(name)
        if not 0 < code < 255:
            raise CannotSay(f"{code} is not the code of an option", "correct it")
        return table.canonical(str(code))

    def _substring(self) -> Source:
        self.need("(")
        source = self._operand()
        self.need(",")
        _, start = self.take()
        self.need(",")
        _, size = self.take()
        self.need(")")
        if isinstance(source, bytes) or source.first is not None or start != "0":
            raise CannotSay("only the beginning of a field can be asked for", 'write a pattern such as "*part*"')
        if size == "all":
            return source
        if not is_number(size):
            raise CannotSay(f"a length of {size} cannot be asked for", TODO)
        return Source(source.key, int(size))

    def _string(self) -> str:
        kind, token = self.take()
        if kind != "string":
            raise CannotSay("a name in quotes is missing", TODO)
        return token[1:-1]
