"""The page of options has a row for each option."""

from __future__ import annotations

from ringboot.dhcp.describe import options_page
from ringboot.dhcp.options import TABLE


def test_every_option_has_a_line() -> None:
    lines = options_page().splitlines()
    assert len([line for line in lines if line.startswith("| ")]) == len(TABLE) + 2
    assert "| 66 | `tftp-server-name` | text | `http://10.0.0.1:8667` | 2132 9.4 |  |" in lines
    assert "| 3 | `routers` | ips | `10.0.0.1, 10.0.0.2` | 2132 3.5 | `router` |" in lines
    assert "| 82. | `relay-agent-information` | sub-options | `1=text; 2=hex:00ff` | 3046 2 | `relay_agent` |" in lines
