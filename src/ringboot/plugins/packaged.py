"""[[package]] of plugin.toml: the manifest's own form of a firmware package."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from ringboot.plugins.package import Package, PackageFile, make_file, make_package, make_steps


class FileRow(BaseModel):
    """A file that a package is made of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = ""
    name: str = ""
    size: Annotated[StrictInt, Field(ge=0)]
    sha256: str

    @model_validator(mode="after")
    def _is_sound(self) -> FileRow:
        self.file()
        return self

    def file(self) -> PackageFile:
        """Give the file that is meant; ValueError."""
        return make_file(self.name, self.url, self.size, "sha256", self.sha256)


class PackageRow(BaseModel):
    """A firmware package."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    version: str
    description: str = ""
    depends: tuple[str, ...] = ()
    files: tuple[FileRow, ...] = ()
    install: dict[str, str] = {}  # "a-b" -> "unzip $FILE1"

    @model_validator(mode="after")
    def _is_sound(self) -> PackageRow:
        self.package()
        return self

    def package(self) -> Package:
        """Give the package that is meant; ValueError."""
        files = tuple(row.file() for row in self.files)
        return make_package(
            id=self.id, version=self.version, description=self.description, files=files, depends=self.depends,
            steps=make_steps(self.install.items(), tuple(file.name for file in files), ()), place="plugin.toml",
        )  # fmt: skip
