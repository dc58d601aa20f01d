"""Options that ringboot.toml names, at the desk: reservations take and show the names, and `explain` tells them."""

from __future__ import annotations

from typing import Any

import pytest

from ringboot.desk.errors import Refused
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.setup.load import load_text

MAC = "00:08:5d:2e:ec:fb"
NAMES = """
[dhcp]
interfaces = ["eth0"]
options = { acme-url = "{http}/acme", beta-id = 7 }
[[dhcp.network]]
name = "phones"
subnet = "10.0.0.0/16"
pools = ["10.0.1.0-10.0.1.99"]
""" + "".join(
    f'[[dhcp.option]]\ncode = "{code}"\nname = "{name}"\nkind = "{kind}"\n'
    for code, name, kind in (
        ("224", "acme-url", "text"), ("225", "acme-when", "s32"), ("43.2", "beta-id", "u8"),
        ("43.2", "gamma-url", "text"), ("43.9", "beta-host", "ip"),
    )
)  # fmt: skip


@pytest.fixture
def named(office: Any) -> Any:
    """Give a desk whose configuration names options."""
    office.core.settings = office.core.began_with = load_text(office.core.config, NAMES)
    return office


def reservation(address: str = "10.0.0.20", mac: str = MAC, **options: str) -> dict[str, Any]:
    given = {name.replace("_", "-"): text for name, text in options.items()}
    return {"network": "phones", "kind": "mac", "value": mac, "address": address, "options": given}


def test_a_reservation_is_kept_by_number_and_shown_by_name(named: Any) -> None:
    async def conversation() -> None:
        wanted = {"acme-url": "{http}/mine", "acme-when": "-18000", "beta-host": "{server}"}
        added = await named.desk.add_reservation(
            reservation(acme_url="{http}/mine", acme_when="-18000", beta_host="{server}")
        )
        assert added["options"] == wanted | {"beta-host": "ip:{server}"}
        [sent] = [row["options"] for _, row in named.dhcp.rows]
        assert sent == {"224": "{http}/mine", "225": "hex:ffffb9b0", "43.9": "ip:{server}"}
        [listed] = await named.desk.reservations()
        assert listed["options"] == added["options"]
        await named.desk.remove_reservation("phones", "mac", MAC)
        assert await named.desk.add_reservation(listed) == added, "what is shown can be written again"

    named.play(conversation)


def test_a_sub_option_of_two_vendors_is_shown_so_that_it_can_be_written_again(named: Any) -> None:
    async def conversation() -> None:
        added = await named.desk.add_reservation(reservation(beta_id="7"))
        assert added["options"] == {"vendor-encapsulated-options.2": "u8:7"}
        await named.desk.remove_reservation("phones", "mac", MAC)
        assert await named.desk.add_reservation(added) == added

    named.play(conversation)


def test_a_value_that_does_not_fit_is_refused_by_its_name(named: Any) -> None:
    async def conversation() -> None:
        with pytest.raises(Refused, match=r"options\.acme-when: .soon. does not fit option acme-when"):
            await named.desk.add_reservation(reservation(acme_when="soon"))
        assert await named.desk.reservations() == []

    named.play(conversation)


def test_explain_tells_the_names(named: Any) -> None:
    async def conversation() -> None:
        await named.desk.add_reservation(reservation(acme_when="-18000"))
        mac, now = bytes.fromhex(MAC.replace(":", "")), int(named.core.utc())
        row = LeaseChange("bound", BOUND, "phones", 0x0A000014, b"\1" + mac, mac, now, now + 3600, b"", now)
        named.core.world.leases.apply(row)
        told = (await named.desk.explain(MAC))["options"]
        rows = {row["key"]: (row["name"], row["value"]) for row in told}
        assert rows["224"] == ("acme-url", "http://10.0.0.2:8667/acme")
        assert rows["225"] == ("acme-when", "-18000")
        assert rows["43.2"] == ("vendor-encapsulated-options.2", "u8:7")

    named.play(conversation)
