"""Conditions and parts: rows of what a device asks and what it is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.servers.http_reply import FileReply, file_reply, head

TAG = "ab" * 32
CHANGED = 1_700_000_000.9
STAMP = "Tue, 14 Nov 2023 22:13:20 GMT"


def told(method: str = "GET", size: int = 1000, now: float = CHANGED + 100, **asked: str) -> FileReply:
    return file_reply(
        method,
        {name.replace("_", "-"): value for name, value in asked.items()},
        size=size,
        sha256=TAG,
        changed=CHANGED,
        now=now,
        content_type="text/plain",
    )


def test_the_whole_file() -> None:
    assert told() == FileReply(
        200,
        {
            "ETag": f'"{TAG}"',
            "Accept-Ranges": "bytes",
            "Last-Modified": STAMP,
            "Content-Type": "text/plain",
            "Content-Length": "1000",
        },
        0,
        1000,
    )


def test_head_says_the_same_and_sends_nothing() -> None:
    assert told("HEAD") == told()._replace(stop=0)
    assert told("HEAD", range="bytes=0-9") == told("HEAD")  # RFC 9110 14.2: only GET knows ranges


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        (f'"{TAG}"', 304),
        (f'W/"{TAG}"', 304),
        (f'"other", "{TAG}"', 304),
        (f'"other",W/"{TAG}" , "more"', 304),
        ("*", 304),
        ('"other"', 200),
        (f'"{TAG}', 200),
        (TAG, 200),
        (f'"{TAG[:-1]}"', 200),
        ("", 200),
        ('"', 200),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_none_match(method: str, tags: str, status: int) -> None:
    reply = told(method, if_none_match=tags)
    assert reply.status == status
    if status == 304:
        assert reply == FileReply(304, {"ETag": f'"{TAG}"', "Accept-Ranges": "bytes", "Last-Modified": STAMP}, 0, 0)


@pytest.mark.parametrize(
    ("since", "status"),
    [
        (STAMP, 304),
        ("Tue, 14 Nov 2023 22:13:21 GMT", 200),  # later: the file may have been replaced by an older one
        ("Tue, 14 Nov 2023 22:13:19 GMT", 200),
        ("nonsense", 200),
        ("", 200),
    ],
)
def test_if_modified_since_counts_when_repeated_exactly(since: str, status: int) -> None:
    assert told(if_modified_since=since).status == status
    assert told(if_modified_since=since, if_none_match='"other"').status == 200


def test_a_file_that_has_just_changed_has_no_last_modified() -> None:
    reply = told(now=CHANGED + 1, if_modified_since=STAMP)
    assert reply.status == 200
    assert "Last-Modified" not in reply.headers


@pytest.mark.parametrize(
    ("part", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-999", 0, 1000),
        ("bytes=0-", 0, 1000),
        ("bytes=500-", 500, 1000),
        ("bytes=999-", 999, 1000),
        ("bytes=900-5000", 900, 1000),
        ("bytes=-1", 999, 1000),
        ("bytes=-1000", 0, 1000),
        ("bytes=-5000", 0, 1000),
        (" bytes = 1 - 2 ", 1, 3),
    ],
)
def test_a_part(part: str, start: int, stop: int) -> None:
    reply = told(range=part)
    assert (reply.status, reply.start, reply.stop) == (206, start, stop)
    assert reply.headers["Content-Range"] == f"bytes {start}-{stop - 1}/1000"
    assert reply.headers["Content-Length"] == str(stop - start)
    assert reply.headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize("part", ["bytes=1000-", "bytes=1000-2000", "bytes=-0", f"bytes={10**17}-"])
def test_a_part_that_is_not_there(part: str) -> None:
    assert told(range=part) == FileReply(416, {"Content-Range": "bytes */1000", "Content-Length": "0"}, 0, 0)


def test_an_empty_file_has_no_parts() -> None:
    assert told(size=0).status == 200
    assert told(size=0, range="bytes=0-").status == 416


@pytest.mark.parametrize(
    "part",
    ["bytes=0-1,5-6", "bytes=5-4", "bytes=-", "bytes=", "bytes", "", "lines=0-1", "bytes=a-b", "bytes=0-1-2",
     "bytes=+1-2", "bytes=-1-", "bytes=" + "9" * 5000 + "-", "bytes=٣-٤"],
)  # fmt: skip
def test_what_is_no_part_is_ignored(part: str) -> None:
    assert told(range=part) == told()


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        (f'"{TAG}"', 206),
        (STAMP, 206),
        (f'W/"{TAG}"', 200),  # RFC 9110 13.1.5: only a strong tag will do
        ('"other"', 200),
        ("Tue, 14 Nov 2023 22:13:19 GMT", 200),
        ("", 200),
    ],
)
def test_if_range(condition: str, status: int) -> None:
    assert told(range="bytes=0-9", if_range=condition).status == status


@given(st.integers(0, 50), st.integers(0, 60), st.none() | st.integers(0, 60), st.booleans())
def test_a_part_is_what_a_slice_is(size: int, first: int, last: int | None, from_end: bool) -> None:
    content = bytes(range(size))
    if from_end:
        reply, expected = told(size=size, range=f"bytes=-{first}"), content[max(0, size - first) :] if first else b""
    else:
        text = "" if last is None else str(last)
        reply = told(size=size, range=f"bytes={first}-{text}")
        if last is not None and last < first:
            assert reply.status == 200
            return
        expected = content[first:] if last is None else content[first : last + 1]
    assert content[reply.start : reply.stop] == expected
    assert reply.status == (206 if expected else 416)


@pytest.mark.parametrize(
    ("version", "keep_alive", "connection"),
    [
        ((1, 1), True, ""),
        ((1, 1), False, "Connection: close\r\n"),
        ((1, 0), True, "Connection: keep-alive\r\n"),
        ((1, 0), False, ""),
    ],
)
def test_the_head_of_an_answer_says_whether_the_connection_stays(
    version: tuple[int, int], keep_alive: bool, connection: str
) -> None:
    reply = FileReply(206, {"ETag": '"a"', "Content-Range": "bytes 0-3/9", "Content-Length": "4"}, 0, 4)
    assert head(reply, version=version, keep_alive=keep_alive, now=784111777.9).decode() == (
        f"HTTP/{version[0]}.{version[1]} 206 Partial Content\r\nServer: ringboot\r\n"
        'ETag: "a"\r\nContent-Range: bytes 0-3/9\r\nContent-Length: 4\r\n'
        f"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n{connection}\r\n"
    )
