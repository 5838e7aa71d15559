"""Forks by real workers: a run that goes on from a checkpoint of another, with other settings."""

import copy
from pathlib import Path

import pytest
import torch

from latentop.engine.checkpoint import checkpoint_file
from latentop.engine.run.errors import UsageError
from latentop.presets import live
from latentop.presets.preset_error import PresetError
from latentop.tui.model.number_text import spaced
from latentop.tui.runs import forks
from tests.support.real_runs import SMALL_GAN, ask, end, everything, facts, training, wait_until
from tests.training.test_live_settings import alike, numbers, train, trainer
from tests.training.test_worker import LONG, state, steps_of

pytestmark = pytest.mark.slow


TINY = ("generator.hidden=[16]", "discriminator.hidden=[16]", "batch=16")


def test_a_fork_goes_on_at_the_step_of_its_parent_with_other_settings(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as parent:
        wait_until(lambda: facts(parent).step > 3)
        assert ask(parent, "set", {"generator.lr": 1e-3}).state == "applied"
        forks.freshen(parent)
        words = ["seed=7", "discriminator.optimizer=sgd", "objective.ema=0.9"]
        fork = forks.with_words(forks.begun(parent), words)
        run = forks.launch(tmp_path, fork)
        try:
            wait_until(lambda: facts(run).step > fork.step + 3)
            assert ask(run, "stop").state == "applied"
            wait_until(lambda: state(run) == "stopped")
        finally:
            end(run)
        assert state(parent) == "running"
    told = facts(run)
    assert (told.parent, told.parent_step, told.seed) == (parent.id, fork.step, 7)
    assert told.settings["generator.lr"] == 1e-3
    assert [mark.text for mark in everything(run).marks if mark.kind == "fork"] == [
        f"forked from {parent.id} at step {fork.step}"
    ]
    assert steps_of(run, "loss/generator")[0] == fork.step + 1
    assert not run.graft.exists()
    saved = checkpoint_file.load_newest(run).state
    assert saved["settings"]["objective.ema"] == 0.9
    assert "average" in saved["networks"]


def test_a_fork_with_the_same_settings_trains_as_its_parent_does() -> None:
    parent = trainer("dcgan", SMALL_GAN)
    train(parent, 4)
    state = copy.deepcopy(parent.state())
    train(parent, 8)
    fork = trainer("dcgan", SMALL_GAN)
    fork.graft(state)
    assert fork.step == 4
    train(fork, 8)
    assert alike(numbers(parent), numbers(fork))


def test_weights_come_along_and_another_seed_draws_otherwise() -> None:
    parent = trainer("dcgan", SMALL_GAN)
    train(parent, 4)
    state = copy.deepcopy(parent.state())
    fork = trainer("dcgan", [*SMALL_GAN, "seed=7", "generator.lr=0.5"])
    fork.graft(state)
    assert alike(numbers(parent), numbers(fork))
    assert fork.objective.optimisers["generator"].param_groups[0]["lr"] == 0.5
    weight = next(iter(fork.objective.networks["generator"].parameters()))
    assert fork.objective.optimisers["generator"].state[weight]["step"] == 4
    train(parent, 6)
    train(fork, 6)
    assert not alike(numbers(parent), numbers(fork))


def test_an_optimiser_of_another_kind_begins_anew_and_an_average_where_the_generator_is() -> None:
    parent = trainer("dcgan", SMALL_GAN)
    train(parent, 3)
    fork = trainer("dcgan", [*SMALL_GAN, "generator.optimizer=rmsprop", "objective.ema=0.5"])
    fork.graft(copy.deepcopy(parent.state()))
    assert not fork.objective.optimisers["generator"].state
    networks = fork.objective.networks
    here, there = networks["average"].state_dict(), networks["generator"].state_dict()
    assert all(torch.equal(here[name], there[name]) for name in there)
    train(fork, 5)


def test_weights_that_do_not_fit_are_named() -> None:
    parent = trainer("dcgan", SMALL_GAN)
    fork = trainer("dcgan", [*SMALL_GAN, "generator.latent_dim=7"])
    before = numbers(fork)
    with pytest.raises(UsageError, match=r"weights of generator don't fit: .* is 100×.* by these settings"):
        fork.graft(parent.state())
    assert alike(before, numbers(fork))


def test_a_fork_of_other_data_begins_its_epoch_and_its_watch_anew() -> None:
    parent = trainer("ring", TINY)
    train(parent, 3)
    fork = trainer("ring", [*TINY, "data.sd=0.1"])
    fork.graft(copy.deepcopy(parent.state()))
    assert fork.state()["sampler"] == {"epoch": 0, "position": 0}
    assert repr(fork.state()["watch"]) != repr(parent.state()["watch"])
    same = trainer("ring", TINY)
    same.graft(copy.deepcopy(parent.state()))
    assert same.state()["sampler"] == parent.state()["sampler"]
    assert repr(same.state()["watch"]) == repr(parent.state()["watch"])  # which holds arrays


def test_what_a_fork_cannot_have_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: facts(run).step > 3)
        assert ask(run, "stop").state == "applied"
        wait_until(lambda: state(run) == "stopped")
    fork = forks.begun(run)
    for word, said in (
        ("generator.channels=32", r"generator\.channels = 32: .*would not fit.*\(it is 8\)"),
        ("steps=1", f"steps = 1 are over: the checkpoint is of step {spaced(fork.step)}"),
        ('generator={network="dense", lr=1e-3}', r"generator\.network = dense: "),
    ):
        with pytest.raises(UsageError, match=said):
            forks.with_words(fork, [word])
    with pytest.raises(PresetError, match="is not accepted"):
        forks.with_values(fork, {"generator.lr": 50})
    assert forks.with_values(fork, {"generator.lr": 0.5}).preset == live.changed(
        fork.preset, {"generator.lr": 0.5}
    )
    assert forks.begun(run, 0).step == 0
    assert [path.name for path in tmp_path.iterdir()] == [run.id]
