"""Configs as rows, with an index from parent to child."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from ringboot.fleet.books import Change
from ringboot.model.device import Config
from ringboot.store.historybook import HistoryBook
from ringboot.store.statement import Among, Statement, delete, insert, upsert
from ringboot.store.tables import CONFIG, CONFIG_PARENT

_KEYS = tuple(field.name for field in fields(Config))
_COLUMNS = [CONFIG.c[key] for key in ("id", "raw_config", "role", "transient", "deletable", "label", "code")]
_GET = Statement(sa.select(*_COLUMNS).where(CONFIG.c.id == sa.bindparam("id")))
_HEADS = ("id", "role", "transient", "deletable", "label", "code")
_ALL_HEADS = Statement(sa.select(*(CONFIG.c[key] for key in _HEADS)).order_by(CONFIG.c.id))
_OF_CODE = Statement(sa.select(CONFIG.c.id).where(CONFIG.c.code == sa.bindparam("code")))
_NEXT = (
    sa.select(*_COLUMNS).where(CONFIG.c.id > sa.bindparam("after")).order_by(CONFIG.c.id).limit(sa.bindparam("count"))
)
_PAGE = Statement(_NEXT)
_PAGE_OF_ROLE = Statement(_NEXT.where(CONFIG.c.role == sa.bindparam("role")))
_UNASSIGNED = Statement(sa.select(CONFIG.c.id).where((CONFIG.c.transient != 0) | (CONFIG.c.role == "autocreate")))
_PARENTS = Statement(
    sa.select(CONFIG_PARENT.c.parent)
    .where(CONFIG_PARENT.c.config == sa.bindparam("config"))
    .order_by(CONFIG_PARENT.c.place)
)
_CHILDREN = Among(sa.select(CONFIG_PARENT.c.config), CONFIG_PARENT.c.parent)
_PUT = upsert(CONFIG)
_REMOVE = delete(CONFIG, "id")
_ADD_PARENT = insert(CONFIG_PARENT)
_REMOVE_PARENTS = delete(CONFIG_PARENT, "config")


class ConfigBook:
    """The configs over one connection."""

    def __init__(self, connection: sqlite3.Connection, history: HistoryBook) -> None:
        self._connection = connection
        self._history = history

    def get(self, config: str) -> Config | None:
        """Give the config with this id."""
        row = _GET.run(self._connection, id=config).fetchone()
        return None if row is None else self._config(row)

    def of_code(self, code: str) -> Config | None:
        """Give the config with this code."""
        row = _OF_CODE.run(self._connection, code=code).fetchone()
        return None if row is None else self.get(str(row[0]))

    def heads(self) -> list[dict[str, Any]]:
        """Give all that is short of every one, by id: what it is called and what it is for."""
        return [
            {
                "id": ident, "role": role, "transient": bool(transient), "deletable": bool(deletable), "label": label,
                "code": code,
            }
            for ident, role, transient, deletable, label, code in _ALL_HEADS.run(self._connection)
        ]  # fmt: skip

    def unassigned(self) -> set[str]:
        """Give the ids of those that nobody gave to a device: made for a new one, or what these are made from."""
        return {str(row[0]) for row in _UNASSIGNED.run(self._connection)}

    def put(self, config: Config, who: str, utc: float) -> None:
        """Add it or replace it."""
        before = self.get(config.id)
        if before == config:
            return
        _PUT.run(
            self._connection,
            id=config.id,
            raw_config=json.dumps(config.raw_config),
            role=config.role,
            transient=config.transient,
            deletable=config.deletable,
            label=config.label,
            code=config.code,
        )
        if before is None or before.parent_ids != config.parent_ids:
            if before is not None:
                _REMOVE_PARENTS.run(self._connection, config=config.id)
            rows = [
                {"config": config.id, "place": place, "parent": parent}
                for place, parent in enumerate(config.parent_ids)
            ]
            _ADD_PARENT.run_rows(self._connection, rows)
        self._history.note("config", config.id, Change(utc, who, _told(before), _told(config)))

    def remove(self, config: str, who: str, utc: float) -> None:
        """Remove it; those that name it as a parent go on naming it."""
        before = self.get(config)
        if before is None:
            return
        _REMOVE.run(self._connection, id=config)
        _REMOVE_PARENTS.run(self._connection, config=config)
        self._history.note("config", config, Change(utc, who, _told(before), None))

    def children(self, *configs: str) -> list[str]:
        """Give the ids of those that name one of these as a parent."""
        if not configs:
            return []
        return sorted({row[0] for row in _CHILDREN.run(self._connection, configs)})

    def page(self, after: str, limit: int, role: str | None = None) -> list[Config]:
        """Give the next ones by id, all or those with a role."""
        if role is None:
            rows = _PAGE.run(self._connection, after=after, count=limit)
        else:
            rows = _PAGE_OF_ROLE.run(self._connection, after=after, count=limit, role=role)
        return [self._config(row) for row in rows.fetchall()]

    def _config(self, row: tuple[Any, ...]) -> Config:
        ident, raw_config, role, transient, deletable, label, code = row
        parents = tuple(parent for (parent,) in _PARENTS.run(self._connection, config=ident))
        return Config(ident, parents, json.loads(raw_config), role, bool(transient), bool(deletable), label, code)


def _told(config: Config | None) -> dict[str, Any] | None:
    if config is None:
        return None
    return {**{key: getattr(config, key) for key in _KEYS}, "parent_ids": list(config.parent_ids)}
