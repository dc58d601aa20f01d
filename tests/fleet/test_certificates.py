"""Which MAC a certificate proves, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.fleet.certificates import judge, named_mac
from ringboot.model.address import mac_text
from ringboot.model.device import Device
from ringboot.model.file import Certificate

if TYPE_CHECKING:
    from tests.fleet.conftest import Site

MAC = "00:08:5d:2e:ec:fb"


@pytest.mark.parametrize(
    ("names", "mac"),
    [
        (("00085D2EECFB",), MAC),
        (("00:08:5d:2E:ec:fb",), MAC),
        (("00-08-5D-2E-EC-FB",), MAC),
        (("CP-7961G-SEP00085D2EECFB",), MAC),
        (("phone-00:08:5d:2e:ec:fb.example.org",), MAC),
        (("a phone", "00085d2eecfb.phones.example.org"), MAC),
        (("00085d2eecfb", "00085d2eec00"), MAC),  # the first name that holds one
        (("00085d2eecfb 00085d2eec00",), None),  # whose?
        (("00085d2eecfb 00:08:5d:2e:ec:fb",), MAC),
        (("generic phone",), None),
        ((), None),
        (("00085d2eecfb0",), None),
        (("a00085d2eecfb",), None),
        (("00085d2eecf",), None),
        (("00:08:5d:2e:ec:fb:11",), None),
        (("11:00:08:5d:2e:ec:fb",), None),
        (("00:08-5d:2e-ec:fb",), None),
        (("00:08:5d:2e:ec",), None),
    ],
)
def test_the_mac_in_a_subject(names: tuple[str, ...], mac: str | None) -> None:
    assert named_mac(names) == mac


@given(st.binary(min_size=6, max_size=6), st.sampled_from(["", ":", "-"]), st.booleans())
def test_any_spelling_is_the_same_mac(octets: bytes, between: str, upper: bool) -> None:
    text = octets.hex(between) if between else octets.hex()
    assert named_mac((text.upper() if upper else text,)) == mac_text(octets)


@given(st.lists(st.text(), max_size=3).map(tuple))
def test_any_text_gives_a_mac_or_none(names: tuple[str, ...]) -> None:
    found = named_mac(names)
    assert found is None or len(found) == 17


SHOWN = Certificate("CN=00085D2EECFB", ("00085D2EECFB",), "aastra")


def test_a_ca_speaks_for_its_brand_only(site: Site) -> None:
    assert judge(site.books, site.world, None, None) == (None, "")
    assert judge(site.books, site.world, SHOWN, None) == (MAC, "")
    assert judge(site.books, site.world, SHOWN._replace(names=("x",)), None) == (None, "its subject holds no MAC")
    assert judge(site.books, site.world, SHOWN._replace(fault="it has expired"), None) == (None, "it has expired")
    doubt = "its CA signs for aastra, and 00:08:5d:2e:ec:fb is of cisco-7900"
    said = site.world.identifier.identify({"http.path": "/SEP00085D2EECFB.cnf.xml"})
    assert judge(site.books, site.world, SHOWN, said) == (None, doubt)
    site.books.devices.put(Device("d", mac=MAC, vendor="Cisco"), "me", site.utc)
    assert judge(site.books, site.world, SHOWN, None) == (None, doubt)
    site.books.devices.put(Device("d", mac=MAC, vendor="Cisco", plugin="aastra"), "me", site.utc)
    assert judge(site.books, site.world, SHOWN, said) == (MAC, ""), "what a device is counts, not what it says"
