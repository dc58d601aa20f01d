"""What becomes of a message: an answer, silence, or a question that must be asked first."""

from __future__ import annotations

from typing import NamedTuple

from ringboot.leases.offers import Offer, Withdraw
from ringboot.model.lease import LeaseChange
from ringboot.model.scripting import Asked, Told
from ringboot.reasons import Reason

RELAY = "relay"  # UDP to the relay agent
UNICAST = "unicast"  # UDP to an address that the client has
BROADCAST = "broadcast"  # UDP to 255.255.255.255
FRAME = "frame"  # a frame to `mac`, because the client cannot be asked for its address yet

ADDRESS_FREE = "address-free"  # does nobody answer at an address?
WHO_HAS = "who-has"  # who answers there?
FAR = ""  # in place of an interface: on none of our wires

Detail = dict[str, object]


class To(NamedTuple):
    """Where a reply goes (RFC 2131 4.1)."""

    kind: str
    address: int
    port: int
    mac: bytes


class Question(NamedTuple):
    """Something only the outside knows.

    It is asked by ARP on an interface, where the address lies on its wire; `FAR` elsewhere, by ICMP echo.
    RESERVATION_OF and SCRIPT (model.scripting) are asked of the scripts process, about one message.
    """

    kind: str
    interface: str
    address: int
    about: bytes = b""  # what tells the message, where it is about one


# Whether an address is free, or the MACs of those who answered there, or what scripts say; None: nobody can be asked,
# or nobody answered.
Answer = bool | frozenset[bytes] | Told | None


class Reply(NamedTuple):
    """Send these octets, once the change is written."""

    data: bytes
    to: To
    change: LeaseChange | Offer | None
    reason: Reason
    detail: Detail


class Silence(NamedTuple):
    """Send nothing; a RELEASE and a DECLINE change something all the same."""

    reason: Reason
    detail: Detail
    change: LeaseChange | Withdraw | None = None


class Need(NamedTuple):
    """Ask, then decide again with the answer.

    Apply `change` at once: it keeps the address for this client, so that a hundred clients that come together are
    not asked about the same one.
    """

    question: Question
    change: Offer | None = None
    asked: Asked | None = None  # what the scripts process is to be told


Decision = Reply | Silence | Need
