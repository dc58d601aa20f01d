"""What the files of a device are made from is read once for all that inherit the same, and anew after every change."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.desk.house import House, house, phone

from ringboot.desk.inputs import Inheritance
from ringboot.fleet import configs
from ringboot.model.device import Config


@pytest.fixture
def data(tmp_path: Path, empty: Path) -> Path:
    """Give a folder whose database is made already."""
    (tmp_path / "data").mkdir()
    shutil.copy(empty, tmp_path / "data")
    return tmp_path


def flat(home: House, inheritance: Inheritance, config: str | None) -> dict[str, Any] | None:
    generation = home.core.db.generation
    with home.core.db.reading() as books:
        return inheritance.flat(generation, books, replace(phone("hall"), config=config))


def test_it_is_what_flattening_gives_after_every_change(data: Path) -> None:
    async def conversation() -> None:
        async with house(data) as home:
            inheritance = Inheritance()
            await home.desk.add_config({"id": "a", "parent_ids": ["base"], "raw_config": {"ntp_ip": "10.0.0.1"}}, "ann")
            await home.desk.add_config({"id": "b", "parent_ids": ["base"]}, "ann")
            for value in ("10.0.0.2", "10.0.0.3"):
                await home.desk.set_config("base", {"raw_config": {"ntp_ip": value, "dns_ip": value}}, "ann")
                for config in ("a", "b", "base"):
                    with home.core.db.reading() as books:
                        whole = configs.flatten(books.configs.get, config).raw
                    assert flat(home, inheritance, config) == whole
                    assert whole["dns_ip"] == value
            assert flat(home, inheritance, None) is None
            assert flat(home, inheritance, "nobody") is None

    asyncio.run(conversation())


def test_what_several_inherit_is_read_once_for_them(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def conversation() -> None:
        async with house(data) as home:
            inheritance = Inheritance()
            for name in ("a", "b", "c"):
                await home.desk.add_config({"id": name, "parent_ids": ["base"]}, "ann")
            asked: list[str] = []
            real = configs.inherited

            def noted(get: Any, config: Config) -> configs.Flat:
                asked.append(config.id)
                return real(get, config)

            monkeypatch.setattr(configs, "inherited", noted)
            for name in ("a", "b", "c"):
                assert flat(home, inheritance, name) == {}
            assert asked == ["a"]
            await home.core.db.write(lambda _: None)
            flat(home, inheritance, "b")
            assert asked == ["a", "b"], "whatever was written may have been that"

    asyncio.run(conversation())


def test_a_config_that_inherits_from_itself_is_no_problem(data: Path) -> None:
    async def conversation() -> None:
        async with house(data) as home:
            for row in (Config("a", ("b",), {"ntp_ip": "10.0.0.1"}), Config("b", ("a",), {"ntp_ip": "10.0.0.2"})):
                await home.core.db.write(lambda books, row=row: books.configs.put(row, "test", 0.0))  # type: ignore[misc]
            inheritance = Inheritance()
            assert flat(home, inheritance, "a") == {"ntp_ip": "10.0.0.1"}
            assert flat(home, inheritance, "b") == {"ntp_ip": "10.0.0.2"}

    asyncio.run(conversation())
