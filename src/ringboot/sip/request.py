"""Reading what a phone asks, and writing what it is answered (RFC 3261 8.2.6, 18.2)."""

from __future__ import annotations

import re
from typing import NamedTuple

from sipmessage import Message
from sipmessage import Request as Parsed

LARGEST = 8192  # octets; a phone's INVITE has about 1500
_FOLD = re.compile(rb"\r\n[ \t]+")
_CSEQ = re.compile(r"(\d{1,10})\s+([A-Z]{1,20})")
_TAG = re.compile(r";\s*tag\s*=\s*([^;,\s]+)", re.IGNORECASE)
_BRANCH = re.compile(r";\s*branch\s*=\s*([^;,\s]+)", re.IGNORECASE)
_RPORT = re.compile(r";\s*rport(?=\s*(?:;|,|$))", re.IGNORECASE)
_SENT_BY = re.compile(r"SIP\s*/\s*2\.0\s*/\s*[A-Za-z]+\s+(?:\[[^\]]*\]|[^\s:;,]+)\s*(?::\s*(\d{1,5}))?", re.IGNORECASE)
_EXPIRES = re.compile(r";\s*expires\s*=\s*(\d{1,10})", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NEEDED = ("Via", "From", "To", "Call-ID", "CSeq")


class Hop(NamedTuple):
    """Where a message came from, and where its answer goes."""

    transport: str  # udp | tcp
    address: str
    port: int
    ours: tuple[str, int]  # where it came to
    line: int = 0  # which connection, over TCP


class Request(NamedTuple):
    """What of a request matters to the one who answers; headers as they were written."""

    method: str
    uri: str
    user: str  # of the URI; empty: none
    vias: tuple[str, ...]
    sender: str
    to: str
    call: str
    number: int
    branch: str
    contacts: tuple[str, ...] = ()
    expires: int | None = None
    proofs: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    body: bytes = b""

    @property
    def sender_tag(self) -> str:
        """Give the tag of From; empty: none."""
        return _tag(self.sender)

    @property
    def to_tag(self) -> str:
        """Give the tag of To; empty: it begins a dialog, or stands alone."""
        return _tag(self.to)

    @property
    def target(self) -> str:
        """Give the URI that requests in the dialog go to; empty: none was told."""
        text = self.contacts[0] if self.contacts else ""
        inner = re.search(r"<([^<>]+)>", text)
        found = inner[1] if inner else text.partition(";")[0].strip()
        return found if found.lower().startswith(("sip:", "sips:")) and " " not in found else ""

    def lasts(self, most: int) -> int:
        """Give the seconds that a registration is asked for, at most these."""
        own = _EXPIRES.search(self.contacts[0].rpartition(">")[2]) if self.contacts else None
        asked = int(own[1]) if own else self.expires
        return most if asked is None else min(asked, most)


def _tag(text: str) -> str:
    found = _TAG.search(text.rpartition(">")[2])
    return found[1] if found else ""


def read(data: bytes) -> Request | None:
    """Read one request; None when it is none, or lacks what each has (RFC 3261 8.1.1)."""
    head, blank, body = data.partition(b"\r\n\r\n")
    if len(data) > LARGEST or not blank:
        return None
    try:
        found = Message.parse(_FOLD.sub(b" ", head) + blank + body)
        if not isinstance(found, Parsed) or _CONTROL.search(head.decode().replace("\r\n", "")):
            return None
        user = found.uri.user or ""
        expires = found.expires
    except ValueError:
        return None
    headers = found.headers
    if any(headers.get(name) is None for name in _NEEDED):
        return None
    cseq = _CSEQ.fullmatch(headers["CSeq"])
    vias = tuple(headers.getlist("Via"))
    branch = _BRANCH.search(vias[0].partition(",")[0])
    if cseq is None or cseq[2] != found.method or branch is None or not _tag(headers["From"]):
        return None
    return Request(
        found.method, head.partition(b"\r\n")[0].decode().split(" ")[1], user, vias, headers["From"], headers["To"],
        headers["Call-ID"], int(cseq[1]), branch[1], tuple(headers.getlist("Contact")), expires,
        tuple(headers.getlist("Authorization")), tuple(headers.getlist("Record-Route")),
        tuple(headers.getlist("Require")), body,
    )  # fmt: skip


def reply_to(request: Request, hop: Hop) -> Hop:
    """Tell where the answer goes: over UDP to the port that sent it, or, without `rport`, to that of Via (RFC 3581)."""
    top = request.vias[0].partition(",")[0]
    if hop.transport != "udp" or _RPORT.search(top):
        return hop
    named = _SENT_BY.match(top)
    port = int(named[1]) if named and named[1] else 5060
    return hop._replace(port=port) if 0 < port < 65536 else hop


def write(
    request: Request, hop: Hop, code: int, phrase: str, tag: str, *more: tuple[str, str], body: bytes = b""
) -> bytes:
    """Write a response; `tag`: ours, for a To that has none, `more`: headers beside those that each has."""
    first, comma, rest = request.vias[0].partition(",")
    first = _RPORT.sub(f";rport={hop.port}", first).rstrip()
    to = request.to if request.to_tag or not tag else f"{request.to};tag={tag}"
    lines = [
        f"SIP/2.0 {code} {phrase}",
        f"Via: {first};received={hop.address}{comma}{rest}",
        *(f"Via: {via}" for via in request.vias[1:]),
        f"From: {request.sender}",
        f"To: {to}",
        f"Call-ID: {request.call}",
        f"CSeq: {request.number} {request.method}",
        *(f"{name}: {value}" for name, value in more),
        "Server: Ringboot",
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
