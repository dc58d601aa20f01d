"""What an administrator changes is promised only when dhcp has it, and is there whatever dhcp does."""

from __future__ import annotations

from typing import Any

import pytest
from tests.desk.office import Office

from ringboot.desk import feed
from ringboot.desk.errors import Busy, NotFound, Refused
from ringboot.model.site import read_snapshot

ROW = {"network": "phones", "kind": "mac", "value": "00-08-5D-00-00-01", "address": "10.0.0.9"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed.Feed.applied, "__defaults__", (0.05,))


def test_a_reservation_is_with_dhcp_when_it_is_promised(office: Office) -> None:
    async def conversation() -> None:
        kept = await office.desk.add_reservation(ROW)
        assert kept["value"] == "00:08:5d:00:00:01"
        assert [(op, row["address"]) for op, row in office.dhcp.rows] == [("put-reservation", "10.0.0.9")]
        await office.desk.remove_reservation("phones", "mac", ROW["value"])
        assert office.dhcp.rows[-1][0] == "drop-reservation"
        with pytest.raises(NotFound, match=r"There is no reservation for .* See: ringboot reservation list"):
            await office.desk.remove_reservation("phones", "mac", ROW["value"])

    office.play(conversation)


def test_what_dhcp_has_not_confirmed_is_kept_and_not_promised(office: Office) -> None:
    async def conversation() -> None:
        office.dhcp.deaf = True
        with pytest.raises(Busy, match=r"^10\.0\.0\.9 is kept, but dhcp has not confirmed it yet"):
            await office.desk.add_reservation(ROW)
        with pytest.raises(Busy, match=r"^The reservations were added, but dhcp"):
            await office.desk.import_reservations([{**ROW, "value": "00085d000002", "address": "10.0.0.10"}], False)
        with pytest.raises(Busy, match=r"^NAT was set, but dhcp"):
            await office.desk.set_setting("NAT", "1", "ann")
        with pytest.raises(Busy, match=r"^The reservation is removed, but dhcp"):
            await office.desk.remove_reservation("phones", "mac", ROW["value"])
        office.core.feed.write()
        snapshot = read_snapshot(office.core.feed.path.read_bytes())
        assert [row.address for row in snapshot.reservations] == ["10.0.0.10"]
        assert office.core.world.settings.nat
        office.dhcp.deaf = False
        assert (await office.desk.set_setting("NAT", "0", "ann"))["value"] == 0

    office.play(conversation)


@pytest.mark.parametrize(
    ("changes", "place", "why"),
    [
        ({"network": "attic"}, "network", "must be one of: phones, voice"),
        ({"kind": "name"}, "kind", "must be one of: client-id, mac, circuit-id, remote-id"),
        ({"value": "zz"}, "value", "is not a MAC address"),
        ({"kind": "client-id", "value": "01"}, "value", "is not a client identifier"),
        ({"address": "10.1.0.9"}, "address", "does not lie in 10.0.0.0/16"),
        ({"address": "10.0.255.255"}, "address", "the address of the subnet or its broadcast address"),
        ({"hostname": "a b"}, "hostname", "must be letters, digits and dashes"),
        ({"options": {"router": "x"}}, "options.router", "router"),
        ({"options": ["router"]}, "options", "must be a table"),
        ({"colour": "red"}, "colour", "is not a key of a reservation"),
    ],
)
def test_a_reservation_that_cannot_be_is_refused_with_the_place(
    office: Office, changes: dict[str, Any], place: str, why: str
) -> None:
    async def conversation() -> None:
        with pytest.raises(Refused) as caught:
            await office.desk.add_reservation({**ROW, **changes})
        assert caught.value.fields.keys() == {place}
        assert why in caught.value.fields[place]
        assert await office.desk.reservations() == []
        assert office.dhcp.rows == []

    office.play(conversation)


def test_a_reservation_makes_a_network_one_that_we_lease_and_an_address_is_kept_once(office: Office) -> None:
    async def conversation() -> None:
        await office.desk.add_reservation(ROW)
        for again in (ROW, {**ROW, "value": "00085d000002"}):
            with pytest.raises(Refused, match="already"):
                await office.desk.add_reservation(again)
        rows = [{**ROW, "value": f"00085d00000{number}", "address": "10.0.0.20"} for number in (3, 4)]
        told = await office.desk.import_reservations(rows, False)
        assert (told["added"], [each["row"] for each in told["errors"]]) == (0, [2])
        told = await office.desk.import_reservations(rows[:1], True)
        assert (told["added"], told["dry_run"]) == (1, True)
        assert len(await office.desk.reservations()) == 1

    office.play(conversation)


def test_a_plugin_that_is_taken_away_is_not_used_until_it_is_installed_again(office: Office) -> None:
    async def conversation() -> None:
        shelf = office.core.shelf
        assert "aastra" in {each.name for each in shelf.classes()}
        await office.desk.install_plugin("aastra", None, "ann")
        assert "aastra" in shelf.plugins
        await office.desk.uninstall_plugin("aastra", "ann")
        assert "aastra" not in {*(each.name for each in shelf.enabled()), *(each.name for each in shelf.classes())}
        assert "aastra" not in {each.name for each in read_site(office).classes}
        office.core.db.write_sync(office.core.read_plugins)
        assert "aastra" not in office.core.world.catalog, "also after a restart"
        await office.desk.install_plugin("aastra", None, "ann")
        assert "aastra" in {each.name for each in read_site(office).classes}

    office.play(conversation)


def read_site(office: Office) -> Any:
    return read_snapshot(office.core.feed.path.read_bytes()).site


def test_what_cannot_be_named_is_refused_too(office: Any) -> None:
    async def conversation() -> None:
        with pytest.raises(Refused, match="'desk' is not a MAC address"):
            await office.desk.remove_reservation("phones", "mac", "desk")
        with pytest.raises(Refused, match="null byte"):
            await office.desk.install_plugin("/tmp/\0", None, "ann")

    office.play(conversation)
