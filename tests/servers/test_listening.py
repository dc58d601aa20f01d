"""Many sockets as one: all are heard, and nobody after he was removed."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack
from functools import partial

import pytest

from ringboot.servers.listening import AT_ONCE, Listening

COUNT = AT_ONCE * 2 + 3


@pytest.mark.parametrize(("span", "most"), [(30.0, COUNT - 1), (0.0, 1)])
def test_all_are_heard_in_turn_and_what_was_removed_is_not(span: float, most: int) -> None:
    count = COUNT
    heard: list[int] = []
    by_turn: list[int] = []

    async def talk() -> None:
        listening = Listening(span)
        with ExitStack() as stack:
            pairs = [socket.socketpair() for _ in range(count)]
            for pair in pairs:
                for end in pair:
                    stack.enter_context(end)

            def hear(number: int) -> None:
                heard.append(int(pairs[number][0].recv(10)))

            for number, (end, other) in enumerate(pairs):
                listening.add(end.fileno(), partial(hear, number))
                other.send(str(number).encode())
            listening.remove(pairs[-1][0].fileno())
            async with asyncio.timeout(30):
                while len(heard) < count - 1:
                    before = len(heard)
                    await asyncio.sleep(0)
                    by_turn.append(len(heard) - before)
            pairs[0][1].send(b"1000")
            async with asyncio.timeout(30):
                while len(heard) < count:
                    await asyncio.sleep(0)
            listening.close()

    asyncio.run(talk())
    assert max(by_turn) == most
    assert heard == [*range(count - 1), 1000]


def test_who_has_much_to_say_lets_others_speak_in_between() -> None:
    heard: list[str] = []

    async def talk() -> None:
        listening = Listening(0.0)
        pairs = [socket.socketpair() for _ in range(3)]

        def hear(number: int) -> None:
            pairs[number][0].recv(1)
            heard.append(str(number))
            if len(heard) < 12:
                pairs[number][1].send(b"x")  # it goes on as soon as it was heard

        for number, (end, other) in enumerate(pairs):
            listening.add(end.fileno(), partial(hear, number))
            other.send(b"x")
        async with asyncio.timeout(30):
            while len(heard) < 12:
                await asyncio.sleep(0)
        listening.close()
        for pair in pairs:
            for end in pair:
                end.close()

    asyncio.run(talk())
    assert {heard.count(each) for each in "012"} == {4}, heard
