"""Machines that boot from the network: the first rule that fits, and what firmware of each kind is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.answer.layers import option_layers
from ringboot.model.address import ip_number, ip_text
from ringboot.model.evidence import sub_options
from ringboot.model.site import Boot, BootItem, Match
from ringboot.netboot.machine import machine_of

if TYPE_CHECKING:
    from tests.answer.conftest import Heard, Phone, Server, World

UUID = b"\x00" + bytes(range(16))
ASKS = bytes((1, 3, 43, 54, 60, 66, 67, 97))
IPXE_SAYS = bytes.fromhex("b105011af41041130101150101210101230101")  # 175: http, tftp and others, as iPXE sends it


def rule(name: str = "all", *arches: int, **more: Any) -> Boot:
    fits = "|".join(map(str, arches))
    return Boot(name, (Match("dhcp.93.each", rf"\A(?:{fits})\Z" if arches else ""),), **more)


def serving(world: World, *rules: Boot, **more: object) -> Server:
    return world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9"), boot=rules, **more)


def rom(server: Server, arch: int = 7, mac: str = "00:08:5d:00:00:01", **more: bytes) -> Phone:
    """Switch on a machine whose ROM says its architecture."""
    machine = server.phone(mac, client_id=UUID)
    word = b"PXEClient:Arch:%05d:UNDI:003016" % arch
    machine.options = {55: ASKS, 57: (1472).to_bytes(2, "big"), 60: word, 93: arch.to_bytes(2, "big"), 94: b"\1\3\x10",
                       97: UUID, **{int(name[1:]): value for name, value in more.items()}}  # fmt: skip
    return machine


def ipxe(server: Server, arch: int = 7) -> Phone:
    """The same machine, whose loader is iPXE."""
    machine = rom(server, arch, o77=b"iPXE", o175=IPXE_SAYS)
    machine.client_id = b"\1" + machine.mac
    return machine


def http(server: Server, arch: int = 16) -> Phone:
    return rom(server, arch, o60=b"HTTPClient:Arch:%05d:UNDI:003001" % arch)


def fields(heard: Heard) -> tuple[str, str]:
    return ip_text(heard.message.siaddr), heard.message.file.decode()


def test_the_first_rule_that_fits_decides(world: World) -> None:
    server = serving(world, rule("bios", 0, file="undionly.0"), rule("uefi", 7, 9, file="a.efi"), rule(file="rest"))
    told = [fields(rom(server, arch).discover()) for arch in (0, 7, 9, 11)]
    assert told == [("10.0.0.2", file) for file in ("undionly.0", "a.efi", "a.efi", "rest")]
    assert rom(server).discover().detail["boot"] == "uefi"


def test_offer_and_ack_say_the_same(world: World) -> None:
    machine = rom(serving(world, rule(file="a.efi")))
    offer = machine.discover()
    assert fields(offer) == fields(machine.take(offer)) == ("10.0.0.2", "a.efi")


@pytest.mark.parametrize(
    ("how", "file"),
    [
        ({"networks": ("phones",)}, "a.efi"),
        ({"networks": ("guests",)}, ""),
        ({"known": True}, ""),
        ({"known": False}, "a.efi"),
        ({"classes": ("lab",)}, "a.efi"),
        ({"classes": ("phones",)}, ""),
    ],
)
def test_a_rule_asks_for_place_class_and_standing(world: World, how: dict[str, Any], file: str) -> None:
    lab = world.brand("lab", "^PXEClient", {}, layer="class")
    server = serving(world, rule(file="a.efi", **how), classes=(lab,))
    assert rom(server).discover().message.file.decode() == file
    server.facts.put_known("00:08:5d:00:00:01")
    again = rom(server).discover().message.file.decode()
    assert again == ({True: "a.efi", False: ""}[bool(how["known"])] if "known" in how else file)


def test_a_phone_is_not_concerned_and_goes_the_short_way(world: World) -> None:
    server = serving(world, rule(file="a.efi"))
    phones = server.phones(3)
    assert [fields(phone.discover()) for phone in phones] == [("0.0.0.0", "")] * 3
    for phone in phones:
        phone.boot()
    assert server.short_ways
    before = server.short_ways
    machine = rom(server, mac="00:08:5d:00:00:99")
    machine.boot()
    machine.boot()
    assert server.short_ways == before


# Quirks of firmware (reference: what users ask of boot servers)


def test_a_file_name_ends_with_a_nul_in_its_field_and_without_one_in_the_option(world: World) -> None:
    offer = rom(serving(world, rule(file="x" * 127))).discover()
    assert (len(offer.message.file), offer.options[67]) == (127, b"x" * 127)


def test_a_longer_name_is_in_the_option_only_whether_asked_for_or_not(world: World) -> None:
    machine = rom(serving(world, rule(file="x" * 128)), o55=b"\1\3")
    offer = machine.discover()
    assert (offer.message.file, offer.options[67]) == (b"", b"x" * 128)


def test_who_does_not_ask_for_the_options_reads_the_fields(world: World) -> None:
    offer = rom(serving(world, rule(file="a.efi")), o55=b"\1\3").discover()
    assert fields(offer) == ("10.0.0.2", "a.efi")
    assert not {66, 67} & offer.options.keys()


def test_plain_answers_do_not_say_pxeclient_for_some_firmware_then_ignores_the_file(world: World) -> None:
    machine = rom(serving(world, rule(file="a.efi")))
    for told in (machine.discover(), machine.boot()):
        assert not {43, 60, 97} & told.options.keys()


def test_fields_are_filled_though_the_options_would_need_the_room(world: World) -> None:
    texts = {str(code): "x" * 200 for code in (15, 17, 114)}
    machine = rom(serving(world, rule(file="a.efi"), options=texts), o57=(576).to_bytes(2, "big"))
    assert fields(machine.discover()) == ("10.0.0.2", "a.efi")
    assert machine.last is not None


def test_an_answer_is_never_shorter_than_bootp_s(world: World) -> None:
    from ringboot.answer.decide import decide
    from ringboot.answer.decision import Reply

    machine = rom(serving(world, rule(file="a.efi")))
    machine.discover()
    assert machine.last is not None
    decision = decide(machine.last, machine.server.facts, machine.server.now)
    assert isinstance(decision, Reply)
    assert len(decision.data) >= 300


@pytest.mark.parametrize("mac", ["b8:27:eb:00:00:01", "dc:a6:32:00:00:01"])
def test_a_board_that_looks_for_its_name_in_the_menu_finds_it(world: World, mac: str) -> None:
    offer = rom(serving(world, rule(file="start.elf")), 0, mac).discover()
    space = sub_options(offer.options[43])
    assert space[9] == b"\0\0\x12Raspberry Pi Boot"[:3].replace(b"\x12", b"\x11") + b"Raspberry Pi Boot"
    assert (offer.options[60], space[6]) == (b"PXEClient", b"\x08")
    assert fields(offer) == ("10.0.0.2", "start.elf")  # it does not read option 66


def test_who_boots_by_http_gets_a_whole_url_and_its_own_word(world: World) -> None:
    server = serving(world, rule("bios", 0, file="x"), rule(file="a.efi"))
    offer = http(server).discover()
    assert (offer.options[60], offer.options[67]) == (b"HTTPClient", b"http://10.0.0.2:8667/a.efi")
    assert fields(offer) == ("0.0.0.0", "")
    named = http(serving(world, rule(file="/a.efi", url="https://boot.example.org/b.efi"))).discover()
    assert named.options[67] == b"https://boot.example.org/b.efi"
    assert http(serving(world, rule(file="/a.efi"))).discover().options[67].count(b"//") == 1


def test_a_reservation_s_file_for_tftp_does_not_stand_where_a_url_must(world: World) -> None:
    server = serving(world, rule(file="a.efi"))
    server.reserve("00:08:5d:00:00:01", "10.0.1.5", **{"67": "pxelinux.0"})
    assert http(server).discover().options[67] == b"http://10.0.0.2:8667/a.efi"
    assert fields(rom(server).discover()) == ("10.0.0.2", "pxelinux.0")
    server.reserve("00:08:5d:00:00:01", "10.0.1.5", **{"67": "http://10.0.0.9/own.efi"})
    assert http(server).discover().options[67] == b"http://10.0.0.9/own.efi"


# The chain


def test_ipxe_is_loaded_once_and_then_gets_its_script(world: World) -> None:
    server = serving(world, rule(file="ipxe.efi", script="{http}/boot.ipxe"))
    assert rom(server).discover().message.file == b"ipxe.efi"
    told = ipxe(server).discover()
    assert told.message.file == b"http://10.0.0.2:8667/boot.ipxe"
    assert sub_options(told.options[175]) == {176: b"\1"}  # nobody else is to be waited for


@pytest.mark.parametrize("file", ["ipxe.efi", "undionly.kpxe", "x/snponly.efi", "IPXE.pxe"])
def test_ipxe_is_never_given_itself(world: World, file: str) -> None:
    server = serving(world, rule(file=file))
    assert rom(server).discover().message.file == file.encode()
    told = ipxe(server).discover()
    assert (told[:5], told.message.file, told.detail["loop"]) == ("OFFER", b"", file)


def test_ipxe_gets_what_is_no_ipxe(world: World) -> None:
    assert ipxe(serving(world, rule(file="grub.efi"))).discover().message.file == b"grub.efi"


def test_an_ipxe_without_http_is_replaced_by_one_that_has_it(world: World) -> None:
    server = serving(world, rule(file="undionly.kpxe", script="http://10.0.0.9/boot.ipxe"))
    poor = rom(server, 0, o77=b"iPXE", o175=bytes.fromhex("150101"))
    assert poor.discover().message.file == b"undionly.kpxe"
    assert ipxe(server, 0).discover().message.file == b"http://10.0.0.9/boot.ipxe"
    tftp = serving(world, rule(file="undionly.kpxe", script="boot.ipxe"))
    assert rom(tftp, 0, o77=b"iPXE", o175=bytes.fromhex("150101")).discover().message.file == b"boot.ipxe"


@pytest.mark.parametrize(
    ("options", "is_ipxe"),
    [
        ({77: b"iPXE"}, True),
        ({77: b"\4iPXE"}, True),
        ({175: IPXE_SAYS}, True),
        ({77: b"iPXE2"}, False),
        ({175: b"phone"}, False),
        ({}, False),
    ],
)
def test_how_ipxe_is_known(options: dict[int, bytes], is_ipxe: bool) -> None:
    assert machine_of(options).ipxe is is_ipxe


@given(st.dictionaries(st.sampled_from([43, 60, 77, 93, 97, 175]), st.binary(max_size=40)))
def test_no_machine_can_say_what_cannot_be_read(options: dict[int, bytes]) -> None:
    said = machine_of(options)
    assert said.pxe == options.get(60, b"").startswith(b"PXEClient")
    assert said.can_load("boot.ipxe") in (True, False)


# Menus, other servers, options


def test_a_menu_names_its_lines_and_where_to_ask(world: World) -> None:
    lines = (BootItem("From disk"), BootItem("Install", "install.0"), BootItem("Memory test", "memtest.0"))
    offer = rom(serving(world, rule(menu=lines, prompt="F8", timeout=5)), 0).discover()
    space = sub_options(offer.options[43])
    assert (offer.options[60], offer.options[97], offer.message.file) == (b"PXEClient", UUID, b"")
    assert space[9] == b"\0\0\x09From disk\x80\1\7Install\x80\2\x0bMemory test"
    ours = bytes((10, 0, 0, 2))
    assert (space[6], space[8], space[10]) == (b"\7", b"\x80\1\1" + ours + b"\x80\2\1" + ours, b"\5F8")


def test_another_server_s_files(world: World) -> None:
    named = rule(file="a.efi", next_server="10.0.0.77", server_name="files")
    offer = rom(serving(world, named)).discover()
    assert (fields(offer), offer.message.sname, offer.options[66]) == (("10.0.0.77", "a.efi"), b"files", b"files")


def test_our_address_as_the_site_tells_it(world: World) -> None:
    offer = rom(serving(world, rule(file="a.efi"), server="10.0.0.88")).discover()
    assert (fields(offer), offer.options[66]) == (("10.0.0.88", "a.efi"), b"10.0.0.88")


def test_options_of_a_loader_have_their_magic(world: World) -> None:
    texts = {"209": "pxelinux.cfg/default", "210": "/boot/", "211": "30"}
    offer = rom(serving(world, rule(file="pxelinux.0", options=texts)), 0).discover()
    assert {code: offer.options[code] for code in range(208, 212)} == {
        208: bytes.fromhex("f100747e"), 209: b"pxelinux.cfg/default", 210: b"/boot/", 211: bytes((0, 0, 0, 30)),
    }  # fmt: skip


def test_from_disk_though_the_network_has_a_file(world: World) -> None:
    server = serving(world, rule("done", 7), rule(file="a.efi"), options={"66": "10.0.0.9", "67": "net.0"})
    assert fields(rom(server).discover()) == ("0.0.0.0", "")
    assert 67 not in rom(server).discover().options
    assert fields(rom(server, 11).discover()) == ("10.0.0.2", "a.efi")


def test_who_informs_itself_is_told_the_same(world: World) -> None:
    machine = rom(serving(world, rule(file="a.efi")))
    assert fields(machine.inform("10.0.1.7")) == ("10.0.0.2", "a.efi")


def test_explain_names_the_rule_of_each_option(world: World) -> None:
    server = serving(world, rule("uefi", file="a.efi", options={"15": "x.y"}), options={"67": "net.0"})
    rows = option_layers(server.facts, "phones", ip_number("10.0.1.0"), b"\0\x08\x5d\0\0\1", rom(server).options,
                         server=ip_number("10.0.0.2"))  # fmt: skip
    told = {(row.key, row.layer, row.source): (row.value, row.is_sent) for row in rows}
    assert told["67", "boot", "uefi"] == ("a.efi", True)
    assert told["66", "boot", "uefi"] == ("10.0.0.2", True)
    assert told["67", "global", "dhcp"] == ("net.0", False)


def test_a_word_without_a_value_leaves_the_file_out(world: World) -> None:
    server = serving(world, rule(file="{token}.efi"))
    assert fields(rom(server).discover()) == ("0.0.0.0", "")
    server.facts.put_word("00:08:5d:00:00:01", "secret")
    assert fields(rom(server).discover()) == ("10.0.0.2", "secret.efi")
