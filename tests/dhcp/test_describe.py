"""The page of options has a row for each option."""

from __future__ import annotations

from ringboot.dhcp.describe import options_page
from ringboot.dhcp.options import TABLE
from ringboot.dhcp.suboptions import SPACES


def test_every_option_has_a_line() -> None:
    lines = options_page().splitlines()
    assert (
        len([line for line in lines if line.startswith("| ")])
        == len(TABLE) + sum(len(space.rows) for space in SPACES.values()) + 4
    )
    assert "| 66 | `tftp-server-name` | text | `http://10.0.0.1:8667` | 2132 9.4 |  |" in lines
    assert "| 3 | `routers` | ips | `10.0.0.1, 10.0.0.2` | 2132 3.5 | `router` |" in lines
    relay = "`circuit-id=hex:00040001; link-selection=10.1.0.0`"
    assert f"| 82. | `relay-agent-information` | sub-options | {relay} | 3046 2 | `relay_agent` |" in lines
    assert "| 82.5. | `relay-agent-information.link-selection` | ip | `10.0.0.1` | 3527 3 |" in lines
    assert "| 125.3561.1 | `vivso.3561.device-oui` | text | `http://10.0.0.1:8667` | 3925, TR-111 |" in lines
