"""One template as a reader sees it: which names it takes from outside, what it refers to, each with its line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.idtracking import Symbols

from ringboot.plugins.raw import ROWS
from ringboot.plugins.templates import TemplateEnvironment

_MAY_BE_MISSING = ("d", "default", "defined", "undefined")  # filters and tests for what is not there
INCLUDE, EXTENDS, IMPORT = "include", "extends", "import"


class Use(NamedTuple):
    """A name that is taken from outside the template, or (`attribute`) a fact of what has that name."""

    name: str
    attribute: str | None
    line: int
    guarded: bool  # it may be missing: there is a default, or somebody asks first whether it is there


class Reference(NamedTuple):
    """Another template that this one needs."""

    how: str  # include, extends, import
    names: tuple[str, ...]  # the first that exists is taken
    line: int
    optional: bool  # `ignore missing`
    sees: bool  # the other template sees what this one sees


class Missing(NamedTuple):
    """A filter or a test that there is not."""

    kind: str  # filter, test
    name: str
    line: int


class Sheet(NamedTuple):
    """A template that was read."""

    uses: tuple[Use, ...]
    references: tuple[Reference, ...]
    missing: tuple[Missing, ...]
    assigned: frozenset[str]  # names that it makes anywhere
    exported: frozenset[str]  # those that its blocks see, and templates that extend it


def row_of(table: str) -> str:
    """Name what stands for any row of a numbered table."""
    return f"a row of {table}"


def read(environment: TemplateEnvironment, source: str) -> Sheet:
    """Read a template; raises TemplateSyntaxError, with the line."""
    tree = environment.parse(source)
    missing = tuple(_missing(environment, tree))
    for each in missing:  # otherwise the walk below ends there
        known: dict[str, Any] = environment.filters if each.kind == "filter" else environment.tests
        known.setdefault(each.name, str)
    walk = _Walk(environment, tree)
    walk.visit(tree)
    uses, references = (*walk.uses, *_row_uses(tree)), tuple(_references(tree))
    return Sheet(uses, references, missing, frozenset(_assigned(tree)), frozenset(_exported(tree.body)))


class _Walk(CodeGenerator):
    """Goes through a template as the compiler does, which knows what each name means where it stands."""

    def __init__(self, environment: TemplateEnvironment, tree: nodes.Template) -> None:
        super().__init__(environment, "<read>", "<read>")
        self.uses: list[Use] = []
        self._asked = set(_asked(tree))
        self._guarded = _guarded(tree)

    def write(self, x: str) -> None:
        """Write nothing: only the way matters."""

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:  # noqa: N802 - Jinja2 calls it by this name
        super().visit_Name(node, frame)
        if node.ctx == "load" and self._from_outside(node.name, frame):
            guarded = id(node) in self._guarded or node.name in self._asked
            self.uses.append(Use(node.name, None, node.lineno, guarded))

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        self._attribute(node, node.attr, frame)
        super().visit_Getattr(node, frame)

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            self._attribute(node, node.arg.value, frame)
        super().visit_Getitem(node, frame)

    def _attribute(self, node: nodes.Getattr | nodes.Getitem, name: str, frame: Frame) -> None:
        holder = node.node
        if isinstance(holder, nodes.Name) and self._from_outside(holder.name, frame):
            self.uses.append(Use(holder.name, name, node.lineno, id(node) in self._guarded))

    def _from_outside(self, name: str, frame: Frame) -> bool:
        scope: Symbols | None = frame.symbols
        while scope is not None:
            if name in scope.stores:  # though perhaps in one branch only
                return False
            scope = scope.parent
        reference = frame.symbols.find_ref(name)
        load = None if reference is None else frame.symbols.find_load(reference)
        while load is not None and load[0] == "alias":
            load = frame.symbols.find_load(str(load[1]))
        return load is not None and load[0] == "resolve" and name not in self.environment.globals


def _guarded(tree: nodes.Template) -> set[int]:
    """Give the nodes that may be missing where they stand."""
    return {
        id(each.node)
        for each in tree.find_all((nodes.Filter, nodes.Test))
        if isinstance(each, nodes.Filter | nodes.Test) and each.name in _MAY_BE_MISSING
    }


def _asked(tree: nodes.Template) -> Iterator[str]:
    """Give the names on which a condition depends that holds only if they are there."""
    for branch in tree.find_all((nodes.If, nodes.CondExpr)):
        assert isinstance(branch, nodes.If | nodes.CondExpr)
        for each in (branch.test, *branch.test.find_all((nodes.Filter, nodes.Test))):
            if isinstance(each, nodes.Filter | nodes.Test) and isinstance(each.node, nodes.Name):
                yield from (each.node.name,) if each.name in _MAY_BE_MISSING else ()


def _missing(environment: TemplateEnvironment, tree: nodes.Template) -> Iterator[Missing]:
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        if isinstance(node, nodes.Filter) and node.name not in environment.filters:
            yield Missing("filter", node.name, node.lineno)
        if isinstance(node, nodes.Test) and node.name not in environment.tests:
            yield Missing("test", node.name, node.lineno)


def _references(tree: nodes.Template) -> Iterator[Reference]:
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        assert isinstance(node, nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport)
        names = _names(node.template)
        if isinstance(node, nodes.Extends):
            yield Reference(EXTENDS, names, node.lineno, False, True)
        elif isinstance(node, nodes.Include):
            yield Reference(INCLUDE, names, node.lineno, node.ignore_missing, node.with_context)
        else:
            yield Reference(IMPORT, names, node.lineno, False, node.with_context)


def _names(node: nodes.Expr) -> tuple[str, ...]:
    """Give the templates that an expression names; nothing when that shows only later."""
    found = node.items if isinstance(node, nodes.List | nodes.Tuple) else [node]
    names = [each.value for each in found if isinstance(each, nodes.Const) and isinstance(each.value, str)]
    return tuple(names) if len(names) == len(found) else ()


def _assigned(tree: nodes.Node) -> Iterator[str]:
    kinds = (nodes.Name, nodes.Macro, nodes.Import, nodes.FromImport)
    for node in (tree, *tree.find_all(kinds)):
        if isinstance(node, nodes.Macro) or (isinstance(node, nodes.Name) and node.ctx == "store"):
            yield node.name
        elif isinstance(node, nodes.Import):
            yield node.target
        elif isinstance(node, nodes.FromImport):
            yield from (each[1] if isinstance(each, tuple) else each for each in node.names)


def _exported(body: list[nodes.Node]) -> Iterator[str]:
    for node in body:
        if isinstance(node, nodes.If):
            yield from _exported([*node.body, *node.elif_, *node.else_])
        elif isinstance(node, nodes.Assign | nodes.AssignBlock):
            targets = (node.target, *node.target.find_all(nodes.Name))
            yield from (each.name for each in targets if isinstance(each, nodes.Name))
        elif isinstance(node, nodes.Macro | nodes.Import | nodes.FromImport):
            yield from _assigned(node)


def _row_uses(tree: nodes.Template) -> Iterator[Use]:
    """Give what loops over numbered tables ask of each row."""
    guarded = _guarded(tree)
    for loop in tree.find_all(nodes.For):
        called = loop.iter
        if not (isinstance(called, nodes.Call) and isinstance(called.node, nodes.Getattr)):
            continue
        rows, how, target = called.node.node, called.node.attr, loop.target
        if isinstance(target, nodes.Tuple) and how == "items":
            target = target.items[-1]
        elif how != "values":
            continue
        if isinstance(rows, nodes.Name) and rows.name in ROWS and isinstance(target, nodes.Name):
            for statement in loop.body:
                for use in statement.find_all(nodes.Getattr):
                    if isinstance(use.node, nodes.Name) and use.node.name == target.name:
                        yield Use(row_of(rows.name), use.attr, use.lineno, id(use) in guarded)
