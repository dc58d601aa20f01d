"""Sign-in, sessions and tokens over a real database: who is let in, for how long, and what ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from argon2 import PasswordHasher
from structlog.testing import capture_logs
from tests.desk.office import Office

from ringboot.desk.errors import Busy, NotFound, NotLetIn, Refused, TooMany
from ringboot.desk.passwords import MOST_WAITING, Cost, Passwords
from ringboot.desk.signins import SEEN_EVERY, SignIns
from ringboot.fleet.people import DAY, IDLE, WHOLE
from ringboot.fleet.tries import OF_BOTH
from ringboot.model.user import ADMINISTRATOR, OPERATOR, VIEWER, Caller

CHEAP = Cost(1, 8, 1)
GOOD = "correct horse battery"
HERE = "10.0.0.9"
ROOT = Caller(ADMINISTRATOR, "root")


class Clock:
    """The time of the day, which a test turns on."""

    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        return self.now


class House:
    """A desk with cheap passwords, where nobody renders."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.clock = office.core.utc = Clock()
        office.desk.signins = self.ins = SignIns(office.core, Passwords(CHEAP))
        self.desk = office.desk

    async def add(self, name: str, role: str) -> None:
        """Add a user with a password of their own."""
        await self.desk.add_user({"name": name, "role": role, "password": GOOD, "must_change": False}, "root")

    async def enter(self, name: str = "anna", password: str = GOOD, address: str = HERE) -> str:
        """Sign in and give the cookie."""
        return (await self.ins.sign_in(name, password, address, "Browser/1")).cookie

    async def settle(self) -> None:
        """Wait until what nobody waits for is written."""
        async with asyncio.timeout(20):
            while self.office.core.background:
                await asyncio.sleep(0.001)


@pytest.fixture
def house(office: Office) -> House:
    return House(office)


