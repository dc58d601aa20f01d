"""How commands write what they show."""

from __future__ import annotations

import datetime as dt

from ringboot.cli.show import moment


def test_a_moment_is_written_in_the_readers_time_and_the_end_of_an_endless_lease_is_never() -> None:
    zone = dt.timezone(dt.timedelta(hours=2))
    assert moment(1_700_000_000, zone) == "2023-11-15 00:13:20 UTC+02:00"
    assert moment(1_700_000_000 + 0xFFFFFFFF, zone) == "never"
