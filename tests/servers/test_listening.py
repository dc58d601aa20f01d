"""Many sockets as one: all are heard, and nobody after he was removed."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack

from ringboot.servers.listening import AT_ONCE, TURNS, Listening


def test_all_are_heard_and_what_was_removed_is_not() -> None:
    count = AT_ONCE * TURNS * 2 + 3
    heard: list[int] = []

    async def talk() -> None:
        listening = Listening()
        with ExitStack() as stack:
            pairs = [socket.socketpair() for _ in range(count)]
            for pair in pairs:
                for end in pair:
                    stack.enter_context(end)

            def hear(number: int) -> None:
                heard.append(int(pairs[number][0].recv(10)))
                if number < count - 2:
                    listening.remove(pairs[number][0].fileno())

            for number, (end, other) in enumerate(pairs):
                listening.add(end.fileno(), lambda number=number: hear(number))  # type: ignore[misc]  # mypy cannot infer a default of a lambda
                other.send(str(number).encode())
            listening.remove(pairs[-1][0].fileno())
            turns = 0
            async with asyncio.timeout(30):
                while len(heard) < count - 1:
                    turns += 1
                    await asyncio.sleep(0)
            assert turns > 1  # others had their turn meanwhile
            pairs[0][1].send(b"1")
            pairs[-2][1].send(b"2")
            async with asyncio.timeout(30):
                while len(heard) < count:
                    await asyncio.sleep(0)
            listening.close()

    asyncio.run(talk())
    assert sorted(heard[:-1]) == list(range(count - 1))
    assert heard[-1] == 2
