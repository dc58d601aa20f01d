"""What an argument names: an annotation says where such names are, so that it can be completed; and its id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from ringboot.compat.provd.notdone import NotDone


class Ids(NamedTuple):
    """Where the names are that an argument may have: a list of the API, and the key of its rows."""

    path: str
    key: str = "id"


ConfigId = Annotated[str, Ids("configs")]
DeviceId = Annotated[str, Ids("devices")]
PluginId = Annotated[str, Ids("plugins")]
PackageId = Annotated[str, Ids("firmware")]
ParameterName = Annotated[str, Ids("settings", "name")]
Mac = Annotated[str, Ids("devices", "mac")]
Model = Annotated[str, Ids("devices", "model")]


def id_of(thing: object) -> str:
    """Give the id of what is named by it, or holds it: text, a dictionary, or one of our objects."""
    found = thing.get("id") if isinstance(thing, Mapping) else getattr(thing, "id", thing)
    if not isinstance(found, str) or not found:
        raise NotDone(f"{thing!r:.60} has no id.")
    return found
