"""The reference page holds every key that the program accepts."""

from __future__ import annotations

import re

import pytest

from ringboot.setup.admin import Admin
from ringboot.setup.boot import BootTable
from ringboot.setup.daemon import Log, Server
from ringboot.setup.describe import configuration_page
from ringboot.setup.match import BootMatch, ClassMatch
from ringboot.setup.reading import key_names
from ringboot.setup.settings import ClassTable, Dhcp, Http, Network, PoolTable, Tftp
from ringboot.setup.webhooks import Webhook

PAGE = configuration_page()


@pytest.mark.parametrize(
    "kind",
    [Server, Dhcp, Network, PoolTable, ClassTable, ClassMatch, BootTable, BootMatch, Tftp, Http, Webhook, Log, Admin],
)
def test_every_key_has_a_row_with_a_meaning(kind: type) -> None:
    for key in key_names(kind):
        [row, *_] = re.findall(rf"^\| `{key}` \| (.+) \| (.*) \| (.+) \|$", PAGE, re.MULTILINE)
        assert row[2].endswith(".")


@pytest.mark.parametrize(
    "row",
    [
        '| `listen` | address:port, :port or "off" | `":8667"` | ',
        '| `question_deadline` | duration | `"300ms"` | ',
        '| `lease_time` | duration or "infinite" | `"8h"` | ',
        "| `probe` | true or false | `true` | ",
        "| `port` | port | `67` | ",
        "| `tls` | true or false |  | restart | ",
        "| `subnet` | subnet | required | ",
        '| `on_no_answer` | `"silent"` or `"serve"` | `"silent"` | ',
        "| `pools` | list: range of addresses |  | ",
    ],
)
def test_kinds_and_defaults_stand_as_they_are_written(row: str) -> None:
    assert f"\n{row}" in PAGE
