"""What `explain` says of other servers: those on a device's own wire, in its timeline."""

from __future__ import annotations

from typing import Any

import pytest

from ringboot.model.event import Event
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.reasons import FOREIGN_SERVER

MAC = "00:08:5d:2e:ec:fb"
OCTETS = bytes.fromhex(MAC.replace(":", ""))
TEXT = "another DHCP server, 10.0.0.9, answered on {}; it may have served this device"


@pytest.mark.parametrize(
    ("interface", "allowed", "written", "found"),
    [
        ("eth0", False, False, [TEXT.format("eth0")]),  # as it was met last
        ("eth0", False, True, [TEXT.format("eth0")]),  # as it stood in the database before a restart
        ("eth1", False, False, []),  # where the other network is
        ("eth1", False, True, []),
        ("eth0", True, False, []),  # it is there on purpose
    ],
)
def test_another_server_on_the_wire_of_a_device_stands_in_its_timeline(
    office: Any, interface: str, allowed: bool, written: bool, found: list[str]
) -> None:
    async def conversation() -> None:
        core = office.core
        now = int(core.utc())
        lease = LeaseChange("bound", BOUND, "phones", 0x0A000115, b"\1" + OCTETS, OCTETS, now - 60, now + 60, b"", now)
        core.world.leases.apply(lease)
        if written:
            detail = {"server": "10.0.0.9", "interface": interface}
            await core.tell(Event(now, FOREIGN_SERVER.id, address="10.0.0.9", detail=detail))
        else:
            core.others.met("10.0.0.9", interface, now, allowed=allowed)
        told = await office.desk.explain(MAC)
        assert [row["text"] for row in told["timeline"] if row["reason"] == "met-between-boots"] == found

    office.play(conversation)
