"""Devices as a person adds, changes and removes them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fleet.conftest import CATALOG, Site

from ringboot.fleet import devices
from ringboot.fleet.fields import ID_RULE, FieldErrors, Unknown
from ringboot.model.device import Config, Device

PHONE = "00:08:5d:2e:ec:fb"


def add(site: Site, **values: Any) -> devices.Done:
    return devices.add(site.books, site.world, values, "anna", site.utc)


def change(site: Site, ident: str, removed: tuple[str, ...] = (), **values: Any) -> devices.Done:
    return devices.change(site.books, site.world, ident, values, who="anna", utc=site.utc, removed=removed)


def kept(site: Site, ident: str) -> Device:
    found = site.books.devices.get(ident)
    assert found is not None
    return found


def test_a_mac_is_enough(site: Site) -> None:
    done = add(site, mac="00085D2EECFB")
    assert done.device is not None
    assert (done.device.mac, done.device.vendor, done.device.plugin, done.device.added) == (
        PHONE,
        "Aastra",
        "aastra",
        "anna",
    )
    assert done.config is not None
    assert done.config.transient
    assert done.render == (done.device.id,)
    assert kept(site, done.device.id) == done.device
    assert site.events(PHONE) == ["device-added"]


def test_a_vendor_may_be_called_by_name_or_title(site: Site) -> None:
    for number, vendor in enumerate(("Cisco", "cisco", "CISCO-7900")):
        done = add(site, id=str(number), vendor=vendor, model="7961G")
        assert done.device is not None
        assert done.device.plugin == "cisco-7900"


def test_a_device_of_no_known_brand_waits_for_a_plugin(site: Site) -> None:
    done = add(site, id="door", vendor="Acme", ip="10.0.9.9")
    assert done.device is not None
    assert (done.device.plugin, done.device.config, done.render) == (None, None, ())


def test_a_catalog_plugin_that_is_named_is_to_be_copied(site: Site) -> None:
    site.world.plugins = {}
    site.world.catalog = dict(CATALOG)
    assert add(site, id="a", plugin="cisco-7900").copies == ("cisco-7900",)


@pytest.mark.parametrize(
    ("values", "place", "why"),
    [
        ({"mac": "00:08:5d"}, "mac", "'00:08:5d' is not a MAC address (six octets, such as 00:08:5d:2e:ec:fb)"),
        ({"ip": "10.0.0"}, "ip", "'10.0.0' is not an IPv4 address"),
        (
            {"id": "../x"},
            "id",
            ID_RULE,
        ),
        (
            {"id": ".x"},
            "id",
            ID_RULE,
        ),
        ({"id": "there"}, "id", "there is a device there already"),
        ({"mac": "00:00:00:00:00:01"}, "mac", "belongs to device there"),
        ({"plugin": "acme"}, "plugin", "there is no plugin acme; see ringboot plugin list"),
        ({"config": "acme"}, "config", "there is no config acme; see ringboot config list"),
        (
            {"plugin": "a/b"},
            "plugin",
            ID_RULE,
        ),
        ({"colour": "red"}, "colour", "is not a key that is known"),
        ({"configured": True}, "configured", "is not a key that is known"),
        ({"vendor": "a\nb"}, "vendor", "must be one line without control characters"),
        ({"options": "x"}, "options", "must hold keys"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(site: Site, values: dict[str, Any], place: str, why: str) -> None:
    add(site, id="there", mac="00:00:00:00:00:01")
    with pytest.raises(FieldErrors) as caught:
        devices.add(site.books, site.world, values, "anna", site.utc)
    assert caught.value.as_dict()[place].startswith(why)


def test_a_device_is_found_by_its_id_or_its_mac(site: Site) -> None:
    add(site, id="lobby", mac=PHONE)
    for name in ("lobby", "00085D2EECFB", "00-08-5d-2e-ec-fb"):
        assert devices.named(site.books, name).id == "lobby"
    with pytest.raises(Unknown, match="there is no device hall"):
        devices.named(site.books, "hall")


def test_assigning_a_config_sweeps_the_one_that_was_made_for_it(site: Site) -> None:
    made = add(site, id="lobby", mac=PHONE).config
    assert made is not None
    site.books.configs.put(Config("hall", ("base",)), "anna", site.utc)
    done = change(site, "lobby", config="hall")
    assert done.render == ("lobby",)
    assert kept(site, "lobby").config == "hall"
    assert site.books.configs.get(made.id) is None
    back = change(site, "lobby", config="")
    assert back.config is not None
    assert back.config.transient, "set to nothing, it gets one of its own again"


def test_a_config_that_another_device_uses_is_not_swept(site: Site) -> None:
    made = add(site, id="lobby", mac=PHONE).config
    assert made is not None
    add(site, id="hall", plugin="aastra", config=made.id)
    devices.remove(site.books, site.world, "lobby", "anna", site.utc)
    assert site.books.configs.get(made.id) is not None
    devices.remove(site.books, site.world, "hall", "anna", site.utc)
    assert site.books.configs.get(made.id) is None


def test_only_what_shows_in_files_is_rendered_again(site: Site) -> None:
    add(site, id="lobby", mac=PHONE)
    assert change(site, "lobby", description="in the hall", ip="10.0.9.9", sn="x").render == ()
    assert change(site, "lobby", model="6757i").render == ("lobby",)
    switched = {"options.switchboard": True}
    assert devices.change(site.books, site.world, "lobby", switched, who="anna", utc=site.utc).render == ("lobby",)
    assert kept(site, "lobby").options == {"switchboard": True}
    assert change(site, "lobby", removed=("options.switchboard",)).render == ("lobby",)
    assert kept(site, "lobby").options == {}
    assert change(site, "lobby", model="6757i").render == ()


def test_a_plugin_set_to_nothing_is_chosen_again(site: Site) -> None:
    add(site, id="lobby", mac=PHONE)
    site.owned(kept(site, "lobby"), "Aastra/x.cfg")
    moved = change(site, "lobby", plugin="cisco-7900")
    assert kept(site, "lobby").association == "It was chosen by anna."
    assert [row.path for row in moved.stale] == ["Aastra/x.cfg"], "what the old plugin made is to go"
    change(site, "lobby", plugin="")
    assert kept(site, "lobby").plugin == "aastra"


def test_a_change_that_is_refused_changes_nothing(site: Site) -> None:
    add(site, id="lobby", mac=PHONE)
    before = kept(site, "lobby")
    with pytest.raises(FieldErrors):
        change(site, "lobby", model="6757i", ip="nowhere")
    assert kept(site, "lobby") == before
    with pytest.raises(Unknown):
        change(site, "hall", model="6757i")


def test_a_plugin_that_went_meanwhile_does_not_stand_in_the_way_of_other_changes(site: Site) -> None:
    add(site, id="lobby", mac=PHONE)
    site.world.plugins = {}
    change(site, "lobby", description="still here")
    assert kept(site, "lobby").description == "still here"


def test_who_changed_what_is_kept(site: Site) -> None:
    add(site, id="lobby", mac=PHONE)
    change(site, "lobby", model="6757i")
    newest = site.books.history.of("device", "lobby", 10)[0]
    assert (newest.who, newest.before, newest.after) == ("anna", {"model": None}, {"model": "6757i"})
    event = site.books.events.timeline("lobby", None, 1)[0]
    assert (event.reason, event.detail) == ("device-changed", {"changes": "model 6757i", "who": "anna"})


def test_a_removed_device_leaves_its_files_to_be_deleted_first(site: Site) -> None:
    add(site, id="lobby", mac=PHONE)
    record = site.owned(kept(site, "lobby"), "Aastra/x.cfg")
    done = devices.remove(site.books, site.world, PHONE, "anna", site.utc)
    assert done.stale == (record,)
    assert site.books.devices.get("lobby") is None
    assert site.books.files.of_path("aastra", "Aastra/x.cfg") == record, "until then the path is kept"
    assert site.events(PHONE) == ["device-added", "device-removed"]


def test_a_device_is_known_when_somebody_vouched_for_it(site: Site) -> None:
    site.lease(PHONE, "10.0.1.5", "AastraIPPhone6731i")
    phone = site.known(PHONE)
    assert not devices.is_known(site.books, phone)
    change(site, phone.id, config="defaultconfigdevice")
    assert devices.is_known(site.books, site.known(PHONE))
    done = add(site, id="lobby")
    assert done.device is not None
    assert devices.is_known(site.books, done.device)
