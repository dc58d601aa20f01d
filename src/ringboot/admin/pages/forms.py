"""What a form sent: names and values of application/x-www-form-urlencoded, bounded."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

from ringboot.admin.body import LARGEST
from ringboot.admin.problems import Problem

_MOST_FIELDS = 20_000  # a page of ticks, or a phone with 2,000 keys


class Form:
    """The fields of a form, in their order."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    def text(self, name: str) -> str:
        """Give a field without the white space around it; empty when it was not sent."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """Give a field as it was sent: passwords may begin with a blank.  A line ends with a line feed alone."""
        return next((value.replace("\r\n", "\n") for key, value in self.pairs if key == name), "")

    def all(self, name: str) -> list[str]:
        """Give all values of a field, such as the rows that are ticked."""
        return [value for key, value in self.pairs if key == name]

    def has(self, name: str) -> bool:
        """Tell whether it was sent: a box that is not ticked is not."""
        return any(key == name for key, _ in self.pairs)


async def read_form(request: Request) -> Form:
    """Read the body; Problem 400 or 413."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > LARGEST:
            raise Problem(413, "too-large", "The form is larger than this page takes.")
    try:
        text = bytes(data).decode()
        return Form(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise Problem(400, "bad-body", "The form could not be read. Load the page again.") from None
