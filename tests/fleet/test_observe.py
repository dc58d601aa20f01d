"""What a client says of itself, by the names that manifests use."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ringboot.fleet.observe import lease_evidence, mac_evidence, request_evidence
from ringboot.model.evidence import pack
from ringboot.model.file import Certificate, FileRequest
from ringboot.plugins.patterns import evidence_name

MAC = bytes.fromhex("00085d2eecfb")


def test_a_lease_tells_its_options() -> None:
    packed = pack({60: b"Acme IP Phone\0", 12: b"phone-1", 77: b"iPXE", 55: b"\x01\x03", 61: b"\x01x"})
    assert lease_evidence(MAC, packed) == {
        "dhcp.mac": "00:08:5d:2e:ec:fb",
        "dhcp.oui": "00085d",
        "dhcp.60": "Acme IP Phone",
        "dhcp.12": "phone-1",
        "dhcp.77": "iPXE",
    }


def test_sub_options_of_43_stand_alone() -> None:
    packed = pack({43: b"\x00\x02\x03abc\x04\x01x\x09\x09short"})
    evidence = lease_evidence(MAC, packed)
    assert {key: value for key, value in evidence.items() if key.startswith("dhcp.43")} == {
        "dhcp.43.2": "abc",
        "dhcp.43.4": "x",
    }
    assert "dhcp.43.4" not in lease_evidence(MAC, pack({43: b"\x02\x01a\xff\x04\x01x"}))


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_any_octets_give_names_that_manifests_may_use(sixty: bytes, vendor: bytes) -> None:
    for name in lease_evidence(MAC, pack({60: sixty, 43: vendor})):
        assert evidence_name(name) == name


def test_a_request_tells_its_path_and_headers() -> None:
    request = FileRequest(
        "http", "/a%20b", "10.0.0.9", 1, "10.0.0.2", headers=(("user-agent", "Acme 1.0"), ("x-mac", "1"))
    )
    assert request_evidence(request) == {
        "http.path": "/a b",
        "http.user-agent": "Acme 1.0",
        "http.header.x-mac": "1",
    }
    shown = Certificate("CN=x", ("x",), "acme")
    assert request_evidence(request._replace(certificate=shown))["tls.subject"] == "CN=x"
    forged = shown._replace(fault="its CA is not known here")
    assert "tls.subject" not in request_evidence(request._replace(certificate=forged))
    assert request_evidence(FileRequest("tftp", "x.cfg", "10.0.0.9", 1, "10.0.0.2")) == {"tftp.path": "x.cfg"}


def test_a_mac_alone_tells_its_maker() -> None:
    assert mac_evidence("00-08-5D-2E-EC-FB") == {"dhcp.mac": "00:08:5d:2e:ec:fb", "dhcp.oui": "00085d"}
