"""A NOTIFY that tells a phone to read its files again: its text, and what became of it."""

from __future__ import annotations

from typing import NamedTuple

from sipmessage import URI

from ringboot.sip import digest
from ringboot.sip.digest import Account
from ringboot.sip.response import Response

METHOD = "NOTIFY"
PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
ANONYMOUS = "anonymous"


class Contact(NamedTuple):
    """Where a phone hears SIP."""

    address: str
    port: int = 0  # 0: the transport's own
    transport: str = "udp"  # udp | tcp | tls
    user: str = ""

    @property
    def place(self) -> tuple[str, int]:
        """Give address and port."""
        return self.address, self.port or PORTS[self.transport]

    @property
    def uri(self) -> str:
        """Write it as a request names it."""
        return f"{_uri(self.user or ANONYMOUS, *self.place)}{_PARAMETERS[self.transport]}"

    def __str__(self) -> str:
        return f"{self.address}:{self.place[1]}/{self.transport}"


_PARAMETERS = {"udp": "", "tcp": ";transport=tcp", "tls": ";transport=tls"}


class Notify(NamedTuple):
    """What is to be sent to whom."""

    contact: Contact
    event: str  # the value of the header Event
    account: Account | None = None  # for a phone that asks who we are


class Answered(NamedTuple):
    """The phone answered, at last with this."""

    code: int
    phrase: str

    @property
    def is_good(self) -> bool:
        """Tell whether it took the NOTIFY."""
        return 200 <= self.code < 300

    @property
    def may_change(self) -> bool:
        """Tell whether the same NOTIFY may be taken later: it is busy, or in trouble (RFC 3261 21)."""
        return self.code in (408, 480, 486, 491) or 500 <= self.code < 600


class NotAnswered(NamedTuple):
    """Nobody answered, and why."""

    why: str


Outcome = Answered | NotAnswered


class Names(NamedTuple):
    """What tells one request from all others; random text."""

    call: str
    tag: str
    branch: str


def write(notify: Notify, ours: tuple[str, int], names: Names, number: int, *more: tuple[str, str]) -> bytes:
    """Write the request; `ours`: where we are heard, `number`: its CSeq, `more`: headers that prove who we are."""
    contact = notify.contact
    host, port = ours
    lines = [
        f"{METHOD} {contact.uri} SIP/2.0",
        f"Via: SIP/2.0/{contact.transport.upper()} {host}:{port};rport;branch=z9hG4bK{names.branch}",
        "Max-Forwards: 70",
        f"From: <{_uri('ringboot', host, None)}>;tag={names.tag}",
        f"To: <{_uri(contact.user or ANONYMOUS, contact.address, None)}>",
        f"Call-ID: {names.call}@{host}",
        f"CSeq: {number} {METHOD}",
        f"Contact: <{_uri('ringboot', host, port)}{_PARAMETERS[contact.transport]}>",
        f"Event: {notify.event}",
        "Subscription-State: terminated",
        "User-Agent: Ringboot",
        *(f"{name}: {value}" for name, value in more),
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def proof(notify: Notify, response: Response, cnonce: str) -> tuple[str, str] | None:
    """Give the header that answers a response's challenge; None where there is none that we can answer."""
    header = _PROOFS.get(response.code)
    challenge = digest.choose(response.challenges) if header is not None else None
    if header is None or challenge is None or notify.account is None:
        return None
    return header, digest.answer(challenge, notify.account, METHOD, notify.contact.uri, cnonce)


_PROOFS = {401: "Authorization", 407: "Proxy-Authorization"}


def _uri(user: str, host: str, port: int | None) -> str:
    return str(URI("sip", host, user, port=port))
