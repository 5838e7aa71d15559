"""``keep.size`` by a real worker: the folder stays below it, says what it gives up, and loses no step."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.real_runs import SMALL_GAN, ask, everything, facts, training, wait_until

LIMIT = 20_000_000
OTHERS = 15_500_000
"""Bytes that something else in the folder takes, so that the rest fills within some seconds."""


@pytest.mark.slow
def test_a_run_stays_below_its_limit_and_says_what_it_gives_up(tmp_path: Path) -> None:
    sizes: list[int] = []

    def pressed() -> bool:
        sizes.append(facts(run).size or 0)
        return facts(run).pressure > 0

    small = (*SMALL_GAN, "generator.channels=4", "discriminator.channels=4", "steps=1000000")
    with training(tmp_path, "dcgan", [*small, "keep.size=20", "keep.frames=0.2"]) as run:
        (run.path / "notes").write_bytes(bytes(OTHERS))
        wait_until(pressed)
        assert ask(run, "stop").state == "applied"
        wait_until(lambda: facts(run).state == "stopped")
    recorded = everything(run)
    assert OTHERS < max(sizes) <= LIMIT
    assert OTHERS < (recorded.facts.size or 0) <= LIMIT
    (limit,) = [mark.text for mark in recorded.marks if mark.kind == "limit"]
    assert "of 20 MB: older " in limit
    losses = recorded.bins["loss/generator"]
    assert losses.n.sum() == losses.step[-1] == recorded.facts.step == run.newest_checkpoint
    assert np.isfinite(losses.mean).all()
