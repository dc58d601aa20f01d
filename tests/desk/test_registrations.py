"""Unknown machines are made known: by a guest or an operator, with an address of their own or one of the pools."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.desk.office import Office

from ringboot import reasons
from ringboot.desk.errors import Busy, NotLetIn, Refused
from ringboot.desk.follower import Follower
from ringboot.desk.guests import Guests
from ringboot.desk.listing import Query
from ringboot.fleet import tries
from ringboot.fleet.webhooks import BY_REASON
from ringboot.model.device import AUTO, Device
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.model.registration import Denied, Registered
from ringboot.model.user import ADMINISTRATOR, Caller
from ringboot.setup.load import load_text
from ringboot.setup.problems import BadConfig

SITE = """
[dhcp]
interfaces = ["eth0"]
[[dhcp.network]]
name = "lan"
subnet = "10.0.0.0/24"
segment = "hall"
unknown = "quarantine"
quarantine = "guests"
pools = ["10.0.0.200-10.0.0.210"]
options = { routers = "10.0.0.50" }
[[dhcp.network]]
name = "guests"
subnet = "10.99.0.0/24"
segment = "hall"
pools = ["10.99.0.50-10.99.0.250"]
[register]
"""
KEPT = 'network = "lan"\naddresses = "10.0.0.50-10.0.0.52"\n'
MAC, OTHER, THIRD = (f"00:00:5e:00:53:0{number}" for number in (1, 2, 3))
GUEST = "10.99.0.50"
PASSWORD = "a password of my own"


@pytest.fixture
def office(office: Office) -> Office:
    configure(office, KEPT)
    lease(office, MAC, GUEST)
    return office


def configure(office: Office, more: str) -> None:
    office.core.settings = load_text(office.core.config, SITE + more)


def lease(office: Office, mac: str, address: str, network: str = "guests") -> None:
    now, octets = int(office.core.utc()), bytes.fromhex(mac.replace(":", ""))
    number = int.from_bytes(bytes(map(int, address.split("."))), "big")
    office.core.world.leases.apply(
        LeaseChange("bound", BOUND, network, number, b"\1" + octets, octets, now, now + 60, b"", now)
    )


def guests(office: Office, folder: Path) -> Guests:
    return Guests(office.desk, Follower(office.core, folder / "leases"))


def test_each_gets_the_next_free_address_and_stays_what_it_is(office: Office, tmp_path: Path) -> None:
    lease(office, "00:00:5e:00:53:99", "10.0.0.51", "lan")  # somebody has it

    async def conversation() -> None:
        page = guests(office, tmp_path)
        assert await page.welcome(GUEST, "Ada", "") == Registered(MAC, "lan", "10.0.0.52")  # .50 is the router
        (kept,) = await office.desk.reservations()
        assert (kept["value"], kept["address"], kept["hostname"]) == (MAC, "10.0.0.52", "Ada")
        assert ("put-reservation", "10.0.0.52") in {(op, row.get("address")) for op, row in office.dhcp.rows}
        visitor = await page.visitor(GUEST)
        assert visitor is not None
        assert (visitor.known, visitor.home) == (True, "10.0.0.52")
        assert await page.welcome(GUEST, "Eve", "") == Registered(MAC, "guests", "10.0.0.52", fresh=False)
        again = await office.desk.register({"macs": [MAC.upper(), MAC]}, "op")
        assert again == [{"mac": MAC, "network": "lan", "address": "10.0.0.52", "fresh": False}]
        with pytest.raises(Busy, match="No address is left in lan"):
            await office.desk.register({"macs": [OTHER]}, "op")
        assert len(await office.desk.reservations()) == 1

    office.play(conversation)
    with office.db.reading() as books:
        (event,) = books.events.newest(9, reasons.MADE_KNOWN.id)
    assert (event.mac, event.address) == (MAC, "10.0.0.52")
    assert reasons.tell(event.reason, event.detail) == "guest Ada made it known as Ada: 10.0.0.52 in lan"
    assert BY_REASON[event.reason].name == "made-known"


def test_the_audit_has_who_made_what_known_and_from_where(office: Office, tmp_path: Path) -> None:
    async def conversation() -> None:
        await guests(office, tmp_path).welcome(GUEST, "Ada", "")
        (row,) = (await office.desk.audit(Query(), None, None)).items
        told = {key: row[key] for key in ("who", "role", "via", "method", "path", "status")}
        assert told == {
            "who": "Ada", "role": "guest", "via": "register", "method": "POST", "path": "/registrations", "status": 201,
        }  # fmt: skip
        assert row["request"]["from"] == GUEST
        assert row["after"][0]["address"] == "10.0.0.51"

    office.play(conversation)


def test_an_address_that_is_asked_for_is_given_or_refused_and_many_all_or_none(office: Office) -> None:
    async def conversation() -> None:
        register = office.desk.register
        (made,) = await register({"macs": [OTHER], "network": "lan", "address": "10.0.0.9", "name": "the beamer"}, "op")
        assert made["address"] == "10.0.0.9"
        assert (await office.desk.reservations())[0]["hostname"] is None  # a name with a blank is none for a host
        for row, why in (
            ({"macs": [THIRD], "address": "10.0.0.9"}, "belongs to"),
            ({"macs": [THIRD], "address": "10.7.0.9"}, "does not lie in 10.0.0.0/24"),
            ({"macs": [OTHER], "address": "10.0.0.10"}, "has 10.0.0.9 in lan already"),
            ({"macs": [MAC, THIRD], "address": "10.0.0.10"}, "is for one machine"),
            ({"macs": [MAC], "network": "moon"}, "No network is called moon"),
            ({"macs": [MAC, "nobody"]}, "'nobody' is not a MAC"),
            ({"macs": []}, "must be 1 to"),
            ({"macs": [MAC], "name": "x" * 64}, "The name must be at most 63"),
            ({"macs": [MAC], "name": "a\nb"}, "The name must be"),
        ):
            with pytest.raises(Refused, match=why):
                await register(row, "op")
        assert len(await office.desk.reservations()) == 1
        assert [each["address"] for each in await register({"macs": [MAC, THIRD]}, "op")] == ["10.0.0.51", "10.0.0.52"]

    office.play(conversation)


def test_without_a_network_a_machine_is_known_and_so_is_one_that_made_itself_known(
    office: Office, tmp_path: Path
) -> None:
    configure(office, "")
    auto = Device("auto1", mac=OTHER, added=AUTO)

    async def conversation() -> None:
        await office.db.write(lambda books: books.devices.put(auto, "dhcp", 1.0))
        assert await guests(office, tmp_path).welcome(GUEST, "Ada", "") == Registered(MAC)
        made = await office.desk.register({"macs": [OTHER, MAC], "name": "lobby"}, "op")
        assert [each["fresh"] for each in made] == [True, False]
        assert office.core.feed.known == {MAC, OTHER}
        assert (await office.desk.device("auto1"))["description"] == "lobby"
        with pytest.raises(Refused, match="Say in which network"):
            await office.desk.register({"macs": [THIRD], "address": "10.0.0.9"}, "op")

    office.play(conversation)


def test_a_guest_needs_the_code_a_name_and_an_address_of_ours(office: Office, tmp_path: Path) -> None:
    configure(office, KEPT + 'code = "Sommer 26"\n')

    async def conversation() -> None:
        page = guests(office, tmp_path)
        assert page.wording().code
        nowhere = await page.welcome("10.99.0.77", "Ada", "Sommer 26")
        assert (nowhere.status, await page.visitor("10.99.0.77")) == (409, None)  # type: ignore[union-attr]
        assert (await page.welcome(GUEST, "", "Sommer 26")).status == 422  # type: ignore[union-attr]
        assert (await page.welcome(GUEST, "x" * 64, "Sommer 26")).status == 422  # type: ignore[union-attr]
        for _ in range(5):
            assert await page.welcome(GUEST, "Ada", "summer") == Denied(403, "This is not the code.")
        assert (await page.welcome(GUEST, "Ada", "Sommer 26")).status == 429  # type: ignore[union-attr]
        configure(office, KEPT + 'code = "Winter"\n')  # the next event, after a reload
        lease(office, OTHER, "10.99.0.51")
        assert isinstance(await page.welcome("10.99.0.51", "Bob", " Winter "), Registered)
        configure(office, KEPT + "guests = false\n")
        assert (await page.welcome(GUEST, "Ada", "")).status == 403  # type: ignore[union-attr]
        assert len(await office.desk.reservations()) == 1

    office.play(conversation)


def test_an_operator_shows_a_token_that_opens_it_or_a_password_of_their_own(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def conversation() -> None:
        page, desk = guests(office, tmp_path), office.desk
        secrets: dict[str, Any] = {}
        for name, role, scope in (
            ("good", "operator", ["/registrations"]), ("elsewhere", "operator", ["/devices"]), ("eyes", "viewer", []),
        ):  # fmt: skip
            made = await desk.add_token({"name": name, "role": role, "scope": scope}, _root())
            secrets[name] = made["secret"]
        await desk.add_user({"name": "anna", "role": "operator", "password": "given by another"}, "root")
        anna = (await desk.signins.sign_in("anna", "given by another", "10.0.0.7", "")).caller
        await desk.signins.change_password(anna, "given by another", PASSWORD)

        async def enter(user: str, secret: str, mac: str = OTHER) -> Any:
            return await page.enter("10.0.0.7", (user, secret), [mac], "", "")

        for login in (("", "rb_wrong"), ("", secrets["elsewhere"]), ("", secrets["eyes"]), ("anna", "no")):
            assert (await enter(*login)).status == 403
        assert await enter("", secrets["good"]) == [Registered(OTHER, "lan", "10.0.0.51")]
        assert await enter("Anna", PASSWORD, THIRD) == [Registered(THIRD, "lan", "10.0.0.52")]
        assert (await page.enter("10.0.0.7", ("anna", PASSWORD), ["x"], "", "")).status == 422  # type: ignore[union-attr]
        rows = (await desk.audit(Query(), None, None)).items
        assert [(row["who"], row["via"], row["status"]) for row in rows] == [
            ("anna", "password", 422), ("anna", "password", 201), ("good", "token good", 201),
        ]  # fmt: skip
        fresh = await desk.add_user({"name": "bert", "role": "operator"}, "root")
        with pytest.raises(NotLetIn, match="set a password of your own"):
            await desk.signins.prove("bert", fresh["password"], "10.0.0.7")
        monkeypatch.setattr(tries, "OF_BOTH", 1)
        assert [(await enter("anna", "guess")).status for _ in range(2)] == [403, 429]

    office.play(conversation)


def _root() -> Caller:
    return Caller(ADMINISTRATOR, "root")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ('network = "moon"', 'no network is called "moon"'),
        ('addresses = "10.0.0.50-10.0.0.52"', "is given without a network"),
        ('network = "lan"\naddresses = "10.0.0.50-10.0.1.52"', "does not lie in 10.0.0.0/24"),
        ('title = ""', "is not text"),
        ('listen = ":8667"', "port 8667 is that of"),
    ],
)
def test_what_does_not_go_together_is_said(tmp_path: Path, more: str, why: str) -> None:
    with pytest.raises(BadConfig, match=why):
        load_text(tmp_path / "ringboot.toml", SITE + more)


def test_a_machine_that_lets_itself_be_asked_is_asked_to_renew_at_once(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    async def ask(what: str, args: dict[str, Any]) -> list[dict[str, Any]]:
        asked.append((what, args["addresses"]))
        return [{"address": address, "reason": reasons.RENEWED.id} for address in args["addresses"]]

    async def conversation() -> None:
        monkeypatch.setattr(office.dhcp, "ask", ask)
        await guests(office, tmp_path).welcome(GUEST, "Ada", "")
        async with asyncio.timeout(20):
            while len(office.core.background):
                await asyncio.sleep(0)

    office.play(conversation)
    assert asked == [("renew", [GUEST])]
