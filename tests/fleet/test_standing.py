"""How it stands with a device, in a word."""

from __future__ import annotations

import pytest

from ringboot.fleet.standing import AUTOPROV, BOOT, CONFIGURED, FAILED, STUCK, Boot, Standing, standing
from ringboot.model.device import Device

PHONE = Device("d", plugin="p", config="c", configured=True)
NOW = 100_000.0
LONG_AGO, NOT_LONG = NOW - BOOT - 1, NOW - BOOT + 1


@pytest.mark.parametrize(
    ("boot", "state", "since"),
    [
        (Boot(), CONFIGURED, None),
        (Boot(leased=LONG_AGO), STUCK, LONG_AGO),
        (Boot(leased=NOT_LONG), CONFIGURED, None),
        (Boot(leased=LONG_AGO, fetched=LONG_AGO + 5), CONFIGURED, None),
        (Boot(leased=LONG_AGO, fetched=LONG_AGO - 60), CONFIGURED, None),  # by the lease before, or told late
        (Boot(leased=LONG_AGO, fetched=LONG_AGO - 600), STUCK, LONG_AGO),
        (Boot(refused=LONG_AGO), STUCK, LONG_AGO),
        (Boot(refused=LONG_AGO, fetched=LONG_AGO - 5), STUCK, LONG_AGO),
        (Boot(refused=LONG_AGO, fetched=LONG_AGO + 5), CONFIGURED, None),
        (Boot(leased=NOT_LONG, refused=LONG_AGO), STUCK, LONG_AGO),
    ],
)
def test_a_boot_that_is_not_over_in_time_is_stuck(boot: Boot, state: str, since: float | None) -> None:
    assert standing(PHONE, boot, assigned=True, has_files=True, utc=NOW) == Standing(state, since)


@pytest.mark.parametrize(
    ("device", "assigned", "has_files", "state"),
    [
        (PHONE, True, True, STUCK),
        (PHONE, False, True, STUCK),
        (PHONE, True, False, CONFIGURED),  # its plugin makes no file for it
        (Device("d", plugin="p", config="c", problem="base.tpl, line 3"), True, True, FAILED),
        (Device("d", plugin="p", config="c"), False, True, AUTOPROV),
        (Device("d"), True, True, AUTOPROV),
        (Device("d", config="c"), True, False, AUTOPROV),
    ],
)
def test_the_worst_of_it_is_told(device: Device, assigned: bool, has_files: bool, state: str) -> None:
    boot = Boot(leased=LONG_AGO)
    assert standing(device, boot, assigned=assigned, has_files=has_files, utc=NOW).state == state
