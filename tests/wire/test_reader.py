"""The reader stays in its bounds and says where octets were missing or too many."""

from __future__ import annotations

import pytest

from ringboot.wire.reader import Malformed, Reader


def test_reads_numbers_counted_octets_and_the_rest() -> None:
    reader = Reader(b"\x01\x02\x03\x02abrest")
    assert (reader.number(1), reader.number(2), reader.counted(), reader.rest()) == (1, 0x203, b"ab", b"rest")
    reader.finish()


@pytest.mark.parametrize(
    ("read", "offset"),
    [
        (lambda reader: reader.number(4), 0),
        (lambda reader: reader.take(4), 0),
        (lambda reader: (reader.take(1), reader.counted(2)), 3),
        (lambda reader: (reader.take(2), reader.finish()), 2),
    ],
    ids=["number", "take", "counted", "finish"],
)
def test_malformed_says_where(read, offset: int) -> None:  # type: ignore[no-untyped-def]  # a lambda has no types
    with pytest.raises(Malformed) as caught:
        read(Reader(b"\x00\x00\x05"))
    assert caught.value.offset == offset
    assert str(caught.value) == f"{caught.value.why} at octet {offset}"


def test_a_part_is_consumed_exactly() -> None:
    reader = Reader(b"abcdef")
    with reader.part(4) as inner:
        assert inner.take(4) == b"abcd"
    assert reader.rest() == b"ef"


def test_a_part_with_octets_left_is_malformed() -> None:
    reader = Reader(b"abcdef")
    with pytest.raises(Malformed, match="1 octets too many at octet 3"), reader.part(4) as inner:
        inner.take(3)


def test_a_part_cannot_be_left() -> None:
    reader = Reader(b"abcdef")
    with pytest.raises(Malformed, match="5 octets are needed, 4 are there"), reader.part(4) as inner:
        inner.take(5)


def test_a_part_larger_than_what_is_there_does_not_begin() -> None:
    reader = Reader(b"abcdef")
    with pytest.raises(Malformed, match="a part of 7 octets begins, 6 are there"), reader.part(7):
        pytest.fail("the part began")
