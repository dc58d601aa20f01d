"""The transfer machine as conversations: `>>` is what it is given, `<<` what it must say, in order and nothing else."""

from __future__ import annotations

import random
from collections import deque
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple, Self

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringboot.tftp.netascii import Translated, translate
from ringboot.tftp.options import MAX_WINDOW
from ringboot.tftp.packets import ACK, DATA, ERROR, HEADER, OACK, RRQ, blocks, decode
from ringboot.tftp.transfer import (
    FIRST_WAIT,
    LONGEST_WAIT,
    REPEATS,
    Bytes,
    Effect,
    Ended,
    Input,
    Late,
    Need,
    ReadTransfer,
    State,
)


class At(NamedTuple):
    """The clock is just another input."""

    now: float


class Playbook:
    """A transfer and what is said to and by it; a difference shows the conversation so far."""

    def __init__(self, transfer: ReadTransfer, now: float = 0.0) -> None:
        self.transfer = transfer
        self.now = now
        self.open: deque[Effect] = deque()
        self.said: list[str] = []

    def __rshift__(self, given: Input | At) -> Self:
        assert not self.open, self._story("nobody expected", list(self.open))
        self.said.append(f">> {given!r:.80}")
        if isinstance(given, At):
            self.now = given.now
            given = Late()
        self.open.extend(self.transfer.step(given, self.now))
        return self

    def __lshift__(self, expected: Effect) -> Self:
        assert self.open, self._story("silent, but expected", expected)
        effect = self.open.popleft()
        assert (type(effect), effect) == (type(expected), expected), self._story("expected", expected, "got", effect)
        self.said.append(f"<< {expected!r:.80}")
        return self

    def __bool__(self) -> bool:
        assert not self.open, self._story("nobody expected", list(self.open))
        return True

    def _story(self, *more: object) -> str:
        return "\n".join([*self.said, *map(str, more)])


X = b"x" * 512


def started(size: int, window: int = 1, blksize: int = 8) -> Playbook:
    """A transfer whose options are agreed and whose first octets are wanted."""
    asked = {"blksize": str(blksize), "windowsize": str(window)}
    return (
        Playbook(ReadTransfer(size))
        >> RRQ("f", "octet", asked)
        << OACK(asked)
        >> ACK(0)
        << Need(0, min(size, blksize * window))
    )


def test_without_options_the_first_block_comes_at_once() -> None:
    assert (
        Playbook(ReadTransfer(700))
        >> RRQ("a.cfg", "octet")
        << Need(0, 512)
        >> Bytes(X)
        << DATA(1, X)
        >> ACK(1)
        << Need(512, 188)
        >> Bytes(b"y" * 188)
        << DATA(2, b"y" * 188)
        >> ACK(2)
        << Ended(True)
    )


def test_unknown_and_invalid_options_are_no_options() -> None:
    asked = {"multicast": "", "blksize": "7"}
    assert Playbook(ReadTransfer(3)) >> RRQ("a.cfg", "octet", asked) << Need(0, 3) >> Bytes(b"abc") << DATA(1, b"abc")


def test_lost_ack_is_repeated_once() -> None:
    assert (
        Playbook(ReadTransfer(size=1000))
        >> RRQ("t46s.cfg", "octet", {"blksize": "512", "tsize": "0"})
        << OACK({"blksize": "512", "tsize": "1000"})
        >> ACK(0)
        << Need(0, 512)
        >> Bytes(X)
        << DATA(1, X)
        >> At(0.9)
        >> At(1.0)
        << DATA(1, X)
        >> At(1.1)
    )


