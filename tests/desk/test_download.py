"""Downloads from a real server: whole or not at all, gone on with, checked, bounded, through a proxy."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.certificates import BrandCa
from tests.desk.web import Web, behaving, forwarding, serving

from ringboot.desk import download as downloads
from ringboot.desk.download import DownloadFailed, download

DATA = bytes(range(256)) * 24_000
CUT = 2_500_000
SHA256 = hashlib.sha256(DATA).hexdigest()
PATH = "/firmware/phone.rom"


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as made:
        made.files[PATH] = DATA
        yield made


def get(url: str, to: Path, **more: Any) -> None:
    asyncio.run(download(url, to, **more))


def refused(url: str, to: Path, **more: Any) -> DownloadFailed:
    with pytest.raises(DownloadFailed) as failed:
        get(url, to, **more)
    assert not to.exists()
    return failed.value


def test_a_file_is_there_whole_and_its_progress_is_told(web: Web, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    get(
        web.url(PATH), tmp_path / "a", sha256=SHA256.upper(), sha1=hashlib.sha1(DATA).hexdigest(),
        progress=lambda have, total: told.append((have, total)),
    )  # fmt: skip
    assert (tmp_path / "a").read_bytes() == DATA
    assert os.listdir(tmp_path) == ["a"]
    assert told[-1] == (len(DATA), len(DATA))
    assert told == sorted(told)


def test_what_was_there_is_replaced(web: Web, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    web.files["/empty"] = b""
    get(web.url("/empty"), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b""


def begin(span: str) -> int:
    """Read the first octet of "bytes=1000-"."""
    return int(span.removeprefix("bytes=").removesuffix("-") or 0)


def test_a_broken_connection_is_gone_on_with(web: Web, tmp_path: Path) -> None:
    web.cut_after = CUT
    get(web.url(PATH), tmp_path / "a", sha256=SHA256)
    assert (tmp_path / "a").read_bytes() == DATA
    assert len(web.asked) > 2
    begins = [begin(span) for _, span in web.asked]
    assert begins == sorted(set(begins))


def test_who_does_not_answer_after_a_broken_connection_is_asked_again(web: Web, tmp_path: Path) -> None:
    web.cut_after, web.hangs_up = CUT, (2, 3)
    get(web.url(PATH), tmp_path / "a", sha256=SHA256)
    assert (tmp_path / "a").read_bytes() == DATA
    web.asked.clear()
    web.hangs_up = tuple(range(2, 100))
    failed = refused(web.url(PATH), tmp_path / "b", sha256=SHA256)
    assert failed.reason is downloads.CUT
    assert len(web.asked) < 10
    assert (tmp_path / "b.part").stat().st_size > 0, "the next call goes on from there"


def test_a_later_call_goes_on_where_an_earlier_one_ended(web: Web, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(downloads, "_AGAIN", 1)
    web.cut_after = CUT
    failed = refused(web.url(PATH), tmp_path / "a")
    assert failed.reason is downloads.CUT
    came = (tmp_path / "a.part").stat().st_size
    assert f"broke off after {came} octets" in str(failed)
    assert 0 < came <= CUT
    web.cut_after = None
    get(web.url(PATH), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == DATA
    assert web.asked[-1] == (PATH, f"bytes={came}-")


def test_a_server_without_ranges_is_asked_for_all_of_it(web: Web, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(downloads, "_AGAIN", 1)
    web.cut_after, web.ranges = CUT, False
    refused(web.url(PATH), tmp_path / "a", sha256=SHA256)
    web.cut_after = None
    get(web.url(PATH), tmp_path / "a", sha256=SHA256)
    assert (tmp_path / "a").read_bytes() == DATA


def test_a_file_that_changed_meanwhile_is_not_patched_together(web: Web, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(downloads, "_AGAIN", 1)
    web.cut_after = CUT
    refused(web.url(PATH), tmp_path / "a")
    web.cut_after = None
    web.files[PATH] = DATA[::-1]
    get(web.url(PATH), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == DATA[::-1]


def test_a_part_of_another_file_is_found_out_by_the_checksum(web: Web, tmp_path: Path) -> None:
    web.etag = False
    (tmp_path / "a.part").write_bytes(b"x" * 1000)
    (tmp_path / "a.part.json").write_text(json.dumps({"url": web.url(PATH), "validator": None}))
    get(web.url(PATH), tmp_path / "a", sha256=SHA256)
    assert (tmp_path / "a").read_bytes() == DATA
    assert [span for _, span in web.asked] == ["bytes=1000-", ""]


@pytest.mark.parametrize("about", ["", "[]", "{}", '{"url": "http://other/", "validator": null}'])
def test_a_part_of_nobody_knows_what_is_dropped(web: Web, tmp_path: Path, about: str) -> None:
    (tmp_path / "a.part").write_bytes(b"x" * 1000)
    (tmp_path / "a.part.json").write_text(about)
    get(web.url(PATH), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == DATA
    assert web.asked == [(PATH, "")]


def test_a_part_that_is_longer_than_the_file_is_dropped(web: Web, tmp_path: Path) -> None:
    (tmp_path / "a.part").write_bytes(DATA + b"x")
    (tmp_path / "a.part.json").write_text(json.dumps({"url": web.url(PATH), "validator": None}))
    get(web.url(PATH), tmp_path / "a", sha256=SHA256)
    assert (tmp_path / "a").read_bytes() == DATA


def test_without_name_or_checksum_nothing_is_gone_on_with(web: Web, tmp_path: Path) -> None:
    web.cut_after, web.etag = CUT, False
    assert refused(web.url(PATH), tmp_path / "a").reason is downloads.CUT
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("kind", ["sha256", "sha1"])
def test_a_wrong_checksum_is_refused_and_nothing_stays(web: Web, tmp_path: Path, kind: str) -> None:
    digits = hashlib.new(kind, b"other").hexdigest()
    failed = refused(web.url(PATH), tmp_path / "a", **{kind: digits})
    assert failed.reason is downloads.CHECKSUM
    assert digits in str(failed)
    assert hashlib.new(kind, DATA).hexdigest() in str(failed)
    assert os.listdir(tmp_path) == []


def test_what_is_too_large_is_refused(web: Web, tmp_path: Path) -> None:
    failed = refused(web.url(PATH), tmp_path / "a", size_limit=len(DATA) - 1)
    assert failed.reason is downloads.TOO_LARGE
    assert os.listdir(tmp_path) == []
    get(web.url(PATH), tmp_path / "a", size_limit=len(DATA))


def endless(client: socket.socket) -> None:
    """Send for ever, without saying how much."""
    client.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        client.sendall(b"x" * 65536)


def silent(client: socket.socket) -> None:
    """Say something, and then nothing more."""
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx")
    while client.recv(65536):
        pass


def against(talk: Callable[[socket.socket], None], to: Path, **more: Any) -> DownloadFailed:
    with behaving(talk) as url:
        return refused(url, to, **more)


def test_an_answer_without_end_is_bounded(tmp_path: Path) -> None:
    assert against(endless, tmp_path / "a", size_limit=1 << 20).reason is downloads.TOO_LARGE
    assert os.listdir(tmp_path) == []


def test_a_server_that_falls_silent_is_left(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(downloads, "SILENT", 0.05)
    failed = against(silent, tmp_path / "a")
    assert failed.reason is downloads.CUT
    assert "silent for too long" in str(failed)


def test_all_of_it_has_its_time(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(downloads, "LONGEST", 0.05)
    assert against(silent, tmp_path / "a").reason is downloads.SLOW


def test_what_a_server_refuses_is_said(web: Web, tmp_path: Path) -> None:
    failed = refused(web.url("/other"), tmp_path / "a")
    assert failed.reason is downloads.REFUSED
    assert "/other answers 404 Not Found" in str(failed)


def test_nobody_there(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    failed = refused(f"http://me:word@127.0.0.1:{port}/a", tmp_path / "a")
    assert failed.reason is downloads.UNREACHABLE
    assert "word" not in str(failed)


@pytest.mark.parametrize("url", ["ftp://host/a", "/etc/passwd", "http://", "http://host:99999/", "file:///etc/passwd"])
def test_only_http_is_asked(url: str, tmp_path: Path) -> None:
    assert refused(url, tmp_path / "a").reason is downloads.URL_WRONG


def test_no_place_to_write(web: Web, tmp_path: Path) -> None:
    failed = refused(web.url(PATH), tmp_path / "nowhere" / "a")
    assert failed.reason is downloads.NOT_WRITTEN


def test_a_proxy_is_used_also_to_go_on(web: Web, tmp_path: Path) -> None:
    web.cut_after = CUT
    with forwarding() as proxy:
        get(web.url(PATH), tmp_path / "a", sha256=SHA256, proxy=proxy.url)
    assert (tmp_path / "a").read_bytes() == DATA
    assert proxy.forwarded == [web.url(PATH)] * len(web.asked)
    assert begin(web.asked[-1][1]) > 0


def test_a_proxy_may_ask_for_a_password(web: Web, tmp_path: Path) -> None:
    with forwarding("word") as proxy:
        get(web.url(PATH), tmp_path / "a", proxy=proxy.url.replace("//", "//me:word@"))
        assert len(proxy.forwarded) == 1
        failed = refused(web.url(PATH), tmp_path / "b", proxy=proxy.url.replace("//", "//me:other@"))
    assert failed.reason is downloads.REFUSED
    assert "407" in str(failed)
    assert "other" not in str(failed)


def test_a_server_whose_certificate_nobody_signed_is_not_believed_also_through_a_proxy(tmp_path: Path) -> None:
    pair = BrandCa(tmp_path, "unknown").sign("localhost", "localhost")
    with serving(pair) as web, forwarding() as proxy:
        web.files[PATH] = DATA
        failed = refused(web.url(PATH), tmp_path / "a", proxy=proxy.url)
        assert proxy.tunnels == [f"localhost:{web.port}"]
    assert failed.reason is downloads.UNREACHABLE
    assert "certificate" in str(failed).lower()
    assert web.asked == []
