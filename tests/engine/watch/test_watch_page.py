"""The page about the watch names every alarm, every threshold and every series that there is."""

import re

import pytest

from latentop.engine.watch.samples.reading import MEASURES
from latentop.presets.watch import BELOW, DEFAULTS, Watch
from latentop.tui.model.alarm_meanings import ALARMS
from latentop.tui.model.shown_table import SHOWN
from tests.support import ROOT

PAGE = (ROOT / "docs" / "WATCH.md").read_text()
MEASURED = re.compile(r"^\| `[a-z]+/", re.MULTILINE)
NAMED = re.compile(r"^\| `([a-z-]+)` \| (critical|warning) \|", re.MULTILINE)


def raised_somewhere() -> set[str]:
    """The names that conditions are given in the source."""
    sources = "".join(path.read_text() for path in (ROOT / "engine" / "watch").rglob("*.py"))
    return set(re.findall(r"name=\"([a-z-]+)\",\n\s+severity", sources)) | {"diverged"}


def test_every_alarm_has_its_row_and_no_row_has_no_alarm() -> None:
    assert {name for name, _ in NAMED.findall(PAGE)} == raised_somewhere()
    assert len(raised_somewhere()) == 15


@pytest.mark.parametrize("key", [key for key in Watch.__struct_fields__ if key.endswith("_alarm")])
def test_every_threshold_is_told_with_its_numbers(key: str) -> None:
    name = key.removesuffix("_alarm")
    raised, cleared = getattr(DEFAULTS, key), getattr(DEFAULTS, f"{name}_clear")
    assert f"| `{name}` | {_plain(raised)} | {_plain(cleared)} |" in PAGE


def _plain(number: float) -> str:
    return f"{number:.4f}".rstrip("0").rstrip(".")


def test_every_measure_is_explained() -> None:
    assert all(f"`diversity/{name}`" in PAGE for name in MEASURES)


def test_the_screen_explains_a_measure_in_the_words_of_the_page() -> None:
    told = [
        (one.name, meaning) for one in SHOWN.values() for meaning in (one.meaning, one.of_points) if meaning
    ]
    assert len(told) == len(MEASURED.findall(PAGE))
    for name, meaning in told:
        row = f"| `{name}` | {meaning.what} | {meaning.when} | {meaning.source} |".replace("|  |", "| |")
        assert row in PAGE


def test_the_screen_explains_an_alarm_in_the_words_of_the_page() -> None:
    assert ALARMS.keys() == raised_somewhere()
    for name, meaning in ALARMS.items():
        assert f"| `{name}` | {meaning.severity} | {meaning.what} |" in PAGE
        assert not meaning.threshold or f"| {meaning.what} | `{meaning.threshold}` |" in PAGE


def test_every_threshold_belongs_to_an_alarm() -> None:
    keys = {key.removesuffix("_alarm") for key in Watch.__struct_fields__ if key.endswith("_alarm")}
    assert keys == {meaning.threshold for meaning in ALARMS.values()} - {""}
    assert keys >= BELOW
