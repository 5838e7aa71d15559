"""Settings changed between two steps of real trainers: each has its effect, and what was learned stays."""

import copy
import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor

from latentop.engine.data import Dataset, load
from latentop.engine.run.errors import UsageError
from latentop.engine.run.events import AlarmCleared, AlarmRaised, Scalars
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue, live
from latentop.presets.data import Data
from tests.support.real_runs import SMALL_GAN
from tests.support.tiers import few

CPU = torch.device("cpu")
SMALL_PRETRAINING = ("pretrain=4", "steps=12", "labels=20", "classifier.batch=10", "seeds=2")
KINDS: dict[str, tuple[str, Sequence[str]]] = {
    "gan": ("dcgan", (*SMALL_GAN, "objective.r1=1.0", "objective.r1_every=1", "objective.ema=0.5")),
    "hinge": ("sn-hinge", SMALL_GAN),
    "wasserstein": ("wgan-gp", SMALL_GAN),
    "points": (
        "ring",
        (
            "generator.hidden=[16]",
            "discriminator.hidden=[16]",
            *("batch=16", "objective.r1=1", "objective.r1_every=1"),
        ),
    ),
    "sgd": ("stacked", ("autoencoder.optimizer=sgd",)),
    "rmsprop": ("stacked", ("autoencoder.optimizer=rmsprop",)),
    "denoise": ("denoising-gaussian", ()),
    "sparse-l1": ("sparse-l1", ()),
    "sparse-kl": ("sparse-kl", ()),
    "variational": ("vae", ()),
}
OTHER: dict[str, object] = {
    "batch": 8,
    "lr": 0.02,
    "beta1": 0.3,
    "beta2": 0.6,
    "clip": 1e-3,
    "schedule": "linear",
    "discriminator_steps": 2,
    "ema": 0.9,
    "instance_noise": 0.7,
    "mixed": True,
    "augment": "diff",
    "real_label": 0.7,
    "r1": 5.0,
    "r1_every": 2,
    "penalty": 0.5,
    "noise": "dropout",
    "amount": 0.6,
    "weight": 0.5,
    "target": 0.6,
    "beta": 50.0,
}
HALVES = slice(600), slice(600, None)
UNUSED = {("sgd", "beta2"), ("rmsprop", "beta1"), ("points", "augment")}
"""What that optimiser, or what is no image, has no use for."""


@cache
def data(spec: Data) -> Dataset:
    """A little of the data: too little held out for a meter, whose making takes longest."""
    whole = load(spec, CPU)
    return replace(
        whole,
        train=whole.train[:512],
        train_labels=whole.train_labels[:512],
        test=whole.test[:64],
        test_labels=whole.test_labels[:64],
    )


def trainer(name: str, overrides: Sequence[str] = (), clock: Callable[[], float] = time.monotonic) -> Trainer:
    preset = catalogue.load(catalogue.find(name), ["steps=40", *overrides])
    return Trainer(preset, data(preset.data), CPU, wall=time.time, clock=clock)


def train(one: Trainer, until: int) -> list[Scalars]:
    """The values of every step up to that one."""
    found = []
    for event in itertools.takewhile(lambda _: one.step <= until, one.run()):
        if isinstance(event, Scalars) and any(name.startswith("loss/") for name in event.values):
            found.append(event)
            if one.step == until:
                break
    return found


def numbers(one: Trainer) -> dict[str, Tensor]:
    """All that is in its networks, by name."""
    return {
        f"{name}/{place}": value.clone()
        for name, network in one.objective.networks.items()
        for place, value in network.state_dict().items()
        if isinstance(value, Tensor)
    }


def alike(here: Mapping[str, Tensor], there: Mapping[str, Tensor]) -> bool:
    """To the last bit."""
    return here.keys() == there.keys() and all(torch.equal(here[name], there[name]) for name in here)


@cache
def _trained(kind: str, edits: tuple[tuple[str, object], ...]) -> dict[str, Tensor]:
    name, overrides = KINDS[kind]
    one = trainer(name, overrides)
    train(one, 2)
    one.adopt(live.changed(one.preset, dict(edits)))
    train(one, 5)
    return numbers(one)


def edited(kind: str, edits: dict[str, object]) -> dict[str, Tensor]:
    """All numbers in the networks after five steps, the settings changed after two."""
    return _trained(kind, tuple(edits.items()))


def live_in_training() -> list[tuple[str, str]]:
    """Every live setting that has a say in the training, of every kind of objective."""
    found = []
    for kind, (name, overrides) in KINDS.items():
        preset = catalogue.load(catalogue.find(name), overrides)
        for key in live.settings(preset):
            aside = key == "steps" or key.startswith(("watch.", "keep."))
            if not aside and (kind, key.rpartition(".")[2]) not in UNUSED:
                found.append((kind, key))
    return found


@pytest.mark.parametrize(("kind", "key"), few(live_in_training(), 20))
def test_every_live_setting_has_its_effect(kind: str, key: str) -> None:
    other = edited(kind, {key: OTHER[key.rpartition(".")[2]]})
    assert not alike(edited(kind, {}), other)


@pytest.mark.parametrize("kind", KINDS)
def test_an_edit_that_changes_nothing_leaves_the_training_as_it_is(kind: str) -> None:
    name, overrides = KINDS[kind]
    untouched = trainer(name, overrides)
    train(untouched, 5)
    assert alike(numbers(untouched), edited(kind, {}))


