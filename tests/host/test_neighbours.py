"""Reading the kernel's neighbour table."""

from __future__ import annotations

from pathlib import Path

from ringboot.host.neighbours import TABLE, neighbour_of

SAMPLE = """IP address       HW type     Flags       HW address            Mask     Device
10.0.0.7         0x1         0x2         00:08:5d:00:00:07     *        eth0
10.0.0.8         0x1         0x0         00:00:00:00:00:00     *        eth0
10.0.0.9         0x1         0x6         00:08:5d:00:00:09     *        eth0
"""


def test_only_a_host_that_answered_is_a_proof(tmp_path: Path) -> None:
    table = tmp_path / "arp"
    table.write_text(SAMPLE)
    assert neighbour_of("10.0.0.7", table) == "00:08:5d:00:00:07"
    assert neighbour_of("10.0.0.9", table) == "00:08:5d:00:00:09", "a permanent entry"
    assert neighbour_of("10.0.0.8", table) is None, "asked for, and nobody answered"
    assert neighbour_of("10.0.0.70", table) is None


def test_a_machine_without_the_table_knows_nobody(tmp_path: Path) -> None:
    assert neighbour_of("10.0.0.7", tmp_path / "none") is None


def test_this_kernels_table_has_the_shape_that_is_read() -> None:
    assert TABLE.read_text().split()[:2] == ["IP", "address"]
    assert neighbour_of("192.0.2.254") is None
