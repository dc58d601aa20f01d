"""A device's request for a file, and the two answers: all that the doors and the fleet say to each other."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from ringboot.model import codec


class Certificate(NamedTuple):
    """A certificate that a device showed itself with."""

    subject: str  # as RFC 4514 writes it
    names: tuple[str, ...] = ()  # its common names, then its alternative ones; none where there is a fault
    brand: str = ""  # whose CA signed it; empty where there is a fault
    fault: str = ""  # why it proves nothing


class FileRequest(NamedTuple):
    """A request as the door saw it, before anything is believed."""

    door: str  # tftp | http | https | old-https
    path: str  # HTTP: the raw path, latin-1, still percent-encoded, without the query; TFTP: the name as asked
    peer: str  # the address it came from
    port: int
    local: str  # our address that it came to
    method: str = "GET"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()  # names in lower case
    certificate: Certificate | None = None
    tls: str = ""  # the version of TLS
    secret: str = ""  # the SHA-256 of the word in a secret URL; `path` is what follows it
    once: str = ""  # that of the word in a one-shot URL


class Serve(NamedTuple):
    """Send this file; `name` lies below `root` and neither is trusted to stay there: the door checks."""

    root: str  # a plugin's var/tftpboot
    name: str
    content_type: str
    ticket: int  # names this request when the door says how it went


class Refuse(NamedTuple):
    """Send nothing; from outside every reason looks like a missing file."""

    reason: str
    ticket: int


class Sent(NamedTuple):
    """How a served file went."""

    ticket: int
    size: int  # octets of the file that were sent
    complete: bool  # the device now has the file: it was sent to its last octet, or is unchanged since (304)
    sha256: str  # of the file as it lay there; empty when it was not read
    reason: str = ""  # a row of reasons.py; empty when the whole file was sent
    why: str = ""  # what fills that row's {why}


def masked(path: str) -> str:
    """Hide what may be the word of a secret or one-shot URL, wherever in a path it was put."""
    return _WORD.sub(lambda found: f"{found[1]}{found[2].lower()}/***", path)


_WORD = re.compile(r"(^|/|%2f)(s|once)(?:/|%2f)+[^/%]+", re.IGNORECASE)
_KINDS: dict[str, Any] = {"request": FileRequest, "serve": Serve, "refuse": Refuse, "sent": Sent}
_JSON = json.JSONEncoder(separators=(",", ":"))
_NAMES = {kind: name for name, kind in _KINDS.items()}

FileMessage = FileRequest | Serve | Refuse | Sent


def encode(message: FileMessage) -> bytes:
    """Write one message as JSON with its kind."""
    plain = {"is": _NAMES[type(message)], **message._asdict()}
    if isinstance(message, FileRequest) and message.certificate is not None:
        plain["certificate"] = message.certificate._asdict()  # all else that is in them, JSON knows
    return _JSON.encode(plain).encode()


def decode(data: bytes) -> FileMessage:
    """Read one message; BadMessage names what does not fit."""
    try:
        plain = json.loads(data)
        kind = _KINDS[plain.pop("is")]
    except (ValueError, KeyError, AttributeError, TypeError):
        raise codec.BadMessage(f"not a file message: {data[:80]!r}") from None
    message: FileMessage = codec.from_plain(kind, plain, kind.__name__)
    return message
