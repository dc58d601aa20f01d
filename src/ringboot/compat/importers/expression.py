"""Reads a condition of another server token by token: brackets, `and`, `or`; each dialect reads what is between."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from ringboot.compat.importers import condition
from ringboot.compat.importers.condition import Condition
from ringboot.compat.importers.values import CannotSay

TODO = "write a class that says it by patterns"
DEEPEST = 32

T = TypeVar("T")


class Reader(ABC, Generic[T]):
    """Stands before the next token; what cannot be read is CannotSay."""

    what = "condition"  # as the dialect calls it

    def __init__(self, tokens: Sequence[T]) -> None:
        self._tokens, self._next = tokens, 0

    @abstractmethod
    def one(self) -> Condition:
        """Read what stands between brackets, `and` and `or`."""

    @abstractmethod
    def word(self, token: T) -> str:
        """Give a token as a word to be compared; empty when it is a string."""

    @abstractmethod
    def text(self, token: T) -> str:
        """Give a token as it is written."""

    def whole(self) -> Condition:
        """Read all of it."""
        found = self._any(0)
        self.end()
        return found

    def _any(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise CannotSay("there are too many brackets", TODO)
        found = self._all(depth)
        while self.took("or"):
            found = condition.either(found, self._all(depth))
        return found

    def _all(self, depth: int) -> Condition:
        found = self._term(depth)
        while self.took("and"):
            found = condition.both(found, self._term(depth))
        return found

    def _term(self, depth: int) -> Condition:
        if not self.took("("):
            return self.one()
        found = self._any(depth + 1)
        self.need(")")
        return found

    def next(self) -> T | None:
        """Give the next token, without a step; None at the end."""
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def peek(self) -> str:
        """Give the next word, without a step; empty at the end."""
        token = self.next()
        return "" if token is None else self.word(token)

    def take(self) -> T:
        """Step over a token."""
        token = self.next()
        if token is None:
            raise CannotSay(f"the {self.what} ends too early", "correct it")
        self._next += 1
        return token

    def took(self, word: str) -> bool:
        """Step over a word, if it stands here."""
        if self.peek() != word:
            return False
        self._next += 1
        return True

    def need(self, word: str) -> None:
        """Step over a word that must stand here."""
        if not self.took(word):
            raise CannotSay(f"{word} is missing before {self.peek() or 'the end'}", TODO)

    def end(self) -> None:
        """See that nothing follows."""
        token = self.next()
        if token is not None:
            raise CannotSay(f"{self.text(token):.40} is not understood here", TODO)
