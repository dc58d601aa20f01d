"""Options that ringboot.toml names: what the server is told for each kind, wherever options are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringboot.dhcp.options import build
from ringboot.dhcp.private import KINDS, Private
from ringboot.model import codec
from ringboot.model.site import Site
from ringboot.setup.load import load_text
from ringboot.setup.option_sets import fill
from ringboot.setup.site import site_of

LAYERS = """
[dhcp]
interfaces = ["eth0"]
options = { acme-url = "{http}/acme" }
[[dhcp.network]]
name = "phones"
subnet = "10.0.0.0/24"
pool = [{ range = "10.0.0.9-10.0.0.19", options = { Acme_Vlan = 20 } }]
options = { acme-servers = ["{server}", "10.0.0.3"] }
[[dhcp.class]]
name = "acme"
match = { vendor-class = "Acme*" }
options = { acme-vlan = 21, "43.3" = "x" }
[[dhcp.class]]
name = "other"
match = { vendor-class = "Other*" }
options = { other-url = "http://10.0.0.9" }
[[dhcp.option]]
code = 224
name = "acme-url"
kind = "text"
[[dhcp.option]]
code = 225
name = "acme-servers"
kind = "ips"
[[dhcp.option]]
code = "43.2"
name = "acme-vlan"
kind = "u16"
[[dhcp.option]]
code = "43.2"
name = "other-url"
kind = "text"
"""


def site(text: str) -> Site:
    return site_of(load_text(Path("/r.toml"), text), revision=1)


def test_a_name_will_do_in_every_layer_and_two_vendors_may_name_one_sub_option() -> None:
    made = site(LAYERS)
    assert made.options == {"224": "{http}/acme"}
    [phones] = made.networks
    assert phones.options == {"225": "ip:{server}, 10.0.0.3"}
    assert phones.pools[0].options == {"43.2": "u16:20"}
    acme, other = made.classes
    assert build(acme.options) == {43: bytes.fromhex("02020015 030178")}
    assert build(other.options) == {43: b"\2\x0fhttp://10.0.0.9"}


def test_the_names_go_along_with_the_site() -> None:
    made = site(LAYERS)
    assert made.declared[2:] == (Private("43.2", "acme-vlan", "u16"), Private("43.2", "other-url", "text"))
    assert codec.from_plain(Site, codec.to_plain(made)) == made


@pytest.mark.parametrize("code", [224, '"43.2"', '"125.9.1"'])
@pytest.mark.parametrize(
    ("kind", "text", "octets"),
    [
        ("text", "u16 is no prefix", b"u16 is no prefix".hex()),
        ("text", "hex:00ff", "00ff"),
        ("text", "text:ip:none", b"ip:none".hex()),
        ("opaque", "any text", b"any text".hex()),
        ("octets", "hex:000102", "000102"),
        ("ip", "10.0.0.1", "0a000001"),
        ("ip", "{server}", "c0000201"),
        ("ips", "10.0.0.1, {server}", "0a000001c0000201"),
        ("ip6", "2001:db8::1", "20010db8000000000000000000000001"),
        ("u8", "5", "05"),
        ("u16", "0x100", "0100"),
        ("u32", "3600", "00000e10"),
        ("s32", "-1", "ffffffff"),
        ("u8-list", "1, 3", "0103"),
        ("u16-list", "1, 3", "00010003"),
        ("bool", "true", "01"),
        ("flag", "true", ""),
        ("name", "a.bc", "0161026263" + "00"),
        ("names", "a, b", "016100016200"),
        ("search", "a.bc, d.bc", "016102626300" + "0164c002"),
        ("routes", "10.1.0.0/16 via 10.0.0.1", "100a010a000001"),
    ],
)
def test_each_kind_becomes_its_octets_with_nobody_knowing_the_name(
    code: object, kind: str, text: str, octets: str
) -> None:
    made = site(
        f'[dhcp]\ninterfaces = ["eth0"]\noptions = {{ x = "{text}" }}\n'
        f'[[dhcp.option]]\ncode = {code}\nname = "x"\nkind = "{kind}"\n'
        '[[dhcp.network]]\nsubnet = "10.0.0.0/24"\n'
    )
    [(key, plain)] = made.options.items()
    [whole] = build({key: fill(plain)}).values()
    length = bytes((len(octets) // 2,))
    head = {"224": b"", "43.2": b"\2" + length, "125.9.1": b"\0\0\0\x09" + bytes((length[0] + 2, 1)) + length}[key]
    assert whole == head + bytes.fromhex(octets)
    assert kind in KINDS
