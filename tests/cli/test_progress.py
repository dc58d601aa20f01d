"""A command that waits says how far it is, ends as its work ended, and stays silent for programs."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from ringboot.cli.command import At
from ringboot.cli.exits import FAILED, Failure
from ringboot.cli.progress import watched, watched_octets


def terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=100)


def test_it_shows_how_many_wait_and_gives_the_answer(server: Any, desk: Any) -> None:
    desk.slow = True
    at, console = At(api_socket=server.path), terminal()
    answer = watched(at, "Files are made", lambda: at.api.post("devices", "reconfigure", body={"all": True}), console)
    at.close()
    assert answer["configured"] == 2
    assert ("top",) in desk.calls
    assert "Files are made" in console.file.getvalue()  # type: ignore[attr-defined]  # it is a StringIO


def test_it_shows_what_is_fetched_and_how_much_of_it_is_there(server: Any, desk: Any) -> None:
    desk.slow = True
    at, console = At(api_socket=server.path), terminal()
    body = {"packages": ["fw"]}
    answer = watched_octets(at, "p", lambda: at.api.post("firmware", "p", "install", body=body), console)
    at.close()
    assert answer["installed"] == ["fw"]
    shown = console.file.getvalue()  # type: ignore[attr-defined]  # it is a StringIO
    assert "fetches D10.zip" in shown
    assert "0.5/1.0 kB" in shown


def test_it_shows_how_much_is_fetched(server: Any, desk: Any) -> None:
    desk.slow = True
    at, console = At(api_socket=server.path), terminal()
    told = watched(at, "The index is read", lambda: at.api.post("repository", "update"), console, fetches=True)
    at.close()
    assert told["plugins"] == 2
    assert ("repository",) in desk.calls
    assert "10/100" in console.file.getvalue()  # type: ignore[attr-defined]  # it is a StringIO


def test_a_failure_is_raised_where_the_command_waits(server: Any) -> None:
    def work() -> None:
        raise Failure("It is full.", FAILED)

    with pytest.raises(Failure, match="It is full"):
        watched(At(api_socket=server.path), "x", work, terminal())


@pytest.mark.usefixtures("desk")
def test_without_a_terminal_nobody_looks(server: Any, desk: Any, capfd: pytest.CaptureFixture[str]) -> None:
    assert watched(At(api_socket=server.path), "x", lambda: 5) == 5
    assert desk.calls == []
    assert capfd.readouterr() == ("", "")
