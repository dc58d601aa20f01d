"""The words of secret URLs: with dhcp where an option names them, made for who lacks one, nowhere else."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest
from tests.desk.office import CONFIG, Office

from ringboot.desk import feed
from ringboot.desk.errors import Busy
from ringboot.model.site import Pool, Site, names_token, read_snapshot
from ringboot.setup.load import load_text

MAC, OTHER = "02:00:5e:00:00:01", "02:00:5e:00:00:02"  # of no brand: nothing is rendered
NAMING = CONFIG.replace('["eth0", "eth1"]', '["eth0", "eth1"]\noptions = { tftp-server-name = "{http}/s/{token}" }')


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed.Feed.applied, "__defaults__", (0.05,))


def use(office: Office, config: str) -> None:
    office.core.settings = load_text(Path("ringboot.toml"), config)
    office.core.install_site()


async def still(office: Office) -> None:
    """Wait until nothing is under way."""
    async with asyncio.timeout(30):
        while len(office.core.background):
            await asyncio.sleep(0.01)


def on_disk(office: Office) -> dict[str, str]:
    office.core.feed.write()
    return read_snapshot(office.core.feed.path.read_bytes()).words


def word_rows(office: Office) -> list[tuple[str, str]]:
    return [(op, row["mac"]) for op, row in office.dhcp.rows if op.endswith("word")]


def test_dhcp_holds_no_words_unless_an_option_names_them(office: Office) -> None:
    async def conversation() -> None:
        await office.desk.add_device({"id": "one", "mac": MAC}, "ann")
        row = await office.desk.secret_url("one", False, "ann")
        assert word_rows(office) == []
        assert on_disk(office) == {}
        use(office, NAMING)
        assert on_disk(office) == {MAC: row["path"].split("/")[2]}
        use(office, CONFIG)
        assert on_disk(office) == {}

    office.play(conversation)


def test_every_known_device_has_one_where_an_option_names_it(office: Office) -> None:
    async def conversation() -> None:
        await office.desk.add_device({"id": "one", "mac": MAC}, "ann")
        use(office, NAMING)
        await still(office)
        await office.desk.add_device({"id": "two", "mac": OTHER}, "ann")
        await still(office)
        assert word_rows(office) == [("put-word", MAC), ("put-word", OTHER)]
        words = on_disk(office)
        for ident, mac in (("one", MAC), ("two", OTHER)):
            assert (await office.desk.secret_url(ident, False, "ann"))["path"] == f"/s/{words[mac]}/"
        with office.db.reading() as books:
            made = [event.reason for event in books.events.timeline("two", OTHER, 10)]
        assert made.count("url-made") == 1
        use(office, NAMING)
        await still(office)
        assert on_disk(office) == words

    office.play(conversation)


def test_a_new_one_is_promised_only_when_dhcp_has_it(office: Office) -> None:
    async def conversation() -> None:
        use(office, NAMING)
        await office.desk.add_device({"id": "one", "mac": MAC}, "ann")
        await still(office)
        first = on_disk(office)[MAC]
        await office.desk.secret_url("one", True, "ann")
        assert office.dhcp.rows[-1][1]["word"] == on_disk(office)[MAC] != first
        office.dhcp.deaf = True
        with pytest.raises(Busy, match=r"^The URL is made, but dhcp has not confirmed it yet"):
            await office.desk.secret_url("one", True, "ann")

    office.play(conversation)


def test_a_word_goes_with_its_device_and_stays_with_a_mac_that_changes(office: Office) -> None:
    async def conversation() -> None:
        use(office, NAMING)
        await office.desk.add_device({"id": "one", "mac": MAC}, "ann")
        await still(office)
        word = on_disk(office)[MAC]
        await office.desk.set_device("one", {"mac": OTHER}, "ann")
        await still(office)
        assert on_disk(office) == {OTHER: word}
        await office.desk.remove_device("one", "ann")
        assert word_rows(office)[-1] == ("drop-word", OTHER)
        assert on_disk(office) == {}

    office.play(conversation)


def test_a_reservation_may_be_the_first_that_names_them(office: Office) -> None:
    async def conversation() -> None:
        await office.desk.add_device({"id": "one", "mac": MAC}, "ann")
        row = {"network": "phones", "kind": "mac", "value": MAC, "address": "10.0.0.9"}
        await office.desk.add_reservation({**row, "options": {"66": "{http}/s/{token}"}})
        await still(office)
        assert list(on_disk(office)) == [MAC]

    office.play(conversation)


def test_only_its_user_reads_the_snapshot(office: Office) -> None:
    async def conversation() -> None:
        left = office.core.feed.path.with_suffix(".new")
        left.write_text("left by a crash")
        left.chmod(0o666)
        office.core.feed.write()
        assert stat.S_IMODE(office.core.feed.path.stat().st_mode) == 0o600

    office.play(conversation)


@pytest.mark.parametrize("place", ["site", "network", "pool", "class"])
def test_every_set_of_options_counts(place: str) -> None:
    from ringboot.model.site import Class, Network

    naming = {"66": "x{token}"}
    texts = {each: naming if each == place else {"66": "{mac}"} for each in ("site", "network", "pool", "class")}
    pools = (Pool(1, 2, texts["pool"]),)
    network = Network("n", 0, 24, "n", pools=pools, options=texts["network"])
    site = Site(1, (network,), (Class("c", "class", (), texts["class"]),), texts["site"])
    assert names_token(site)
    assert not names_token(Site(1, (Network("n", 0, 24, "n"),)))


def test_the_url_of_a_softphone_names_its_file(office: Office) -> None:
    """It has no MAC and adds no names itself: what its manifest says stands behind the word, and --renew keeps that."""

    async def conversation() -> None:
        await office.desk.add_device({"id": "soft", "plugin": "linphone"}, "ann")
        await office.desk.add_device({"id": "text", "plugin": "baresip"}, "ann")
        first = await office.desk.secret_url("soft", False, "ann")
        again = await office.desk.secret_url("soft", True, "ann")
        for row in (first, again):
            word = row["path"].split("/")[2]
            assert row["path"] == f"/s/{word}/linphone/soft.xml"
            assert row["http"].endswith(row["path"])
        assert first["path"] != again["path"]
        assert (await office.desk.secret_url("text", False, "ann"))["path"].endswith("/baresip/text/")

    office.play(conversation)
