"""How far long work is: a tree of operations, written as provd's shell wrote it."""

from __future__ import annotations

from typing import NamedTuple

WAITING, GOING, DONE, FAILED = "waiting...", "in progress...", "done.", "failed."


class Operation(NamedTuple):
    """One operation and what it consists of; counts where they are known."""

    label: str
    state: str = GOING
    current: int | None = None
    end: int | None = None
    parts: tuple[Operation, ...] = ()


def lines(operation: Operation, depth: int = 0) -> list[str]:
    """Write the tree, a line each."""
    count = "" if operation.current is None else f" {operation.current}"
    if operation.current is not None and operation.end is not None:
        count += f"/{operation.end}"
    made = [f"{'    ' * depth}'{operation.label}' {operation.state}{count}"]
    for part in operation.parts:
        made += lines(part, depth + 1)
    return made
