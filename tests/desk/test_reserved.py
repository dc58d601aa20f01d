"""Reservations at the desk: each kind is kept in one spelling, and `explain` names those that are for a client."""

from __future__ import annotations

from typing import Any

import pytest

from ringboot.cli.explanation import explanation_text
from ringboot.model.lease import BOUND, LeaseChange

MAC = "00:08:5d:2e:ec:fb"
OCTETS = bytes.fromhex(MAC.replace(":", ""))
RELAYED = b"\x52\x00\x0c\x01\x03p/7\x02\x05box-1"  # evidence: option 82


def row(kind: str, value: str, address: str) -> dict[str, Any]:
    return {"network": "phones", "kind": kind, "value": value, "address": address}


@pytest.mark.parametrize(
    ("kind", "written", "kept"), [("circuit-id", "hex:702f37", "p/7"), ("remote-id", "00:06", "hex:0006")]
)
def test_a_port_is_kept_in_one_spelling_and_removed_by_any(office: Any, kind: str, written: str, kept: str) -> None:
    async def conversation() -> None:
        added = await office.desk.add_reservation(row(kind, written, "10.0.0.20"))
        assert (added["kind"], added["value"]) == (kind, kept)
        assert [each["value"] for _, each in office.dhcp.rows] == [kept]
        await office.desk.remove_reservation("phones", kind, written)
        assert await office.desk.reservations() == []

    office.play(conversation)


def test_explain_names_the_reservations_of_a_client_and_first_the_one_that_counts(office: Any) -> None:
    async def conversation() -> None:
        for kind, value, address in (("remote-id", "box-1", "10.0.0.22"), ("circuit-id", "p/7", "10.0.0.21"),
                                     ("circuit-id", "p/8", "10.0.0.23")):  # fmt: skip
            await office.desk.add_reservation(row(kind, value, address))
        now = int(office.core.utc())
        lease = LeaseChange("bound", BOUND, "phones", 0x0A000015, b"\1" + OCTETS, OCTETS, now, now + 3600, RELAYED, now)
        office.core.world.leases.apply(lease)
        told = await office.desk.explain(MAC)
        assert [(each["kind"], each["value"], each["address"]) for each in told["reservations"]] == [
            ("circuit-id", "p/7", "10.0.0.21"), ("remote-id", "box-1", "10.0.0.22"),
        ]  # fmt: skip
        assert "reservation 10.0.0.21 in phones, by its circuit-id p/7" in explanation_text(told)
        await office.desk.add_reservation(row("mac", MAC, "10.0.0.20"))
        told = await office.desk.explain(MAC)
        assert told["reservations"][0]["kind"] == "mac"

    office.play(conversation)
