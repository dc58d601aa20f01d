"""What the RFCs ask of a server that is read from, a row each: the sentence, and a conversation that shows it.

In a conversation the client's packets, the file's octets and the clock are given; all else is what must come of it, in
this order and nothing more.  What needs a socket (transfer ids, broadcast) stands in tests/servers/test_tftp.py.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import pytest

from ringboot.tftp.packets import ACK, DATA, ERROR, OACK, RRQ, WRQ
from ringboot.tftp.transfer import Bytes, Effect, Ended, Late, Need, ReadTransfer, objection


class At(NamedTuple):
    """The clock shows so many seconds."""

    now: float


class Told(NamedTuple):
    """The client sends an ERROR."""

    error: ERROR


class Row(NamedTuple):
    """A requirement and its conversation about a file of so many octets."""

    rfc: str
    says: str
    size: int
    talk: list[object]


def asks(**options: str) -> RRQ:
    return RRQ("f", "octet", options)


X8, Y8 = b"x" * 8, b"y" * 8
X512 = b"x" * 512
SMALL = {"blksize": "8"}
BY_TWO = {"blksize": "8", "windowsize": "2"}
OPEN: list[object] = [asks(**SMALL), OACK(SMALL), ACK(0), Need(0, 8), Bytes(X8), DATA(1, X8)]
OPEN_BY_TWO: list[object] = [
    *[asks(**BY_TWO), OACK(BY_TWO), ACK(0), Need(0, 16), Bytes(X8 + Y8), DATA(1, X8), DATA(2, Y8)],
]

ROWS = [
    Row("1350 2", "without options blocks have 512 octets, and the first answers the request", 600,
        [RRQ("f"), Need(0, 512), Bytes(X512), DATA(1, X512)]),
    Row("1350 2", "each block waits for the acknowledgement of the one before", 20,
        [*OPEN, At(0.9), ACK(1), Need(8, 8), Bytes(Y8), DATA(2, Y8)]),
    Row("1350 6", "a block that is shorter than the others ends the file", 3,
        [RRQ("f"), Need(0, 3), Bytes(b"abc"), DATA(1, b"abc"), ACK(1), Ended(True)]),
    Row("1350 6", "a file of whole blocks ends with an empty one", 512,
        [RRQ("f"), Need(0, 512), Bytes(X512), DATA(1, X512), ACK(1), Need(512, 0), Bytes(b""), DATA(2, b""), ACK(2),
         Ended(True)]),
    Row("1350 6", "an empty file is one empty block", 0,
        [RRQ("f"), Need(0, 0), Bytes(b""), DATA(1, b""), ACK(1), Ended(True)]),
    Row("1350 2", "what is not acknowledged in time is sent again", 20, [*OPEN, At(0.99), At(1.0), DATA(1, X8)]),
    Row("1350 7", "an ERROR ends the transfer and is never answered", 20,
        [*OPEN, Told(ERROR(3, "full")), Ended(False, "the client broke off: error 3 full"), ACK(1), At(9.0)]),
    Row("1123 4.2.3.1", "an acknowledgement that says nothing new is never answered by data", 20,
        [*OPEN, ACK(0), ACK(0), ACK(1), Need(8, 8), Bytes(Y8), DATA(2, Y8), ACK(1), ACK(0), ACK(1)]),
    Row("1123 4.2.3.1", "an acknowledgement of what was never sent is no acknowledgement", 20, [*OPEN, ACK(2), ACK(9)]),
    Row("1123 4.2.3.2", "the wait doubles with each repetition", 20,
        [*OPEN, At(1.0), DATA(1, X8), At(2.99), At(3.0), DATA(1, X8), At(6.99), At(7.0), DATA(1, X8), At(14.99),
         At(15.0), DATA(1, X8), At(30.99), At(31.0), DATA(1, X8)]),
    Row("1123 4.2.3.2", "repetitions end", 20,
        [*OPEN, *(step for now in (1, 3, 7, 15, 31) for step in (At(now), DATA(1, X8))), At(46.9), At(47.0),
         Ended(False, "no acknowledgement of block 1"), ACK(1), At(99.0)]),
    Row("1123 4.2.3.2", "progress sets the wait back", 20,
        [*OPEN, At(1.0), DATA(1, X8), ACK(1), Need(8, 8), Bytes(Y8), DATA(2, Y8), At(1.99), At(2.0), DATA(2, Y8)]),
    Row("2347", "an unknown option is left out of the answer", 3,
        [asks(tsize="0", multicast=""), OACK({"tsize": "3"})]),
    Row("2347", "names mean the same in any case, and come back as they were written", 3,
        [RRQ("f", "octet", {"TSize": "0", "BLKSIZE": "8"}), OACK({"TSize": "3", "BLKSIZE": "8"})]),
    Row("2347", "when no option is left, the first block answers", 3,
        [asks(multicast="", blksize="7"), Need(0, 3), Bytes(b"abc"), DATA(1, b"abc")]),
    Row("2347", "the OACK is repeated until ACK 0, and no data goes before it", 20,
        [asks(**SMALL), OACK(SMALL), ACK(1), At(1.0), OACK(SMALL), At(3.0), OACK(SMALL), ACK(0), Need(0, 8)]),
    Row("2347", "a client that does not like the options ends it with ERROR 8", 3,
        [asks(tsize="0"), OACK({"tsize": "3"}), Told(ERROR(8, "no")),
         Ended(False, "the client broke off: error 8 no")]),
    Row("2348", "a block has 8 octets at least", 8, [asks(blksize="8"), OACK({"blksize": "8"})]),
    Row("2348", "less than 8 is no block size", 0, [asks(blksize="7"), Need(0, 0)]),
    Row("2348", "a block has 65464 octets at most", 0, [asks(blksize="65464"), OACK({"blksize": "65464"})]),
    Row("2348", "more than 65464 is no block size", 0, [asks(blksize="65465"), Need(0, 0)]),
    Row("2349", "tsize is answered with the size", 41943040, [asks(tsize="0"), OACK({"tsize": "41943040"})]),
    Row("2349", "a timeout is 1 second at least", 0, [asks(timeout="1"), OACK({"timeout": "1"})]),
    Row("2349", "and 255 at most", 0, [asks(timeout="255"), OACK({"timeout": "255"})]),
    Row("2349", "0 is no timeout", 0, [asks(timeout="0"), Need(0, 0)]),
    Row("2349", "256 is no timeout", 0, [asks(timeout="256"), Need(0, 0)]),
    Row("2349", "the timeout that was agreed on is waited for", 3,
        [asks(timeout="3"), OACK({"timeout": "3"}), At(2.99), At(3.0), OACK({"timeout": "3"})]),
    Row("7440 3", "a window has 1 block at least", 0, [asks(windowsize="0"), Need(0, 0)]),
    Row("7440 3", "a window is never larger than was asked for, and may be smaller", 0,
        [asks(windowsize="65535"), OACK({"windowsize": "64"})]),
    Row("7440 3", "more than 65535 is no window", 0, [asks(windowsize="65536"), Need(0, 0)]),
    Row("7440 4", "a window goes out whole, then an acknowledgement is waited for", 40,
        [*OPEN_BY_TWO, At(0.9), ACK(2), Need(16, 16)]),
    Row("7440 4", "an acknowledgement inside the window: the next begins after it", 40,
        [*OPEN_BY_TWO, ACK(1), Need(8, 16)]),
    Row("7440 4", "without one the window is sent again from the last acknowledgement", 40,
        [*OPEN_BY_TWO, At(1.0), DATA(1, X8), DATA(2, Y8)]),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"RFC {row.rfc}: {row.says}")
def test_a_requirement(row: Row) -> None:
    transfer, now, said = ReadTransfer(row.size), 0.0, deque[Effect]()
    for step in row.talk:
        if isinstance(step, RRQ | ACK | Bytes | At | Told):
            assert not said, f"before {step!r:.80}"
            now = step.now if isinstance(step, At) else now
            given = Late() if isinstance(step, At) else step.error if isinstance(step, Told) else step
            said.extend(transfer.step(given, now))
        else:
            assert said, f"silent instead of {step!r:.80}"
            effect = said.popleft()
            assert (type(effect), effect) == (type(step), step)
    assert not said


@pytest.mark.parametrize(
    ("rfc", "says", "request_", "answer"),
    [
        ("1350 1", "octet", RRQ("f", "octet"), None),
        ("1350 1", "netascii", RRQ("f", "netascii"), None),
        ("1350 5", "a mode is meant in any case", RRQ("f", "NetASCII"), None),
        ("1350 5", "a mode is meant in any case", RRQ("f", "OCTET"), None),
        ("1350 1", "mail is obsolete", RRQ("f", "mail"), 4),
        ("1350 5", "what is no mode", RRQ("f", "binary"), 4),
        ("1350 5", "no mode at all", RRQ("f", ""), 4),
        ("1350 4", "nothing is written here", WRQ("f", "octet"), 2),
    ],
    ids=str,
)
def test_modes(rfc: str, says: str, request_: RRQ | WRQ, answer: int | None) -> None:
    refused = objection(request_)
    assert (None if refused is None else refused.code) == answer
