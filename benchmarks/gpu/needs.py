"""What has to be installed for the checks; a borrowed machine may lack some of it."""

import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
NEEDED = {
    "torch": "torch",
    "torchvision": "torchvision",
    "numpy": "numpy",
    "msgspec": "msgspec",
    "platformdirs": "platformdirs",
    "tomli_w": "tomli-w",
    "psutil": "psutil",
    "PIL": "pillow",
}
"""Modules without which nothing trains, and the packages that have them."""
SCREEN = ("textual", "rich", "plotext")
"""What only the dashboard needs."""


def missing(modules: Sequence[str]) -> list[str]:
    """Those of the modules that can't be imported here, by the name of their package."""
    return [NEEDED.get(one, one) for one in modules if find_spec(one) is None]


def describe(folder: Path) -> None:
    """Where latentop runs from its sources alone, have its version found in the folder: runs note it."""
    try:
        version("latentop")
    except PackageNotFoundError:
        text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        found = re.search(r'^version = "(.+)"$', text, re.MULTILINE)
        number = found[1] if found else "0"
        place = folder / f"latentop-{number}.dist-info"
        place.mkdir(parents=True)
        metadata = f"Metadata-Version: 2.1\nName: latentop\nVersion: {number}\n"
        (place / "METADATA").write_text(metadata, encoding="utf-8")
