"""The desk of tests/desk, for the process around it."""

from __future__ import annotations

from tests.desk.conftest import empty, office

__all__ = ["empty", "office"]
