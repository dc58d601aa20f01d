"""`explain`'s layers are those of the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ringboot.answer.layers import Told, option_layers
from ringboot.dhcp import options as dhcp_options
from ringboot.model.site import Pool

if TYPE_CHECKING:
    from tests.answer.conftest import World


def test_each_option_names_its_layer_and_what_displaces_it(world: World) -> None:
    server = world.server(
        replace(
            world.network("phones", "10.0.0.0/16", options={"66": "mine", "42": "10.0.0.9"}),
            pools=(Pool(0x0A000100, 0x0A0001FF, {"3": "10.0.0.1"}),),
        ),
        options={"66": "{http}", "67": "{https}{token}"},
        classes=(
            world.brand("a brand", "^Phone", {"66": "{http}/brand", "43.2": "{mac}"}),
            world.brand("another", "^Other", {"66": "other"}),
            world.brand("lobby", "^Phone", {"43": "hex:00"}, layer="class"),
        ),
    )
    server.reserve("00:08:5d:00:00:01", "10.0.1.7", hostname="lobby")
    phone = server.phone()
    phone.options = {60: b"Phone"}
    offer = phone.discover()
    told = option_layers(server.facts, "phones", 0x0A000107, phone.mac, {60: b"Phone"}, server=0x0A000002)
    http = "http://10.0.0.2:8667"
    reservation = "mac 00:08:5d:00:00:01"
    assert told == [
        Told("66", "{http}/brand", "brand", "a brand", f"{http}/brand", is_sent=False),
        Told("43.2", "{mac}", "brand", "a brand", "00085d000001", is_sent=False),
        Told("66", "{http}", "global", "dhcp", http, is_sent=False),
        Told("67", "{https}{token}", "global", "dhcp", None, is_sent=True, lacks=("https", "token")),
        Told("1", "255.255.0.0", "network", "phones", "255.255.0.0", is_sent=True),
        Told("66", "mine", "network", "phones", "mine", is_sent=True),
        Told("42", "10.0.0.9", "network", "phones", "10.0.0.9", is_sent=True),
        Told("3", "10.0.0.1", "pool", "10.0.1.0-10.0.1.255", "10.0.0.1", is_sent=True),
        Told("43", "hex:00", "class", "lobby", "hex:00", is_sent=True),
        Told("12", "lobby", "reservation", reservation, "lobby", is_sent=True),
    ]
    sent = {each.key: each.value for each in told if each.is_sent and each.value is not None}
    assert dhcp_options.build(sent) == {
        code: offer.options[code] for code in offer.options if code not in (51, 53, 54, 58, 59)
    }


def test_a_network_that_is_gone_has_no_layers(world: World) -> None:
    assert option_layers(world.server().facts, "nowhere", 1, b"", {}, server=0) == []
