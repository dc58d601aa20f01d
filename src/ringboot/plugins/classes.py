"""What the DHCP server has to know of a brand: how its devices look in DHCP, and which options they need."""

from __future__ import annotations

from ringboot.model.site import Class, Match
from ringboot.plugins.identify import oui_pattern
from ringboot.plugins.schema import Manifest


def brand_class(manifest: Manifest) -> Class:
    """Compile a manifest's DHCP rules and options; the range of a MAC counts only where the manifest has a rule for it.

    The patterns are searched for, not matched from the first to the last character.
    """
    alternatives = tuple(
        (Match(rule.from_, rule.match or oui_pattern(manifest)),)
        for rule in manifest.identify
        if rule.from_.startswith("dhcp.")
    )
    return Class(manifest.name, "brand", alternatives, dict(manifest.dhcp))
