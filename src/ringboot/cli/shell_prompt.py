"""The shell as somebody types at it: a prompt, history, completion; lines that belong together."""

from __future__ import annotations

import codeop
import os
import sys
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from ringboot.cli.command import At
from ringboot.cli.exits import FAILED
from ringboot.cli.shell_api import told
from ringboot.cli.shell_code import NAME, Code
from ringboot.cli.shell_complete import Names

PROMPT, MORE = "provpy> ", "....... "


def history_file() -> Path:
    """Give the place of what was typed before: in the user's folder for state (XDG)."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "ringboot" / "shell_history"


def _history() -> History:
    """Open what was typed before; a user without a home has that of this time only."""
    place = history_file()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(mode=0o600)  # a password may have been typed
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(place))


def converse(code: Code, at: At) -> None:
    """Read and run what is typed until Ctrl-D or exit()."""
    session: PromptSession[str] = PromptSession(
        history=_history(), completer=Names(code.names, at), complete_while_typing=False
    )
    print("help() says what there is; Ctrl-D ends.")
    compiler = codeop.CommandCompiler()
    lines: list[str] = []
    while True:
        try:
            lines.append(session.prompt(MORE if lines else PROMPT))
        except KeyboardInterrupt:
            lines = []
            continue
        except EOFError:
            return
        text = "\n".join(lines)
        if _is_whole(compiler, text):
            lines = []
            if not _ran(code, at, text):
                return


def _is_whole(compiler: codeop.CommandCompiler, text: str) -> bool:
    """Tell whether a text can be run; what is wrong is told when it is."""
    try:
        return compiler(text, NAME, "single") is not None
    except (SyntaxError, ValueError, OverflowError):
        return True


def _ran(code: Code, at: At, text: str) -> bool:
    """Run a text; False when it ends the shell."""
    try:
        failure = code.run(text)
    except KeyboardInterrupt:
        at.close()  # the answer that was waited for must not be taken for that of the next question
        print("Not waited for any longer; what the daemon began, it goes on with.", file=sys.stderr)
    except SystemExit:
        return False
    else:
        if failure is not None:
            at.fail(told(failure, FAILED))
    return True
