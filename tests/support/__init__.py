"""What tests share: real runs, recorded runs, the driven dashboard, a real terminal."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The project's own folder."""
