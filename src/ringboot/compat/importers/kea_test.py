"""Kea's expressions that decide about classes, as conditions; those that patterns can say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ringboot.compat.importers import condition
from ringboot.compat.importers.condition import Condition
from ringboot.compat.importers.values import CannotSay
from ringboot.dhcp import options as table

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'[^']*')|(?P<hex>0[xX][0-9a-fA-F]+)|(?P<word>[A-Za-z_][\w-]*|\d+)|(?P<sign>==|[()\[\].,*]))"
)
_TODO = "write a class that says it by patterns"
DEEPEST = 32


class Source(NamedTuple):
    """What is looked at: "mac" or the key of an option, and how many of its first octets (None: all)."""

    key: str
    first: int | None = None


def read_test(text: str, known: Mapping[str, Condition], code_of: Callable[[str], int]) -> Condition:
    """Read an expression; `known` are the classes before it.  CannotSay says which part has no counterpart."""
    return _Test(text, known, code_of).whole()


class _Test:
    def __init__(self, text: str, known: Mapping[str, Condition], code_of: Callable[[str], int]) -> None:
        self._known, self._code_of = known, code_of
        self._tokens: list[tuple[str, str]] = []
        self._next = 0
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None:
                raise CannotSay(f"{text[at:].strip():.20} is not understood", _TODO)
            self._tokens.append((found.lastgroup or "", found[found.lastgroup or ""]))
            at = found.end()

    def whole(self) -> Condition:
        found = self._any(0)
        if self._next < len(self._tokens):
            raise CannotSay(f"{self._peek()} is not understood here", _TODO)
        return found

    def _any(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise CannotSay("there are too many brackets", _TODO)
        found = self._all(depth)
        while self._took("or"):
            found = condition.either(found, self._all(depth))
        return found

    def _all(self, depth: int) -> Condition:
        found = self._one(depth)
        while self._took("and"):
            found = condition.both(found, self._one(depth))
        return found

    def _one(self, depth: int) -> Condition:
        if self._peek() == "not":
            raise CannotSay('"not" cannot be said by patterns', "turn it round, or give the options to everybody else")
        if self._took("("):
            found = self._any(depth + 1)
            self._need(")")
            return found
        if self._took("member"):
            self._need("(")
            name = self._string()
            self._need(")")
            if name not in self._known:
                raise CannotSay(f"membership of {name} cannot be asked for", _TODO)
            return self._known[name]
        return self._comparison()

    def _comparison(self) -> Condition:
        left = self._operand()
        if isinstance(left, Source) and left.first is None and self._took("exists"):
            return condition.exists(left.key)
        self._need("==")
        right = self._operand()
        if isinstance(left, bytes):
            left, right = right, left
        if isinstance(left, bytes) or isinstance(right, Source):
            raise CannotSay("a field is compared with no constant", _TODO)
        if left.first is None or len(right) < left.first:
            return condition.equals(left.key, right)
        if len(right) > left.first:
            raise CannotSay(f"{left.first} octets never equal {len(right)}", "correct the length")
        return condition.begins(left.key, right)

    def _operand(self) -> Source | bytes:
        kind, token = self._take()
        if kind == "string":
            return token[1:-1].encode()
        if kind == "hex":
            digits = token[2:]
            return bytes.fromhex(digits if len(digits) % 2 == 0 else f"0{digits}")
        if token == "substring":
            return self._substring()
        if token == "pkt4" and self._took("."):
            _, name = self._take()
            if name == "mac":
                return Source("mac")
            raise CannotSay(f"pkt4.{name} cannot be asked for", _TODO)
        if token in ("option", "relay4"):
            self._need("[")
            _, name = self._take()
            self._need("]")
            self._need(".")
            if self._peek() != "exists":
                _, form = self._take()
                if form not in ("hex", "text"):
                    raise CannotSay(f"{token}[{name}].{form} cannot be asked for", _TODO)
            return Source(f"82.{name}" if token == "relay4" and name.isdigit() else self._key(token, name))
        raise CannotSay(f"{token or 'the end'} is not understood here", _TODO)

    def _key(self, token: str, name: str) -> str:
        if token == "relay4":
            raise CannotSay(f"relay4[{name}] is not a number", "write the number of the sub-option")
        code = int(name) if name.isdigit() else self._code_of(name)
        if not 0 < code < 255:
            raise CannotSay(f"{code} is not the code of an option", "correct it")
        return table.canonical(str(code))

    def _substring(self) -> Source:
        self._need("(")
        source = self._operand()
        self._need(",")
        _, start = self._take()
        self._need(",")
        _, size = self._take()
        self._need(")")
        if isinstance(source, bytes) or source.first is not None or start != "0":
            raise CannotSay("only the beginning of a field can be asked for", 'write a pattern such as "*part*"')
        if size == "all":
            return source
        if not size.isdigit():
            raise CannotSay(f"a length of {size} cannot be asked for", _TODO)
        return Source(source.key, int(size))

    def _string(self) -> str:
        kind, token = self._take()
        if kind != "string":
            raise CannotSay("a name in quotes is missing", _TODO)
        return token[1:-1]

    def _peek(self) -> str:
        return self._tokens[self._next][1] if self._next < len(self._tokens) else ""

    def _take(self) -> tuple[str, str]:
        if self._next >= len(self._tokens):
            raise CannotSay("the expression ends too early", "correct it")
        self._next += 1
        return self._tokens[self._next - 1]

    def _took(self, word: str) -> bool:
        if self._peek() != word:
            return False
        self._next += 1
        return True

    def _need(self, word: str) -> None:
        if not self._took(word):
            raise CannotSay(f"{word} is missing before {self._peek() or 'the end'}", _TODO)
