"""One line for a message, as text or JSON; a fault brings its traceback and no values."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PROGRAM = """
from ringboot import log
log.start("main", json={json}, level="{level}")
log.get(device="d1").debug("rendered", files=2)
log.get().info("ready", path="a\\nb\\x1b[2J")
try:
    password = "kanarie"
    {{}}["key"]
except KeyError:
    log.get().exception("fault")
"""


def said(*, json: bool = False, verbose: bool = False) -> list[str]:
    """Run a process that logs: what is set up holds for all of it."""
    program = PROGRAM.format(json=json, level="debug" if verbose else "info")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.mark.parametrize("verbose", [False, True])
def test_steps_that_went_well_are_told_to_who_asks(verbose: bool) -> None:
    first = json.loads(said(json=True, verbose=verbose)[0])
    assert first["event"] == ("rendered" if verbose else "ready")
    assert first["process"] == "main"
    assert not verbose or (first["device"], first["files"], first["level"]) == ("d1", 2, "debug")


def test_json_is_one_object_a_line_with_the_traceback_in_it() -> None:
    ready, fault = map(json.loads, said(json=True))
    assert ready["timestamp"].endswith("Z")
    assert fault["event"] == "fault"
    assert fault["exception"].endswith("KeyError: 'key'")


def test_a_message_is_one_line_and_a_traceback_shows_no_values_of_variables() -> None:
    lines = said()
    assert "ready" in lines[0]
    assert lines[0].endswith(r"path=a\x0ab\x1b[2J process=main")
    assert lines[-1] == "KeyError: 'key'"
    assert "kanarie" not in "".join(lines)


def test_a_line_that_cannot_be_written_ends_nothing() -> None:
    program = PROGRAM.format(json=False, level="debug") + "print('went on')"
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=full, check=False)
    assert done.stdout == b"went on\n"


def test_a_line_from_another_thread_names_the_process_too() -> None:
    program = (
        "import threading\nfrom ringboot import log\nlog.start('main', json=True)\n"
        "threading.Thread(target=lambda: log.tell('info', 'offered', {'address': '10.0.0.9'})).start()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    line = json.loads(done.stderr)
    assert (line["process"], line["event"], line["detail"]) == ("main", "offered", {"address": "10.0.0.9"})
    assert line["text"] == "10.0.0.9 was offered"
