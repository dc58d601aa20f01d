"""What pages of networks draw: squares for addresses, lines for how full pools were."""

from __future__ import annotations

from typing import Any

import pytest

from ringboot.admin.pages.addressgrid import WINDOW, grid, window
from ringboot.admin.pages.plot import HEIGHT, LEFT, MOST_POINTS, RIGHT, WIDTH, plot
from ringboot.model.address import ip_number, ip_text


@pytest.mark.parametrize(
    ("subnet", "wanted", "first", "last"),
    [
        ("10.0.0.0/24", "", "10.0.0.0", "10.0.0.255"),
        ("10.0.0.128/25", "10.0.0.1", "10.0.0.128", "10.0.0.255"),
        ("10.0.0.0/16", "", "10.0.8.0", "10.0.11.255"),  # where its pool begins
        ("10.0.0.0/8", "10.255.255.255", "10.255.252.0", "10.255.255.255"),
        ("10.0.0.0/8", "no address", "10.0.8.0", "10.0.11.255"),
        ("10.0.0.4/32", "", "10.0.0.4", "10.0.0.4"),
        ("0.0.0.0/0", "255.255.255.255", "255.255.252.0", "255.255.255.255"),
    ],
)
def test_a_window_lies_within_the_subnet(subnet: str, wanted: str, first: str, last: str) -> None:
    found = window(subnet, wanted, ["10.0.9.1-10.0.9.99"])
    assert tuple(map(ip_text, found)) == (first, last)


def test_each_address_has_a_square_with_its_state() -> None:
    runs = [
        {"first": "10.0.0.0", "last": "10.0.0.0", "state": "excluded"},
        {"first": "10.0.0.1", "last": "10.0.0.40", "state": "free"},
        {"first": "10.0.0.41", "last": "10.0.3.255", "state": "leased"},
    ]
    drawn = grid("10.0.0.0/16", ip_number("10.0.0.0"), ip_number("10.0.0.63"), runs)
    assert [square.address for square in drawn.squares] == [f"10.0.0.{number}" for number in range(64)]
    assert {square.address: square.state for square in drawn.squares}["10.0.0.41"] == "leased"
    assert len({(square.x, square.y) for square in drawn.squares}) == 64
    assert [row.address for row in drawn.rows] == ["10.0.0.0", "10.0.0.32"]
    assert dict(drawn.counts) == {"excluded": 1, "free": 40, "leased": 23}
    assert (drawn.before, drawn.after) == (None, "10.0.0.64")


def test_a_subnet_that_begins_within_a_row_keeps_its_columns() -> None:
    drawn = grid("10.0.0.8/29", ip_number("10.0.0.8"), ip_number("10.0.0.15"), [
        {"first": "10.0.0.8", "last": "10.0.0.15", "state": "free"}
    ])  # fmt: skip
    assert len({square.y for square in drawn.squares}) == 1
    assert drawn.squares[0].x < drawn.squares[-1].x < drawn.width
    assert (drawn.before, drawn.after) == (None, None)
    assert WINDOW % 32 == 0


def moments(count: int, pool: str = "a", size: int = 100) -> list[dict[str, Any]]:
    return [{"utc": 60.0 * at, "pool": pool, "used": at % 100, "declined": 0, "size": size} for at in range(count)]


def test_nothing_is_drawn_of_nothing() -> None:
    assert plot([]) is None


def test_a_line_stays_within_the_plot_and_keeps_its_peak() -> None:
    rows = sorted(moments(1440) + moments(1440, "b", 0), key=lambda row: row["utc"])
    drawn = plot(rows)
    assert drawn is not None
    assert [line.name for line in drawn.lines] == ["a", "b"]
    for line in drawn.lines:
        points = [tuple(map(float, point.split(","))) for point in line.points.split()]
        assert len(points) <= MOST_POINTS
        assert all(LEFT <= x <= WIDTH - RIGHT and 0 <= y <= HEIGHT for x, y in points)
    busiest = drawn.lines[0]
    assert (busiest.highest, busiest.highest_at, busiest.now) == (0.99, 99 * 60.0, 0.39)
    assert (drawn.lines[1].highest, drawn.lines[1].size) == (0.0, 0)


def test_one_moment_is_enough() -> None:
    drawn = plot(moments(1))
    assert drawn is not None
    assert len(drawn.lines[0].points.split()) == 1
