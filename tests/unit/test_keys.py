"""The one table of keys, and all that follows from it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tui import keys
from tui.keys import Place

ROOT = Path(__file__).parents[2]


def test_the_readme_lists_the_keys_as_they_are() -> None:
    done = subprocess.run(
        [sys.executable, "docs/keys.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("place", keys.PLACES)
def test_a_key_means_one_thing_in_a_place(place: Place) -> None:
    pressed = [one for key in keys.of(place) for one in key.key.split(",")]
    assert len(pressed) == len(set(pressed))


@pytest.mark.parametrize("place", keys.PLACES)
def test_every_key_of_a_place_is_either_its_own_or_everywhere(place: Place) -> None:
    assert {*keys.only(place), *keys.everywhere()} >= set(keys.of(place))
    assert not {*keys.only(place)} & {*keys.everywhere()}
