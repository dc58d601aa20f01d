"""What a command says when the daemon is not there, not for us, or breaks off."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringboot.cli.client import Client
from ringboot.cli.exits import BUSY, FAILED, NOT_FOUND, UNREACHABLE, Failure


@pytest.fixture
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rb") as folder:  # a socket's path must be short
        yield Path(folder) / "s"


def answering(path: Path, answer: bytes) -> threading.Thread:
    """Answer one request with these octets."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    listening.listen()

    def serve() -> None:
        with listening, listening.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def failure(*paths: Path) -> Failure:
    client = Client(paths)
    with pytest.raises(Failure) as caught:
        client.get("status")
    client.close()
    return caught.value


def test_no_daemon_says_where_it_was_looked_for(path: Path) -> None:
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    dead.bind(str(path))
    dead.close()  # the file stays, as after a crash
    other = path.with_name("t")
    found = failure(path, other)
    assert found.code == UNREACHABLE
    assert found.text == (
        f"No daemon answers on {path} or {other}. "
        "Start it with: ringboot serve. If it runs, say where: --config or --api-socket."
    )


def test_the_first_socket_that_answers_is_taken(path: Path) -> None:
    thread = answering(path, b'HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{"a":1}')
    client = Client([path.with_name("t"), path])
    assert client.get("status") == {"a": 1}
    client.close()
    thread.join()


def test_a_connection_that_was_hung_up_meanwhile_is_made_again(path: Path) -> None:
    """A shell asks now and then, and the daemon ends connections that it hears nothing on for some seconds."""
    client = Client([path])
    for number in (1, 2):
        thread = answering(path, b'HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{"a":%d}' % number)
        assert client.get("status") == {"a": number}
        thread.join()  # its end hangs up
        path.unlink()
    client.close()


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        (b"", UNREACHABLE, "The daemon ended before it answered (Remote end closed connection without response)."),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nx",
            UNREACHABLE,
            "The daemon ended before it answered (Incomplete",
        ),
        (b"garbage\r\n\r\n", UNREACHABLE, "The daemon ended before it answered (garbage"),
        (b"HTTP/1.1 503 x\r\ncontent-length: 4\r\n\r\nbusy", BUSY, "The daemon answered 503: busy"),
        (b"HTTP/1.1 404 x\r\ncontent-length: 0\r\n\r\n", NOT_FOUND, "The daemon answered 404: nothing"),
        (b"HTTP/1.1 400 x\r\ncontent-length: 2\r\n\r\n[]", FAILED, "The daemon answered 400: []"),
    ],
)
def test_an_answer_that_is_none_is_said(path: Path, answer: bytes, code: int, text: str) -> None:
    thread = answering(path, answer)
    found = failure(path)
    thread.join()
    assert (found.code, found.text[: len(text)]) == (code, text)


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_socket_that_is_not_ours_says_who_may_use_it(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        listening.listen()
        path.chmod(0o600)
        path.parent.chmod(0o755)
        script = (
            "import os, sys; from pathlib import Path; from ringboot.cli.client import Client;"
            "os.setgroups([]); os.setgid(4321); os.setuid(4321)\n"
            "try: Client([Path(sys.argv[1])]).get('status')\n"
            "except Exception as error: print(error.code, error.text)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, timeout=30
        )
    assert done.stdout == (
        f"1 You may not use {path}. Run the command as root or as the daemon's user, or join the group ringboot.\n"
    )
