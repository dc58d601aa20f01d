"""A filter in the kernel that lets only a share of the DISCOVERs through while more clients ask than can be answered.

To take a message from its socket, to read it and to leave it out costs more than half of what an answer costs.  The
kernel drops it for the sender's time, and before all others, renewals too, wait behind it in the socket's buffer.
"""

from __future__ import annotations

import ctypes
import socket
from contextlib import suppress
from struct import Struct

from ringboot.dhcp.message import DISCOVER

WINDOW = 0.05  # seconds after which the share is looked at
SPARE = 1.1  # DISCOVERs let through for each that is answered: the next turn must not find too few
LOOSER = 1.3  # times as many, when nobody was left out
LEAST = 0.001
_NEVER = float("inf")

SO_ATTACH_FILTER, SO_DETACH_FILTER, SO_MEMINFO = 26, 27, 55  # asm-generic/socket.h
_MEMORY = Struct("9I")  # linux/sock_diag.h, SK_MEMINFO_*
_DROPS = 8
_INSTRUCTION = Struct("HBBI")  # struct sock_filter: what, steps when true, when false, operand
_PROGRAM = Struct("@HP")  # struct sock_fprog
_LENGTH, _OCTET, _WORD, _IS, _AT_LEAST, _RETURN = 0x80, 0x30, 0x20, 0x15, 0x35, 0x06
_RANDOM = 0x1_0000_0000 - 0x1000 + 56  # SKF_AD_OFF + SKF_AD_RANDOM
_FIRST_OPTION = 8 + 240  # behind the headers of UDP and DHCP
_KIND, _ALL = 53, 0xFFFF_FFFF


class Sieve:
    """How many of the DISCOVERs are let through, from what became of those that were."""

    def __init__(self) -> None:
        self.share = 1.0
        self.due = _NEVER  # when to look, on the steady clock
        self._came = 0
        self._crowded = 0

    def note(self, came: int, crowded: int, steady: float) -> None:
        """Count DISCOVERs that came, and those of them for which there was no room though they were of many clients."""
        self._came += came
        self._crowded += crowded
        if crowded and self.due == _NEVER:
            self.due = steady + WINDOW

    def look(self, steady: float) -> float:
        """Choose the share until the next look, and give it."""
        if self._crowded:
            self.share = max(LEAST, self.share * min(1.0, SPARE * (self._came - self._crowded) / self._came))
        else:
            self.share = min(1.0, self.share * LOOSER)
        self._came = self._crowded = 0
        self.due = steady + WINDOW if self.share < 1 else _NEVER
        return self.share


def program(share: float) -> bytes:
    """Write the filter: drop DISCOVERs by chance, pass a share of them and everything else.

    Nearly every client says first what kind of message it sends; of others all is let through.
    """
    passed = min(_ALL, int(share * (1 << 32)))
    steps = (
        (_LENGTH, 0, 0, 0),
        (_AT_LEAST, 0, 7, _FIRST_OPTION + 3),
        (_OCTET, 0, 0, _FIRST_OPTION),
        (_IS, 0, 5, _KIND),
        (_OCTET, 0, 0, _FIRST_OPTION + 2),
        (_IS, 0, 3, DISCOVER),
        (_WORD, 0, 0, _RANDOM),
        (_AT_LEAST, 0, 1, passed),
        (_RETURN, 0, 0, 0),
        (_RETURN, 0, 0, _ALL),
    )
    return b"".join(_INSTRUCTION.pack(*step) for step in steps)


def sift(opened: socket.socket, share: float) -> None:
    """Let a share of the DISCOVERs into a socket, 1 for all; where the system cannot do that, all come in."""
    with suppress(OSError):
        if share >= 1:
            opened.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)  # fails where there is none
            return
        steps = program(share)
        room = ctypes.create_string_buffer(steps, len(steps))
        opened.setsockopt(
            socket.SOL_SOCKET, SO_ATTACH_FILTER, _PROGRAM.pack(len(steps) // _INSTRUCTION.size, ctypes.addressof(room))
        )


def dropped(opened: socket.socket) -> int:
    """Count what the kernel took from a socket since it was opened: by the filter, or because its buffer was full."""
    try:
        told = opened.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, _MEMORY.size)
    except OSError:
        return 0  # the kernel is older than Linux 4.12
    return int(_MEMORY.unpack(told)[_DROPS]) if len(told) == _MEMORY.size else 0
