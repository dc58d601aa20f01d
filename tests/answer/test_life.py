"""Any clients, any order, any time: what must hold whatever happens.

The oracle is what the clients were told: who was acknowledged which address, and until when.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from ringboot.model.address import ip_number, ip_text
from ringboot.model.lease import BOUND

if TYPE_CHECKING:
    from tests.answer.conftest import Heard, Phone, Server, World

WHO = st.integers(0, 5)
WHERE = st.integers(-1, 5)
OWNED = {4: "10.0.1.1", 5: "10.0.200.1"}  # reservations; the first lies in the pool
POOL = range(ip_number("10.0.1.0"), ip_number("10.0.1.4"))


def machine(world: type[World]) -> type[RuleBasedStateMachine]:
    class Life(RuleBasedStateMachine):
        """Six phones want four addresses, two of them have reservations; guests have a network of their own."""

        def __init__(self) -> None:
            super().__init__()
            self.server: Server = world.server(
                world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.3", lease_time=100, rapid_commit=True),
                world.network("voice", "10.5.0.0/16", "10.5.1.0-10.5.1.1", lease_time=50, segment="voice"),
            )
            self.phones = self.server.phones(6)
            for who, address in OWNED.items():
                self.server.reserve(f"00:08:5d:00:00:{who:02x}", address)
            self.told: dict[int, tuple[int, float]] = {}  # address -> who was told, until when

        def hear(self, who: int, heard: Heard) -> None:
            now = self.server.now.utc
            if heard.startswith(("OFFER", "ACK")):
                address = heard.message.yiaddr
                holder, until = self.told.get(address, (who, 0.0))
                assert holder == who or until <= now, "given to a second client"
                owners = [each for each, text in OWNED.items() if ip_number(text) == address]
                assert owners in ([], [who]), "a reserved address went to somebody else"
                if heard.startswith("ACK"):
                    network = self.server.table.of_address(address)
                    assert network is not None
                    for other in [
                        other for other, (each, _) in self.told.items() if each == who and (other ^ address) >> 16 == 0
                    ]:
                        del self.told[other]  # it holds one address a network
                    self.told[address] = (who, ceil(now) + heard.lease_time)

        def phone(self, who: int) -> Phone:
            return self.phones[who]

        @rule(who=WHO, wish=WHERE, relay=st.booleans(), rapid=st.booleans())
        def discover(self, who: int, wish: int, relay: bool, rapid: bool) -> None:
            phone = self.phone(who)
            phone.relay = ip_number("10.5.0.1") if relay else 0
            more = {"o80": b""} if rapid else {}
            heard = phone.discover(wish=ip_text(POOL.start + wish), **more)
            assert heard.startswith("ACK") == (rapid and not relay and heard != "silence pool-full")
            self.hear(who, heard)

        @rule(who=WHO)
        def boot(self, who: int) -> None:
            self.phone(who).relay = 0
            offer = self.phone(who).discover()
            self.hear(who, offer)
            if offer.startswith("OFFER"):
                ack = self.phone(who).take(offer)
                assert ack.startswith("ACK"), "what was offered is acknowledged"
                self.hear(who, ack)

        @rule(who=WHO, where=WHERE)
        def take_anything(self, who: int, where: int) -> None:
            self.hear(who, self.phone(who).take(ip_text(POOL.start + where)))

        @rule(who=WHO, where=WHERE)
        def reboot(self, who: int, where: int) -> None:
            self.hear(who, self.phone(who).reboot(ip_text(POOL.start + where)))

        @rule(who=WHO, broadcast=st.booleans())
        def renew(self, who: int, broadcast: bool) -> None:
            phone = self.phone(who)
            now = self.server.now.utc
            mine = [address for address, (each, until) in self.told.items() if each == who and until > now]
            for address in mine:
                phone.relay = ip_number("10.5.0.1") if address not in POOL and address >> 16 == 0x0A05 else 0
                text = ip_text(address)
                heard = phone.rebind(text) if broadcast else phone.renew(text)
                moved = who in OWNED and address >> 16 == 0x0A00 and text != OWNED[who]
                assert heard == f"ACK {text}" or (moved and heard == "NAK nak-not-yours")
                self.hear(who, heard)

        @rule(who=WHO, where=WHERE)
        def release(self, who: int, where: int) -> None:
            address = POOL.start + where
            mine = self.told.get(address, (None, 0.0))[0] == who
            heard = self.phone(who).release(ip_text(address))
            if heard.change is not None:
                assert mine
                self.told.pop(address)

        @rule(who=WHO, where=WHERE)
        def decline(self, who: int, where: int) -> None:
            address = POOL.start + where
            heard = self.phone(who).decline(ip_text(address))
            if heard.change is not None:
                assert self.told.pop(address)[0] == who

        @rule(seconds=st.sampled_from([0.5, 5, 29, 31, 61, 101, 90_000]))
        def time_passes(self, seconds: float) -> None:
            self.server.sleep(seconds)

        @rule()
        def restart(self) -> None:
            self.server.restart()

        @rule(who=WHO, wish=WHERE)
        def a_change_that_could_not_be_written(self, who: int, wish: int) -> None:
            self.phone(who).relay = 0
            before = self.picture()
            rows = len(self.server.rows)
            offer = self.phone(who).discover(wish=ip_text(POOL.start + wish))
            undos = [offer.undo]
            if offer.startswith("OFFER"):
                undos.append(self.phone(who).take(offer).undo)
            for undo in reversed(undos):
                if undo is not None:
                    self.server.table.undo(undo)
            del self.server.rows[rows:]
            assert self.picture() == before

        def picture(self) -> object:
            table, now = self.server.table, self.server.now
            leases = table.leases()
            return (
                leases,
                [table.of_client(lease.network, lease.key) for lease in leases],
                [table.offered(address, now.steady) for address in POOL],
                [table.offer_of("phones", b"\x01" + phone.mac, now.steady) for phone in self.phones],
                table.counts(now.utc, now.steady),
            )

        @invariant()
        def nobody_shares_an_address_and_nobody_was_forgotten(self) -> None:
            now = self.server.now.utc
            live = [lease for lease in self.server.table.leases() if lease.state == BOUND and lease.expiry > now]
            assert {lease.address: lease.expiry for lease in live} == {
                address: until for address, (_, until) in self.told.items() if until > now
            }
            assert len({(lease.network, lease.key) for lease in live}) == len(live)

        @invariant()
        def the_journal_says_the_same_as_the_table(self) -> None:
            table = type(self.server.table)()
            table.load(self.server.rows)
            assert table.leases() == self.server.table.leases()

        @precondition(lambda self: self.server.now.utc > 1_700_000_000.0)
        @invariant()
        def a_pool_that_says_it_is_full_is_full(self) -> None:
            table, now = self.server.table, self.server.now
            free = table.free("phones", now.utc, now.steady)
            possible = {
                address
                for address in POOL
                if not table.is_withheld(address)
                and table.offered(address, now.steady) is None
                and ((lease := table.of_address(address)) is None or lease.expiry <= now.utc)
            }
            assert (free in possible) if possible else free is None

    return Life


def test_whatever_happens(world: type[World]) -> None:
    budget = settings(max_examples=60, stateful_step_count=25, derandomize=True, deadline=None, database=None)
    run_state_machine_as_test(machine(world), settings=budget)
