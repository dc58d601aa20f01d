"""Examples in help texts: real values of the built-in catalog in place of {mac}, {plugin}, {model} and {brand}."""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from ringboot import catalog

# Stand-ins for a catalog that is empty or broken; the MAC is one for documentation (RFC 7042 2.1.2).
_FALLBACK = {"mac": "00:00:5e:00:53:01", "plugin": "PLUGIN", "brand": "BRAND", "model": "MODEL"}
_PLACEHOLDER = re.compile(r"\{(mac|plugin|model|brand)\}")


def fill(text: str) -> str:
    """Put the first plugin's values into an example."""
    if not _PLACEHOLDER.search(text):
        return text
    values = next(_plugins(), _FALLBACK)
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _plugins() -> Iterator[dict[str, str]]:
    """Read what examples need of each manifest, in order of the names."""
    for folder in catalog.__path__:
        for path in sorted(Path(folder).glob("*/plugin.toml"), key=lambda path: catalog.words_first(path.parent.name)):
            with contextlib.suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
                manifest = tomllib.loads(path.read_text())
                models = [name for name in manifest.get("models", {}) if name != "*"]
                oui = str(manifest["oui"][0])
                yield {
                    "mac": ":".join(re.findall("..", f"{oui}2eecfb")),
                    "plugin": path.parent.name,
                    "brand": str(manifest["name"]),
                    "model": models[0] if models else _FALLBACK["model"],
                }
