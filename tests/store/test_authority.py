"""Our own CA on disk: made once, kept, its server certificate renewed in time; openssl agrees."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ringboot.store.authority import RENEW_BEFORE, SERVER_DAYS, Authority, AuthorityBroken, describe

NOW = datetime.now(UTC).replace(microsecond=0)
HERE = ["10.0.0.2", "127.0.0.1"]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    own = Authority(tmp_path_factory.mktemp("first") / "tls")
    assert own.ensure(HERE, NOW)
    return own.folder


@pytest.fixture
def made(first: Path, tmp_path: Path) -> Authority:
    shutil.copytree(first, tmp_path / "tls")
    return Authority(tmp_path / "tls")


def octets(own: Authority) -> list[bytes]:
    return [path.read_bytes() for path in (own.ca, own.ca_key, own.certificate, own.key)]


def test_what_is_made_is_what_openssl_takes(made: Authority) -> None:
    for address in HERE:
        command = ["openssl", "verify", "-CAfile", str(made.ca), "-verify_ip", address, "-purpose", "sslserver"]
        assert subprocess.run([*command, str(made.certificate)], capture_output=True, check=True).returncode == 0
    other = ["openssl", "verify", "-CAfile", str(made.ca), "-verify_ip", "10.0.0.3", str(made.certificate)]
    assert subprocess.run(other, capture_output=True, check=False).returncode != 0
    told = describe(made.certificate)
    assert told["names"] == [*HERE, "ringboot"]
    assert told["until"] == (NOW + timedelta(days=SERVER_DAYS)).timestamp()
    assert told["since"] < NOW.timestamp()


def test_only_the_daemon_reads_the_keys(made: Authority) -> None:
    assert [path.stat().st_mode & 0o777 for path in (made.ca_key, made.key, made.folder)] == [0o600, 0o600, 0o700]


def test_it_stays_until_it_ends_soon_and_the_ca_stays_then(made: Authority) -> None:
    before = octets(made)
    end = NOW + timedelta(days=SERVER_DAYS)
    assert not made.ensure(reversed(HERE), end - RENEW_BEFORE - timedelta(seconds=1))
    assert octets(made) == before
    assert made.ensure(HERE, end - RENEW_BEFORE)
    after = octets(made)
    assert after[:2] == before[:2], "phones trust it"
    assert after[2] != before[2]
    assert describe(made.certificate)["until"] > end.timestamp()


def test_it_follows_our_addresses(made: Authority) -> None:
    before = octets(made)
    assert made.ensure(["10.0.0.3"], NOW)
    assert describe(made.certificate)["names"] == ["10.0.0.3", "ringboot"]
    assert octets(made)[:2] == before[:2]


@pytest.mark.parametrize(("lost", "how"), [("server.crt", "broken"), ("server.key", "gone")])
def test_a_lost_server_certificate_is_made_again(made: Authority, lost: str, how: str) -> None:
    path = made.folder / lost
    path.unlink()
    if how == "broken":
        path.write_text("nothing")
    assert made.ensure(HERE, NOW)
    assert not made.ensure(HERE, NOW)


def test_a_ca_is_never_replaced_when_it_is_broken(made: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    other.ensure(HERE, NOW)
    good = made.ca_key.read_bytes()
    for path, text, why in (
        (made.ca_key, b"nothing", "ca.key is no key"),
        (made.ca_key, other.ca_key.read_bytes(), "ca.key is not the key of ca.crt"),
        (made.ca, b"nothing", "ca.crt is no certificate"),
    ):
        path.write_bytes(text)
        with pytest.raises(AuthorityBroken, match=rf"{why}.*Restore it from a backup; or move the folder"):
            made.ensure(HERE, NOW)
        assert path.read_bytes() == text
        made.ca_key.write_bytes(good)
    (other.ca_key).unlink()
    with pytest.raises(AuthorityBroken, match=r"ca\.key cannot be used: No such file"):
        other.ensure(HERE, NOW)


def test_a_start_that_broke_off_before_the_ca_stood_is_made_good(tmp_path: Path) -> None:
    own = Authority(tmp_path / "tls")
    own.folder.mkdir()
    own.ca_key.write_text("half of a k")
    (own.folder / "ca.key.new").write_text("half of a k")
    assert own.ensure(HERE, NOW)
    assert not own.ensure(HERE, NOW)


def test_several_servers_have_certificates_of_one_ca(made: Authority) -> None:
    before = octets(made)
    admin = Authority(made.folder, "admin")
    assert admin.ensure(["10.0.0.2"], NOW, ["phones.example.org"])
    assert octets(made) == before
    assert describe(admin.certificate)["names"] == ["10.0.0.2", "phones.example.org", "ringboot"]
    assert not admin.ensure(["10.0.0.2"], NOW, ["phones.example.org"])
    assert admin.ensure(["10.0.0.2"], NOW, ["phones.example.org", "other.example.org"]), "it is called otherwise now"
    check = ["openssl", "verify", "-CAfile", str(made.ca), "-verify_hostname", "other.example.org"]
    assert subprocess.run([*check, str(admin.certificate)], capture_output=True, check=True).returncode == 0
