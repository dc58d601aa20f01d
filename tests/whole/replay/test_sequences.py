"""Phones of each brand from option 60 to the last file, over real sockets, against files that were approved."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest
from tests.whole.daemon import wait_until
from tests.whole.replay.sequences import ASSIGNED, FIRMWARE, GOLDEN, NEW, SEQUENCES, Play, golden, wanted
from tests.whole.replay.site import HOST, PHONES, Site, go_again

from ringboot.plugins.schema import ANY_MODEL
from ringboot.sim.fleet import make_fleet, manifests
from ringboot.sim.phone import OPTIONAL, Habit, Phone, Step

AGAIN = "read the difference; when it is meant: python -m tests.whole.replay.regenerate"
EITHER = pytest.mark.parametrize("when", [NEW, ASSIGNED])
WAVE = 15  # a phone waits 10 s for a file, and the machine of the tests may be busy
EACH = pytest.mark.parametrize("name", SEQUENCES)


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    site = Site(tmp_path_factory.mktemp("sequences"))
    try:
        yield Play(site).run()
    finally:
        site.close()


@EACH
def test_options_name_the_server_and_the_folder(play: Play, name: str) -> None:
    lease = play.phones[name].lease
    assert lease is not None
    url = f"http://{HOST}:{play.site.http}/Aastra".encode()
    if SEQUENCES[name].plugin == "aastra":
        assert lease.options[43] == bytes((2, len(url))) + url + b"\x03\x01\x00", "the URL, and not the redirection"
        assert lease.options[66] == url
        assert 150 not in lease.options, "what another brand needs does not reach this one"
    elif SEQUENCES[name].plugin == "fanvil":
        assert lease.options[66] == lease.options[43] == f"http://{HOST}:{play.site.http}/".encode()
    elif SEQUENCES[name].plugin in ("polycom", "snom", "yealink"):
        assert lease.options[66] == f"http://{HOST}:{play.site.http}".encode()
        assert not {43, 150, 160} & lease.options.keys()
    elif SEQUENCES[name].plugin == "grandstream":
        assert lease.options[66] == f"http://{HOST}:{play.site.http}/Grandstream".encode()
    elif SEQUENCES[name].plugin == "cisco-spa":
        assert lease.options[66] == HOST.encode(), "which means TFTP"
        assert not {43, 150, 160} & lease.options.keys()
        urls = [fetched.url for fetched in play.rounds[name, ASSIGNED].files.values()]
        assert [url.partition(":")[0] for url in urls] == ["tftp", "http", "http"], "as its files say"
    elif SEQUENCES[name].plugin == "avaya":
        assert lease.options[242] == f"HTTPSRVR={HOST},HTTPPORT={play.site.http}".encode()
        assert not {43, 150, 160} & lease.options.keys()
    elif SEQUENCES[name].plugin == "gigaset":
        assert lease.options[114] == f"http://{HOST}:{play.site.http}".encode()
        assert not {43, 66, 150, 160} & lease.options.keys()
    elif SEQUENCES[name].plugin == "panasonic":
        assert lease.options[160] == lease.options[66] == f"http://{HOST}:{play.site.http}/Panasonic/".encode()
        first = play.rounds[name, NEW].files["KX-HDV130.cfg"]
        assert first.body is not None
        assert b"/Panasonic/Config{MAC}.cfg" in first.body, "which the phone fills"
    else:
        assert (lease.options[150], lease.options[66]) == (b"\x7f\x00\x00\x01", b"127.0.0.1")
        assert 43 not in lease.options


@EACH
@EITHER
def test_a_phone_is_given_what_it_asks_for_in_its_order(play: Play, name: str, when: str) -> None:
    sequence, phone, told = SEQUENCES[name], play.phones[name], play.rounds[name, when]
    asks = [phone.filled(ask.removeprefix(OPTIONAL)) for ask in sequence.habit.asks]
    assert list(told.files) == asks
    assert {ask for ask, fetched in told.files.items() if fetched.body is not None} == sequence.there
    assert told.steps[-1].what == "done", told.steps
    for missing in (told.files[ask] for ask in asks if ask not in sequence.there):
        assert missing.status == ("404" if missing.url.startswith("http:") else "error 1")


@pytest.mark.parametrize(("name", "when", "file"), [pytest.param(*row, id="-".join(row)) for row in wanted()])
def test_a_file_is_as_it_was_approved(play: Play, name: str, when: str, file: str) -> None:
    assert play.rounds[name, when].approved(file).decode() == golden(name, when, file).read_bytes().decode(), AGAIN


def test_no_golden_file_is_left_over() -> None:
    there = {path for path in GOLDEN.rglob("*") if path.is_file()}
    assert there == {golden(*row) for row in wanted()}, AGAIN


@EACH
@EITHER
def test_what_is_served_is_what_lies_in_tftpboot(play: Play, name: str, when: str) -> None:
    told = play.rounds[name, when]
    assert told.disk.keys() == SEQUENCES[name].there
    assert {file: told.files[file].body for file in told.disk} == told.disk


def test_one_common_file_serves_both_generations(play: Play) -> None:
    older, newer = play.rounds["6731i", NEW].files, play.rounds["6867i", NEW].files
    assert older["aastra.cfg"].body == newer["startup.cfg"].body is not None
    assert (older["aastra.cfg"].url, newer["startup.cfg"].url) == (
        f"http://{HOST}:{play.site.http}/Aastra/aastra.cfg", f"http://{HOST}:{play.site.http}/Aastra/startup.cfg",
    )  # fmt: skip


@EACH
def test_a_second_round_is_byte_for_byte_the_first(play: Play, name: str) -> None:
    before = play.rounds[name, ASSIGNED].files
    assert go_again(play.phones[name])[-1].what == "done"
    assert {file: play.phones[name].files[file].body for file in before} == {
        file: fetched.body for file, fetched in before.items()
    }


@EACH
def test_the_timeline_tells_the_way_without_a_fault(play: Play, name: str) -> None:
    told = [row["reason"] for row in play.site.explained(SEQUENCES[name].mac)["timeline"]]
    landmarks = ["offered", "acknowledged", "device-created", "associated", "config-created", "configured", "served"]
    assert [reason for reason in dict.fromkeys(told) if reason in landmarks] == landmarks
    assert not {"render-failed", "template-error", "no-proof", "not-yours", "claim-contradicts"} & set(told)


@EACH
def test_firmware_is_served_from_tftpboot_once_it_lies_there(play: Play, name: str) -> None:
    sequence, phone, site = SEQUENCES[name], play.phones[name], play.site
    file = FIRMWARE[name]
    assert play.rounds[name, ASSIGNED].files[file].body is None
    if sequence.habit.agent:
        last = (
            sequence.habit.asks[-1] == f"?{file}"
        )  # a phone that fetched its own file after it has come up all the same
        stands = "boot-firmware-missing" if last else "boot-done"  # once the events of its last requests are written
        wait_until(lambda: site.explained(sequence.mac)["boot"]["reason"] == stands, f"the boot to be {stands}")
    image = bytes(range(256)) * 300  # more than one window of any transfer
    place = site.folder(sequence.plugin) / "var" / "tftpboot" / f"{sequence.prefix}{file}"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(image)
    try:
        assert go_again(phone)[-1].what == "done"
        assert phone.files[file].body == image
        wait_until(lambda: site.explained(sequence.mac)["boot"]["reason"] == "boot-done", "the boot to be complete")
    finally:
        place.unlink()


def test_a_phone_that_is_to_speak_another_protocol_loses_the_file_of_the_first(play: Play) -> None:
    site, mac = play.site, "001120fc3a7c"
    own = {"SCCP": f"SEP{mac.upper()}.cnf.xml", "SIP": f"SIP{mac.upper()}.cnf"}
    phone = site.phone(
        mac, "7960", Habit({"60": "Cisco Systems, Inc. IP Phone CP-{model}"}, "", ("150",), (own["SCCP"],))
    )
    assert asyncio.run(_all_of([phone]))[0][-1].what == "done"
    assert phone.lease is not None
    config = site.device(mac)["config"]
    for protocol, other in (("SIP", "SCCP"), ("SCCP", "SIP")):
        site.configure(config, {"protocol": protocol})
        assert site.read(phone.lease.address, own[protocol]).body == site.on_disk("cisco-7900", own[protocol])
        assert site.read(phone.lease.address, own[other]).status == "error 1"
        with pytest.raises(FileNotFoundError):
            site.on_disk("cisco-7900", own[other])


def test_every_model_of_the_catalog_comes_up(play: Play) -> None:
    """As their manifests say they boot; a wave at once, as when power comes back floor by floor."""
    models = {(each.title, model) for each in manifests() for model in each.models if model != ANY_MODEL}
    phones = make_fleet(len(models), PHONES, (HOST, play.site.dhcp), play.site.tftp)
    waves = [phones[first : first + WAVE] for first in range(0, len(phones), WAVE)]
    ended = [steps[-1] for wave in waves for steps in asyncio.run(_all_of(wave))]
    assert {each.label: step for each, step in zip(phones, ended, strict=True) if step.what != "done"} == {}
    assert {(each.brand, each.model) for each in phones} == models
    for phone in phones:
        row, name = play.site.device(phone.mac.hex()), phone.mac.hex().upper()
        assert (row["vendor"], row["model"]) == (phone.brand, phone.model)
        bare = {re.sub("[-_]", "", file).upper(): fetched.body for file, fetched in phone.files.items()}
        assert any(name in file and body for file, body in bare.items()), phone.label


async def _all_of(phones: list[Phone]) -> list[list[Step]]:
    async def one(phone: Phone) -> list[Step]:
        return [step async for step in phone.boot()]

    return await asyncio.gather(*map(one, phones))
