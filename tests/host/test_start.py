from __future__ import annotations

import pytest

from ringboot.host.start import VARIABLE, Start, from_environment, to_environment
from ringboot.model.codec import BadMessage


def test_a_start_reaches_the_child_as_it_was() -> None:
    start = Start(
        data="/tmp/d", config="/tmp/r.toml", fds={"dhcp:eth0": 7, "control": 8}, dhcp_port=6767, log_level="debug"
    )

    assert from_environment(to_environment(start)) == start


def test_without_the_variable_it_says_who_starts_this_process() -> None:
    with pytest.raises(BadMessage, match="ringboot serve"):
        from_environment({})


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(BadMessage, match="colour"):
        from_environment({VARIABLE: '{"data":"/d","colour":1}'})
