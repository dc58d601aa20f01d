"""The TFTP options that a read knows, one row each, and what is agreed on (RFC 2347).

An unknown option is ignored, one with an invalid value is left out of the answer, and no answer exceeds what was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

DEFAULT_BLKSIZE = 512
MAX_WINDOW = 64  # blocks
MAX_WINDOW_OCTETS = 256 * 1024  # what one transfer keeps in memory for repeating


class Agreed(NamedTuple):
    """How a transfer goes; `timeout` in seconds when the client chose it; `answer` is what the OACK says."""

    blksize: int = DEFAULT_BLKSIZE
    windowsize: int = 1
    timeout: int | None = None
    answer: Mapping[str, str] = {}


class Option(NamedTuple):
    """A row: the values it may have; our reply, from the file's size and what is agreed; what the reply changes."""

    name: str
    least: int
    most: int
    rfc: str
    reply: Callable[[int, int, Agreed], int]
    keep: Callable[[Agreed, int], Agreed]


def _as_asked(asked: int, _size: int, _agreed: Agreed) -> int:
    return asked


def _size(_asked: int, size: int, _agreed: Agreed) -> int:
    return size


def _window(asked: int, _size: int, agreed: Agreed) -> int:
    return max(1, min(asked, MAX_WINDOW, MAX_WINDOW_OCTETS // agreed.blksize))


# In this order: the window depends on the block size.
TABLE: tuple[Option, ...] = (
    Option("blksize", 8, 65464, "RFC 2348", _as_asked, lambda agreed, reply: agreed._replace(blksize=reply)),
    Option("timeout", 1, 255, "RFC 2349", _as_asked, lambda agreed, reply: agreed._replace(timeout=reply)),
    Option("tsize", 0, 2**63 - 1, "RFC 2349", _size, lambda agreed, _reply: agreed),
    Option("windowsize", 1, 65535, "RFC 7440", _window, lambda agreed, reply: agreed._replace(windowsize=reply)),
)


def negotiate(asked: Mapping[str, str], size: int) -> Agreed:
    """Agree on options for reading a file of this size."""
    spelled = {name.lower(): name for name in reversed(list(asked))}
    agreed = Agreed()
    replies: dict[str, str] = {}
    for option in TABLE:
        name = spelled.get(option.name)
        value = None if name is None else _number(asked[name], option)
        if name is None or value is None:
            continue
        reply = option.reply(value, size, agreed)
        replies[name] = str(reply)
        agreed = option.keep(agreed, reply)
    # Answered in the order and spelling of the client: small boot ROMs compare text.
    return agreed._replace(answer={name: replies[name] for name in asked if name in replies})


def _number(text: str, option: Option) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    number = int(text)
    return number if option.least <= number <= option.most else None
