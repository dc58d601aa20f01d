"""The options of an answer: layers in their order, placeholders, and what is remembered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ringboot.answer.options import fill, merge
from ringboot.model.address import mac_text
from ringboot.model.site import Pool, Snapshot

if TYPE_CHECKING:
    from tests.answer.conftest import Server, World

MAC = "00:08:5d:00:00:01"
LAYERS = ("brand", "global", "network", "pool", "class", "reservation")


def layered(world: World, upto: int) -> Server:
    """Set option 66 in the first so many layers, each to its own name."""
    text = {layer: {"66": layer} if number < upto else {} for number, layer in enumerate(LAYERS)}
    server = world.server(
        replace(
            world.network("phones", "10.0.0.0/16", options=text["network"]),
            pools=(Pool(0x0A000100, 0x0A0001FF, text["pool"]),),
        ),
        options=text["global"],
        classes=(
            world.brand("a brand", "^Phone", text["brand"]),
            world.brand("a class", "^Phone", text["class"], layer="class"),
        ),
    )
    server.reserve(MAC, "10.0.1.7", **text["reservation"])
    return server


@pytest.mark.parametrize("upto", range(1, len(LAYERS) + 1), ids=LAYERS)
def test_the_later_layer_wins(world: World, upto: int) -> None:
    phone = layered(world, upto).phone()
    phone.options = {60: b"Phone 57"}
    assert phone.discover().options[66] == LAYERS[upto - 1].encode()


def test_a_brands_options_go_to_its_clients_only(world: World) -> None:
    server = world.server(
        classes=(world.brand("one", "^One", {"66": "{http}"}), world.brand("two", "^Two", {"66": "2"}))
    )
    phone = server.phone()
    phone.options = {60: b"One 57\0"}
    assert phone.discover().options[66] == b"http://10.0.0.2:8667"
    phone.options = {60: b"Two"}
    assert phone.discover().options[66] == b"2"
    phone.options = {}
    assert 66 not in phone.discover().options


def test_of_two_classes_the_later_in_the_file_wins(world: World) -> None:
    classes = (world.brand("one", "", {"66": "1", "67": "1"}, "class"), world.brand("two", "", {"66": "2"}, "class"))
    phone = world.server(classes=classes).phone()
    phone.options = {60: b"x"}
    options = phone.discover().options
    assert (options[66], options[67]) == (b"2", b"1")


def test_placeholders_are_filled(world: World) -> None:
    texts = {
        "66": "{http}/a",
        "67": "{mac}.cfg",
        "150": "{server}",
        "43.2": "tftp://{tftp}/",
        "12": "{other} {",
        "242": "PORT={http_port}",
    }
    server = world.server(options=texts, http_port=80)
    options = server.phone().discover().options
    assert options[66] == b"http://10.0.0.2:80/a"
    assert options[67] == b"00085d000001.cfg"
    assert options[150] == bytes((10, 0, 0, 2))
    assert options[43] == b"\x02\x10tftp://10.0.0.2/"
    assert options[12] == b"{other} {"
    assert options[242] == b"PORT=80"
    other = server.phone("00:08:5d:00:00:02").discover().options
    assert other[67] == b"00085d000002.cfg"  # nothing of one client is remembered for another


def test_a_site_may_tell_another_address_than_the_interfaces(world: World) -> None:
    offer = world.server(options={"66": "{http}"}, server="192.0.2.9").phone().discover()
    assert offer.options[66] == b"http://192.0.2.9:8667"
    assert offer.options[54] == bytes((10, 0, 0, 2))


def test_https_has_a_value_where_it_is_served(world: World) -> None:
    options = world.server(options={"66": "{https}/x"}, https_port=8668).phone().discover().options
    assert options[66] == b"https://10.0.0.2:8668/x"


def test_an_option_whose_placeholder_has_no_value_is_left_out(world: World) -> None:
    options = world.server(options={"66": "{https}/x", "67": "{token}"}).phone().discover().options
    assert not {66, 67} & set(options)


WORD, OTHER = "A" * 32, "B" * 32


def test_a_device_is_sent_its_own_secret_url_and_the_newest(world: World) -> None:
    """Also from the second packet on, which finds written what was the same for all."""
    server = world.server(options={"66": "http://x/s/{token}", "67": "{mac}"})
    mine, others, nobodys = server.phones(3)
    assert 66 not in mine.discover().options, "it has none yet"
    server.facts.put_word(mac_text(mine.mac), WORD)
    server.facts.put_word(mac_text(others.mac), OTHER)
    for _ in range(2):
        assert mine.discover().options[66] == b"http://x/s/" + WORD.encode()
        assert others.discover().options[66] == b"http://x/s/" + OTHER.encode()
        assert 66 not in nobodys.discover().options
        assert nobodys.discover().options[67] == nobodys.mac.hex().encode(), "the others are sent all the same"
    server.facts.put_word(mac_text(mine.mac), OTHER)
    assert mine.boot().options[66].endswith(OTHER.encode())
    assert mine.renew().options[66].endswith(OTHER.encode())
    server.facts.drop_word(mac_text(mine.mac))
    assert 66 not in mine.renew().options


def test_whose_options_name_no_secret_url_goes_the_short_way_as_before(world: World) -> None:
    server = world.server(options={"67": "same"}, classes=(world.brand("one", "^One", {"66": "{token}"}),))
    phone, others = server.phones(2)
    server.facts.put_word(mac_text(phone.mac), WORD)
    others.options = {60: b"One"}
    for each in (phone, others):
        each.boot()
    before = server.short_ways
    phone.renew()
    assert server.short_ways == before + 1
    others.renew()
    assert server.short_ways == before + 1, "its options are its own, and nothing is written once for all"


def test_a_snapshot_brings_the_words_and_a_bad_one_takes_none_away(world: World) -> None:
    server = world.server(options={"66": "{token}"})
    phone = server.phone()
    site = server.facts.site
    server.facts.replace(Snapshot(1, 1, site, words={mac_text(phone.mac): WORD}))
    assert phone.discover().options[66] == WORD.encode()
    with pytest.raises(ValueError, match="nobody"):
        server.facts.replace(Snapshot(1, 2, replace(site, server="nobody"), words={mac_text(phone.mac): OTHER}))
    assert phone.discover().options[66] == WORD.encode()
    server.facts.replace(Snapshot(1, 3, site))
    assert 66 not in phone.discover().options


def test_the_address_in_a_placeholder_is_the_one_the_client_reaches(world: World) -> None:
    server = world.server(
        world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9"),
        world.network("voice", "10.5.0.0/16", "10.5.1.0-10.5.1.9", segment="voice"),
        options={"66": "{server}"},
    )
    server.ours = (0x0A000002, 0x0A050002)
    assert server.phone().discover().options[66] == b"10.0.0.2"
    relayed = server.phone(relay="10.5.0.1").discover()
    assert relayed.options[66] == b"10.5.0.2"
    assert relayed.options[54] == bytes((10, 5, 0, 2))


def test_the_wishes_of_option_55_come_first(world: World) -> None:
    server = world.server(options={"3": "10.0.0.1", "6": "10.0.0.1", "42": "10.0.0.1"})
    phone = server.phone()
    phone.options = {55: bytes((42, 6))}
    assert [code for code in phone.discover().options if code < 50] == [42, 6, 1, 3]
    phone.options = {55: bytes((6, 42))}
    assert [code for code in phone.discover().options if code < 50] == [6, 42, 1, 3]


def test_a_reservation_gives_a_hostname(server: Server) -> None:
    server.reserve(MAC, "10.0.1.7", hostname="lobby")
    phone = server.phone()
    assert phone.discover().options[12] == b"lobby"
    assert 12 not in server.phone("00:08:5d:00:00:02").discover().options
    server.facts.drop_reservation("phones", "mac", MAC)
    assert 12 not in phone.discover().options


def test_a_reservation_may_use_placeholders(server: Server) -> None:
    server.reserve(MAC, "10.0.1.7", **{"67": "{mac}", "43.1": "x"})
    options = server.phone().discover().options
    assert (options[67], options[43]) == (b"00085d000001", b"\x01\x01x")


def test_a_reservations_options_do_not_follow_its_owner_into_another_network(world: World) -> None:
    server = world.server(
        world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.0"),
        world.network("more", "10.1.0.0/16", "10.1.1.0-10.1.1.0"),
    )
    holder, owner = server.phones(2)
    holder.boot()
    server.reserve("00:08:5d:00:00:01", "10.0.1.0", hostname="lobby")
    offer = owner.discover()
    assert offer == "OFFER 10.1.1.0"
    assert 12 not in offer.options


def test_the_subnet_mask_may_be_overridden(world: World) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", options={"1": "255.0.0.0"}))
    assert server.phone().discover().options[1] == bytes((255, 0, 0, 0))


def test_options_that_cannot_be_written_are_left_out_and_named(world: World) -> None:
    server = world.server(options={"3": "not an address", "66": "fine", "6": "{mac}"})
    assert server.phone().discover().options[66] == b"fine"
    assert [problem.split(")")[0] for problem in server.facts.problems] == [
        "dhcp: option 3 (routers", "dhcp: option 6 (domain-name-servers",
    ]  # fmt: skip


def test_a_client_whose_mac_makes_an_odd_value_gets_the_others(world: World) -> None:
    server = world.server(options={"224": "hex:" + 30 * "{mac}", "66": "fine"})
    phone = server.phone()
    assert phone.discover().options[224] == 30 * phone.mac
    phone.mac = bytes(range(16))
    options = phone.discover().options
    assert options[66] == b"fine"
    assert 224 not in options


def test_a_reservations_option_that_cannot_be_written_does_not_stop_its_owner(server: Server) -> None:
    server.reserve(MAC, "10.0.1.7", **{"3": "nonsense"})
    assert server.phone().discover() == "OFFER 10.0.1.7"
    assert len(server.facts.problems) == 1


def test_a_flood_of_different_wishes_does_not_grow_the_memory(world: World) -> None:
    server = world.server(options={"66": "x"})
    phone = server.phone()
    for number in range(5000):
        phone.options = {55: number.to_bytes(2, "big")}
        phone.discover()
    assert len(server.facts.options.written) <= 4096


@pytest.mark.parametrize(
    ("layers", "merged"),
    [
        ([{"66": "a"}, {"67": "b"}], {"66": "a", "67": "b"}),
        ([{"66": "a"}, {"66": "b"}], {"66": "b"}),
        ([{"43.1": "a"}, {"43.2": "b"}], {"43.1": "a", "43.2": "b"}),
        ([{"43.1": "a", "43.2": "b", "4.3": "c"}, {"43": "whole"}], {"4.3": "c", "43": "whole"}),
        ([{"43": "whole"}, {"43.1": "a", "43.2": "b"}], {"43.1": "a", "43.2": "b"}),
        ([{"43": "whole", "43.9": "z"}], {"43": "whole", "43.9": "z"}),
        ([], {}),
    ],
)
def test_layers_are_laid_over_each_other(layers: list[dict[str, str]], merged: dict[str, str]) -> None:
    assert merge(layers) == merged


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("plain", "plain"),
        ("{http}/{mac}", "http://s/m"),
        ("{https}", None),
        ("{http}{token}", None),
        ("{}", "{}"),
        ("{http", "{http"),
        ("{{http}}", "{http://s}"),
        ("{0} {mac.x} {mac!r}", "{0} {mac.x} {mac!r}"),
    ],
)
def test_fill_knows_a_closed_set_and_nothing_else(text: str, filled: str | None) -> None:
    assert fill(text, {"http": "http://s", "mac": "m"}) == filled
