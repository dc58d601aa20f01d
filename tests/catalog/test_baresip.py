"""What the baresip plugin writes: one line an account, quoted where baresip takes quotes, refused where it does not."""

from __future__ import annotations

from typing import Any

import pytest
from tests.catalog.test_files import LINE, outcome

from ringboot.plugins.job import TemplateFault
from ringboot.plugins.render import Made


def pages(raw: dict[str, Any]) -> dict[str, list[str]]:
    made = outcome("baresip", "baresip", raw)
    assert isinstance(made, Made), made
    lines = {page.part: page.data.decode().splitlines() for page in made.pages}
    return {part: [each for each in found if each and not each.startswith("#")] for part, found in lines.items()}


def account(**line: Any) -> str:
    (found,) = pages({"sip_lines": {"1": {**LINE, **line}}})[""]
    return found


def test_an_account_is_one_line() -> None:
    assert account(proxy_port=5070, srtp_mode="required") == (
        '"Ann" <sip:u1@10.0.0.5:5070;transport=udp>;auth_user="u1";auth_pass="p1";mediaenc=srtp-mand'
        ";dtmfmode=rtpevent;mwi=no;regint=600"
    )


def test_what_baresip_reads_between_quotes_and_what_it_cannot_read() -> None:
    assert ';auth_pass="a;b c<>@#";' in account(password="a;b c<>@#")
    assert account(display_name='A "B" <c>\\').startswith("\"A 'B' c\" <sip:u1@")


@pytest.mark.parametrize(
    ("key", "value"),
    [("password", 'a"b'), ("password", "a\nb"), ("auth_username", 'a"b'), ("username", "a b"), ("username", "a>b")],
)
def test_what_cannot_be_written_is_refused_by_name(key: str, value: str) -> None:
    refused = outcome("baresip", "baresip", {"sip_lines": {"1": {**LINE, key: value}}})
    assert isinstance(refused, TemplateFault)
    assert f"sip_lines.1.{key} holds a character" in refused.why


def test_where_registrations_go_when_it_is_not_the_proxy() -> None:
    assert ';outbound="sip:10.0.0.5;transport=udp"' in account(registrar_ip="10.0.0.9")
    assert ';outbound="sip:10.0.0.8:5080;transport=udp"' in account(
        outbound_proxy_ip="10.0.0.8", outbound_proxy_port=5080
    )
    assert "outbound" not in account()


def test_contacts_are_the_keys_at_the_registrar_of_their_line() -> None:
    keys = {"1": {"type": "blf", "value": "2", "label": 'B"'}, "2": {"type": "speeddial", "value": "3", "line": 2}}
    lines = {"1": LINE, "2": {**LINE, "proxy_ip": "10.0.0.6"}}
    assert pages({"sip_lines": lines, "funckeys": keys})["contacts"] == [
        '"B\'" <sip:2@10.0.0.5>;presence=p2p',
        '"3" <sip:3@10.0.0.6>',
    ]


def test_the_configuration_holds_no_secret() -> None:
    made = outcome("baresip", "baresip", {"sip_lines": {"1": {**LINE, "password": "canary"}}})
    assert isinstance(made, Made)
    assert [page.part for page in made.pages if b"canary" in page.data] == [""]
