"""Other DHCP servers: told when they are new and once an hour, not when they are there on purpose."""

from __future__ import annotations

from ringboot.desk.others import KEPT, TELL_EVERY, TOLD, Others


def test_one_is_told_when_it_is_met_and_an_hour_later() -> None:
    others = Others()
    assert [others.met("10.0.0.9", "eth0", utc, allowed=False) for utc in (0.0, 1.0, TELL_EVERY - 1, TELL_EVERY)] == [
        True, False, False, True,
    ]  # fmt: skip
    assert others.met("10.0.0.9", "eth1", 2.0, allowed=False), "another wire"
    assert others.rows()[0] == {
        "server": "10.0.0.9", "interface": "eth0", "first": 0.0, "last": 3600.0, "times": 4, "allowed": False,
    }  # fmt: skip


def test_one_that_is_there_on_purpose_is_shown_but_not_told_and_not_counted() -> None:
    others = Others()
    assert not others.met("10.0.0.9", "eth0", 0.0, allowed=True)
    assert (others.present(1.0), others.rows()[0]["allowed"]) == (0, True)
    assert others.met("10.0.0.9", "eth0", 2.0, allowed=False), "it is not any more"
    assert others.present(3.0) == 1
    assert others.present(3.0 + 7200) == 0


def test_forged_answers_of_many_servers_fill_neither_memory_nor_the_timeline() -> None:
    others = Others()
    told = [others.met(f"10.0.{number >> 8}.{number & 255}", "eth0", 1.0, allowed=False) for number in range(1000)]
    assert sum(told) == TOLD
    assert len(others.rows()) == KEPT
