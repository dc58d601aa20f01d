"""The built-in plugins, one folder a brand."""

from pathlib import Path

FOLDER = Path(__file__).parent
