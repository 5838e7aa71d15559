"""A run in brief, for the list: the same numbers as the whole history has, at the price of some rows."""

import math
from pathlib import Path

import numpy as np

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.store.bins import from_values
from latentop.engine.run.store.summary import COURSE_ROWS, Summariser, Summary
from latentop.engine.run.store.writer import Store
from tests.support.recorded_runs import DCGAN, new_run


def summary(run: RunFolder) -> Summary:
    reader = Summariser(run.database)
    try:
        return reader.read()
    finally:
        reader.close()


def record(run: RunFolder, name: str, values: list[float]) -> None:
    steps = np.arange(1_000, 1_000 + len(values), dtype=np.int64)
    store = Store(run.database)
    store.write({name: from_values(steps, steps / 10.0, np.array(values))}, [])
    store.close()


def test_newest_values_and_the_course_of_what_matters_most(tmp_path: Path) -> None:
    run = new_run(tmp_path, state="finished", verdict="healthy", name="first")
    told = summary(run)
    assert dict(told.values) == {"diversity/coverage": 0.87, "loss/generator": 0.83}
    assert (told.course_of, told.course.tolist()) == ("diversity/coverage", [0.87])
    assert (told.step, told.begun, told.facts.name) == (300, True, "first")


def test_the_course_of_a_long_run_is_few_rows_that_keep_its_shape(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    record(run, "diversity/coverage", [0.9] * 20_000 + [0.1] * 20_000)
    course = summary(run).course
    assert 16 < len(course) <= COURSE_ROWS + 1
    assert math.isclose(course[1], 0.9)
    assert math.isclose(course[-1], 0.1)


def test_a_value_that_is_no_number_is_told(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    record(run, "diversity/coverage", [0.9, math.nan])
    assert math.isnan(summary(run).values["diversity/coverage"])


def test_a_run_that_has_not_begun_has_nothing_to_tell(tmp_path: Path) -> None:

    told = summary(launch.new(tmp_path, RunFacts(preset="dcgan", seed=1, steps=10), DCGAN))
    assert (told.begun, told.course_of, len(told.course), told.pending) == (False, "", 0, ())
