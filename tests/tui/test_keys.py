"""The one table of keys, and all that follows from it."""

import subprocess
import sys

import pytest

from latentop.tui import keys
from latentop.tui.keys import Place
from latentop.tui.screens import help as help_screen
from tests.support import ROOT


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
def test_each_key_of_a_place_is_listed_once(place: Place) -> None:
    """In the help and in the README: among the place's own, or among those that hold everywhere."""
    listed = [*keys.only(place), *(keys.everywhere() if place in keys.EVERYWHERE else ())]
    assert sorted(listed, key=keys.KEYS.index) == list(keys.of(place))


@pytest.mark.parametrize("place", sorted(keys.EVERYWHERE))
def test_what_is_listed_as_everywhere_does_the_same_in_each_place(place: Place) -> None:
    does = {one: key.action for key in keys.of(place) for one in key.key.split(",")}
    everywhere = {one: key.action for key in keys.everywhere() for one in key.key.split(",")}
    assert {"q", "question_mark", "ctrl+p"} <= everywhere.keys()
    assert {one: does.get(one) for one in everywhere} == everywhere


@pytest.mark.parametrize("place", keys.PLACES)
def test_no_two_keys_of_a_bottom_line_have_one_label(place: Place) -> None:
    labels = [key.label for key in keys.in_footer(keys.of(place))]
    assert len(labels) == len(set(labels))


def test_a_letter_that_means_something_else_elsewhere_is_explained() -> None:
    means: dict[str, set[str]] = {}
    for place in keys.EVERYWHERE:
        for key in keys.of(place):
            means.setdefault(key.shown, set()).add(key.label or key.does)
    several = {shown for shown, labels in means.items() if len(labels) > 1 and shown.isalnum()}
    assert not several & {"c", "n", "r"}
    assert several - {"esc"} <= set(help_screen.ELSEWHERE.replace(",", " ").split())


def test_of_two_keys_that_do_opposite_things_one_line_tells() -> None:
    listed = [key.line for key in keys.listed(keys.of("run"))]
    shown = [head for head, _ in listed]
    assert {"← →", "[ ]", "+ -", "home end", "shift+← →"} <= set(shown)
    assert not {"→", "]", "-", "end"} & set(shown)


@pytest.mark.parametrize("place", keys.PLACES)
def test_a_key_is_explained_in_one_line_of_80_columns(place: Place) -> None:
    for _, does in (key.line for key in keys.listed(keys.of(place))):
        assert len(does) <= 56, does


def test_the_bottom_line_at_80_columns_has_what_one_needs_next() -> None:
    ranked = sorted(keys.in_footer(keys.of("run")), key=lambda key: -key.importance)
    first = [key.label for key in ranked][:12]
    assert {"picture", "chart", "larger"} <= set(first)
    assert "checkpoint" not in first
