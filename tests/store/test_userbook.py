"""Users, sessions and tokens as rows: what is put is what is read again, after a restart too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ringboot.fleet.books import Books
from ringboot.model.user import ADMINISTRATOR, VIEWER, Session, Token, User
from ringboot.store.fleetdb import FleetDb

ANNA = User("anna", ADMINISTRATOR, "$argon2id$x", 1.0, must_change=True)
BEN = User("ben", VIEWER, "$argon2id$y", 2.0, seen=3.0)
BROWSER = Session("d1", "s1", "anna", 1.0, 2.0, "10.0.0.1", "Browser/1")
PHONE = replace(BROWSER, digest="d2", id="s2", seen=5.0)
CRON = Token("t1", "cron", "e1", VIEWER, ("/devices", "/status"), "anna", 1.0, 9.0)
ALL = replace(CRON, id="t2", digest="e2", scope=(), user=None, used=4.0)


def test_what_is_put_is_read_again(fresh: Path) -> None:
    def fill(books: Books) -> None:
        for user in (BEN, ANNA):
            books.users.put(user)
        for session in (BROWSER, PHONE):
            books.sessions.put(session)
        for token in (CRON, ALL):
            books.tokens.put(token)

    db = FleetDb.open(fresh)
    db.write_sync(fill)
    db.close()
    db = FleetDb.open(fresh)
    with db.reading() as books:
        assert books.users.all() == [ANNA, BEN]
        assert (books.users.get("ben"), books.users.get("eve")) == (BEN, None)
        assert books.sessions.all() == [BROWSER, PHONE]
        assert (books.sessions.get("d2"), books.sessions.get("s2")) == (PHONE, None)
        assert books.tokens.all() == [CRON, ALL]
        assert (books.tokens.of("e1"), books.tokens.of("t1"), books.tokens.get("t2")) == (CRON, None, ALL)
    db.close()


def test_what_is_ended_is_gone_and_nothing_else(fresh: Path) -> None:
    db = FleetDb.open(fresh)
    others = replace(BROWSER, digest="d3", id="s3", user="ben")

    def play(books: Books) -> list[list[str]]:
        told = []
        for session in (BROWSER, PHONE, others):
            books.sessions.put(session)
        assert books.sessions.end_others("anna", "d2") == 1
        told.append([each.id for each in books.sessions.all()])
        books.sessions.end_old(4.0, 0.0)
        told.append([each.id for each in books.sessions.all()])
        books.sessions.end("d2")
        told.append([each.id for each in books.sessions.all()])
        for token in (CRON, ALL):
            books.tokens.put(token)
        assert books.tokens.remove_of("anna") == 1
        told.append([each.id for each in books.tokens.all()])
        books.tokens.remove("t2")
        told.append([each.id for each in books.tokens.all()])
        return told

    assert db.write_sync(play) == [["s2", "s3"], ["s2"], [], ["t2"], []]
    db.close()
