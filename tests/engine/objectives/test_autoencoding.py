"""What autoencoders are asked to get better at."""

import math

import pytest
import torch
from torch.nn.functional import mse_loss

from latentop.engine.models.variational import Variational
from latentop.engine.objectives import reconstruction
from latentop.engine.objectives.autoencoding import build_autoencoding
from latentop.engine.objectives.reconstruction import Reconstruction
from latentop.engine.objectives.sparse import Sparse
from latentop.engine.objectives.variational_loss import divergence
from latentop.presets import catalogue
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Autoencoder

SHAPE = (1, 28, 28)
NAMES = (
    "stacked",
    "denoising-gaussian",
    "denoising-dropout",
    "sparse-l1",
    "sparse-kl",
    "vae",
    "convolutional-vae",
)


def objective(name: str, *overrides: str, shape: tuple[int, ...] = SHAPE) -> Reconstruction:
    preset = catalogue.load(catalogue.find(name), overrides)
    assert isinstance(preset, Autoencoder)
    torch.manual_seed(0)
    return build_autoencoding(preset, shape, torch.device("cpu"))


def images(count: int) -> torch.Tensor:
    return torch.rand(count, *SHAPE, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("name", NAMES)
def test_looking_leaves_training_unmoved(name: str) -> None:
    one, batch = objective(name), images(32)
    before = torch.get_rng_state()
    weights = [value.clone() for value in one.autoencoder.state_dict().values()]
    shown = one.corrupt(batch, 5)
    assert torch.equal(shown, one.corrupt(batch, 5))
    assert one.reconstruct(shown).shape == batch.shape
    assert torch.allclose(one.decode(one.encode(batch)), one.reconstruct(batch), atol=1e-6)
    assert one.validate(batch) == one.validate(batch)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(map(torch.equal, weights, one.autoencoder.state_dict().values()))
    assert one.autoencoder.training


@pytest.mark.parametrize("name", NAMES)
def test_training_lowers_the_error(name: str) -> None:
    one, batch = objective(name), images(32) * 0.2
    before = one.validate(batch)["valid/reconstruction"]
    for _ in range(30):
        series = one.step(batch, torch.zeros(32))
        assert all(value.shape == () and value.isfinite() for value in series.values())
    assert one.validate(batch)["valid/reconstruction"] < 0.8 * before


@pytest.mark.parametrize("name", [*NAMES, "recurrent", "stacked-tied", "convolutional"])
@pytest.mark.parametrize("shape", [(1, 16, 16), (3, 33, 33)])
def test_any_autoencoder_learns_images_of_any_size_and_colour(name: str, shape: tuple[int, ...]) -> None:
    one = objective(name, shape=shape)
    batch = torch.rand(16, *shape, generator=torch.Generator().manual_seed(3)) * 0.2
    before = one.validate(batch)["valid/reconstruction"]
    for _ in range(40):
        assert all(value.isfinite() for value in one.step(batch, torch.zeros(16)).values())
    assert one.validate(batch)["valid/reconstruction"] < 0.8 * before
    assert one.reconstruct(batch).shape == batch.shape


@pytest.mark.parametrize("name", NAMES)
def test_validation_of_large_images_holds_few_of_them_at_once(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are at once, the errors are the same."""
    whole = objective(name).validate(images(50))
    monkeypatch.setattr(reconstruction, "VALUES", 7 * 784)
    one = objective(name)
    seen: list[int] = []
    one.autoencoder.get_submodule("decoder").register_forward_hook(
        lambda _, given, __: seen.append(len(given[0]))
    )
    assert one.validate(images(50)) == pytest.approx(whole, rel=1e-4)
    assert max(seen) == 7
    assert one.reconstruct(images(50)).shape == (50, *SHAPE)


def test_noise_is_as_much_as_was_asked_for() -> None:
    batch = torch.full((200, *SHAPE), 0.5)
    gaussian = objective("denoising-gaussian", "objective.amount=0.2").corrupt(batch, 1)
    assert (gaussian - batch).std().item() == pytest.approx(0.2, rel=0.02)
    dropout = objective("denoising-dropout", "objective.amount=0.25").corrupt(batch, 1)
    assert (dropout == 0).float().mean().item() == pytest.approx(0.25, abs=0.01)
    assert dropout.max().item() == pytest.approx(0.5 / 0.75)


def test_denoising_is_scored_on_clean_images() -> None:
    one, batch = objective("denoising-dropout"), images(64)
    series = one.validate(batch)
    assert series["valid/noisy-input"] > 0
    assert series["valid/given-clean"] == pytest.approx(mse_loss(one.reconstruct(batch), batch).item())
    assert series["valid/reconstruction"] != series["valid/given-clean"]


def test_an_l1_penalty_is_the_weighted_norm_of_an_images_codings() -> None:
    one = objective("sparse-l1")
    assert isinstance(one, Sparse)
    assert one.penalty(torch.full((8, 300), 0.5)).item() == pytest.approx(1e-4 * 150)


def test_a_kl_penalty_is_zero_at_the_target_and_grows_to_both_sides() -> None:
    one = objective("sparse-kl", "objective.weight=1.0")
    assert isinstance(one, Sparse)
    at = [one.penalty(torch.full((8, 300), share)).item() for share in (0.05, 0.1, 0.2, 0.0, 1.0)]
    assert at[1] == pytest.approx(0.0, abs=1e-5)
    by_hand = 0.1 * math.log(0.1 / 0.2) + 0.9 * math.log(0.9 / 0.8)
    assert at[2] == pytest.approx(300 * by_hand, rel=1e-4)
    assert at[0] > 0
    assert all(math.isfinite(value) for value in at)


def test_the_penalty_is_validated_in_batches_of_the_trainings_size() -> None:
    one, batch = objective("sparse-kl", "batch=32"), images(96)
    assert isinstance(one, Sparse)
    codings = one.encode(batch)
    parts = [one.penalty(part).item() for part in codings.split(32)]
    series = one.validate(batch)
    penalty = series["valid/loss"] - series["valid/reconstruction"]
    assert penalty == pytest.approx(sum(parts) / 3, rel=1e-3)


def test_a_standard_normal_posterior_costs_nothing() -> None:
    assert divergence(torch.zeros(2, 3), torch.zeros(2, 3)).sum() == 0
    posterior = torch.distributions.Normal(torch.tensor(1.5), torch.tensor(0.5))
    prior = torch.distributions.Normal(torch.tensor(0.0), torch.tensor(1.0))
    ours = divergence(torch.tensor(1.5), 2 * torch.tensor(0.5).log())
    assert torch.allclose(ours, torch.distributions.kl_divergence(posterior, prior))


def test_a_variational_autoencoder_counts_its_active_units() -> None:
    one, batch = objective("vae"), images(64)
    network = one.autoencoder
    assert isinstance(network, Variational)
    with torch.no_grad():
        means = network.encoder[1]
        means.weight.zero_(), means.bias.zero_()
        network.log_variance.weight.zero_(), network.log_variance.bias.zero_()
        assert one.validate(batch)["kl/active-units"] == 0
        means.bias[3] = 1.0
    series = one.validate(batch)
    assert series["kl/active-units"] == 1
    assert series["kl/nats"] == pytest.approx(0.5)


def test_samples_come_from_the_prior_and_from_their_seed() -> None:
    one = objective("vae")
    samples = one.draw(7, 1)  # type: ignore[attr-defined]
    assert samples.shape == (7, *SHAPE)
    assert samples.min() >= 0
    assert samples.max() <= 1
    assert torch.equal(samples, one.draw(7, 1))  # type: ignore[attr-defined]
    assert not torch.equal(samples, one.draw(7, 2))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("stacked", "objective.name=variational"),
        ("convolutional", "objective.name=variational"),
        ("convolutional", "objective.name=sparse-kl"),
        ("convolutional-vae", "autoencoder.network=convolutional"),
        ("stacked", "objective.name=sparse-kl"),
    ],
)
def test_what_does_not_go_together_is_refused(name: str, word: str) -> None:
    with pytest.raises(PresetError, match="network = "):
        catalogue.load(catalogue.find(name), [word])
