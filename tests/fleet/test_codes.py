"""Codes: to the right device or to none, and not by trying."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ringboot import reasons
from ringboot.fleet import codes, devices, layers
from ringboot.fleet.codes import MOST_OF_ALL, MOST_OF_ONE, SPAN, Caller, Guard, Outcome, caller
from ringboot.fleet.fields import FieldErrors
from ringboot.fleet.settings import Settings
from ringboot.fleet.synchronise import Line
from ringboot.sip.digest import Account

HERE = "10.0.1.7"


@pytest.fixture
def phones(site: Any) -> Any:
    """Two phones in the state before somebody assigns them, and a user's config with a code."""
    values = {"parent_ids": ["base"], "raw_config": {"sip_lines": {"1": {"username": "u1042"}}}, "code": "417263"}
    layers.add(site.books, site.world, {"id": "ann", **values}, "boss", site.utc)
    for ident, address in (("one", HERE), ("two", "10.0.1.8")):
        entry = {"id": ident, "ip": address, "plugin": "aastra", "mac": f"00:08:5d:00:00:{address[-1]:0>2}"}
        devices.add(site.books, site.world, entry, "boss", site.utc)
    return site


def dial(site: Any, code: str = "417263", address: str | None = HERE, user: str | None = None) -> Outcome:
    return codes.use(site.books, site.world, code, Caller(address, user), who="pbx", utc=site.utc)


def account(site: Any, device: str) -> str:
    config = site.books.configs.get(site.books.devices.get(device).config)
    return str(config.raw_config["sip_lines"]["1"]["username"])


def line(site: Any, device: str) -> Line:
    config = site.books.configs.get(site.books.devices.get(device).config)
    first = config.raw_config["sip_lines"]["1"]
    return Line(first["username"], Account(first["username"], first["password"]))


def test_the_config_goes_to_the_device_at_the_address_and_leaves_the_one_before(phones: Any) -> None:
    before = phones.books.devices.get("one").config
    registered = {ident: line(phones, ident) for ident in ("one", "two")}
    first = dial(phones)
    assert (first.is_done, first.lines) == (True, {"one": registered["one"]})
    assert phones.books.devices.get("one").config == "ann"
    assert phones.books.configs.get(before) is None, "the one made for it is swept"
    moved = dial(phones, address="10.0.1.8")
    assert (moved.is_done, moved.config) == (True, "ann")
    assert phones.books.devices.get("two").config == "ann"
    assert phones.books.devices.get("one").config not in ("ann", None), "it is as before somebody assigned it"
    assert moved.lines == {"one": Line("u1042"), "two": registered["two"]}, "both register as before until they read"
    assert {ident for done in moved.done for ident in done.render} == {"one", "two"}
    again = dial(phones, address="10.0.1.8")
    assert (again.is_done, again.done, again.lines) == (True, (), {})


def test_two_behind_one_address_are_refused_unless_the_account_tells_which(phones: Any) -> None:
    two = phones.books.devices.get("two")
    phones.world.settings = Settings(nat=True)
    phones.books.devices.put(replace(two, ip=HERE), "boss", phones.utc)
    outcome = dial(phones)
    assert (outcome.reason, outcome.detail["count"]) == (reasons.CODE_SEVERAL, 2)
    assert dial(phones, user="somebody").reason is reasons.CODE_SEVERAL
    assert all(device.config != "ann" for device in phones.books.devices.find("ip", HERE))
    assert dial(phones, user=account(phones, "two")).is_done
    assert phones.books.devices.get("two").config == "ann"


def test_behind_a_router_the_only_one_that_is_known_need_not_be_the_caller(phones: Any) -> None:
    phones.world.settings = Settings(nat=True)
    assert dial(phones).reason is reasons.CODE_NOT_SURE
    assert dial(phones, user="somebody").reason is reasons.CODE_NOT_SURE
    assert dial(phones, user=account(phones, "one")).is_done


