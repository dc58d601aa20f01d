"""Who is let out when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ringboot.desk.paced import SLACK, Paced, Rates


def let_out(queue: Paced[str], rates: Rates, until: float = 1e9) -> list[tuple[float, str]]:
    """Take whatever comes, as soon as it may; gives when each came."""
    now, out = 0.0, []
    while (wait := queue.wait(now)) is not None and now + wait <= until:
        now += wait
        item = queue.take(now, rates, bool)
        if item is not None:
            out.append((round(now, 3), item))
    return out


def test_one_after_the_other_at_the_rate_and_addresses_take_turns() -> None:
    queue: Paced[str] = Paced()
    for place in range(3):
        for address in ("a", "b"):
            queue.put(address, f"{address}{place}", 0.0)
    assert len(queue) == 6
    out = let_out(queue, Rates(600, 60))
    assert [item for _, item in out] == ["a0", "b0", "a1", "b1", "a2", "b2"]
    gaps = [after - before for (before, one), (after, other) in zip(out, out[2:], strict=False) if one[0] == other[0]]
    assert all(gap >= 1.0 - SLACK - 1e-6 for gap in gaps)
    assert out[-1][0] >= 2.0 - SLACK
    assert (len(queue), queue.wait(0.0)) == (0, None)


def test_a_site_behind_one_address_does_not_hold_up_the_others() -> None:
    queue: Paced[str] = Paced()
    for place in range(50):
        queue.put("site", f"s{place}", 0.0)
    queue.put("b", "b0", 0.0)
    assert let_out(queue, Rates(600, 6), until=0.3) == [(0.0, "s0"), (0.0, "b0")]


def test_who_may_go_later_goes_later_and_who_may_go_earlier_passes() -> None:
    queue: Paced[str] = Paced()
    queue.put("a", "late", 50.0)
    queue.put("a", "early", 5.0)
    queue.put("b", "", 0.0)  # nobody wants it: it costs no time
    queue.put("b", "now", 0.0)
    assert let_out(queue, Rates(60, 60)) == [(0.0, "now"), (5.0, "early"), (50.0, "late")]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 30)), max_size=30), st.integers(1, 500), st.integers(1, 500)
)
def test_neither_rate_is_passed_and_nothing_is_lost(puts: list[tuple[str, float]], overall: int, address: int) -> None:
    queue: Paced[str] = Paced()
    for place, (where, due) in enumerate(puts):
        queue.put(where, f"{where}{place}", due)
    out = let_out(queue, Rates(overall, address))
    assert sorted(item for _, item in out) == sorted(f"{where}{place}" for place, (where, _) in enumerate(puts))
    for name, rate in (("", overall), *((each, address) for each in "abc")):
        moments = [when for when, item in out if item.startswith(name)]
        for place, began in enumerate(moments):
            within = sum(1 for when in moments[place:] if when < began + 60.0)
            assert within <= rate + 1 + SLACK * rate / 60.0
    for when, item in out:
        assert when >= round(puts[int(item[1:])][1], 3) - 0.001
