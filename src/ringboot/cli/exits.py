"""How a command ends: the exit codes, and the failure that carries one."""

from __future__ import annotations

from collections.abc import Mapping

DONE, FAILED, USAGE, CONFIGURATION, UNREACHABLE, NOT_FOUND, BUSY = range(7)

MEANING = {
    DONE: "done",
    FAILED: "refused or failed",
    USAGE: "the command line is wrong",
    CONFIGURATION: "the configuration is wrong",
    UNREACHABLE: "the daemon cannot be reached",
    NOT_FOUND: "what was named does not exist",
    BUSY: "a port, a folder or the daemon is busy",
}


class Failure(Exception):
    """A command that does not do what it was asked: the text says what happened and what to do next."""

    def __init__(
        self, text: str, code: int = FAILED, fields: Mapping[str, str] | None = None, reason: str = ""
    ) -> None:
        super().__init__(text)
        self.text = text
        self.code = code
        self.fields = dict(fields or {})
        self.reason = reason  # the API's code
