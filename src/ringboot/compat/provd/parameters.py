"""parameters: what can be switched while the daemon runs."""

from __future__ import annotations

from typing import Any

from ringboot.compat.provd.ids import ParameterName
from ringboot.compat.provd.session import Row, Session


class Parameters:
    """What can be switched while the daemon runs; the rest stands in ringboot.toml."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def infos(self) -> dict[str, Row]:
        """Give every parameter with its value, its default and what it does."""
        return {
            str(row["name"]): {"value": row["value"], "default": row["default"], "description": row["help"]}
            for row in self._session.rows("settings")
        }

    def get(self, key: ParameterName) -> Any:
        """Give a value; a secret one reads ***."""
        return self._session.api.get("settings", key)["value"]

    def set(self, key: ParameterName, value: Any) -> None:
        """Change one; it holds for the next packet and the next request."""
        self._session.api.put("settings", key, body={"value": value})

    def unset(self, key: ParameterName) -> None:
        """Give one its default again."""
        default = self._session.api.get("settings", key)["default"]
        self._session.api.put("settings", key, body={"value": default})
