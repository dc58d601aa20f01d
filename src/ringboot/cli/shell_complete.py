"""Completion in the shell: names, methods of what an expression gives, and ids within quotes."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args, get_type_hints

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from ringboot.cli.command import At
from ringboot.cli.exits import Failure
from ringboot.cli.show import clean
from ringboot.compat.provd.ids import Ids

PATIENCE = 1.0  # seconds; somebody waits with a finger on the key
MOST = 1000  # ids that are looked through

_QUOTED = re.compile(r"""([\w.\[\]"'()-]+)([\[(])((?:[^"'()\[\]]|"[^"]*"|'[^']*')*)(["'])([^"']*)$""")
_WORD = re.compile(r"[A-Za-z_]\w*$|$")


class Names(Completer):
    """Completes what is typed; it calls nothing: what a method gives is known from its annotation."""

    def __init__(self, names: Mapping[str, Any], at: At) -> None:
        self._names = names
        self._at = at

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002
        """Give what may stand where the cursor is."""
        text = document.text_before_cursor
        quoted = _QUOTED.search(text)
        if quoted is not None:
            function, bracket, before, _, begun = quoted.groups()
            found = self._ids(function, bracket, before, begun)
        else:
            begun = (_WORD.search(text) or re.match("", text))[0]  # type: ignore[index]  # the pattern always matches
            found = self._attributes(text.removesuffix(begun), begun)
        for each in found:
            yield Completion(each, start_position=-len(begun))

    def _attributes(self, before: str, begun: str) -> list[str]:
        if not before.endswith("."):
            return sorted(name for name in self._names if name.startswith(begun) and not name.startswith("__"))
        owner = self._type_of(_expression(before[:-1]))
        public = (name for name in dir(owner) if not name.startswith("_"))
        return [name for name in public if name.startswith(begun)] if owner is not None else []

    def _ids(self, function: str, bracket: str, before: str, begun: str) -> Iterable[str]:
        called = self._type_of(_expression(function))
        if bracket == "[":
            called = getattr(called, "__getitem__", None)
        if called is None or not callable(called):
            return ()
        try:
            hints = list(get_type_hints(called, include_extras=True).items())
        except (TypeError, NameError):
            return ()
        hint = _argument(hints, called, before)
        where = next((each for each in _parts(hint) if isinstance(each, Ids)), None)
        return self._asked(where, function, begun) if where is not None else ()

    def _asked(self, where: Ids, function: str, begun: str) -> list[str]:
        at = self._at.again(PATIENCE)
        parameters = [("limit", str(MOST))]
        owner = re.match(r"""plugins\[["']([^"']+)["']\]""", function)
        if where.path == "firmware" and owner is not None:
            parameters.append(("filter", f"plugin={owner[1]}"))
        try:
            rows: list[dict[str, Any]] = at.api.get(where.path, parameters=parameters)["items"]
        except Failure:
            return []
        finally:
            at.close()
        found = sorted({str(row[where.key]) for row in rows if row.get(where.key)})
        return [each for each in found if each.lower().startswith(begun.lower()) and clean(each) == each]

    def _type_of(self, node: ast.expr | None) -> Any:
        """Give what an expression is, or the class of what it gives."""
        if isinstance(node, ast.Name):
            return self._names.get(node.id)
        if isinstance(node, ast.Attribute):
            return getattr(self._type_of(node.value), node.attr, None)
        if isinstance(node, ast.Call):
            return _given(self._type_of(node.func))
        if isinstance(node, ast.Subscript):
            return _given(getattr(self._type_of(node.value), "__getitem__", None))
        return None


def _given(function: Any) -> Any:
    if not inspect.isroutine(function):
        return None
    try:
        return get_type_hints(function).get("return")
    except (TypeError, NameError):
        return None


def _expression(text: str) -> ast.expr | None:
    """Give the longest expression that a text ends with and that names come from."""
    for start in range(len(text)):
        try:
            node = ast.parse(text[start:].strip(), mode="eval").body
        except (SyntaxError, ValueError):
            continue
        if isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
            return node
    return None


def _argument(hints: list[tuple[str, Any]], called: Any, before: str) -> Any:
    """Give the annotation of the argument that is being typed."""
    named = re.search(r"(\w+)\s*=\s*$", before)
    if named is not None:
        return dict(hints).get(named[1])
    place = before.count(",")
    names = [each for each in inspect.signature(called).parameters.values() if each.name != "self"]
    if names and names[min(place, len(names) - 1)].kind is inspect.Parameter.VAR_POSITIONAL:
        return dict(hints).get(names[-1].name)
    return dict(hints).get(names[place].name) if place < len(names) else None


def _parts(hint: Any) -> Iterator[Any]:
    """Give an annotation and all that it is made of."""
    yield hint
    yield from getattr(hint, "__metadata__", ())
    for each in get_args(hint):
        if not isinstance(each, Ids):
            yield from _parts(each)
