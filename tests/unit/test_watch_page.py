"""The page about the watch names every alarm, every threshold and every series that there is."""

import re
from pathlib import Path

import pytest

from engine.watch.diversity import MEASURES
from presets.watching import DEFAULTS, Watch

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "WATCH.md").read_text()
NAMED = re.compile(r"^\| `([a-z-]+)` \| (critical|warning) \|", re.MULTILINE)


def raised_somewhere() -> set[str]:
    """The names that conditions are given in the source."""
    sources = "".join(path.read_text() for path in (ROOT / "engine" / "watch").rglob("*.py"))
    return set(re.findall(r"name=\"([a-z-]+)\",\n\s+severity", sources)) | {"diverged"}


def test_every_alarm_has_its_row_and_no_row_has_no_alarm() -> None:
    assert {name for name, _ in NAMED.findall(PAGE)} == raised_somewhere()
    assert len(raised_somewhere()) == 14


@pytest.mark.parametrize("key", [key for key in Watch.__struct_fields__ if key.endswith("_alarm")])
def test_every_threshold_is_told_with_its_numbers(key: str) -> None:
    name = key.removesuffix("_alarm")
    raised, cleared = getattr(DEFAULTS, key), getattr(DEFAULTS, f"{name}_clear")
    assert f"| `{name}` | {_plain(raised)} | {_plain(cleared)} |" in PAGE


def _plain(number: float) -> str:
    return f"{number:.4f}".rstrip("0").rstrip(".")


def test_every_measure_is_explained() -> None:
    assert all(f"`diversity/{name}`" in PAGE for name in MEASURES)
