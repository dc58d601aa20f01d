"""Style, script and drawings of the pages, held in memory; everybody may have them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

_FOLDER = Path(__file__).parent / "static"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
_FOR_EVER = "public, max-age=31536000, immutable"


class Statics:
    """The files, and the address of each: it changes with what the file holds."""

    def __init__(self) -> None:
        self._data = {path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir()) if path.suffix in _KINDS}
        self._marks = {name: hashlib.sha256(data).hexdigest()[:12] for name, data in self._data.items()}

    def url(self, name: str) -> str:
        """Give the address of a file for a page."""
        return f"/static/{name}?v={self._marks[name]}"

    async def answer(self, request: Request) -> Response:
        """Answer for a file."""
        name = request.path_params["name"]
        if name not in self._data:
            return Response("There is no such file.\n", 404, media_type="text/plain")
        mark = f'"{self._marks[name]}"'
        fixed = request.query_params.get("v") == self._marks[name]
        headers = {
            "etag": mark,
            "cache-control": _FOR_EVER if fixed else "no-cache",
            "x-content-type-options": "nosniff",
        }
        if request.headers.get("if-none-match") == mark:
            return Response(status_code=304, headers=headers)
        return Response(self._data[name], media_type=_KINDS[Path(name).suffix], headers=headers)
