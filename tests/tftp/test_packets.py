"""TFTP packets: every kind round-trips, nothing makes the decoder raise, and what it refuses it can place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.tftp.packets import (
    ACK,
    DATA,
    ERROR,
    HEADER,
    MAX_OPTIONS,
    MAX_REQUEST,
    OACK,
    RRQ,
    WRQ,
    BadPacket,
    Packet,
    blocks,
    decode,
    encode,
)

block = st.integers(0, 65535)
text = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=60)
name = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
pairs = st.lists(st.tuples(name, text), max_size=6, unique_by=lambda pair: pair[0].lower())
options = pairs.map(dict)
packet = st.one_of(
    st.builds(RRQ, text.filter(bool), name, options),
    st.builds(WRQ, text.filter(bool), name, options),
    st.builds(DATA, block, st.binary(max_size=700)),
    st.builds(ACK, block),
    st.builds(ERROR, st.integers(0, 8), text),
    st.builds(OACK, pairs.filter(bool).map(dict)),
)

WIRE: list[tuple[bytes, Packet]] = [
    (b"\0\1a.cfg\0octet\0", RRQ("a.cfg", "octet", {})),
    (b"\0\1a.cfg\0OcTet\0blkSize\x001428\0tsize\x000\0", RRQ("a.cfg", "OcTet", {"blkSize": "1428", "tsize": "0"})),
    (b"\0\1a.cfg\0octet\0\0\0\0", RRQ("a.cfg", "octet", {})),  # padded by a boot ROM
    (b"\0\1a.cfg\0octet\0tsize\x000\0TSIZE\x009\0", RRQ("a.cfg", "octet", {"tsize": "0"})),
    (b"\0\1a.cfg\0octet\0x\0\0", RRQ("a.cfg", "octet", {"x": ""})),
    (b"\0\1\xff\x80\0octet\0", RRQ("\xff\x80", "octet", {})),
    (b"\0\2up.cfg\0netascii\0", WRQ("up.cfg", "netascii", {})),
    (b"\0\3\xff\xffabc", DATA(65535, b"abc")),
    (b"\0\3\0\1", DATA(1, b"")),
    (b"\0\4\0\7", ACK(7)),
    (b"\0\4\0\7padding", ACK(7)),
    (b"\0\5\0\1File not found\0", ERROR(1, "File not found")),
    (b"\0\5\0\0", ERROR(0, "")),
    (b"\0\6blksize\x00512\0", OACK({"blksize": "512"})),
]

BROKEN: list[tuple[bytes, BadPacket]] = [
    (b"", BadPacket(0, "shorter than any packet")),
    (b"\0", BadPacket(1, "shorter than any packet")),
    (b"\0\1a", BadPacket(3, "shorter than any packet")),
    (b"\0\0\0\0", BadPacket(0, "unknown operation 0")),
    (b"\0\7\0\0", BadPacket(0, "unknown operation 7")),
    (b"\1\1a\0octet\0", BadPacket(0, "unknown operation 257")),
    (b"\0\1abc", BadPacket(2, "the file name does not end", request=True)),
    (b"\0\1\0octet\0", BadPacket(2, "no file name", request=True)),
    (b"\0\1a\0octet", BadPacket(4, "the mode does not end", request=True)),
    (b"\0\2a\0", BadPacket(4, "the mode does not end", request=True)),
    (b"\0\1a\0octet\0blksize", BadPacket(10, "an option does not end", request=True)),
    (b"\0\1a\0octet\0blksize\0", BadPacket(10, "an option does not end", request=True)),
    (b"\0\1a\0octet\0blksize\x00512", BadPacket(10, "an option does not end", request=True)),
    (b"\0\1" + b"a" * MAX_REQUEST + b"\0octet\0", BadPacket(MAX_REQUEST, "request too long", request=True)),
    (b"\0\6blksize\0", BadPacket(2, "an option does not end")),
]


@pytest.mark.parametrize(("wire", "value"), WIRE, ids=repr)
def test_reads(wire: bytes, value: Packet) -> None:
    assert decode(wire) == value
    assert type(decode(wire)) is type(value)


@pytest.mark.parametrize(("wire", "value"), BROKEN, ids=repr)
def test_says_what_is_broken(wire: bytes, value: BadPacket) -> None:
    assert decode(wire) == value


def test_a_hundred_options_are_too_many() -> None:
    few = {f"o{number}": "1" for number in range(MAX_OPTIONS)}
    many = {f"o{number}": "1" for number in range(100)}
    assert decode(encode(RRQ("a", "octet", few))) == RRQ("a", "octet", few)
    answer = decode(encode(RRQ("a", "octet", many)))
    assert isinstance(answer, BadPacket)
    assert answer.why == f"more than {MAX_OPTIONS} options"


@given(packet)
def test_round_trip(value: Packet) -> None:
    again = decode(encode(value))
    assert again == value
    assert type(again) is type(value)


@given(st.binary(max_size=1600))
def test_never_raises(data: bytes) -> None:
    decode(data)


@given(st.sampled_from([b"\0\1", b"\0\2", b"\0\5", b"\0\6"]), st.binary(max_size=300))
def test_never_raises_behind_an_operation(opcode: bytes, data: bytes) -> None:
    value = decode(opcode + data)
    if isinstance(value, BadPacket):
        assert 0 <= value.offset <= len(data) + 2


@given(st.binary(max_size=300), st.integers(8, 40), st.integers(0, 0xFFFF), st.booleans())
def test_blocks_behind_each_other_are_packets_of_one_length_but_for_the_last(
    data: bytes, blksize: int, first: int, is_end: bool
) -> None:
    count = len(data) // blksize + is_end  # a file's last block is shorter, and may be empty
    data = data if is_end else data[: count * blksize]
    written = blocks(first, data, blksize, count)
    cut = [written[at : at + blksize + HEADER] for at in range(0, len(written), blksize + HEADER)]
    packets = [DATA((first + place) & 0xFFFF, data[place * blksize :][:blksize]) for place in range(count)]
    assert cut == [encode(packet) for packet in packets]
