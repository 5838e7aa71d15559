"""Trainings of several parts: which a run is in, and which steps a chart of it shows."""

from dataclasses import replace

import numpy as np

from latentop.engine.run.store.bins import from_values
from latentop.tui.model.notice_text import Aside
from latentop.tui.model.phases import phase, window
from latentop.tui.model.pretraining import pretrained
from latentop.tui.model.state import State
from latentop.tui.model.verdict_row import verdict_row
from latentop.tui.model.viewport import Viewport
from tests.support.panels import state

PARTS = (("autoencoder", 600), ("classifiers", 900))
ARMS = {"fine-tuned": (0.782, 0.009), "frozen": (0.77, 0.011), "scratch": (0.769, 0.015)}


def run(last: int) -> State:
    found = state({}, kind="pretraining", phases=PARTS, step=last)
    series = {"loss/reconstruction": np.arange(1, min(last, 600) + 1)}
    if last > 600:
        series |= {f"accuracy/{arm}": np.arange(601, last + 1) for arm in ARMS}
        series |= {f"accuracy/{arm}-sd": np.arange(601, last + 1) for arm in ARMS}
    values = {
        name: float(ARMS[name.split("/")[1].removesuffix("-sd")][name.endswith("-sd")])
        if name.startswith("accuracy")
        else 0.1
        for name in series
    }
    drawn = {
        name: from_values(steps, steps / 10, np.full(len(steps), values[name]))
        for name, steps in series.items()
    }
    return replace(found, series=drawn)


def test_a_run_is_in_one_part_after_another() -> None:
    assert phase(state({})) is None
    for last, place in ((1, 1), (600, 1), (601, 2), (900, 2)):
        found = phase(run(last))
        assert found is not None
        assert (found.place, found.count) == (place, 2)


def test_a_chart_shows_the_steps_of_its_part() -> None:
    assert window(run(300), ("loss/reconstruction",)) == (0.0, 304.0)
    assert window(run(800), ("loss/reconstruction",)) == (0.0, 600.0)
    assert window(run(800), tuple(f"accuracy/{arm}" for arm in ARMS)) == (600.0, 808.0)
    assert window(run(800), ("loss/reconstruction", "accuracy/frozen")) is None
    assert window(state({"loss/generator": [1.0]}), ("loss/generator",)) is None


def test_the_outcome_is_told_with_every_arm() -> None:
    assert pretrained(run(300)) == ()
    assert pretrained(run(900)) == (
        "fine-tuned 78.2 ±0.9 %, frozen 77.0 ±1.1 %, scratch 76.9 ±1.5 %",
        "pretraining is ahead by 1.3 points",
    )
    row = verdict_row(run(900), run(900), Viewport(), Aside())
    for width in (78, 118, 198):
        head, told, _ = row.within(width)
        assert "scratch 76.9 ±1.5 %" in head + told
