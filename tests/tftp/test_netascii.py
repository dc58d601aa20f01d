"""Netascii: what is sent, and that whatever places a transfer reads, they fit together and give the file back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.tftp.netascii import CHUNK, Translated, growth, translate

ROWS: list[tuple[bytes, bytes]] = [
    (b"", b""),
    (b"a = b", b"a = b"),
    (b"a\nb\n", b"a\r\nb\r\n"),
    (b"a\rb", b"a\r\0b"),
    (b"a\r\nb", b"a\r\0\r\nb"),  # a file with CR LF comes back as it lies here
    (b"\n\r\n\r", b"\r\n\r\0\r\n\r\0"),
    (b"\0\xff\x7f\x80\t", b"\0\xff\x7f\x80\t"),  # other octets are left as they are
]

lines = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"\0", b"a", b"\xff"]), max_size=60).map(b"".join)


def back(sent: bytes) -> bytes:
    """What a client makes of it, octet by octet."""
    return re.sub(rb"\r([\n\0])", lambda found: b"\n" if found[1] == b"\n" else b"\r", sent)


@pytest.mark.parametrize(("lies", "sent"), ROWS)
def test_what_is_sent(lies: bytes, sent: bytes) -> None:
    assert translate(lies) == sent
    assert len(lies) + growth(lies) == len(sent)


@given(lines)
def test_the_client_gets_the_file_back(data: bytes) -> None:
    assert back(translate(data)) == data
    assert len(translate(data)) == len(data) + growth(data)


@given(lines, st.integers(1, 9), st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_windows_that_move_forward_fit_together(data: bytes, window: int, steps: list[int]) -> None:
    """As a transfer reads: a window, then one that begins where the last acknowledgement said."""
    whole, place = translate(data), 0
    file = Translated(lambda offset, size: data[offset : offset + size])
    for step in steps:
        assert file.read(place, window) == whole[place : place + window]
        place = min(place + min(step, window), len(whole))


def test_a_large_file_is_read_in_chunks_and_not_kept() -> None:
    line = b"x" * 15 + b"\n"
    data = line * 65536
    asked: list[int] = []

    def read(offset: int, size: int) -> bytes:
        asked.append(size)
        return data[offset : offset + size]

    file, place, kept = Translated(read), 0, 0
    while piece := file.read(place, 1428):
        place += len(piece)
        kept = max(kept, len(file._kept))
    assert place == 65536 * 17
    assert set(asked) == {CHUNK}
    assert kept <= 1428 + 2 * CHUNK
