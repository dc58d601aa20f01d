"""The firmware packages of a plugin: those of its manifest and those of pkgs/, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

from ringboot.plugins.package import Package, circles
from ringboot.plugins.pkgsdb import Fault, read_folder
from ringboot.plugins.schema import Manifest


def read_stock(folder: Path, manifest: Manifest) -> tuple[dict[str, Package], list[Fault]]:
    """Read both; a package that is not sound is left out and told of."""
    packages = {row.id: row.package() for row in manifest.package}
    more, faults = read_folder(folder / "pkgs")
    for ident, package in more.items():
        if ident in packages:
            faults.append(Fault(package.place, f"package {ident} stands in plugin.toml, too; that one is taken"))
        packages.setdefault(ident, package)
    faults += [Fault("packages", text) for text in circles(packages)]
    return packages, faults
