"""A plugin folder that a test writes as it goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ringboot.plugins.job import RenderJob, ServerFacts, TemplateFault
from ringboot.plugins.render import Made, make

SERVER = ServerFacts("10.0.0.2", "http://10.0.0.2:8667", "10.0.0.3")
HEAD = 'name = "acme"\ntitle = "Acme"\nversion = "1.0"\nformat = "{}"\n'
PHONE = {
    "id": "one",
    "mac": "00:08:5d:2e:ec:fb",
    "ip": "10.0.1.7",
    "model": "A1",
    "version": "1.2",
    "description": "desk",
    "options": {"switchboard": True},
    "plugin": "acme",
}


class Plugin:
    """A plugin folder that a test writes as it goes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest('[device.files]\n"{mac}.cfg" = ""')

    def manifest(self, text: str, format_: str = "ini") -> Plugin:
        self.path.mkdir(exist_ok=True)
        (self.path / "plugin.toml").write_text(HEAD.format(format_) + text)
        return self

    def shipped(self, **sources: str) -> Plugin:
        return self._write("templates", sources)

    def custom(self, **sources: str) -> Plugin:
        return self._write("var/templates", sources)

    def _write(self, folder: str, sources: dict[str, str]) -> Plugin:
        for name, source in sources.items():
            path = self.path / folder / f"{name}.tpl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
        return self

    def outcome(self, raw: dict[str, Any] | None = None, **device: Any) -> Made | TemplateFault:
        return make(RenderJob(1, str(self.path), raw or {}, SERVER, {**PHONE, **device}))

    def pages(self, raw: dict[str, Any] | None = None, **device: Any) -> dict[str, tuple[str, str]]:
        made = self.outcome(raw, **device)
        assert isinstance(made, Made), made
        return {page.path: (page.template, page.data.decode()) for page in made.pages}

    def text(self, source: str, raw: dict[str, Any] | None = None, **device: Any) -> str:
        """Render one template for one phone."""
        self.shipped(base=source)
        ((_, text),) = self.pages(raw, **device).values()
        return text

    def fault(self, raw: dict[str, Any] | None = None, **device: Any) -> TemplateFault:
        outcome = self.outcome(raw, **device)
        assert isinstance(outcome, TemplateFault), outcome
        return outcome

    def common(self, raw: dict[str, Any] | None = None) -> Made | TemplateFault:
        return make(RenderJob(1, str(self.path), raw or {}, SERVER))


@pytest.fixture
def plugin(tmp_path: Path) -> Plugin:
    return Plugin(tmp_path / "acme")