def run(conversation: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(conversation())


def test_the_first_start_says_a_password_once_which_is_good_for_setting_another(house: House) -> None:
    async def talk() -> None:
        with capture_logs() as lines:
            await house.ins.begin()
            await house.ins.begin()
        [said] = [line for line in lines if "one_time" in line]
        assert said["user"] == "admin"
        let = await house.ins.sign_in("admin", said["one_time"], HERE, "")
        assert (let.caller.role, let.caller.must_change) == (ADMINISTRATOR, True)
        with pytest.raises(Refused):
            await house.ins.change_password(let.caller, said["one_time"], said["one_time"])
        await house.ins.change_password(let.caller, said["one_time"], GOOD)
        assert house.ins.of_cookie(let.cookie) == let.caller._replace(must_change=False)
        with pytest.raises(NotLetIn):
            await house.enter("admin", said["one_time"])
        with house.office.db.reading() as books:
            [kept] = books.users.all()
        assert said["one_time"] not in repr(kept)
        assert kept.digest.startswith("$argon2id$")

    run(talk)


def test_a_wrong_password_and_an_unknown_name_get_one_answer(house: House) -> None:
    async def talk() -> None:
        await house.add("anna", VIEWER)
        said = []
        for name in ("anna", "nobody", "no such name!", ""):
            with pytest.raises(NotLetIn) as caught:
                await house.enter(name, "wrong")
            said.append(caught.value.text)
        assert len(set(said)) == 1
        for name in ("anna", "nobody"):
            for _ in range(OF_BOTH - 1):
                with pytest.raises(NotLetIn):
                    await house.enter(name, "wrong")
            with pytest.raises(TooMany) as shut:
                await house.enter(name, GOOD)
            assert shut.value.wait == 900
        assert house.ins.of_cookie(await house.enter(address="10.0.0.10")), "not locked out elsewhere"

    run(talk)


def test_an_unknown_name_costs_what_a_wrong_password_costs() -> None:
    """The made-up digest asks for the same work as a real one."""
    passwords = Passwords(CHEAP)
    real = PasswordHasher(*CHEAP).hash("x")
    made = passwords._nobody()
    assert made.split("$")[1:4] == real.split("$")[1:4] == ["argon2id", "v=19", "m=8,t=1,p=1"]
    assert len(made) == len(real)


def test_no_more_wait_for_a_core_than_may_and_the_rest_is_told() -> None:
    async def talk() -> None:
        passwords = Passwords(CHEAP)
        done = await asyncio.gather(
            *(passwords.fits("x", None) for _ in range(MOST_WAITING + 3)), return_exceptions=True
        )
        assert [each for each in done if isinstance(each, Busy)] == done[-3:]
        assert await passwords.fits("x", None) is False

    run(talk)


def test_a_session_ends_unused_after_hours_and_in_any_case_after_days(house: House) -> None:
    async def talk() -> None:
        await house.add("anna", VIEWER)
        began = house.clock.now
        cookie = await house.enter()
        house.clock.now += IDLE - 1
        assert house.ins.of_cookie(cookie) is not None
        await house.settle()
        house.clock.now += IDLE - 1
        assert house.ins.of_cookie(cookie) is not None, "it was used meanwhile"
        await house.settle()
        house.clock.now += IDLE
        assert house.ins.of_cookie(cookie) is None
        cookie = await house.enter()
        began = house.clock.now
        while house.clock.now + IDLE / 2 < began + WHOLE:
            house.clock.now += IDLE / 2
            assert house.ins.of_cookie(cookie) is not None
            await house.settle()
        house.clock.now = began + WHOLE
        assert house.ins.of_cookie(cookie) is None
        await house.enter()
        with house.office.db.reading() as books:
            assert len(books.sessions.all()) == 1, "old ones are forgotten"

    run(talk)


def test_what_is_kept_opens_nothing(house: House) -> None:
    async def talk() -> None:
        await house.add("anna", VIEWER)
        cookie = await house.enter()
        token = (await house.desk.add_token({"name": "cron"}, ROOT))["secret"]
        with house.office.db.reading() as books:
            told = repr((books.sessions.all(), books.tokens.all(), books.users.all()))
            digests = [books.sessions.all()[0].digest, books.tokens.all()[0].digest]
        assert not any(secret in told for secret in (cookie, token, GOOD))
        assert all(house.ins.of_cookie(each) is None and house.ins.of_token(each) is None for each in digests)
        assert house.ins.of_token(token) is not None

    run(talk)


def test_sessions_are_listed_and_ended(house: House) -> None:
    async def talk() -> None:
        await house.add("anna", VIEWER)
        await house.add("ben", VIEWER)
        first, other, bens = await house.enter(), await house.enter(address="10.0.0.2"), await house.enter("ben")
        rows = sorted(await house.desk.sessions("anna"), key=lambda row: str(row["address"]), reverse=True)
        assert [(row["address"], row["agent"]) for row in rows] == [(HERE, "Browser/1"), ("10.0.0.2", "Browser/1")]
        assert len(await house.desk.sessions(None)) == 3
        with pytest.raises(NotFound):
            await house.desk.end_session(rows[0]["id"], "ben")
        await house.desk.end_session(rows[0]["id"], "anna")
        assert house.ins.of_cookie(first) is None
        caller = house.ins.of_cookie(other)
        assert caller is not None
        third = await house.enter()
        await house.ins.change_password(caller, GOOD, "another password")
        assert house.ins.of_cookie(other) is not None
        assert house.ins.of_cookie(third) is None, "another password ends the others"
        await house.ins.sign_out(caller.session)
        assert house.ins.of_cookie(other) is None
        await house.desk.remove_user("ben", "root")
        assert house.ins.of_cookie(bens) is None

    run(talk)


def test_a_role_holds_at_once(house: House) -> None:
    async def talk() -> None:
        await house.add("anna", OPERATOR)
        caller = house.ins.of_cookie(await house.enter())
        assert caller is not None
        cookie = await house.enter()
        token = (await house.desk.add_token({"name": "cron"}, caller))["secret"]
        await house.desk.set_user("anna", {"role": VIEWER}, "root")
        for now in (house.ins.of_cookie(cookie), house.ins.of_token(token)):
            assert now is not None
            assert now.role == VIEWER
        await house.desk.remove_user("anna", "root")
        assert house.ins.of_token(token) is None

    run(talk)


def test_the_last_administrator_stays(house: House) -> None:
    async def talk() -> None:
        await house.add("anna", ADMINISTRATOR)
        await house.add("ben", VIEWER)
        with pytest.raises(Refused, match="anna is the last administrator"):
            await house.desk.remove_user("anna", "root")
        with pytest.raises(Refused, match="anna is the last administrator"):
            await house.desk.set_user("anna", {"role": OPERATOR}, "root")
        await house.desk.set_user("ben", {"role": ADMINISTRATOR}, "root")
        await house.desk.remove_user("anna", "root")
        assert [row["name"] for row in await house.desk.users()] == ["ben"]

    run(talk)


def test_a_reset_makes_a_password_for_once_and_ends_the_sessions(house: House) -> None:
    async def talk() -> None:
        await house.add("anna", VIEWER)
        cookie = await house.enter()
        made = await house.desk.reset_user("anna", "root")
        assert house.ins.of_cookie(cookie) is None
        with pytest.raises(NotLetIn):
            await house.enter()
        let = await house.ins.sign_in("ANNA ", made["password"], HERE, "")
        assert let.caller.must_change
        with pytest.raises(NotFound):
            await house.desk.reset_user("nobody", "root")

    run(talk)


def test_when_somebody_was_seen_is_written_now_and_then(house: House) -> None:
    async def talk() -> None:
        await house.add("anna", VIEWER)
        cookie = await house.enter()
        token = (await house.desk.add_token({"name": "cron"}, ROOT))["secret"]
        house.clock.now += SEEN_EVERY
        for _ in range(3):
            house.ins.of_cookie(cookie)
            house.ins.of_token(token)
        assert len(house.office.core.background) == 2
        await house.settle()
        assert (await house.desk.user("anna"))["last_seen"] == house.clock.now
        assert (await house.desk.tokens(None))[0]["last_used"] == house.clock.now

    run(talk)


def test_a_token_gives_no_more_than_its_maker_has(house: House) -> None:
    async def talk() -> None:
        await house.add("anna", OPERATOR)
        caller = house.ins.of_cookie(await house.enter())
        assert caller is not None
        with pytest.raises(Refused) as more:
            await house.desk.add_token({"name": "x", "role": ADMINISTRATOR}, caller)
        assert more.value.fields == {"role": "is more than your own, operator"}
        made = await house.desk.add_token({"name": "x", "scope": ["/devices"], "days": 10}, caller)
        assert (made["role"], made["user"], made["expires"]) == (OPERATOR, "anna", house.clock.now + 10 * DAY)
        narrow = house.ins.of_token(made["secret"])
        assert narrow is not None
        assert (narrow.who, narrow.via, narrow.scope) == ("anna", "token x", ("/devices",))
        with pytest.raises(Refused) as wider:
            await house.desk.add_token({"name": "y", "scope": ["/configs"]}, narrow)
        assert wider.value.fields == {"scope": "is more than your own, /devices"}
        child = await house.desk.add_token({"name": "y"}, narrow)
        assert (child["scope"], child["expires"]) == (["/devices"], made["expires"])
        house.clock.now = made["expires"]
        assert house.ins.of_token(made["secret"]) is None

    run(talk)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x", "days": 0}, "days"),
        ({"name": "x", "days": 1e9}, "days"),
        ({"name": "x", "days": True}, "days"),
        ({"name": "x", "days": "9"}, "days"),
        ({"name": "x", "role": "king"}, "role"),
        ({"name": "x", "role": 7}, "role"),
        ({"name": "x", "role": ["viewer"]}, "role"),
        ({"name": "x", "scope": "/devices"}, "scope"),
        ({"name": "x", "scope": ["devices"]}, "scope"),
        ({"name": "x", "scope": ["/a/../b c"]}, "scope"),
        ({"name": "x", "scope": [1]}, "scope"),
    ],
)
def test_a_token_that_cannot_be_is_refused(house: House, row: dict[str, Any], field: str) -> None:
    async def talk() -> None:
        with pytest.raises(Refused) as refused:
            await house.desk.add_token(row, ROOT)
        assert list(refused.value.fields) == [field]

    run(talk)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"name": "", "role": VIEWER}, "name"),
        ({"name": "a b", "role": VIEWER}, "name"),
        ({"name": "-a", "role": VIEWER}, "name"),
        ({"name": "anna", "role": "king"}, "role"),
        ({"name": "anna", "role": VIEWER, "password": "short"}, "password"),
        ({"name": "anna", "role": VIEWER, "password": "x" * 257}, "password"),
        ({"name": "anna", "role": VIEWER, "password": "aaaaaaaaaaaa"}, "password"),
        ({"name": "annemarie-a", "role": VIEWER, "password": "Annemarie-A"}, "password"),
        ({"name": "anna", "role": VIEWER, "password": "two\nlines of it"}, "password"),
    ],
)
def test_a_user_that_cannot_be_is_refused(house: House, row: dict[str, Any], field: str) -> None:
    async def talk() -> None:
        with pytest.raises(Refused) as refused:
            await house.desk.add_user(row, "root")
        assert list(refused.value.fields) == [field]
        assert str(row.get("password")) not in refused.value.text
        assert await house.desk.users() == []

    run(talk)


def test_a_name_is_there_once_in_any_spelling(house: House) -> None:
    async def talk() -> None:
        await house.add("anna", VIEWER)
        with pytest.raises(Refused, match="There is a user anna already"):
            await house.add("Anna", VIEWER)

    run(talk)