def test_discriminator_steps_are_taken_from_the_next_step_on_and_moments_stay() -> None:
    one = trainer("dcgan", SMALL_GAN)
    train(one, 3)
    weight = next(iter(one.objective.networks["discriminator"].parameters()))
    state = one.objective.optimisers["discriminator"].state[weight]
    assert state["step"] == 3
    one.adopt(live.changed(one.preset, {"objective.discriminator_steps": 3}))
    assert state["step"] == 3
    train(one, 5)
    assert one.objective.optimisers["discriminator"].state[weight]["step"] == 3 + 2 * 3


def test_clipping_bounds_the_gradient_and_tells_its_norm_as_it_was() -> None:
    one = trainer("stacked", ["autoencoder.optimizer=sgd", "autoencoder.beta1=0", "autoencoder.lr=1.0"])
    train(one, 1)
    one.adopt(live.changed(one.preset, {"autoencoder.clip": 1e-3}))
    before = torch.cat([value.flatten() for value in one.objective.networks["autoencoder"].parameters()])
    before = before.detach().clone()
    (values,) = train(one, 2)
    after = torch.cat([value.flatten() for value in one.objective.networks["autoencoder"].parameters()])
    assert float(values.values["grad/autoencoder"]) > 1e-2
    assert float((after - before).detach().norm()) == pytest.approx(1e-3, rel=1e-2)


@pytest.mark.parametrize(("steps", "last"), [(9, 9), (60, 60)])
def test_the_length_can_be_made_longer_and_shorter(steps: int, last: int) -> None:
    one = trainer("stacked", ["autoencoder.schedule=linear"])
    train(one, 6)
    one.adopt(live.changed(one.preset, {"steps": steps}))
    for _ in one.run():
        pass
    assert one.step == last
    left = one.objective.optimisers["autoencoder"].param_groups[0]["lr"]
    assert left == pytest.approx(one.preset.autoencoder.lr / last)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"steps": 6}, "steps = 6 are over: step 6 is done"),
        ({"batch": 513}, "can't be drawn from 512"),
        ({"batch": 15}, "can't be packed by 2"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(values: dict[str, object], said: str) -> None:
    one = trainer("dcgan", [*SMALL_GAN, "discriminator.pack=2"])
    train(one, 6)
    before = one.preset
    with pytest.raises(UsageError, match=said):
        one.adopt(live.changed(before, {**values, "generator.lr": 1.0}))
    assert one.preset is before
    train(one, 8)
    other = trainer("dcgan", [*SMALL_GAN, "discriminator.pack=2"])
    train(other, 8)
    assert alike(numbers(one), numbers(other))


def test_a_threshold_raises_and_clears_an_alarm_at_the_next_look() -> None:
    seconds = itertools.count(step=0.1)  # so that it looks every few steps
    overrides = ["watch.patience=1", "steps=100000", "keep.frames=86400"]
    one = trainer("oscillation", overrides, lambda: next(seconds))
    train(one, 500)
    events = (each for each in one.run() if isinstance(each, AlarmRaised | AlarmCleared))
    one.adopt(live.changed(one.preset, {"watch.logits_alarm": 0.001, "watch.logits_clear": 0.0005}))
    raised = next(each for each in events if each.name == "runaway-logits")
    assert isinstance(raised, AlarmRaised)
    assert raised.step < 600
    one.adopt(live.changed(one.preset, {"watch.logits_alarm": 1e6, "watch.logits_clear": 1e5}))
    cleared = next(each for each in events if each.name == "runaway-logits")
    assert isinstance(cleared, AlarmCleared)
    assert cleared.step < 700


def test_smoothed_labels_are_heeded_by_who_looks_for_a_discriminator_that_wins() -> None:
    one, steps = trainer("dcgan", SMALL_GAN), np.arange(1, 1201, dtype=np.int64)
    sure = {"loss/discriminator": np.full(1200, 0.335), "accuracy/discriminator": np.ones(1200)}
    first, second = ({name: values[part] for name, values in sure.items()} for part in HALVES)
    assert one.watch.observe(steps[HALVES[0]], first, wall=0.0) == []
    one.adopt(live.changed(one.preset, {"objective.real_label": 0.9}))
    (raised,) = one.watch.observe(steps[HALVES[1]], second, wall=0.0)
    assert raised.name == "discriminator-wins"


def test_a_second_phase_is_measured_to_the_end_that_it_has_now() -> None:
    one = trainer("pretrain-classifier", SMALL_PRETRAINING)
    events = one.run()
    next(event for event in events if isinstance(event, Scalars))
    one.adopt(live.changed(one.preset, {"steps": 14, "classifier.lr": 0.5, "autoencoder.clip": 1.0}))
    measured = [e.step for e in events if isinstance(e, Scalars) and "accuracy/scratch" in e.values]
    assert measured[-1] == 14
    assert one.objective.optimisers["classifier"].param_groups[0]["lr"] == 0.5


def test_edited_settings_and_what_undoes_them_come_back_with_a_checkpoint_bit_for_bit() -> None:
    edits: dict[str, object] = {
        "generator.lr": 1e-3,
        "objective.ema": 0.9,
        "objective.r1": 2.0,
        "objective.discriminator_steps": 2,
        "discriminator.clip": 0.1,
        "watch.patience": 5,
    }
    one = trainer("dcgan", SMALL_GAN)
    train(one, 4)
    one.adopt(live.changed(one.preset, edits))
    one.former.append({"generator.lr": 2e-4})
    train(one, 6)
    state = copy.deepcopy(one.state())
    train(one, 10)
    other = trainer("dcgan", SMALL_GAN)
    other.restore(state)
    assert other.preset == one.preset
    assert other.former == [{"generator.lr": 2e-4}]
    train(other, 10)
    assert alike(numbers(one), numbers(other))
