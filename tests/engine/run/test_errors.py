"""Errors reach another process as they are: a pool of processes would die of one that can't be unpickled."""

import pickle
from collections.abc import Iterator

import pytest

from latentop.engine.run.errors import LatentopError
from latentop.engine.watch.samples.unmeasured import UnmeasurableError, too_few
from latentop.presets.image_folder import TooLargeError
from latentop.presets.preset_error import PresetError
from latentop.tui.commands import diagnose, worker_answer  # each has errors of its own


def kinds(base: type[LatentopError]) -> Iterator[type[LatentopError]]:
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


ERRORS = [
    *(kind("what", "do that") for kind in kinds(LatentopError)),
    diagnose.DiagnosisError("what", "do that", 4),
    PresetError("what", "do that", key="steps"),
    TooLargeError(70_000, 9),
    UnmeasurableError(too_few(12, "images")),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_reaches_another_process_whole(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_each_error_of_ours_is_tried() -> None:
    assert {worker_answer.DiedError, worker_answer.NoAnswerError} <= {type(error) for error in ERRORS}
