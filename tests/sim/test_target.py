"""Where a simulation goes follows from the configuration of the daemon that it tries."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringboot.setup.load import load_text
from ringboot.sim.target import Target, is_here, target_of

NETWORK = '[[dhcp.network]]\nsubnet = "127.77.0.0/16"\n'
ELSEWHERE = '[[dhcp.network]]\nsubnet = "10.0.0.0/24"\npools = ["10.0.0.9-10.0.0.20"]\n'


def target(text: str) -> Target:
    return target_of(load_text(Path("r.toml"), f'[dhcp]\ninterfaces = ["lo"]\n{text}'))


def test_ports_are_those_of_the_file_and_else_the_usual_ones() -> None:
    assert target(ELSEWHERE) == Target("127.0.0.1", 67, 69, 8667, "")
    text = ELSEWHERE + '[tftp]\nlisten = "127.0.0.1:6969"\n[http]\nlisten = ":8080"\n'
    assert target(f"port = 6767\n{text}") == Target("127.0.0.1", 6767, 6969, 8080, "")
    assert target(ELSEWHERE + '[tftp]\nlisten = "off"\n').tftp == 69


@pytest.mark.parametrize(
    ("rest", "relay"),
    [
        ("", ""),  # it gives no addresses
        ('pools = ["127.77.1.1-127.77.1.9"]', "127.77.0.1"),
        ('pools = ["127.77.0.1-127.77.0.9"]', "127.77.0.10"),
        ('pools = ["127.77.0.3-127.77.0.9", "127.77.0.1-127.77.0.2"]', "127.77.0.10"),
        ('pools = ["127.77.1.1-127.77.1.9"]\noptions = { routers = "127.77.0.1, 127.77.0.2" }', "127.77.0.3"),
        ('pools = ["127.77.0.1-127.77.255.254"]', ""),  # none is left
    ],
)
def test_the_phones_ask_from_an_address_that_nobody_gets(rest: str, relay: str) -> None:
    assert target(f"{NETWORK}{rest}\n").relay == relay


def test_a_network_of_the_world_is_left_alone() -> None:
    assert target(ELSEWHERE).relay == ""
    assert is_here("127.1.2.3")
    assert not is_here("10.0.0.1")
