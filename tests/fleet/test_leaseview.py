"""Main's mirror of the leases."""

from __future__ import annotations

from ringboot.fleet.leaseview import LeaseView
from ringboot.model.address import ip_number
from ringboot.model.lease import BOUND, DECLINED, RELEASED, LeaseChange

MAC = bytes.fromhex("00085d2eecfb")
OTHER = bytes.fromhex("00085daabbcc")


def row(
    kind: str, address: str, mac: bytes = MAC, *, state: str = BOUND, start: int = 100, seconds: int = 60
) -> LeaseChange:
    network = "voice" if address.startswith("10.1.") else "phones"
    return LeaseChange(
        kind, state, network, ip_number(address), b"\x01" + mac, mac, start, start + seconds, b"", float(start)
    )


def test_a_lease_is_live_until_it_runs_out() -> None:
    view = LeaseView()
    view.apply(row("bound", "10.0.1.5"))
    live = view.at("10.0.1.5", 159)
    assert live is not None
    assert live.mac == MAC
    assert view.at(ip_number("10.0.1.5"), 159) == live
    assert view.at("10.0.1.5", 160) is None
    assert view.at("10.0.1.6", 100) is None
    view.apply(row("renewed", "10.0.1.5", start=150))
    assert view.at("10.0.1.5", 200) is not None


def test_what_is_bound_or_declined_is_taken_until_it_runs_out() -> None:
    view = LeaseView()
    view.apply(row("bound", "10.0.1.5"))
    view.apply(row("declined", "10.0.1.6", state=DECLINED, seconds=10))
    view.apply(row("released", "10.0.1.7", state=RELEASED))
    assert sorted([lease.address for lease in view.taken(105)]) == [ip_number("10.0.1.5"), ip_number("10.0.1.6")]
    assert [lease.address for lease in view.taken(120)] == [ip_number("10.0.1.5")]
    assert [lease.address for lease in view.taken(160)] == []


def test_one_mac_holds_several() -> None:
    view = LeaseView()
    view.apply(row("bound", "10.0.1.5"))
    view.apply(row("bound", "10.1.1.5", start=110))
    view.apply(row("bound", "10.1.1.5", start=110))
    assert [lease.address for lease in view.of_mac(MAC, 120)] == [ip_number("10.1.1.5"), ip_number("10.0.1.5")]
    assert [lease.address for lease in view.of_mac(MAC, 165)] == [ip_number("10.1.1.5")]
    assert len(view.all_of_mac(MAC)) == 2
    assert view.of_mac(OTHER, 120) == []


def test_a_client_holds_one_address_in_a_network() -> None:
    view = LeaseView()
    view.apply(row("bound", "10.0.1.5"))
    view.apply(row("bound", "10.1.1.5"))
    view.apply(row("bound", "10.0.1.6", start=110))
    assert view.at("10.0.1.5", 120) is None, "it moved on, so this address proves nothing any more"
    assert [lease.address for lease in view.of_mac(MAC, 120)] == [ip_number("10.0.1.6"), ip_number("10.1.1.5")]
    view.apply(row("bound", "10.0.1.5", start=120))
    assert view.at("10.0.1.5", 130) is not None
    assert view.at("10.0.1.6", 130) is None


def test_an_address_goes_to_another() -> None:
    view = LeaseView()
    view.apply(row("bound", "10.0.1.5"))
    view.apply(row("bound", "10.0.1.5", OTHER, start=200))
    assert view.of_mac(MAC, 110) == []
    assert view.all_of_mac(MAC) == []
    assert [lease.mac for lease in view.all_of_mac(OTHER)] == [OTHER]
    assert len(view) == 1


def test_visitors_who_do_not_come_back_leave_nothing_behind() -> None:
    view = LeaseView()
    for number in range(1000):
        mac = number.to_bytes(6, "big")
        view.apply(row("bound", "10.0.1.5", mac, start=number))
        view.apply(row("released", "10.0.1.5", mac, state=RELEASED, start=number))
    view.apply(row("bound", "10.0.1.6", start=2000))
    view.apply(row("freed", "10.0.1.6", state=RELEASED, start=2000))
    assert [len(each) for each in vars(view).values() if isinstance(each, dict)] == [1, 1, 1]


def test_what_was_given_back_declined_or_freed_is_not_live() -> None:
    view = LeaseView()
    for kind, state in (("released", RELEASED), ("declined", DECLINED)):
        view.apply(row("bound", "10.0.1.5"))
        view.apply(row(kind, "10.0.1.5", state=state))
        assert view.at("10.0.1.5", 110) is None
        assert view.of_mac(MAC, 110) == []
        assert len(view.all_of_mac(MAC)) == 1
    view.apply(row("freed", "10.0.1.5", state=RELEASED))
    assert view.all_of_mac(MAC) == []
    assert len(view) == 0


def test_copies_made_by_compaction_say_nothing_new() -> None:
    view = LeaseView()
    view.apply(row("bound", "10.0.1.5"))
    view.apply(row("kept", "10.0.1.5"))
    assert len(view) == 1
    assert len(view.of_mac(MAC, 110)) == 1
