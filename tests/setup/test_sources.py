"""[[dhcp.source]]: what it becomes, and every mistake with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringboot.scripts.sources.source import FUNCTION, HTTP, INI, SQL
from ringboot.setup.load import load_text
from ringboot.setup.outline import outline
from ringboot.setup.problems import BadConfig
from ringboot.setup.sources import place_of

HEAD = '[dhcp]\ninterfaces = ["eth0"]\n[[dhcp.network]]\nsubnet = "10.0.0.0/24"\n[[dhcp.source]]\nname = "x"\n'
SQL_URL = 'kind = "sql"\nurl = "postgresql://reader:geheim@db.example.org/dhcp"\n'


def test_what_stands_in_the_file_is_what_is_asked(tmp_path: Path) -> None:
    for name, text in (("a.ini", ""), ("pass", "word\n"), ("tokens", "X-Token: t0ken\n"), ("inventory.py", "")):
        (tmp_path / name).write_text(text)
    text = f"""{HEAD}{SQL_URL}query = "SELECT ip FROM hosts WHERE mac = :mac AND relay = :relay"
timeout = "100ms"
cache = "1m"
negative = 0
stale = "7d"
connections = 2
[[dhcp.source]]
name = "tables"
kind = "sql"
url = "mariadb://reader@db/dhcp"
password_file = "pass"
prefix = "dhcp_"
any_case = true
[[dhcp.source]]
name = "ini"
kind = "ini"
file = "a.ini"
[[dhcp.source]]
name = "web"
kind = "http"
url = "https://ipam.example.org/lookup"
method = "GET"
send = {{ mac = "hw", relay = "giaddr" }}
parameters = {{ site = "lab" }}
headers = {{ Accept-Language = "en" }}
headers_file = "tokens"
[[dhcp.source]]
name = "code"
kind = "callable"
function = "inventory.py:lookup"
"""
    settings = load_text(tmp_path / "ringboot.toml", text)
    own, tables, ini, web, code = map(place_of, settings.dhcp.sources)
    assert (own.kind, own.url, own.password) == (SQL, "postgresql://reader@db.example.org/dhcp", "geheim")
    assert (own.timeout, own.cache, own.negative, own.stale, own.connections) == (0.1, 60, 0, 604800, 2)
    assert own.query.endswith("relay = :relay")
    assert (tables.password, tables.prefix, tables.any_case) == ("word", "dhcp_", True)
    assert (ini.kind, ini.file) == (INI, tmp_path / "a.ini")
    assert (web.kind, web.post, web.send, web.parameters) == (
        HTTP, False, {"mac": "hw", "relay": "giaddr"}, {"site": "lab"}
    )  # fmt: skip
    assert web.headers == {"Accept-Language": "en", "X-Token": "t0ken"}
    assert (code.kind, code.function) == (FUNCTION, f"{tmp_path}/inventory.py:lookup")


def test_no_secret_is_shown_where_configurations_are_compared(tmp_path: Path) -> None:
    text = f"""{HEAD}{SQL_URL}
[[dhcp.source]]
name = "p"
kind = "sql"
url = "mariadb://u@h/d"
password = "geheim"
[[dhcp.source]]
name = "h"
kind = "http"
url = "https://h/"
headers = {{ Authorization = "Bearer geheim" }}
"""
    shown = {
        (name, key): value.shown(key)
        for (_, name), values in outline(load_text(tmp_path / "r.toml", text)).items()
        for key, value in values.items()
    }
    assert not [place for place, each in shown.items() if "geheim" in each]
    assert shown["h", "headers.Authorization"] == shown["p", "password"] == "***"
    assert shown["h", "send.mac"] == "mac"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('kind = "sql"', "line 7, dhcp.source.kind: sql needs url or file; add url = ..."),
        ('kind = "ini"\nurl = "x"', "dhcp.source.url: is nothing for a source of kind ini"),
        ('kind = "http"\nurl = "ftp://x/"', 'dhcp.source.url: "ftp://x/" is no URL of a web service'),
        ('kind = "http"\nurl = "http://u:p@x/"', "dhcp.source.url: holds a user, a password or a #"),
        ('kind = "http"\nurl = "http://x/"\nca = "no.pem"', "no.pem is not there"),
        ('kind = "http"\nurl = "http://x/"\nsend = { colour = "c" }', '"colour" is nothing that is known of a client'),
        ('kind = "http"\nurl = "http://x/"\nheaders_file = "no"', "no cannot be read: No such file"),
        ('kind = "http"\nurl = "http://x/"\nheaders = { a = "b\\nc" }', "headers: holds an end of line"),
        ('kind = "sql"\nurl = "oracle://x/y"', "'oracle' is no kind of database; there are mariadb,"),
        ('kind = "sql"\nurl = "db"', "dhcp.source.url: it is no URL of a database"),
        ('kind = "sql"\nurl = "postgresql://h"', "it does not name a database"),
        ('kind = "sql"\nurl = "mysql://h/d"\nfile = "x"', "dhcp.source.file: stands here beside url"),
        (f'{SQL_URL}password = "x"', "dhcp.source.url: holds a password, and another is given"),
        ('kind = "sql"\nurl = "mysql://h/d"\npassword_file = "no"', "no cannot be read: No such file"),
        (f'{SQL_URL}query = "SELECT :mak"', ":mak is nothing that is known of a client; there are :mac, :relay,"),
        (f'{SQL_URL}query = "SELECT 1"', "dhcp.source.query: does not say which client it is about"),
        (f'{SQL_URL}query = "SELECT :mac"\nprefix = "x_"', "dhcp.source.prefix: is for the tables maps and subnets"),
        (f'{SQL_URL}prefix = "x;"', 'dhcp.source.prefix: "x;" cannot begin the name of a table'),
        ('kind = "ini"\nfile = "no.ini"', "no.ini is not there"),
        ('kind = "callable"\nfunction = "a:b"', '"a:b": it is not written as file.py:function'),
        ('kind = "callable"\nfunction = "no.py:b"', "no.py is not there"),
        (f'{SQL_URL}[[dhcp.source]]\nname = "x"\n{SQL_URL}', 'another source is called "x"'),
        (f"{SQL_URL}timeout = '1h'", "too long for a client that waits"),
        (f"{SQL_URL}stale = '900d'", '"900d" is too long'),
        (f"{SQL_URL}connections = 0", "dhcp.source.connections: 0 is not a number from 1 to"),
        (f"{SQL_URL}tables = 1", "dhcp.source.tables: unknown key"),
        ('kind = "ldap"', 'dhcp.source.kind: "ldap" is not possible; write "sql", "ini", "http" or "callable"'),
    ],
)
def test_every_mistake_is_told_with_its_place(text: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(BadConfig) as caught:
        load_text(tmp_path / "ringboot.toml", HEAD + text)
    assert what in str(caught.value)
    assert "line " in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_fault_inside_an_ini_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.ini").write_text("[main|0]\n")
    with pytest.raises(BadConfig, match=r"a\.ini, line 1: \[main\|0\] has no lease-time"):
        load_text(tmp_path / "ringboot.toml", f'{HEAD}kind = "ini"\nfile = "a.ini"')