@pytest.mark.parametrize("size", [0, 8, 16])
def test_a_multiple_of_the_block_size_ends_with_an_empty_block(size: int) -> None:
    book = started(size)
    for block in range(1, size // 8 + 1):
        book = book >> Bytes(b"12345678") << DATA(block, b"12345678") >> ACK(block)
        book = book << Need(block * 8, min(8, size - block * 8))
    assert book >> Bytes(b"") << DATA(size // 8 + 1, b"") >> ACK(size // 8 + 1) << Ended(True)


def test_duplicate_acks_are_never_answered_by_data() -> None:
    """The Sorcerer's Apprentice (RFC 1123 4.2.3.1)."""
    assert (
        started(20)
        >> ACK(0)
        >> Bytes(b"12345678")
        << DATA(1, b"12345678")
        >> ACK(0)
        >> ACK(0)
        >> ACK(1)
        << Need(8, 8)
        >> ACK(1)
        >> Bytes(b"abcdefgh")
        << DATA(2, b"abcdefgh")
        >> ACK(1)
        >> ACK(1)
        >> ACK(0)
        >> At(0.9)
    )


def test_acks_of_what_was_never_sent_are_ignored() -> None:
    assert started(20) >> Bytes(b"12345678") << DATA(1, b"12345678") >> ACK(2) >> ACK(65535) >> ACK(1) << Need(8, 8)


def test_the_options_are_repeated_until_ack_0() -> None:
    oack = OACK({"blksize": "8"})
    assert (
        Playbook(ReadTransfer(3))
        >> RRQ("f", "octet", {"blksize": "8"})
        << oack
        >> ACK(1)
        >> At(1.0)
        << oack
        >> At(3.0)
        << oack
        >> ACK(0)
        << Need(0, 3)
    )


def test_back_off_doubles_and_gives_up_after_five_repetitions() -> None:
    book = Playbook(ReadTransfer(3)) >> RRQ("f") << Need(0, 3) >> Bytes(b"abc") << DATA(1, b"abc")
    now = 0.0
    for repetition in range(REPEATS):
        now += FIRST_WAIT * 2**repetition
        book = book >> At(now - 0.01) >> At(now) << DATA(1, b"abc")
    book = book >> At(now + LONGEST_WAIT) << Ended(False, "no acknowledgement of block 1")
    assert book >> ACK(1)
    assert book.transfer.timer is None


def test_no_answer_to_the_options_is_told_apart() -> None:
    book = Playbook(ReadTransfer(3)) >> RRQ("f", "octet", {"tsize": "0"}) << OACK({"tsize": "3"})
    for _ in range(REPEATS):
        assert book.transfer.timer is not None
        book = book >> At(book.transfer.timer) << OACK({"tsize": "3"})
    assert book.transfer.timer is not None
    assert book >> At(book.transfer.timer) << Ended(False, "no acknowledgement of the options")


def test_progress_forgets_the_back_off() -> None:
    book = started(20) >> Bytes(b"12345678") << DATA(1, b"12345678") >> At(1.0) << DATA(1, b"12345678")
    book = book >> At(3.0) << DATA(1, b"12345678") >> ACK(1) << Need(8, 8) >> Bytes(b"abcdefgh")
    assert book << DATA(2, b"abcdefgh") >> At(3.9) >> At(4.0) << DATA(2, b"abcdefgh")


def test_the_client_may_choose_the_timeout() -> None:
    book = Playbook(ReadTransfer(3)) >> RRQ("f", "octet", {"timeout": "40"}) << OACK({"timeout": "40"})
    assert book >> At(39.0) >> At(40.0) << OACK({"timeout": "40"}) >> At(79.0) >> At(80.0) << OACK({"timeout": "40"})


def test_a_window_waits_for_one_ack() -> None:
    book = started(40, window=2) >> Bytes(b"1234567887654321") << DATA(1, b"12345678") << DATA(2, b"87654321")
    assert book >> ACK(2) << Need(16, 16)


def test_the_last_window_is_as_short_as_it_is() -> None:
    book = started(20, window=8) >> Bytes(b"x" * 20) << DATA(1, b"x" * 8) << DATA(2, b"x" * 8) << DATA(3, b"x" * 4)
    assert book >> ACK(3) << Ended(True)
    book = started(16, window=8) >> Bytes(b"x" * 16) << DATA(1, b"x" * 8) << DATA(2, b"x" * 8) << DATA(3, b"")
    assert book >> ACK(3) << Ended(True)
    book = started(16, window=2) >> Bytes(b"x" * 16) << DATA(1, b"x" * 8) << DATA(2, b"x" * 8) >> ACK(2) << Need(16, 0)
    assert book >> Bytes(b"") << DATA(3, b"") >> ACK(3) << Ended(True)


def test_an_ack_inside_the_window_moves_it() -> None:
    """RFC 7440 4: block 2 was lost, so the next window starts there."""
    book = started(80, window=4) >> Bytes(b"x" * 32)
    for block in (1, 2, 3, 4):
        book = book << DATA(block, b"x" * 8)
    book = book >> ACK(1) << Need(8, 32) >> Bytes(b"y" * 32)
    for block in (2, 3, 4, 5):
        book = book << DATA(block, b"y" * 8)
    assert book >> ACK(5) << Need(40, 32)


def test_in_a_window_a_duplicate_ack_is_a_sign_of_loss_that_brings_the_timer_forward_once() -> None:
    book = started(80, window=2) >> Bytes(b"x" * 16) << DATA(1, b"x" * 8) << DATA(2, b"x" * 8)
    early = book >> At(0.3) >> ACK(0) >> ACK(0)  # silent, but:
    assert early.transfer.timer is not None
    assert 0.3 < early.transfer.timer < 0.6
    assert early >> At(0.6) << DATA(1, b"x" * 8) << DATA(2, b"x" * 8) >> ACK(0) >> At(1.0)


def test_in_a_window_progress_cancels_the_early_timer() -> None:
    book = started(80, window=2) >> Bytes(b"x" * 16) << DATA(1, b"x" * 8) << DATA(2, b"x" * 8)
    assert book >> At(0.3) >> ACK(0) >> ACK(2) << Need(16, 16) >> At(0.6)


def test_a_lost_window_is_repeated_whole_from_the_last_ack() -> None:
    book = started(80, window=2) >> Bytes(b"x" * 16) << DATA(1, b"x" * 8) << DATA(2, b"x" * 8)
    assert book >> At(1.0) << DATA(1, b"x" * 8) << DATA(2, b"x" * 8) >> ACK(2) << Need(16, 16)


def test_an_error_ends_it_and_is_not_answered() -> None:
    ended = Ended(False, "the client broke off: error 3 Disk full")
    assert started(20) >> Bytes(b"12345678") << DATA(1, b"12345678") >> ERROR(3, "Disk full") << ended >> ACK(1)
    assert started(20) >> ERROR(3, "Disk full") << ended >> Bytes(b"12345678")


def test_a_client_that_only_wants_the_size() -> None:
    book = Playbook(ReadTransfer(3)) >> RRQ("f", "octet", {"tsize": "0"}) << OACK({"tsize": "3"})
    assert book >> ERROR(0, "TFTP Aborted") << Ended(False, "the client broke off: error 0 TFTP Aborted", looked=True)


def test_a_client_that_does_not_like_the_options() -> None:
    book = Playbook(ReadTransfer(3)) >> RRQ("f", "octet", {"tsize": "0"}) << OACK({"tsize": "3"})
    assert book >> ERROR(8, "") << Ended(False, "the client broke off: error 8")


def test_a_file_that_shrinks_is_not_cut_silently() -> None:
    book = started(20) >> Bytes(b"1234")
    assert book << ERROR(0, "the file changed") << Ended(False, "the file changed while it was sent")


def test_it_knows_when_the_client_may_be_done() -> None:
    book = started(12) >> Bytes(b"12345678") << DATA(1, b"12345678")
    assert not book.transfer.finishing
    assert book >> ACK(1) << Need(8, 4) >> Bytes(b"1234") << DATA(2, b"1234")
    assert book.transfer.finishing


@pytest.mark.parametrize("state", State)
def test_what_no_row_names_is_ignored(state: State) -> None:
    transfer = ReadTransfer(3)
    transfer.state = state
    strange = [given for given in (RRQ("f"), Bytes(b""), ACK(9), Late()) if not transfer.step(given, 0.0)]
    assert strange  # and none raised


# --- the short cut


def carried_out(transfer: ReadTransfer, todo: list[Effect], content: bytes, now: float) -> list[Effect]:
    """Give a transfer the octets that it needs, and what it then sends or says."""
    said: list[Effect] = []
    while todo:
        effect = todo.pop(0)
        if isinstance(effect, Need):
            todo = transfer.step(Bytes(content[effect.offset : effect.offset + effect.size]), now) + todo
        else:
            said.append(effect)
    return said


def shortly(transfer: ReadTransfer, block: int, content: bytes, now: float) -> list[Effect]:
    """Take an acknowledgement by a short cut where one leads on, and cut the window as it is sent."""
    if transfer.ahead and block == transfer.sent & 0xFFFF:
        number = transfer.ahead[0]
        transfer.advance(now)
        return [DATA(number & 0xFFFF, content[(number - 1) * transfer.blksize : number * transfer.blksize])]
    wanted = transfer.proceed(block, now)
    if wanted is None:
        return carried_out(transfer, transfer.step(ACK(block), now), content, now)
    data = content[wanted.offset : wanted.offset + wanted.size]
    written = blocks(transfer.acked + 1, data, transfer.blksize, transfer.sent - transfer.acked)
    segment = transfer.blksize + HEADER
    found = [decode(written[at : at + segment]) for at in range(0, len(written), segment)]
    return [each for each in found if isinstance(each, DATA)]


def test_nothing_is_ahead_in_windows_nor_of_the_last_block() -> None:
    transfer = ReadTransfer(512 * 3 + 1)
    assert not transfer.ahead
    transfer.step(RRQ("f"), 0.0)
    transfer.step(Bytes(bytes(512)), 0.0)
    assert list(transfer.ahead) == [2, 3], "the fourth is the last"
    transfer.advance(0.1)
    assert (transfer.acked, transfer.sent, list(transfer.ahead)) == (1, 2, [3])

    windows = ReadTransfer(5000)
    windows.step(RRQ("f", "octet", {"windowsize": "2"}), 0.0)
    windows.step(ACK(0), 0.0)
    windows.step(Bytes(bytes(1024)), 0.0)
    assert not windows.ahead


ACKS = st.tuples(st.integers(-3, 2) | st.just(0), st.floats(0.01, 0.9))  # beside what was sent last; seconds later


@given(st.integers(0, 120), st.integers(1, 4), st.lists(ACKS | st.just(None), max_size=40))
def test_the_short_cut_leads_where_the_rows_lead(
    size: int, window: int, course: list[tuple[int, float] | None]
) -> None:
    content = bytes(range(size))
    ways = [ReadTransfer(size), ReadTransfer(size)]
    request = RRQ("f", "octet", {"blksize": "8", "windowsize": str(window)})
    for transfer in ways:
        transfer.step(request, 0.0)
        carried_out(transfer, transfer.step(ACK(0), 0.0), content, 0.0)
    long, short = ways
    now = 0.0
    for turn in course:
        if long.timer is None:
            break
        if turn is None or now + turn[1] >= long.timer:
            now = long.timer
            said = [carried_out(each, each.step(Late(), now), content, now) for each in ways]
        else:
            now += turn[1]
            block = (long.sent + turn[0]) & 0xFFFF
            said = [
                carried_out(long, long.step(ACK(block), now), content, now), shortly(short, block, content, now),
            ]  # fmt: skip
        assert said[0] == said[1]
        assert [
            (each.state, each.timer, each.acked, each.sent, each.octets, each.finishing, each._round_trip)
            for each in ways
        ].count((long.state, long.timer, long.acked, long.sent, long.octets, long.finishing, long._round_trip)) == 2


# --- with a client that does what RFC 1350 and 7440 say, over a bad network


class Client:
    """Receives a file; keeps what came in order; acknowledges each window, a gap, and, as some do, each duplicate."""

    def __init__(self, window: int, blksize: int, chatty: bool) -> None:
        self.window, self.blksize, self.chatty = window, blksize, chatty
        self.got = bytearray()
        self.block = 0
        self.since = 0
        self.done = False

    def receive(self, packet: OACK | DATA | ERROR) -> list[ACK]:
        if isinstance(packet, OACK):
            return [ACK(0)] if not self.block else []
        assert isinstance(packet, DATA)
        if packet.block != (self.block + 1) & 0xFFFF:
            gap = 0 < (packet.block - self.block) & 0xFFFF <= self.window
            if not gap and not self.chatty:
                return []
            self.since = 0
            return [ACK(self.block & 0xFFFF)]
        if not self.done:
            self.got += packet.data
        self.block += 1
        self.since += 1
        self.done = len(packet.data) < self.blksize
        if self.done or self.since >= self.window:
            self.since = 0
            return [ACK(self.block & 0xFFFF)]
        return []

    def impatient(self) -> list[ACK]:
        """What a client says that has waited for long."""
        return [ACK(self.block & 0xFFFF)] if self.block else []


def play(
    content: bytes, window: int, blksize: int, chance: random.Random, loss: float, chatty: bool, text: bool = False
) -> tuple[Client, Ended, int]:
    """Send a file over a network that loses, doubles and reorders; give the client, the end and the datagrams sent."""

    def read(offset: int, size: int) -> bytes:
        return content[offset : offset + size]

    transfer = ReadTransfer(len(translate(content)) if text else len(content))
    client = Client(window, blksize, chatty)
    source = Translated(read).read if text else read
    wire: list[tuple[float, int, OACK | DATA | ERROR | ACK]] = []  # when, tie-break, what
    now, sent, order = 0.0, 0, count()
    todo: deque[Effect] = deque(
        transfer.step(RRQ("f", "octet", {"blksize": str(blksize), "windowsize": str(window)}), now)
    )

    def put(packet: OACK | DATA | ERROR | ACK) -> None:
        for _ in range(2 if chance.random() < loss / 2 else 1):
            if chance.random() >= loss:
                delay = chance.choice([0.001, 0.001, 0.002, 0.05]) if loss else 0.001
                heappush(wire, (now + delay, next(order), packet))

    while True:
        while todo:
            effect = todo.popleft()
            if isinstance(effect, Ended):
                return client, effect, sent
            if isinstance(effect, Need):
                todo.extend(transfer.step(Bytes(source(effect.offset, effect.size)), now))
            else:
                sent += 1
                put(effect)
        if wire and (transfer.timer is None or wire[0][0] <= transfer.timer):
            now, _, packet = heappop(wire)
            if isinstance(packet, ACK):
                todo.extend(transfer.step(packet, now))
            else:
                for ack in client.receive(packet):
                    put(ack)
        else:
            assert transfer.timer is not None, "nothing on the wire and no alarm: it would hang"
            now = transfer.timer
            for ack in client.impatient():
                put(ack)
            todo.extend(transfer.step(Late(), now))


@given(
    size=st.integers(0, 400),
    blksize=st.integers(8, 40),
    window=st.integers(1, 9),
    seed=st.integers(0, 2**32),
    loss=st.sampled_from([0.0, 0.05, 0.3, 0.7]),
    chatty=st.booleans(),
    text=st.booleans(),
)
@example(size=64, blksize=8, window=4, seed=1, loss=0.3, chatty=True, text=True)
def test_the_client_ends_with_exactly_the_file_or_the_server_with_an_error(
    size: int, blksize: int, window: int, seed: int, loss: float, chatty: bool, text: bool
) -> None:
    chance = random.Random(seed)
    lies = bytes(chance.choices(b"\r\n\0abc\xff", k=size))
    content = translate(lies) if text else lies
    client, ended, _ = play(lies, window, blksize, chance, loss, chatty, text)
    if ended.complete:
        assert client.done
    else:
        assert ended.why.startswith("no acknowledgement of ")
    if client.done:
        assert bytes(client.got) == content
    else:
        assert content.startswith(bytes(client.got))
    if loss == 0:
        assert ended.complete


@pytest.mark.parametrize(("window", "chatty"), [(1, True), (1, False), (4, False)])
def test_a_datagram_that_the_network_doubles_does_not_double_the_rest(window: int, chatty: bool) -> None:
    """The Sorcerer's Apprentice again, also with a client that acknowledges duplicates."""
    content = bytes(800)
    blocks = len(content) // 8 + 1
    transfer, client = ReadTransfer(len(content)), Client(window, 8, chatty)
    todo: deque[Effect] = deque(transfer.step(RRQ("f", "octet", {"blksize": "8", "windowsize": str(window)}), 0.0))
    sent, now = 0, 0.0
    while todo:
        effect = todo.popleft()
        if isinstance(effect, Need):
            todo.extend(transfer.step(Bytes(content[effect.offset : effect.offset + effect.size]), now))
        elif isinstance(effect, DATA | OACK):
            sent += 1
            now += 0.001
            for _ in range(2 if effect == DATA(5, b"\0" * 8) else 1):
                for ack in client.receive(effect):
                    todo.extend(transfer.step(ack, now))
    assert client.done
    assert sent == blocks + 1


@pytest.mark.parametrize(("window", "blocks", "loss"), [(1, 65536 + 5, 0.001), (MAX_WINDOW, 65536 + 70, 0.0)])
def test_block_numbers_roll_over_to_0(window: int, blocks: int, loss: float) -> None:
    content = b"".join(number.to_bytes(8, "big") for number in range(blocks - 1)) + b"end"
    client, ended, sent = play(content, window, 8, random.Random(1), loss, chatty=False)
    assert ended == Ended(True)
    assert bytes(client.got) == content
    assert (sent == blocks + 1) is (loss == 0)
