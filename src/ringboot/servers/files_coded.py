"""A file door and main as each other's peers on a line: what they say as octets, and back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ringboot.model.codec import BadMessage
from ringboot.model.file import FileRequest, Refuse, Sent, Serve, decode, encode
from ringboot.servers.files_door import Answer, Report

CodedAnswer = Callable[[bytes], Awaitable[bytes]]  # an encoded FileRequest in, an encoded Serve or Refuse out
CodedReport = Callable[[bytes], None]  # an encoded Sent


def coded_answer(answer: Answer) -> CodedAnswer:
    """Let main answer what comes over a line; BadMessage."""

    async def coded(data: bytes) -> bytes:
        request = decode(data)
        if not isinstance(request, FileRequest):
            raise BadMessage(f"a door asks with a request, not {type(request).__name__}")
        return encode(await answer(request))

    return coded


def coded_report(report: Report) -> CodedReport:
    """Let main hear over a line how a file went; BadMessage."""

    def coded(data: bytes) -> None:
        sent = decode(data)
        if not isinstance(sent, Sent):
            raise BadMessage(f"a door reports how a file went, not {type(sent).__name__}")
        report(sent)

    return coded


def answer_over(line: CodedAnswer) -> Answer:
    """Let a door ask over a line; BadMessage."""

    async def answer(request: FileRequest) -> Serve | Refuse:
        reply = decode(await line(encode(request)))
        if not isinstance(reply, Serve | Refuse):
            raise BadMessage(f"no answer is {type(reply).__name__}")
        return reply

    return answer


def report_over(line: CodedReport) -> Report:
    """Let a door report over a line."""
    return lambda sent: line(encode(sent))
