"""An explanation as text, to the letter."""

from __future__ import annotations

import datetime as dt

from ringboot.cli.explanation import explanation_text

FULL = {
    "mac": "00:00:5e:00:53:01",
    "boot": {
        "reason": "boot-old-config",
        "text": "it fetched Brand/a.cfg, which has changed since",
        "help": "Restart the device, so that it reads its files again.",
    },
    "device": {
        "id": "d1", "mac": "00:00:5e:00:53:01", "ip": "10.0.1.7", "vendor": "Brand", "model": "M1", "version": "1.2",
        "plugin": "brand", "config": "autoprov-1", "configured": True, "added": "auto", "problem": None,
    },
    "network": {"name": "phones", "subnet": "10.0.0.0/16", "segment": "floor1"},
    "classes": ["brand", "lobby"],
    "leases": [
        {"address": "10.0.1.7", "network": "phones", "state": "bound", "start": 1700000000, "expiry": 1700028800,
         "hostname": "desk\x07", "vendor_class": "BrandPhone"},
        {"address": "10.99.0.5", "network": "guests", "state": "released", "start": 1699990000, "expiry": 1699990120},
    ],
    "options": [
        {"key": "66", "name": "tftp-server-name", "value": "http://10.0.0.2:8667/Brand", "layer": "brand",
         "source": "brand"},
        {"key": "3", "name": "routers", "value": "10.0.0.1", "layer": "network", "source": "phones"},
        {"key": "43.2", "name": "vendor-encapsulated-options.2", "value": "x", "layer": "global",
         "not_sent": "a later layer wins"},
    ],
    "plugin": {"id": "brand", "title": "Brand", "version": "1.0", "why": "its firmware is 1.2"},
    "files": [
        {"path": "Brand/a.cfg", "part": "", "template": "templates/base.tpl", "secret": True, "fetched": 1700000060,
         "current": False},
        {"path": "Brand/a.xml", "part": "xml", "template": "var/templates/M1.xml.tpl", "secret": False,
         "fetched": None},
        {"path": "b.cfg", "part": "b", "template": "templates/base.b.tpl", "fetched": 1700000061, "current": True},
    ],
    "timeline": [
        {"utc": 1700000000.5, "stage": "dhcp", "reason": "acknowledged", "text": "10.0.1.7 was acknowledged"},
        {"utc": 1700000060, "stage": "file", "reason": "served", "text": "Brand/a.cfg was sent (900 octets)"},
    ],
}  # fmt: skip

TEXT = """\
00:00:5e:00:53:01  Brand M1 1.2
Where it stands: it fetched Brand/a.cfg, which has changed since [boot-old-config]
What to do: Restart the device, so that it reads its files again.

Device
  id          d1
  ip          10.0.1.7
  config      autoprov-1
  configured  yes
  added       auto

Network
  name     phones
  subnet   10.0.0.0/16
  segment  floor1
  classes  brand, lobby
  lease 10.0.1.7 in phones: bound, from 2023-11-14 22:13:20 UTC until 2023-11-15 06:13:20 UTC
    hostname      desk?
    vendor class  BrandPhone
  lease 10.99.0.5 in guests: released, from 2023-11-14 19:26:40 UTC until 2023-11-14 19:28:40 UTC

DHCP options
  66    tftp-server-name               http://10.0.0.2:8667/Brand  by brand brand
  3     routers                        10.0.0.1                    by network phones
  43.2  vendor-encapsulated-options.2  x                           by global; not sent: a later layer wins

Plugin
  id       brand
  title    Brand
  version  1.0
  why      its firmware is 1.2

Files
  Brand/a.cfg  -    templates/base.tpl        fetched 2023-11-14 22:14:20 UTC, has changed since
  Brand/a.xml  xml  var/templates/M1.xml.tpl  not fetched
  b.cfg        b    templates/base.b.tpl      fetched 2023-11-14 22:14:21 UTC

Timeline
  2023-11-14 22:13:20 UTC  dhcp  10.0.1.7 was acknowledged
  2023-11-14 22:14:20 UTC  file  Brand/a.cfg was sent (900 octets)"""

NOTHING = """\
00:00:5e:00:53:01
Where it stands: no DISCOVER was ever seen from it [no-discover]

Device
  No device is known by this MAC.

Network
  No network is known for it.
  It holds no lease.

DHCP options
  It was given none.

Plugin
  No plugin makes its files.

Files
  None was made for it.

Timeline
  Nothing was seen."""


def test_a_whole_way_is_told() -> None:
    assert explanation_text(FULL, dt.UTC) == TEXT


def test_a_device_that_was_never_seen_is_told() -> None:
    boot = {"reason": "no-discover", "text": "no DISCOVER was ever seen from it", "help": ""}
    assert explanation_text({"mac": "00:00:5e:00:53:01", "boot": boot, "device": None}, dt.UTC) == NOTHING


def test_what_an_unknown_phone_says_is_told() -> None:
    said = {"agents": ["Acme D10\x07 2.1.0", "loader"], "asks": ["Acme/a.cfg"]}
    boot = {"reason": "boot-file-refused", "text": "it was refused Acme/a.cfg", "help": ""}
    told = explanation_text({"mac": "00:00:5e:00:53:01", "boot": boot, "device": None, "said": said}, dt.UTC)
    rows = (
        "  No device is known by this MAC.", "  User-Agent  Acme D10? 2.1.0", "  User-Agent  loader",
        "  asked for   Acme/a.cfg",
    )  # fmt: skip
    assert "\n\nDevice\n{}\n\nNetwork\n".format("\n".join(rows)) in told


def test_what_dhcp_could_not_say_is_told() -> None:
    told = explanation_text({**FULL, "dhcp_silent": "The dhcp process is not running."}, dt.UTC)
    assert "\nTimeline\n  What dhcp remembers is missing here: The dhcp process is not running.\n  2023-11-14 2" in told


def test_times_are_the_readers() -> None:
    told = explanation_text(FULL, dt.timezone(dt.timedelta(hours=-5)))
    assert "  2023-11-14 17:13:20 UTC-05:00  dhcp  10.0.1.7 was acknowledged" in told
