"""Which parts of the daemon do not work, as /readyz names them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from tests.desk.house import House, house


def test_every_part_that_does_not_work_is_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def conversation() -> None:
        async with house(tmp_path) as here:
            assert await here.desk.not_ready() == ["dhcp", "workers"]  # neither is in this house
            rows = [{"name": name, "pid": pid} for name, pid in (("main", 7), ("dhcp", None), ("tftp", None))]
            (here.core.data / "run" / "processes.json").write_text(json.dumps(rows))
            here.core.tls_problem = "the key is gone"
            assert await here.desk.not_ready() == ["dhcp", "tftp", "workers", "https"]
            _mend(here, monkeypatch)
            assert await here.desk.not_ready() == []

    asyncio.run(conversation())


def _mend(here: House, monkeypatch: pytest.MonkeyPatch) -> None:
    (here.core.data / "run" / "processes.json").unlink()
    here.core.tls_problem = ""
    monkeypatch.setattr(type(here.core.link), "connected", True)
    monkeypatch.setattr(type(here.workers), "is_up", True)
