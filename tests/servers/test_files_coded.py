"""What a door in a process of its own and main say to each other arrives as it was said; anything else is refused."""

from __future__ import annotations

import asyncio

import pytest

from ringboot.model.codec import BadMessage
from ringboot.model.file import Certificate, FileRequest, Refuse, Sent, Serve, encode
from ringboot.servers.files_coded import answer_over, coded_answer, coded_report, report_over

REQUEST = FileRequest(
    "https", "/a.cfg", "10.0.0.9", 4711, "10.0.0.2", headers=(("user-agent", "x"),),
    certificate=Certificate("CN=a", ("a",), "aastra"),
)  # fmt: skip


@pytest.mark.parametrize("reply", [Serve("/plugins/a", "a.cfg", "text/plain", 7), Refuse("not-yours", 8)])
def test_a_request_and_its_answer_come_over(reply: Serve | Refuse) -> None:
    asked: list[FileRequest] = []

    async def main(request: FileRequest) -> Serve | Refuse:
        asked.append(request)
        return reply

    assert asyncio.run(_ask(answer_over(coded_answer(main)))) == reply
    assert asked == [REQUEST]


async def _ask(answer: object) -> object:
    return await answer(REQUEST)  # type: ignore[operator]


def test_how_a_file_went_comes_over() -> None:
    told: list[Sent] = []
    sent = Sent(7, 12, False, "ab", "broken-off", "the client said no")
    report_over(coded_report(told.append))(sent)
    assert told == [sent]


def test_what_is_said_at_the_wrong_place_is_refused() -> None:
    async def main(request: FileRequest) -> Serve | Refuse:
        raise AssertionError(request)

    async def strange(data: bytes) -> bytes:
        return data

    with pytest.raises(BadMessage, match="not Refuse"):
        asyncio.run(_coded(coded_answer(main), encode(Refuse("a", 1))))
    with pytest.raises(BadMessage, match="FileRequest"):
        asyncio.run(_ask(answer_over(strange)))
    with pytest.raises(BadMessage, match="not Refuse"):
        coded_report(lambda _: None)(encode(Refuse("a", 1)))


async def _coded(answer: object, data: bytes) -> object:
    return await answer(data)  # type: ignore[operator]
