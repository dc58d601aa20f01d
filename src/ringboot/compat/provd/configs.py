"""configs: the layers of configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ringboot.compat.provd.dotted import changes, expand, nothings
from ringboot.compat.provd.ids import ConfigId, id_of
from ringboot.compat.provd.item import Item
from ringboot.compat.provd.selector import chosen, cut
from ringboot.compat.provd.session import Row, Session

OURS = ("transient", "deletable")  # of a config; the daemon says what they are


class Config(Item):
    """One config; configs["base"] gives it."""

    _kind = "configs"

    def get(self) -> Row:
        """Give it as a dictionary."""
        found: Row = self._session.plain("configs", self.id)
        return found

    def get_raw(self) -> Row:
        """Give what a device with this config has: its raw_config over that of its parents."""
        found: Row = self._session.plain("configs", self.id, "raw")["raw_config"]
        return found

    def set_config(self, config: Mapping[str, Any]) -> Config:
        """Set keys, dotted or nested: set_config({"raw_config.ntp_ip": "10.0.0.1"}); others stay."""
        self._session.api.patch("configs", self.id, body=expand(config))
        return self

    def unset_config(self, *keys: str) -> Config:
        """Take dotted keys out, so that the parents speak again: unset_config("raw_config.ntp_ip")."""
        self._session.api.patch("configs", self.id, body=nothings(keys))
        return self

    def set_parents(self, *parents: ConfigId) -> Config:
        """Set the configs that it inherits from; a later one overrides an earlier one."""
        self._session.api.patch("configs", self.id, body={"parent_ids": list(parents)})
        return self


class Configs:
    """The layers of configuration that devices use."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getitem__(self, config: ConfigId) -> Config:
        """Give one to work with; NotDone when it does not exist."""
        found = self._session.api.get("configs", id_of(config))
        return Config(self._session, str(found["id"]))

    def add(self, config: Mapping[str, Any]) -> str:
        """Add a config, dotted or nested: add({"id": "ann", "parent_ids": ["base"], ...}); gives its id."""
        made = self._session.api.post("configs", body=expand(config))
        return str(made["id"])

    def get(self, config: ConfigId | Mapping[str, Any] | Config) -> Row:
        """Give one as a dictionary."""
        return Config(self._session, id_of(config)).get()

    def get_raw(self, config: ConfigId | Mapping[str, Any] | Config) -> Row:
        """Give what a device with this config has: its raw_config over that of its parents."""
        return Config(self._session, id_of(config)).get_raw()

    def update(self, config: Mapping[str, Any]) -> None:
        """Replace the config with this id: keys that are not given go. configs["ann"].set_config changes some only."""
        wanted = expand(config)
        ident = id_of(wanted)
        present = self.get(ident)
        patch = changes(present, {**{key: present[key] for key in ("id", *OURS) if key in present}, **wanted})
        if patch:
            self._session.api.patch("configs", ident, body=patch)

    def remove(self, config: ConfigId | Mapping[str, Any] | Config) -> None:
        """Remove one that no device uses, and no config inherits from."""
        self._session.api.delete("configs", id_of(config))

    def remove_all(self) -> None:
        """Remove all but those that every installation has; asks first."""
        idents = [str(row["id"]) for row in self._session.rows("configs") if row["deletable"]]
        self._session.terminal.is_sure(f"Remove {len(idents)} configs?")
        self._session.each(self._children_first(), self.remove, "removed")

    def _children_first(self) -> list[str]:
        rows = {str(row["id"]): row for row in self._session.rows("configs") if row["deletable"]}
        order: list[str] = []
        while rows:
            parents = {parent for row in rows.values() for parent in row["parent_ids"]}
            free = [ident for ident in rows if ident not in parents] or list(rows)
            order += free
            for ident in free:
                del rows[ident]
        return order

    def autocreate(self) -> str:
        """Make the config that a new device would get; gives its id. It goes when a device has used it and left it."""
        return str(self._session.api.post("configs", "autocreate")["id"])

    def clone(self, config: ConfigId | Mapping[str, Any] | Config, new_id: str | None = None) -> str:
        """Add a copy under another id, which is made up when none is given; gives that. A code is not copied."""
        copied = {key: value for key, value in self.get(config).items() if key not in ("id", "code", *OURS)}
        made = {key: value for key, value in copied.items() if value is not None}
        if new_id is not None:
            made["id"] = new_id
        return str(self._session.api.post("configs", body=made)["id"])

    def find(  # noqa: PLR0917  provd's order
        self,
        search: Mapping[str, Any] | None = None,
        fields: Sequence[str] | str | None = None,
        offset: int = 0,
        limit: int = 0,
        order: str | None = None,
        direction: str | int | None = None,
        **raw: Any,
    ) -> list[Row]:
        """Give those that a selector finds: find({"parent_ids": "base"}), find(role="autocreate", fields=["label"])."""
        rows = list(self._session.rows("configs", secrets=True))
        return cut(chosen(rows, search, raw, order, direction), fields, offset, limit)

    def count(self) -> int:
        """Say how many there are."""
        return self._session.count("configs")
