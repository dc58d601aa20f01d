"""One API server for the module, and a desk of its own for each test."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_spec = importlib.util.spec_from_file_location("small_desk", Path(__file__).parent / "small_desk.py")
assert _spec is not None
assert _spec.loader is not None
small_desk: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(small_desk)


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """Give a running server."""
    with small_desk.running() as running:
        yield running


@pytest.fixture
def desk(server: Any) -> Iterator[Any]:
    """Give a fresh desk, behind the server."""
    rule = server.access.rule
    server.current.desk = small_desk.SmallDesk()
    yield server.current.desk
    server.access.rule = rule
