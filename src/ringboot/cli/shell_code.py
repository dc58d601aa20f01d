"""Runs what was typed into the shell: statements, and expressions whose value is shown."""

from __future__ import annotations

import ast
import pprint
from typing import Any

from ringboot.cli.show import clean, print_json
from ringboot.compat.provd.notdone import NotDone

NAME = "<shell>"


class Code:
    """The names that were typed so far, and what is shown of values."""

    def __init__(self, names: dict[str, Any], *, as_json: bool = False) -> None:
        self.names = {"__name__": "__console__", "__doc__": None, **names}
        self._as_json = as_json

    def run(self, text: str) -> Exception | None:
        """Run a text; the value of an expression at its end is shown. Gives what went wrong, or None."""
        try:
            tree = ast.parse(text, NAME)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, NAME, "exec"), self.names)
            if isinstance(last, ast.Expr):
                self._show(eval(compile(ast.Expression(last.value), NAME, "eval"), self.names))
        except NotDone as error:
            return error
        except Exception as error:  # of what was typed: it is told in a line, as the shell's own errors are
            return error
        return None

    def _show(self, value: Any) -> None:
        if value is None:
            return
        self.names["_"] = value
        if self._as_json:
            print_json(value if _is_plain(value) else repr(value))
        else:
            print("\n".join(map(clean, pprint.pformat(value, width=100, sort_dicts=False).splitlines())))


def _is_plain(value: Any) -> bool:
    """Tell whether JSON can say a value."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float)
