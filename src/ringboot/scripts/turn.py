"""One question of dhcp on its way through the hooks."""

from __future__ import annotations

from collections.abc import Sequence

from ringboot.dhcp.private import Private
from ringboot.model.scripting import Asked, Given, Told
from ringboot.scripts.answer import Answer
from ringboot.scripts.query import Query
from ringboot.scripts.reservation import Reservation


class Turn:
    """What is asked, and what was said so far."""

    def __init__(self, asked: Asked, declared: Sequence[Private] = ()) -> None:
        """Read what dhcp asks; ValueError when that is no message."""
        self.asked = asked
        self.declared = declared
        self.query = Query(asked, declared)
        self.given: Given | None = None
        self.found((asked.given,) if asked.given is not None else ())
        self.answer = Answer(asked.reply, declared) if asked.reply else None
        self.drop = ""
        self.refuse = False
        self.failed = ""
        self.seconds = 0.0

    def found(self, given: Sequence[Given]) -> None:
        """Hear what sources say of the client; hooks that choose see all of it."""
        self.given = given[0] if given else None
        self.query.__dict__["reservations"] = tuple(map(Reservation.of, given))

    @property
    def is_over(self) -> bool:
        """Whether no further hook plays a part."""
        return bool(self.drop or self.refuse or self.failed)

    def told(self) -> Told:
        """Give what dhcp is told: what a hook changed, and nothing else."""
        if self.is_over:
            return Told(self.asked.number, self.drop, None, self.refuse, b"", self.failed, self.seconds)
        given = self.given if self.given != self.asked.given else None
        reply = self.answer.octets if self.answer is not None and self.answer.is_changed else b""
        return Told(self.asked.number, "", given, False, reply, "", self.seconds)
