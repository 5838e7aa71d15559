"""Which modes are there by name, and since when one is gone."""

from latentop.tui.model import mode_presence
from tests.support.panels import CLASSES, alarm, present, state


def test_a_mode_that_was_there_is_lost_since_the_first_check_that_missed_it() -> None:
    run = state(present([1.0] * 6, [1.0] * 6, [0.9, 0.1, 0.9, 0.8, 0.1, 0.0], [1.1] * 6))
    found = mode_presence.modes(run)
    assert [mode.name for mode in found] == list(CLASSES)
    assert [mode.name for mode in mode_presence.lost(found)] == ["Sandal"]
    assert found[2].lost_since == 50
    assert found[2].share == 0.0
    assert mode_presence.lost_names(run) == ("Sandal",)
    assert not mode_presence.missing(run)


def test_a_mode_that_never_came_is_missing_and_not_lost() -> None:
    run = state(present([1.0] * 3, [0.0, 0.34, 0.2], [1.0] * 3, [1.0] * 3))
    assert mode_presence.missing(run) == ("Trouser",)
    assert not mode_presence.lost_names(run)


def test_a_fork_has_lost_what_its_parent_had_until_that_is_back() -> None:
    inherited = alarm("collapsed", lost_Sandal=0.0, lost_Bag=0.0)
    run = state(present([1.0] * 3, [1.0] * 3, [0.1, 0.8, 4.6], [0.0, 0.1, 0.0]), inherited)
    assert mode_presence.lost_names(run) == ("Bag",)
    assert mode_presence.missing(run) == ()
    assert mode_presence.lost_names(state({"loss/generator": [1.0]}, inherited)) == ("Sandal", "Bag")


def test_a_mode_that_came_back_is_there() -> None:
    found = mode_presence.modes(state(present([1.0] * 3, [1.0, 0.0, 1.0], [1.0] * 3, [1.0] * 3)))
    assert all(mode.there for mode in found)


def test_kinds_without_names_are_counted() -> None:
    found = mode_presence.modes(state(present([1.0], [0.0]), classes=(), modes=2))
    assert [mode.name for mode in found] == ["mode 1", "mode 2"]


def test_runs_that_recorded_none_have_none() -> None:
    assert mode_presence.modes(state({"diversity/coverage": [0.9]})) == ()


def test_the_series_of_a_mode_is_called_by_its_name_where_the_run_knows_it() -> None:
    run = state(present([1.0], [1.0], [1.0], [0.0]) | {"diversity/coverage": [0.9]})
    called = mode_presence.titles(run.facts, run.series)
    assert called["presence/3"] == "presence of Sandal"
    assert called["diversity/coverage"] == "diversity/coverage"
    unnamed = state(present([1.0], [0.0]), classes=())
    assert mode_presence.titles(unnamed.facts, unnamed.series)["presence/2"] == "presence of mode 2"
