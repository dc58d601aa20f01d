"""What an argument names, so that it can be completed: an annotation on the argument says where such names are."""

from __future__ import annotations

from typing import Annotated, NamedTuple


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
