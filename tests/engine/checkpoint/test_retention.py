"""Which checkpoints stay: the newest, the best, and the last before each alarm."""

from pathlib import Path

import pytest
import torch

from latentop.engine.checkpoint import checkpoint_file
from latentop.engine.checkpoint.retention import worth_keeping
from latentop.engine.record.size_limit import LEAST_CHECKPOINTS
from latentop.engine.run.errors import StorageError
from latentop.engine.run.events import AlarmCleared, AlarmRaised
from latentop.engine.run.folder import RunFolder
from tests.support.recorded_runs import new_run, write

STEPS = list(range(100, 1001, 100))


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A GAN that covers 87 % at step 300, most at 550, and never so much again."""
    run = new_run(tmp_path)
    for step, coverage in ((310, 0.4), (550, 0.95), (790, 0.7)):
        write(run, values={"diversity/coverage": coverage}, step=step)
    return run


def kept(run: RunFolder) -> list[int]:
    return sorted(worth_keeping(run, STEPS))


def raised(name: str, step: int) -> AlarmRaised:
    words = {"sentence": "samples are alike", "advice": "roll back"}
    return AlarmRaised(name=name, severity="critical", step=step, wall=1.0, evidence={}, **words)


def test_an_autoencoders_best_has_the_smallest_validation_error(tmp_path: Path) -> None:
    run = new_run(tmp_path, "stacked")
    for step, error in ((90, 0.5), (390, 0.2), (410, float("nan")), (590, 0.3), (990, 0.9)):
        write(run, values={"valid/reconstruction": error}, step=step)
    assert kept(run) == [400]


def test_a_gans_best_covers_most_while_no_alarm_stands(run: RunFolder) -> None:
    assert kept(run) == [700]
    write(run, raised("memorising", 560), AlarmCleared(name="memorising", step=750, wall=1.0))
    assert kept(run) == [300, 500]  # and the one before the alarm


def test_a_gans_best_by_quality_has_the_smallest_distance(run: RunFolder) -> None:
    assert worth_keeping(run, STEPS, "quality") == {700}  # nothing of it is measured: as usual
    for step, distance in ((210, 0.3), (350, 0.1), (450, 0.2)):
        write(run, values={"quality/frechet": distance}, step=step)
    assert worth_keeping(run, STEPS, "quality") == {400}
    assert kept(run) == [700]
    write(run, raised("memorising", 360), AlarmCleared(name="memorising", step=750, wall=1.0))
    assert 400 not in worth_keeping(run, STEPS, "quality")


def test_the_checkpoints_before_the_first_and_the_last_alarm_of_each_kind_stay(run: RunFolder) -> None:
    for name, step in (("collapsed", 250), ("oscillation", 300), ("collapsed", 400), ("collapsed", 905)):
        write(run, raised(name, step), AlarmCleared(name=name, step=step + 10, wall=1.0))
    assert kept(run) == [200, 700, 900]
    write(run, raised("diverged", 50))
    assert kept(run) == [200, 900]  # nothing was good from then on


def test_in_little_space_only_the_newest_stay(run: RunFolder) -> None:
    write(run, raised("collapsed", 250), facts={"pressure": LEAST_CHECKPOINTS - 1})
    assert kept(run) == [200]
    write(run, facts={"pressure": LEAST_CHECKPOINTS})
    assert kept(run) == []


def test_a_run_that_can_not_be_read_is_no_reason_to_delete(run: RunFolder) -> None:
    run.database.write_bytes(b"damaged" * 1000)
    with pytest.raises(StorageError):
        worth_keeping(run, STEPS)


def test_saving_keeps_what_is_worth_it_and_nothing_of_another_future(run: RunFolder) -> None:
    for step in STEPS:
        path = checkpoint_file.save(
            run, {"step": step, "weights": torch.ones(3)}, keep=2, worth=worth_keeping(run, STEPS)
        )
    assert checkpoint_file.steps(run) == [1000, 900, 700]
    assert path.name == "step-000001000.pt"
    checkpoint_file.save(
        run, {"step": 650, "weights": torch.ones(3)}, keep=2, worth=worth_keeping(run, STEPS)
    )
    assert checkpoint_file.steps(run) == [650]
