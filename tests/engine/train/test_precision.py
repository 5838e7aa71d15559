"""Steps in bfloat16: nearly the losses of float32, from float32 weights; nothing else is lowered."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import torch

from latentop.engine.data import Sampler, load
from latentop.engine.objectives import Generative, Objective, build_objective
from latentop.engine.run.errors import UsageError
from latentop.presets import catalogue
from tests.support.real_runs import SMALL_GAN

CPU = torch.device("cpu")
LOW = "precision=bfloat16"
NEAR = 0.05
"""By what share of itself a loss may differ after two steps; 8 bits of mantissa are 0.4 %."""
EVERY_KIND = (
    ("dcgan", SMALL_GAN),
    ("conditional-dcgan", SMALL_GAN),
    ("sn-hinge", SMALL_GAN),
    ("wgan-gp", SMALL_GAN),
    ("ring-packed", ()),
    ("r1", SMALL_GAN),
    ("gan", ()),
    ("stacked", ()),
    ("convolutional", ()),
    ("recurrent", ()),
    ("denoising-gaussian", ()),
    ("sparse-kl", ()),
    ("sparse-l1", ()),
    ("vae", ()),
    ("pretrain-classifier", ("pretrain=1",)),
)


def trained(name: str, words: Sequence[str], steps: int = 2) -> tuple[Objective, Mapping[str, torch.Tensor]]:
    """The objective of a preset after some steps, and the series of the last."""
    preset = catalogue.load(catalogue.find(name), words)
    dataset = load(preset.data, CPU)
    torch.manual_seed(3)
    objective = build_objective(preset, dataset, CPU)
    sampler = Sampler(len(dataset.train), preset.per_step, preset.seed)
    series: Mapping[str, torch.Tensor] = {}
    for _ in range(steps):
        chosen = next(sampler)
        series = objective.step(dataset.train[chosen], dataset.train_labels[chosen])
    return objective, series


@pytest.mark.slow
@pytest.mark.parametrize(("name", "words"), EVERY_KIND)
def test_losses_are_nearly_those_of_float32(name: str, words: Sequence[str]) -> None:
    _, exact = trained(name, words)
    objective, lowered = trained(name, [*words, LOW])
    losses = [key for key in exact if key.startswith("loss/")]
    assert losses
    for key in losses:
        assert float(lowered[key]) == pytest.approx(float(exact[key]), rel=NEAR, abs=0.02), key
    assert any(not torch.equal(lowered[key], exact[key]) for key in losses), "nothing was lowered"
    assert {one.dtype for one in lowered.values()} == {torch.float32}
    weights = [weight for network in objective.networks.values() for weight in network.parameters()]
    moments = [
        value
        for optimiser in objective.optimisers.values()
        for state in optimiser.state.values()
        for value in state.values()
    ]
    assert {one.dtype for one in (*weights, *moments)} == {torch.float32}


def test_a_generator_learns_from_the_discriminator_as_it_has_just_become() -> None:
    words = [*SMALL_GAN, "discriminator.lr=0.05"]
    _, untouched = trained("dcgan", [*SMALL_GAN, "discriminator.lr=1e-9"], steps=1)
    _, exact = trained("dcgan", words, steps=1)
    _, lowered = trained("dcgan", [*words, LOW], steps=1)
    assert float(exact["loss/generator"]) != pytest.approx(float(untouched["loss/generator"]), rel=0.5)
    assert float(lowered["loss/generator"]) == pytest.approx(float(exact["loss/generator"]), rel=NEAR)


def test_what_is_drawn_is_not_lowered() -> None:
    exact, _ = trained("dcgan", SMALL_GAN, steps=0)
    lowered, _ = trained("dcgan", [*SMALL_GAN, LOW], steps=0)
    assert isinstance(exact, Generative)
    assert isinstance(lowered, Generative)
    assert torch.equal(exact.draw(8, 1), lowered.draw(8, 1))


def test_an_lstm_takes_its_steps_in_full_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    """On CUDA, autocast would give it float16, which has no exponents for gradients."""
    taken = set()
    real = torch.nn.LSTM.forward

    def forward(self: torch.nn.LSTM, data: torch.Tensor, *rest: Any) -> Any:
        taken.add((data.dtype, torch.is_autocast_enabled("cpu")))
        return real(self, data, *rest)

    monkeypatch.setattr(torch.nn.LSTM, "forward", forward)
    trained("recurrent", [LOW], steps=1)
    assert taken == {(torch.float32, False)}


def test_a_device_that_cannot_is_told_in_a_line() -> None:
    preset = catalogue.load(catalogue.find("stacked"), [LOW])
    with pytest.raises(UsageError, match="bfloat16 is not to be had on meta"):
        build_objective(preset, load(preset.data, CPU), torch.device("meta"))
