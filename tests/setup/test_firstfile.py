"""The first ringboot.toml: it loads, and says what was found."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringboot.model.address import ip_number
from ringboot.setup.firstfile import choose, plan, suggest_pools, write
from ringboot.setup.kinds import Subnet
from ringboot.setup.load import load_text
from ringboot.setup.machine import Interface, Machine, Taken
from ringboot.setup.problems import Wrong

LO = Interface("lo", None, up=True, loopback=True, addresses=(("127.0.0.1", 8),))
ETH0 = Interface("eth0", "00:00:5e:00:53:01", up=True, loopback=False, addresses=(("10.0.0.2", 24),))
ETH1 = Interface("eth1", "00:00:5e:00:53:02", up=True, loopback=False, addresses=(("10.1.0.1", 16),))
DOWN = Interface("eth2", "00:00:5e:00:53:03", up=False, loopback=False, addresses=())
MACHINE = Machine((LO, DOWN, ETH0, ETH1), gateway="10.0.0.1")


def test_the_file_of_a_quiet_machine() -> None:
    text = write(MACHINE, [plan(MACHINE, ETH0, None)])
    assert (
        text
        == """\
# How Ringboot runs on this machine. Every key stands in docs/reference/configuration.md.
# After a change: ringboot check, then ringboot reload.

[server]
# data = "/var/lib/ringboot"   # databases, plugins, files
# address = "10.0.0.2"         # what devices are told; default: the address of the interface they came in on

[dhcp]
interfaces = ["eth0"]
# Not used: eth1 (10.1.0.1).

[[dhcp.network]]
name = "eth0"
subnet = "10.0.0.0/24"
pools = ["10.0.0.100-10.0.0.199"]   # the addresses that are given out
lease_time = "8h"
unknown = "serve"   # who is not known here: "serve", "ignore", or "quarantine" to another network
options = { routers = "10.0.0.1" }

# A name for an option that has none, to be used in options: options = { acme-url = "http://10.0.0.2/" }
# [[dhcp.option]]
# code = 224
# name = "acme-url"
# kind = "text"

[tftp]
listen = ":69"

[http]
listen = ":8667"

[admin]
listen = "127.0.0.1:8666"   # sign-in; the log of the first start says the password
"""
    )


def test_the_option_of_the_example_loads_without_its_hashes() -> None:
    text = write(MACHINE, [plan(MACHINE, ETH0, None)])
    for line in ("[[dhcp.option]]", "code = 224", 'name = "acme-url"', 'kind = "text"'):
        assert f"# {line}\n" in text
        text = text.replace(f"# {line}\n", f"{line}\n")
    [option] = load_text(Path("/r"), text).dhcp.declared
    assert (option.code, option.name, option.kind) == ("224", "acme-url", "text")


def test_where_another_server_answers_no_pool_is_given_out() -> None:
    text = write(MACHINE, [plan(MACHINE, ETH0, None, ["10.0.0.1"])])
    assert "# Another DHCP server answers on eth0: 10.0.0.1." in text
    assert load_text(Path("/r"), text).dhcp.networks[0].pools == ()


def test_what_could_not_be_looked_for_and_taken_ports_are_said() -> None:
    taken = [Taken("udp", 67, "other-dhcpd (process 42)"), Taken("tcp", 8667, None)]
    text = write(MACHINE, [plan(MACHINE, ETH0, None)], taken, looked=False)
    assert "# Other DHCP servers were not looked for: that needs root.\n" in text
    assert "# UDP port 67 is in use by other-dhcpd (process 42): stop it, or change port in [dhcp].\n" in text
    assert "# TCP port 8667 is in use: stop it, or change listen in [http].\n" in text


@pytest.mark.parametrize(
    ("interface", "subnet"),
    [(ETH0, None), (ETH1, None), (DOWN, Subnet(ip_number("10.9.0.0"), 28)), (ETH0, Subnet(ip_number("10.9.0.0"), 31))],
)
def test_every_file_written_loads_without_a_problem(interface: Interface, subnet: Subnet | None) -> None:
    plans = [plan(MACHINE, interface, subnet)]
    settings = load_text(Path("/r"), write(MACHINE, plans))
    assert settings.dhcp.interfaces == (interface.name,)
    assert settings.dhcp.networks[0].pools == plans[0].pools


def test_interfaces_are_chosen_or_the_first_that_can_be_used() -> None:
    assert choose(MACHINE, []) == [ETH0]
    assert choose(MACHINE, ["eth1", "eth2"]) == [ETH1, DOWN]


@pytest.mark.parametrize(
    ("machine", "wanted", "error"),
    [
        (MACHINE, ["eth9"], "interface eth9 is not there; the interfaces here are lo, eth2, eth0, eth1"),
        (
            Machine((LO, DOWN)),
            [],
            (
                "no interface of lo, eth2 is up and has an IPv4 address; "
                "set one up, or name it with --interface and --subnet"
            ),
        ),
    ],
)
def test_an_interface_that_cannot_be_used_is_refused(machine: Machine, wanted: list[str], error: str) -> None:
    with pytest.raises(Wrong) as caught:
        choose(machine, wanted)
    assert str(caught.value) == error


def test_an_interface_without_an_address_needs_a_subnet() -> None:
    with pytest.raises(Wrong, match="interface eth2 has no IPv4 address; give it one, or say which: --subnet"):
        plan(MACHINE, DOWN, None)


@pytest.mark.parametrize(
    ("subnet", "taken", "pools"),
    [
        ("10.0.0.0/24", [], ["10.0.0.100-10.0.0.199"]),
        ("10.0.0.0/24", ["10.0.0.2"], ["10.0.0.100-10.0.0.199"]),
        ("10.0.0.0/24", ["10.0.0.150", "10.0.0.150"], ["10.0.0.100-10.0.0.149", "10.0.0.151-10.0.0.199"]),
        ("10.0.0.0/24", ["10.0.0.100", "10.0.0.199"], ["10.0.0.101-10.0.0.198"]),
        ("10.0.0.0/16", [], ["10.0.1.0-10.0.16.255"]),
        ("10.0.0.0/22", [], ["10.0.1.0-10.0.2.255"]),
        ("10.0.0.0/28", [], ["10.0.0.8-10.0.0.14"]),
        ("10.0.0.0/30", [], []),
    ],
)
def test_pools_leave_out_what_is_in_use(subnet: str, taken: list[str], pools: list[str]) -> None:
    address, size = subnet.split("/")
    found = suggest_pools(Subnet(ip_number(address), int(size)), [ip_number(each) for each in taken])
    assert [str(each) for each in found] == pools
