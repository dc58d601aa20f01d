"""What the shell says when it does not do what it was asked."""

from __future__ import annotations

from collections.abc import Mapping


class NotDone(Exception):
    """Something was not done: the text says why and what to do next; `fields` maps places to what is wrong there."""

    def __init__(self, text: str, fields: Mapping[str, str] | None = None, reason: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.fields = dict(fields or {})
        self.reason = reason  # the API's code
