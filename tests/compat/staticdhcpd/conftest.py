"""Scripts import modules that are ours only while a site is there."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from ringboot.compat.staticdhcpd import world


@pytest.fixture(autouse=True)
def _no_site_stays() -> Iterator[None]:
    yield
    world.remove()
    sys.modules.pop("conf", None)
