"""The manager interface of Asterisk, as far as letting it send a NOTIFY takes it: actions, answers, events.

A packet is lines of `Key: value` and an empty line; what is asked carries an ActionID, which the answer repeats.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LARGEST = 65536  # octets of one packet
_GREETING = re.compile(rb"Asterisk Call Manager/[\d.]{1,20}")
_BREAK = re.compile(r"[\r\n]")

Pairs = tuple[tuple[str, str], ...]


class Place(NamedTuple):
    """Where Asterisk is, and who we are there."""

    host: str
    port: int
    user: str
    secret: str


class Packet(NamedTuple):
    """What Asterisk said; keys in lower case, the first of equal ones counts."""

    pairs: dict[str, str]

    @property
    def action(self) -> str:
        """Give the id of the action that it answers; empty for events."""
        return self.pairs.get("actionid", "") if "response" in self.pairs else ""

    @property
    def is_success(self) -> bool:
        """Tell whether the action was done."""
        return self.pairs.get("response", "").lower() == "success"

    @property
    def message(self) -> str:
        """Give what it says about it."""
        return self.pairs.get("message", "") or self.pairs.get("response", "")


class BadStream(NamedTuple):
    """A stream that is not Asterisk's."""

    why: str


def is_greeting(line: bytes) -> bool:
    """Tell whether a first line is Asterisk's."""
    return _GREETING.fullmatch(line.rstrip(b"\r\n")) is not None


def write(action: str, ident: str, pairs: Pairs) -> bytes:
    """Write an action; ValueError where a value would begin a line of its own."""
    lines = [("Action", action), ("ActionID", ident), *pairs]
    for key, value in lines:
        if _BREAK.search(value):
            raise ValueError(f"{key} holds a line break")
    return ("".join(f"{key}: {value}\r\n" for key, value in lines) + "\r\n").encode()


def login(user: str, secret: str) -> tuple[str, Pairs]:
    """Give the action that signs in, and wants to hear of no events."""
    return "Login", (("Username", user), ("Secret", secret), ("Events", "off"))


def notify(event: str, *, endpoint: str = "", uri: str = "") -> tuple[str, Pairs]:
    """Give the action that sends a NOTIFY: to an endpoint by its name, else to a URI."""
    whom = ("Endpoint", endpoint) if endpoint else ("URI", uri)
    return "PJSIPNotify", (whom, ("Variable", f"Event={event}"))


def cut(stream: bytes) -> tuple[Packet, bytes] | BadStream | None:
    """Cut the first packet off a stream: (packet, rest); None while it is not whole."""
    head, blank, rest = stream.partition(b"\r\n\r\n")
    if not blank or len(head) > LARGEST:
        return BadStream("a packet that is too long") if len(head) > LARGEST else None
    pairs: dict[str, str] = {}
    for line in head.decode("utf-8", "replace").split("\r\n"):
        key, colon, value = line.partition(":")
        if colon:
            pairs.setdefault(key.strip().lower(), value.strip())
    return Packet(pairs), rest
