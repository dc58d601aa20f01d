"""ringboot pool: how full pools are, and were."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from ringboot.cli.main import app
from ringboot.cli.pools import bars


@pytest.mark.parametrize(
    ("parts", "text"),
    [([], ""), ([0.0, 0.01, 0.5, 1.0], " ▁▄█"), ([0.0] * 96 + [1.0], " " * 48 + "█"), ([0.25] * 96, "▂" * 96)],
)
def test_bars(parts: list[float], text: str) -> None:
    assert bars(parts) == text


def test_pools_are_listed_and_their_history_is_drawn(server: Any, desk: Any) -> None:
    def said(line: str) -> str:
        result = CliRunner().invoke(app, line.split(), env={"RINGBOOT_API": str(server.path), "TZ": "UTC"})
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    pool = {"network": "lan", "pool": "10.0.0.1-10.0.0.4", "size": 4, "declined": 1}
    desk.rows_pools = [{**pool, "used": 2, "free": 1}]
    assert said("pool list") == (
        "NETWORK  POOL               SIZE  USED  DECLINED  FREE\nlan      10.0.0.1-10.0.0.4  4     2     1         1\n"
    )
    assert said("pool history lan") == "Nothing was written down yet; look again in a minute.\n"
    desk.moments = [{**pool, "utc": 1_700_000_000 + 60 * place, "used": used} for place, used in enumerate((0, 3, 1))]
    assert said("pool history lan --month") == (
        "10.0.0.1-10.0.0.4: now 50% (2 of 4), fullest 100% (4 of 4) at 2023-11-14 22:14:20 UTC\n"
        "  ▂█▄\n"
        "  from 2023-11-14 22:13:20 UTC to 2023-11-14 22:15:20 UTC\n"
    )
    assert [call for call in desk.calls if call[0] == "pool_history"] == [
        ("pool_history", "lan", 60), ("pool_history", "lan", 900),
    ]  # fmt: skip
