"""What commands about templates, and about files before and after, print with --json beside what the API says."""

from __future__ import annotations

from pydantic import BaseModel

from ringboot.admin.shapes.templates import Previewed, PreviewedFile


class TemplateDiff(BaseModel):
    """How two texts of a template differ, line by line."""

    plugin: str
    template: str
    before: str
    after: str
    diff: str


class ComparedFile(PreviewedFile):
    """One with its difference."""

    diff: str


class Compared(Previewed):
    """All that would change for a device."""

    files: list[ComparedFile]  # type: ignore[assignment]  # narrower than what it overrides
