"""A worker that is killed and resumed trains to the very weights of one that nobody touched."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from latentop.engine.checkpoint import checkpoint_file
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.store.bins import Bins
from latentop.presets import catalogue
from tests.support.forkserver import fork_server
from tests.support.real_runs import SMALL_GAN, ask, end, everything, facts, wait_until
from tests.support.recorded_runs import latentop

pytestmark = pytest.mark.slow


FAMILIES = {
    "stacked": ("steps=4000", "batch=16"),
    "vae": ("steps=2000", "batch=16"),
    "dcgan": ("steps=400", *SMALL_GAN),
    "wgan-gp": ("steps=200", *SMALL_GAN),
    "pretrain-classifier": ("steps=600", "pretrain=300", "classifier.hidden=[16]", "seeds=2"),
}
"""An autoencoder, a VAE, a GAN, one with several steps of its critic, and a classifier: for some seconds."""


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both runs compute alike, however busy the machine is: as the fork server's workers do."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def begin(runs: Path, name: str, overrides: Sequence[str]) -> RunFolder:
    preset = catalogue.load(catalogue.find(name), [*overrides, "keep.frames=3600"])
    known = RunFacts(preset=name, seed=preset.seed, steps=preset.steps)
    run = launch.new(runs, known, catalogue.dump(preset))
    fork_server().claim(run)
    return run


def same(one: Any, other: Any) -> bool:
    """Whether two states are alike to the last bit."""
    match one:
        case torch.Tensor():
            return torch.equal(one, other)
        case dict():
            return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
        case list() | tuple():
            return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def single(bins: Bins) -> dict[int, float]:
    """The steps that are recorded by themselves, and their values."""
    alone = bins.n == 1
    return dict(zip(bins.step[alone].tolist(), bins.last[alone].tolist(), strict=True))


@pytest.mark.parametrize("name", FAMILIES)
def test_a_killed_run_ends_with_the_weights_of_one_that_was_not(tmp_path: Path, name: str) -> None:
    whole = begin(tmp_path, name, FAMILIES[name])
    wait_until(lambda: facts(whole).state == "finished")
    run = begin(tmp_path, name, FAMILIES[name])
    try:
        wait_until(lambda: facts(run).step > 20)
        saved = ask(run, "checkpoint").step
        assert saved is not None
        wait_until(lambda: facts(run).step > saved + 20)
        end(run)
        assert facts(run).state == "running"
        done = latentop(tmp_path, "resume", run.id)
        assert done.returncode == 0, done.stderr
        wait_until(lambda: facts(run).state == "finished")
    finally:
        end(run)
    ours, theirs = checkpoint_file.load_newest(run).state, checkpoint_file.load_newest(whole).state
    assert ours["step"] == theirs["step"] == facts(run).steps
    for part in ("networks", "optimisers", "sampler", "rng"):
        assert same(ours[part], theirs[part]), part
    ours_seen, theirs_seen = everything(run).bins, everything(whole).bins
    for series in (one for one in theirs_seen if one.startswith("loss/")):
        one, other = single(ours_seen[series]), single(theirs_seen[series])
        shared = one.keys() & other.keys()
        assert {step: one[step] for step in shared} == {step: other[step] for step in shared}
        assert ours_seen[series].n.sum() == theirs_seen[series].n.sum()
