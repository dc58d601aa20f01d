"""One thing that the daemon has many of: a config, a device, a plugin."""

from __future__ import annotations

from ringboot.compat.provd.session import Session


class Item:
    """One of many, by its id."""

    _kind = ""  # what the shell calls the many

    def __init__(self, session: Session, ident: str) -> None:
        self._session = session
        self.id = ident

    def __repr__(self) -> str:
        return f"{self._kind}[{self.id!r}]"
