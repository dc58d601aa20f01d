"""The built-in plugins, one folder a brand."""

from pathlib import Path

FOLDER = Path(__file__).parent


def words_first(brand: str) -> tuple[bool, str]:
    """Order brands by name, those of digits last: examples begin with a word."""
    return brand[0].isdigit(), brand
