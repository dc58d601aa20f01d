"""DynamicPool as a script has it: who gets which address, how often, and who is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ringboot.dhcp.message import DISCOVER, INFORM, REQUEST, Message, encode
from ringboot.fleet.leaseview import LeaseView
from ringboot.leases.change import bind, decline, release, renew
from ringboot.model.address import ip_number, ip_text, ip_wire
from ringboot.model.lease import LeaseChange, seed_key
from ringboot.model.scripting import GRANTED, RELEASED, RENEWED, RESERVATION_OF, Asked
from ringboot.scripts import REFUSE, DynamicPool, Lease, Query, Reservation, outside
from ringboot.scripts.lease import lease_of, leases
from ringboot.scripts.registry import Registry, collect_in

MACS = [bytes((2, 0, 0, 0, 0, n)) for n in range(20)]
UTC = 1_700_000_000
KINDS = {"bound": GRANTED, "renewed": RENEWED, "released": RELEASED}


class Kept(dict[str, str]):
    """What outlives the process."""

    def put(self, key: str, text: str) -> None:
        self[key] = text

    def drop(self, key: str) -> None:
        self.pop(key, None)

    def under(self, prefix: str) -> dict[str, str]:
        return {key: text for key, text in self.items() if key.startswith(prefix)}


class World:
    """What is around a script: a journal's rows, hosts that answer, and what outlives the process."""

    def __init__(self) -> None:
        self.utc = float(UTC)
        self.view = LeaseView()
        self.store = Kept()
        self.told: list[tuple[str, Any]] = []
        self.lines: list[tuple[str, dict[str, object]]] = []
        self.hosts: dict[str, str] = {}
        self.scanned: list[int] = []
        self.seeded: list[dict[str, Any]] = []
        self.cannot = ""
        self.start()

    def start(self) -> None:
        """Begin another life of the process."""
        self.registry = Registry()
        collect_in(self.registry)
        leases.use(self.view, lambda: self.utc)
        outside.use(self)

    def wait(self, seconds: float) -> None:
        self.utc += seconds

    def device(self, mac: str) -> None:
        raise TimeoutError(mac)

    def notify(self, url: str, body: Any, headers: Mapping[str, str]) -> None:
        assert not headers
        self.told.append((url, body))

    def log(self, level: str, text: str, values: Mapping[str, object]) -> None:
        self.lines.append((f"{level} {text}", dict(values)))

    def scan(self, addresses: Sequence[str], seconds: float) -> dict[str, str]:
        assert seconds > 0
        if self.cannot:
            raise OSError(self.cannot)
        self.scanned.append(len(addresses))
        return {each: self.hosts[each] for each in addresses if each in self.hosts}

    def seed(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        self.seeded += [dict(row) for row in rows]
        for row in rows:
            mac, address = bytes.fromhex(row["mac"].replace(":", "")), ip_number(row["address"])
            self.happened(
                bind(row["network"], address, seed_key(mac, address), mac, seconds=row["seconds"], evidence=b"",
                     utc=self.utc)
            )  # fmt: skip
        return {}

    def pools(self, network: str) -> list[str]:
        assert network == "guests"
        return [f"10.0.0.{n}" for n in range(50, 60)]

    def lease_time(self, network: str) -> int:
        assert network == "guests"
        return 77

    def later(self, job: Callable[[], None]) -> None:
        job()

    def happened(self, change: LeaseChange) -> None:
        """Bring a row of the journal to the mirror and to the hooks."""
        self.view.apply(change)
        kind, lease = KINDS.get(change.kind, ""), lease_of(change)
        for witness in self.registry.witnesses if kind else ():
            witness(kind, lease, self.store)
        for row in self.registry.of(kind):
            row.function(lease)

    def got(self, mac: bytes, reservation: Any, seconds: int = 20) -> LeaseChange:
        """Let dhcp lease what a client was given."""
        assert isinstance(reservation, Reservation)
        address = ip_number(reservation.address or "10.0.0.50")
        held = self.view.at(address, self.utc)
        change = (
            renew(held, mac, seconds=seconds, evidence=b"", utc=self.utc)
            if held is not None and held.mac == mac
            else bind("guests", address, b"\1" + mac, mac, seconds=seconds, evidence=b"\x0c\0\2pc", utc=self.utc)
        )
        self.happened(change)
        return change


@pytest.fixture
def world() -> Iterator[World]:
    yield World()
    outside.use(None)
    collect_in(Registry())
    leases.use(LeaseView(), float)


def query(kind: int, mac: bytes, ciaddr: str = "", wanted: str = "", vendor: bytes = b"") -> Query:
    options = {
        53: bytes((kind,)),
        **({60: vendor} if vendor else {}),
        **({50: ip_wire(ip_number(wanted))} if wanted else {}),
    }
    message = Message(
        op=1, htype=1, hlen=6, hops=0, xid=b"1234", secs=0, flags=0, ciaddr=ip_number(ciaddr or "0.0.0.0"), yiaddr=0,
        siaddr=0, giaddr=0, chaddr=mac, sname=b"", file=b"", options=options,
    )  # fmt: skip
    return Query(
        Asked(1, RESERVATION_OF, (), "eth0", ("10.0.0.1",), ciaddr or "0.0.0.0", 67, bool(ciaddr), "lan", False,
              encode(message))
    )  # fmt: skip


def test_each_client_has_an_address_of_its_own_and_keeps_it(world: World) -> None:
    pool = DynamicPool("guests", "20s", "10.0.0.50-10.0.0.52", arp=False)
    first = pool.handle(query(DISCOVER, MACS[1]))
    assert first == Reservation("10.0.0.50", "guests", "20s")
    assert pool.handle(query(DISCOVER, MACS[1])) == first
    second = pool.handle(query(DISCOVER, MACS[2]))
    assert isinstance(second, Reservation)
    assert second.address == "10.0.0.51", "what the first was told is kept for a while"
    world.got(MACS[1], first)
    world.wait(10)
    assert pool.handle(query(REQUEST, MACS[1], ciaddr="10.0.0.50")) == first
    third = pool.handle(query(DISCOVER, MACS[3]))
    assert isinstance(third, Reservation)
    assert third.address == "10.0.0.52"
    assert pool.handle(query(DISCOVER, MACS[4])) is None
    assert world.lines[-1][0] == "warning no address is left"
    world.wait(60)  # nobody came back
    assert pool.handle(query(DISCOVER, MACS[4])) is not None
    assert pool.handle(query(INFORM, MACS[4])) is None


def test_an_address_that_is_asked_for_is_given_when_it_is_free(world: World) -> None:
    pool = DynamicPool("guests", "20s", ["10.0.0.50-10.0.0.59", "10.0.0.70"], arp=False)

    def given(*asked: Any, **more: Any) -> str | None:
        said = pool.handle(query(*asked, **more))
        assert isinstance(said, Reservation)
        return said.address

    assert given(DISCOVER, MACS[1], wanted="10.0.0.70") == "10.0.0.70"
    assert given(DISCOVER, MACS[2], wanted="10.0.0.70") == "10.0.0.50"
    assert given(DISCOVER, MACS[3], wanted="10.0.0.99") == "10.0.0.51"  # it is none of the pool's
    change = world.got(MACS[4], Reservation("10.0.0.55"))
    lease = world.view.at(change.address, world.utc)
    assert lease is not None
    world.happened(decline(lease, world.utc))
    assert given(DISCOVER, MACS[5], wanted="10.0.0.55") == "10.0.0.52", "it rests"
    assert given(DISCOVER, MACS[4]) == "10.0.0.53"


def test_without_addresses_dhcp_chooses_in_the_pools_of_the_network(world: World) -> None:
    pool = DynamicPool("guests", 20, hostname_prefix="pc", discourage_renewals=True, arp=False)
    assert pool.handle(query(DISCOVER, MACS[1])) == Reservation(
        None, "guests", 20, t1=19, t2=19, hostname="pc-020000000001"
    )
    named = DynamicPool("guests", "20s", "10.0.0.9", hostname_prefix="pc", t1="4s", arp=False, name="named")
    assert named.handle(query(DISCOVER, MACS[1])) == Reservation("10.0.0.9", "guests", "20s", 4, None, "pc-10-0-0-9")


def renewing(pool: DynamicPool, mac: bytes = MACS[1]) -> Any:
    return pool.handle(query(REQUEST, mac, ciaddr="10.0.0.50"))


def test_after_so_many_renewals_a_client_is_cut_off_and_no_restart_forgets_it(world: World) -> None:
    cut: list[str] = []

    class Pool(DynamicPool):
        def cut_off(self, query: Query) -> None:
            cut.append(str(query.mac))

    def make() -> Pool:
        return Pool("guests", "20s", "10.0.0.50-10.0.0.52", max_renewals=3, arp=False)

    pool = make()
    world.got(MACS[1], pool.handle(query(DISCOVER, MACS[1])))
    for count in range(3):
        world.wait(5)
        row = world.got(MACS[1], renewing(pool))
        assert pool.renewals(MACS[1].hex()) == count + 1
        world.start()  # the process dies, and reads the last row again
        pool = make()
        world.happened(row)
        assert pool.renewals(MACS[1].hex()) == count + 1
    world.wait(5)
    assert renewing(pool) is REFUSE
    assert cut == ["02:00:00:00:00:01"]
    world.start()
    pool = make()
    assert renewing(pool) is REFUSE
    assert pool.handle(query(DISCOVER, MACS[1])) is REFUSE
    assert len(cut) == 2, "once a life"
    assert isinstance(pool.handle(query(DISCOVER, MACS[2])), Reservation)
    world.wait(86_400 + 60)
    world.got(MACS[1], pool.handle(query(DISCOVER, MACS[1])))
    assert pool.renewals(MACS[1].hex()) == 0, "a day later it comes as if for the first time"
    assert isinstance(renewing(pool), Reservation)


def test_giving_the_lease_back_does_not_begin_the_count_anew_but_an_operator_does(world: World) -> None:
    pool = DynamicPool("guests", "20s", "10.0.0.50-10.0.0.52", max_renewals=1, arp=False)
    world.got(MACS[1], pool.handle(query(DISCOVER, MACS[1])))
    lease = world.view.at("10.0.0.50", world.utc)
    assert lease is not None
    world.happened(release(lease, world.utc))
    world.wait(5)
    world.got(MACS[1], pool.handle(query(DISCOVER, MACS[1])))
    assert pool.handle(query(DISCOVER, MACS[1])) is REFUSE
    pool.readmit(MACS[1].hex())
    assert isinstance(pool.handle(query(DISCOVER, MACS[1])), Reservation)


def test_a_web_service_hears_of_each_newcomer_once_and_again_with_the_same_id_only(world: World) -> None:
    pool = DynamicPool("guests", "20s", arp=False, newcomers_to="http://hall.example/new")
    row = world.got(MACS[1], pool.handle(query(DISCOVER, MACS[1])))
    world.wait(5)
    world.got(MACS[1], renewing(pool))
    assert world.told == [
        (
            "http://hall.example/new",
            {
                "id": f"guests-020000000001-{UTC}", "mac": "02:00:00:00:00:01", "address": "10.0.0.50",
                "network": "guests", "hostname": "pc", "vendor_class": "", "since": "2023-11-14T22:13:20+00:00",
            },
        )
    ]  # fmt: skip
    world.happened(bind("lan", ip_number("10.9.0.1"), b"\1" + MACS[2], MACS[2], seconds=9, evidence=b"", utc=UTC))
    assert len(world.told) == 1, "another network's"
    world.store.clear()  # the process died before it was written down
    world.start()
    DynamicPool("guests", "20s", arp=False, newcomers_to="http://hall.example/new")
    world.happened(row)
    assert world.told[0] == world.told[1]


def test_a_subclass_hears_what_becomes_of_leases(world: World) -> None:
    heard: list[str] = []

    class Pool(DynamicPool):
        def granted(self, lease: Lease) -> None:
            heard.append(f"granted {lease.address}")

        def renewed(self, lease: Lease) -> None:
            heard.append(f"renewed {lease.address}")

        def released(self, lease: Lease) -> None:
            heard.append(f"released {lease.address}")

        def allocate(self, query: Query) -> str | None:
            return "10.0.0.52" if query.mac.oui == "020000" else super().allocate(query)

        def newcomer(self, lease: Lease) -> None:
            heard.append(f"newcomer {lease.mac}")

    pool = Pool("guests", "20s", "10.0.0.50-10.0.0.52", arp=False)
    world.got(MACS[1], pool.handle(query(DISCOVER, MACS[1])))
    world.wait(5)
    world.got(MACS[1], pool.handle(query(REQUEST, MACS[1])))
    lease = world.view.at("10.0.0.52", world.utc)
    assert lease is not None
    world.happened(release(lease, world.utc))
    assert heard == [
        "newcomer 02:00:00:00:00:01", "granted 10.0.0.52", "renewed 10.0.0.52", "released 10.0.0.52"
    ]  # fmt: skip


def test_hosts_that_answer_get_leases_whenever_addresses_are_added(world: World) -> None:
    world.hosts = {f"10.0.{n >> 8}.{n & 255}": MACS[n % 20].hex(":") for n in range(0, 4000, 8)}
    pool = DynamicPool("guests", "20s", "10.0.0.0-10.0.15.159", newcomers_to="http://hall.example/new")
    assert world.scanned == [4000]
    assert len(world.seeded) == 500
    assert world.seeded[1] == {
        "network": "guests", "address": "10.0.0.8", "mac": MACS[8].hex(":"), "seconds": 20, "hostname": ""
    }  # fmt: skip
    assert world.told == [], "who was there before is no newcomer"
    said = pool.handle(query(DISCOVER, MACS[9]))
    assert isinstance(said, Reservation)
    assert said.address == "10.0.0.1", "the first that nobody answers at"
    world.hosts = {"10.1.0.1": MACS[3].hex(":")}
    pool.add_addresses(["10.1.0.1", "10.1.0.2", "10.0.0.5"])
    assert world.scanned == [4000, 2]
    assert world.seeded[-1]["address"] == "10.1.0.1"
    pool.add_addresses(["10.1.0.3"], arp=False)
    DynamicPool("guests", "20s", "10.2.0.1", arp=False, name="quiet")
    assert world.scanned == [4000, 2]


def test_the_pools_of_the_network_are_asked_too_and_a_script_is_read_before_anybody_is_there(world: World) -> None:
    outside.use(None)
    world.hosts = {"10.0.0.53": MACS[3].hex(":")}
    pool = DynamicPool("guests")
    assert world.scanned == []
    assert pool.handle(query(DISCOVER, MACS[1])) == Reservation(None, "guests")
    outside.use(world)
    assert world.scanned == [10]
    assert [(row["address"], row["seconds"]) for row in world.seeded] == [("10.0.0.53", 77)]


@pytest.mark.parametrize("text", ["10.0.0.9-10.0.0.1", "10.0.0.0-10.9.0.0", "x", "10.0.0.1-"])
def test_what_is_no_address_is_refused(world: World, text: str) -> None:
    with pytest.raises(ValueError, match=r"no range|not an IPv4"):
        DynamicPool("guests", addresses=[text])
    with pytest.raises(ValueError, match="65536 addresses"):
        DynamicPool("guests", addresses=["10.0.0.0-10.0.255.255", "10.1.0.0"])
    assert world.scanned == []


def test_who_is_remembered_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringboot.scripts.pool.MOST_GUESTS", 2)
    DynamicPool("guests", "20s", arp=False)
    for number in range(1, 5):
        address = ip_number("10.0.0.50") + number
        world.happened(
            bind("guests", address, b"\1" + MACS[number], MACS[number], seconds=9, evidence=b"", utc=world.utc)
        )
        assert ip_text(address)
    assert list(world.store) == [f"pool guests {MACS[n].hex(':')}" for n in (3, 4)]


def test_the_pool_of_the_page_has_an_opinion_of_its_own(world: World) -> None:
    page = Path(__file__).parents[2] / "docs" / "tutorial" / "lan-party.md"
    (code,) = re.findall(r"^```python consoles.py\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    script: dict[str, Any] = {"__name__": "consoles"}
    exec(code, script)
    assert world.scanned == [100, 101]
    said = script["unknown"](query(DISCOVER, MACS[1], vendor=b"PS5"))
    assert said.address == "10.99.0.150"
    said = script["unknown"](query(DISCOVER, MACS[2]))
    assert said.address == "10.99.0.50"
    world.got(MACS[2], said)
    ((url, told),) = world.told
    assert (url, told["renewals"]) == ("http://10.9.0.1:9000/list", 0)
    for _ in range(30):
        world.wait(5)
        world.got(MACS[2], script["unknown"](query(REQUEST, MACS[2], ciaddr="10.99.0.50")))
    assert script["unknown"](query(REQUEST, MACS[2], ciaddr="10.99.0.50")) is REFUSE
    assert world.lines[-1] == ("warning nobody registered it", {"mac": MACS[2].hex(":")})
