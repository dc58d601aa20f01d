"""What the desk says when it does not do what it was asked; the API turns each into one kind of answer."""

from __future__ import annotations

import math
from collections.abc import Mapping


def sentence(error: Exception) -> str:
    """Begin what an error says with a capital."""
    text = str(error)
    return text[:1].upper() + text[1:]


class DeskError(Exception):
    """A request that was not carried out; the text says what happened, and what to do next."""

    code = "failed"

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Refused(DeskError):
    """The request is understood and not acceptable; `fields` maps places in it to what is wrong there.

    `code` tells programs the kind of refusal: "configuration" when ringboot.toml is at fault.
    """

    code = "refused"

    def __init__(self, text: str, fields: Mapping[str, str] | None = None, *, code: str = "") -> None:
        super().__init__(text)
        self.fields = dict(fields or {})
        self.code = code or type(self).code


class NotFound(DeskError):
    """What the request names does not exist."""

    code = "not-found"


class Busy(DeskError):
    """The daemon cannot do it now; the same request may succeed in a moment."""

    code = "busy"


class NotLetIn(DeskError):
    """A name and a password that do not go together; which of them is wrong is not said."""

    code = "not-signed-in"


class TooMany(DeskError):
    """Too many of them failed; `wait` is the seconds until the next is tried."""

    code = "too-many"

    def __init__(self, text: str, wait: float) -> None:
        self.wait = math.ceil(wait)
        super().__init__(text)
