"""A plugin as an archive: what a repository keeps, and what its index says of it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pydantic import ValidationError

from ringboot.plugins.folder import NotInstalled, check_id
from ringboot.plugins.index import Entry
from ringboot.plugins.manifest import FILE, BadManifest, load_manifest
from ringboot.plugins.shipped import digest
from ringboot.plugins.unpack import BadArchive, Limits, unpack

ENDINGS = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar", ".zip")
_LIMITS = Limits(files=20_000, octets=1 << 30)


def open_plugin(archive: Path, place: Path) -> Path:
    """Unpack an archive into a new folder, and give the plugin's folder in it; BadArchive, OSError."""
    place.mkdir(mode=0o700, parents=True)
    unpack(archive, place, _LIMITS)
    if (place / FILE).is_file():
        return place
    inside = list(place.iterdir())
    if len(inside) != 1 or not (inside[0] / FILE).is_file():
        raise BadArchive(archive, "", f"is no plugin: it holds no folder with {FILE}, or more than that")
    return inside[0]


def entry_of(archive: Path) -> Entry:
    """Say of an archive what an index says; its id is the name of the folder in it.  BadArchive, OSError."""
    with tempfile.TemporaryDirectory(prefix="ringboot-") as temporary:
        place = Path(temporary) / "plugin"
        folder = open_plugin(archive, place)
        try:
            manifest = load_manifest(folder)
            ident = check_id(manifest.name if folder == place else folder.name)
            return Entry(
                id=ident, name=manifest.name, title=manifest.title, version=manifest.version, needs=manifest.needs,
                description=manifest.description, end_of_life=manifest.end_of_life,
                file=archive.name, size=archive.stat().st_size, sha256=digest(archive),
            )  # fmt: skip
        except BadManifest as error:
            raise BadArchive(archive, FILE, f"line {error.line}: {error.why}") from None
        except NotInstalled as error:
            raise BadArchive(archive, "", f"cannot be in an index: {error}") from None
        except ValidationError as error:  # a name or a version that no index can have
            first = error.errors(include_url=False)[0]
            named = ".".join(map(str, first["loc"]))
            raise BadArchive(archive, "", f"cannot be in an index: {named}: {first['msg']}") from None
