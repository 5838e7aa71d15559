"""When checkpoints are due: a clock is turned, and what is on disk is looked at."""

import time
from pathlib import Path

import pytest

from latentop.engine.checkpoint.intervals import EARLY_SECONDS, Saver
from tests.support.house import House


def test_the_first_one_comes_early_and_the_next_ones_ever_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    house = House(tmp_path, "keep.checkpoints=60", "keep.last=100")
    house.trainer.step = 0
    saver = Saver(house.run, house.trainer, house.said.append)
    saver.save(first=True)  # as every run begins; a crash soon after must not lose all that came since
    seconds = []
    for second in range(1, 200):
        now += 1
        house.trainer.step = second
        before = len(house.run.checkpoint_steps)
        saver.save_if_due()
        if len(house.run.checkpoint_steps) > before:
            seconds.append(second)
    assert seconds == [15, 45, 105, 165]
    assert seconds[0] == EARLY_SECONDS
