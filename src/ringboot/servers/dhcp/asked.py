"""What became of a question that was to be sent out."""

from __future__ import annotations

from enum import Enum


class Asked(Enum):
    """What became of it."""

    SENT = "sent"
    NOBODY_CAN_ANSWER = "nobody can answer"  # an address there is free unless leased: no ARP on that interface, no way
    CANNOT_ASK = "cannot ask"
