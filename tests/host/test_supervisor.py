"""The supervisor with real child processes: a death, a hang, an end that cannot be mended, a stop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CHILD = """
    import os, signal, sys, time
    from ringboot.host.start import from_environment
    start = from_environment(os.environ)
    here = os.path.join(start.data, "starts")
    with open(here, "a") as file:
        file.write(f"{os.getpid()} {sorted(start.fds)}\\n")
    count = len(open(here).readlines())
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
"""
BEATING = "while not stopped: os.write(start.fds['beat'], b'.'); time.sleep(0.05)"


class Family:
    """A supervisor in a process of its own, with one kind of child."""

    def __init__(
        self, folder: Path, behaviour: str, hang_after: float = 15.0, back_off: float = 0.1, ready: float = 0.0
    ) -> None:
        self.folder = folder
        (folder / "run").mkdir()
        self.allow_starts()
        (folder / "child.py").write_text(textwrap.dedent(CHILD) + behaviour + "\n")
        program = f"""
            import os, sys
            from ringboot import log
            from ringboot.host.start import Start
            from ringboot.host import supervisor
            from ringboot.host.notice import Notice
            from ringboot.host.supervisor import Part, Supervisor
            supervisor.BACK_OFF = ({back_off},)
            log.start("supervisor")
            sys.executable = {str(folder / "python")!r}
            reader, writer = os.pipe()
            start = Start(data={str(folder)!r}, fds={{"dhcp:x": reader, "tftp": writer}})
            parts, notice = [Part("main", "child", ("dhcp:*",), hang_after={ready})], Notice(os.environ)
            sys.exit(Supervisor(start, parts, hang_after={hang_after}, notice=notice).run())
        """
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(program)], env=environment, stderr=subprocess.PIPE, text=True
        )

    def allow_starts(self) -> None:
        """Put the program there that children are started with."""
        program = self.folder / "python"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        program.chmod(0o755)

    def starts(self) -> list[str]:
        path = self.folder / "starts"
        return path.read_text().splitlines() if path.exists() else []

    def child(self) -> int:
        return int(self.starts()[-1].split()[0])

    def until_started(self, times: int) -> None:
        deadline = time.monotonic() + 20
        while len(self.starts()) < times:
            assert time.monotonic() < deadline, f"only {self.starts()}"
            time.sleep(0.02)

    def until_said(self, words: str) -> None:
        assert self.process.stderr is not None
        while words not in (line := self.process.stderr.readline()):
            assert line, f"it ended without saying: {words}"

    def stop(self) -> tuple[int, str]:
        if self.process.poll() is None:
            self.process.terminate()
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors


Make = Callable[..., Family]


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Make]:
    made: list[Family] = []

    def make(behaviour: str, hang_after: float = 15.0, back_off: float = 0.1, ready: float = 0.0) -> Family:
        made.append(Family(tmp_path, behaviour, hang_after, back_off, ready))
        return made[-1]

    yield make
    for each in made:
        each.process.kill()
        each.process.wait()
        if each.process.stderr:
            each.process.stderr.close()


def test_a_child_gets_only_its_sockets_and_ends_when_told(family: Make) -> None:
    one = family(BEATING)
    one.until_started(1)
    assert "['beat', 'dhcp:x']" in one.starts()[0]
    code, _ = one.stop()
    assert code == 0


def test_a_killed_child_is_started_again(family: Make) -> None:
    one = family(BEATING)
    one.until_started(1)
    os.kill(one.child(), signal.SIGKILL)
    one.until_started(2)
    code, errors = one.stop()
    assert code == 0
    assert "signal SIGKILL" in errors


def test_a_hanging_child_is_killed_and_started_again(family: Make) -> None:
    one = family("while count == 1: time.sleep(0.05)\n" + BEATING, 1.0)
    one.until_started(2)
    code, errors = one.stop()
    assert code == 0
    assert "does not answer" in errors


def test_a_child_that_begins_anew_has_the_time_of_a_start_again(family: Make) -> None:
    again = "os.write(start.fds['beat'], b'.RA'); time.sleep(1.5); open(start.data + '/silent', 'w').close()\n"
    one = family(again + BEATING, ready=0.3)
    deadline = time.monotonic() + 20
    while not (one.folder / "silent").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert one.stop()[0] == 0
    assert len(one.starts()) == 1


def test_a_child_that_is_ready_and_hangs_is_killed_sooner(family: Make) -> None:
    one = family("if count == 1: os.write(start.fds['beat'], b'AR'); time.sleep(60)\n" + BEATING, ready=0.3)
    one.until_started(2)
    assert "does not answer" in one.stop()[1]


def test_a_child_that_cannot_be_started_is_tried_again(family: Make, tmp_path: Path) -> None:
    one = family(BEATING)
    one.until_started(1)
    (tmp_path / "python").unlink()
    os.kill(one.child(), signal.SIGKILL)
    one.until_said("it cannot be started")
    one.allow_starts()
    one.until_started(2)
    assert one.stop()[0] == 0


@pytest.mark.parametrize(("code", "expected"), [(3, 3), (6, 6), (7, 1)])
def test_an_end_that_cannot_be_mended_ends_all(family: Make, code: int, expected: int) -> None:
    one = family(f"sys.exit({code})")
    assert one.process.wait(20) == expected
    assert len(one.starts()) == 1


def test_an_end_that_cannot_be_mended_does_not_end_what_ran_before(family: Make) -> None:
    one = family("if count == 2: sys.exit(3)\n" + BEATING)
    one.until_started(1)
    os.kill(one.child(), signal.SIGKILL)
    one.until_started(3)
    code, errors = one.stop()
    assert code == 0
    assert "exit 3" in errors


def test_a_child_that_died_is_not_started_again_at_once(family: Make) -> None:
    one = family("sys.exit(1)", back_off=1000.0)
    assert one.process.stderr is not None
    while "starting it again" not in one.process.stderr.readline():
        pass
    code, _ = one.stop()
    assert (code, len(one.starts())) == (0, 1)


def test_children_do_not_outlive_a_killed_supervisor(family: Make) -> None:
    one = family("while True: time.sleep(0.05)")  # nothing that it does itself would tell it
    one.until_started(1)
    child = one.child()
    one.process.kill()
    one.process.wait()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}/stat").exists() and Path(f"/proc/{child}/stat").read_text().split()[2] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_service_manager_hears_when_all_parts_answer_and_when_they_end(
    family: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
        one = family("assert 'NOTIFY_SOCKET' not in os.environ\nos.write(start.fds['beat'], b'.R')\n" + BEATING)
        assert manager.recv(999).startswith(b"READY=1\n")
        os.kill(one.child(), signal.SIGKILL)
        one.until_started(2)
        assert one.stop()[0] == 0
        assert manager.recv(999) == b"STOPPING=1"  # and it was not ready a second time
