"""A configuration is changed while leases exist: what differs, what waits for a restart, which leases no longer fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.desk.office import CONFIG

from ringboot.desk.errors import Refused
from ringboot.model.address import ip_number
from ringboot.model.lease import BOUND, LeaseChange

MAC = "00:08:5d:00:00:01"


def lease(office: Any, address: str) -> None:
    mac = bytes.fromhex(MAC.replace(":", ""))
    number = ip_number(address)
    now = int(office.core.utc())
    office.core.world.leases.apply(
        LeaseChange("bound", BOUND, "phones", number, b"\1" + mac, mac, now, now + 3600, b"", now)
    )


def test_a_reload_tells_what_it_changed_and_a_dry_run_changes_nothing(office: Any) -> None:
    file = office.core.config

    async def conversation() -> None:
        lease(office, "10.0.1.7")
        file.write_text(CONFIG.replace("10.0.1.0-10.0.1.99", "10.0.2.0-10.0.2.99").replace('":6969"', '":6970"'))
        revision = office.core.feed.site.revision
        tried = await office.desk.reload(dry_run=True)
        assert office.core.feed.site.revision == tried["revision"] == revision
        assert (await office.desk.misfits(10))["total"] == 0
        assert [(each["change"], each["what"], each["name"]) for each in tried["differences"]] == [
            ("added", "pool", "phones 10.0.2.0-10.0.2.99"),
            ("changed", "settings", "[tftp]"),
            ("removed", "pool", "phones 10.0.1.0-10.0.1.99"),
        ]
        assert tried["restart_needed"] == "changed, and held from the next start: [tftp] listen"

        done = await office.desk.reload(dry_run=False)
        assert done["revision"] > revision
        assert done["misfits"] == tried["misfits"] == await office.desk.misfits(10)
        [misfit] = done["misfits"]["items"]
        assert done["misfits"]["reasons"] == {"lease-outside-pools": 1}
        assert misfit["text"] == "10.0.1.7 lies in no pool of network phones any more"
        assert (misfit["mac"], misfit["at_renewal"]) == (MAC, "refused")
        # What waits for a restart goes on differing.
        assert [each["name"] for each in (await office.desk.diff(None, None))["items"]] == ["[tftp]"]

    file.write_text(CONFIG)
    office.play(conversation)


def test_any_text_can_be_compared_and_a_faulty_one_is_refused(office: Any) -> None:
    async def conversation() -> None:
        assert await office.desk.diff("/x/new.toml", CONFIG) == {"items": []}
        [row] = (await office.desk.diff("/x/new.toml", CONFIG.replace('["eth0", "eth1"]', '["eth0"]')))["items"]
        assert row["keys"] == [{"key": "interfaces", "before": "eth0, eth1", "after": "eth0", "restart": True}]
        with pytest.raises(Refused, match=r"/x/new\.toml, line 1, dchp: unknown key") as refused:
            await office.desk.diff("/x/new.toml", "[dchp]")
        assert refused.value.code == "configuration"

    office.play(conversation)


def test_reservations_are_compared_with_those_that_are_kept(office: Any, tmp_path: Path) -> None:
    row = {"network": "phones", "kind": "mac", "value": MAC, "address": "10.0.1.5", "options": {"routers": "10.0.0.1"}}

    async def conversation() -> None:
        await office.desk.add_reservation(dict(row))
        assert await office.desk.diff_reservations([dict(row)]) == {"items": []}
        name = f"phones mac {MAC}"
        moved = {**row, "address": "10.0.1.6", "options": {}}
        [found] = (await office.desk.diff_reservations([moved]))["items"]
        assert (found["change"], found["what"], found["name"]) == ("changed", "reservation", name)
        assert [(each["key"], each["before"], each["after"]) for each in found["keys"]] == [
            ("address", "10.0.1.5", "10.0.1.6"),
            ("options.routers", "10.0.0.1", None),
        ]
        assert [each["change"] for each in (await office.desk.diff_reservations([]))["items"]] == ["removed"]
        with pytest.raises(Refused) as refused:
            await office.desk.diff_reservations([{**row, "address": "10.9.9.9"}])
        assert list(refused.value.fields) == ["line 1, address"]

    office.play(conversation)