def test_only_the_account_from_before_somebody_assigned_it_has_a_password_and_only_at_its_address(phones: Any) -> None:
    def passwords(user: str, address: str = HERE) -> tuple[str, ...]:
        return codes.passwords(phones.books, phones.world, address, user, phones.utc)

    config = phones.books.configs.get(phones.books.devices.get("one").config)
    line = config.raw_config["sip_lines"]["1"]
    assert passwords(line["username"]) == (line["password"],)
    assert passwords(line["username"], "10.0.1.8") == ()
    assert passwords("somebody") == ()
    values = {"raw_config.sip_lines.1.password": "x"}
    layers.change(phones.books, "ann", values, who="boss", utc=phones.utc)
    assert dial(phones).is_done
    assert passwords("u1042") == passwords(line["username"]) == ()


@pytest.mark.parametrize("address", ["10.0.9.9", None])
def test_nobody_is_there(phones: Any, address: str | None) -> None:
    assert dial(phones, address=address).reason is reasons.CODE_NOBODY


@pytest.mark.parametrize("code", ["417264", "", "41726", "4172633", "४१७२६३", "417263\n"])
def test_a_wrong_code_gives_nothing_and_is_an_event(phones: Any, code: str) -> None:
    assert dial(phones, code).reason is reasons.CODE_UNKNOWN
    (event,) = phones.books.events.newest(1)
    assert (event.reason, event.address) == ("code-unknown", HERE)
    assert not code or code not in str(event.detail), "it may be a digit away from somebody's"


def test_a_code_is_six_digits_and_there_once(phones: Any) -> None:
    for wrong in ("12345", "1234567", "abcdef", "٤١٧٢٦٣"):
        with pytest.raises(FieldErrors, match="six digits"):
            layers.add(phones.books, phones.world, {"id": "ben", "code": wrong}, "boss", phones.utc)
    with pytest.raises(FieldErrors, match="is that of config ann"):
        layers.add(phones.books, phones.world, {"id": "ben", "code": "417263"}, "boss", phones.utc)
    layers.change(phones.books, "ann", {}, removed=("code",), who="boss", utc=phones.utc)
    assert dial(phones).reason is reasons.CODE_UNKNOWN
    layers.add(phones.books, phones.world, {"id": "ben", "code": "417263"}, "boss", phones.utc)
    layers.change(phones.books, "ben", {"label": "Ben"}, who="boss", utc=phones.utc)
    assert phones.books.configs.of_code("417263").label == "Ben"


def test_the_code_is_not_inherited(phones: Any) -> None:
    layers.add(phones.books, phones.world, {"id": "child", "parent_ids": ["ann"]}, "boss", phones.utc)
    dial(phones)
    assert phones.books.devices.get("one").config == "ann"


def test_trying_ends_for_one_address_and_then_for_all() -> None:
    guard = Guard()
    for number in range(MOST_OF_ONE):
        assert not guard.is_shut(HERE, 100.0 + number)
        guard.wrong(HERE, 100.0 + number)
    assert guard.is_shut(HERE, 110.0)
    assert not guard.is_shut("10.0.1.8", 110.0)
    for number in range(MOST_OF_ALL - MOST_OF_ONE):
        guard.wrong(f"10.0.2.{number}", 110.0)
    assert guard.is_shut("10.0.1.8", 110.0), "whoever asks for others may name any address"
    assert not guard.is_shut(HERE, 110.0 + SPAN)


def test_what_was_no_wrong_code_does_not_count() -> None:
    guard = Guard()
    for number in range(2 * MOST_OF_ALL):
        guard.wrong(HERE, 100.0 + number)
        guard.right(HERE, 100.0 + number)
    guard.right(HERE, 100.0)
    assert not guard.is_shut(HERE, 110.0)


@pytest.mark.parametrize(
    ("contact", "address", "read"),
    [
        ("<sip:ap12@10.0.1.7:5060;transport=udp>", None, Caller(HERE, "ap12")),
        ('"Ann" <sip:ap12@192.168.1.9>;expires=60', "10.0.1.7:40000", Caller(HERE, "ap12")),
        ("sips:10.0.1.7", None, Caller(HERE, None)),
        ("<sip:ap12@phone.example.org>", None, Caller(None, "ap12")),
        ("nonsense", "nonsense", Caller(None, None)),
        (None, HERE, Caller(HERE, None)),
    ],
)
def test_a_contact_and_an_address_are_read(contact: str | None, address: str | None, read: Caller) -> None:
    assert caller(contact, address) == read
