"""How far weights move and how much they stretch, against what linear algebra says in full."""

import pytest
import torch
from torch import nn

from latentop.engine.watch.signals.weights import Weights


def network() -> nn.Module:
    torch.manual_seed(3)
    return nn.Sequential(nn.Conv2d(3, 16, 4), nn.Flatten(), nn.Linear(64, 5), nn.BatchNorm1d(5))


def test_a_step_is_told_as_a_share_of_the_weights() -> None:
    one = network()
    weights = Weights({"generator": one})
    length = torch.cat([p.detach().flatten() for p in one.parameters()]).norm()
    weights.hold()
    with torch.no_grad():
        next(one.parameters()).view(-1)[7] += 0.5
    assert float(weights.measure()["update/generator"]) == pytest.approx(0.5 / float(length), rel=1e-4)
    assert "update/generator" not in weights.measure()


def test_the_largest_singular_value_of_any_layer_is_found_and_followed() -> None:
    one = network()
    weights = Weights({"discriminator": one})
    for scale in (1.0, 3.0, 0.2):
        with torch.no_grad():
            for parameter in one.parameters():
                parameter.mul_(scale)
        for _ in range(5):
            found = float(weights.measure()["singular/discriminator"])
        matrices = [p.detach().flatten(1) for p in one.parameters() if p.ndim > 1]
        exact = max(float(torch.linalg.matrix_norm(matrix, 2)) for matrix in matrices)
        assert found == pytest.approx(exact, rel=0.02)


def test_a_network_without_matrices_has_no_singular_values_and_looking_draws_nothing() -> None:
    one = nn.BatchNorm1d(4)
    state = torch.get_rng_state()
    weights = Weights({"generator": one, "discriminator": network()})
    torch.manual_seed(9)
    before = torch.get_rng_state()
    assert set(weights.measure()) == {"singular/discriminator"}
    assert torch.equal(before, torch.get_rng_state())
    torch.set_rng_state(state)


def test_a_step_from_nothing_is_all_of_the_weights_and_no_step_is_nothing() -> None:
    one = nn.Linear(3, 3)
    with torch.no_grad():
        for parameter in one.parameters():
            parameter.zero_()
    weights = Weights({"classifier": one})
    weights.hold()
    assert float(weights.measure()["update/classifier"]) == 0
    weights.hold()
    with torch.no_grad():
        one.weight.fill_(2.0)
    assert float(weights.measure()["update/classifier"]) == pytest.approx(1)


def test_layers_that_are_normalised_by_their_singular_value_are_left_out() -> None:
    normalised = nn.utils.parametrizations.spectral_norm(nn.Linear(8, 8))
    assert "singular/critic" not in Weights({"critic": normalised}).measure()
    both = nn.Sequential(normalised, nn.Linear(8, 4))
    weights = Weights({"critic": both})
    for _ in range(10):
        found = float(weights.measure()["singular/critic"])
    assert found == pytest.approx(float(torch.linalg.matrix_norm(both[1].weight.detach(), 2)), rel=0.02)


def test_weights_that_are_not_finite_do_not_spoil_later_looks() -> None:
    one = nn.Linear(4, 4)
    weights = Weights({"autoencoder": one})
    good = one.weight.detach().clone()
    with torch.no_grad():
        one.weight.fill_(torch.inf)
    weights.measure()
    with torch.no_grad():
        one.weight.copy_(good)
    found = [float(weights.measure()["singular/autoencoder"]) for _ in range(20)]
    assert found[-1] == pytest.approx(float(torch.linalg.matrix_norm(good, 2)), rel=0.05)


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_weights_in_half_precision_are_measured_in_single(kind: torch.dtype) -> None:
    one = network().to(kind)
    weights = Weights({"generator": one})
    with torch.no_grad():
        for parameter in one.parameters():
            parameter.mul_(900)  # the square of their length is more than float16 can hold
    before = [p.detach().float() for p in one.parameters()]
    weights.hold()
    with torch.no_grad():
        for parameter in one.parameters():
            parameter.mul_(1.125)
    found = {name: float(value) for name, value in weights.measure().items()}
    moved = [now.detach().float() - was for now, was in zip(one.parameters(), before, strict=True)]
    share = float(torch.nn.utils.get_total_norm(moved) / torch.nn.utils.get_total_norm(before))
    assert found["update/generator"] == pytest.approx(share, rel=1e-4)
    exact = max(
        float(torch.linalg.matrix_norm(p.detach().float().flatten(1), 2))
        for p in one.parameters()
        if p.ndim > 1
    )
    for _ in range(5):
        stretch = float(weights.measure()["singular/generator"])
    assert stretch == pytest.approx(exact, rel=0.002)


def test_weights_of_several_kinds_are_measured_together() -> None:
    """Half and double precision, and complex ones, as for spectra."""
    torch.manual_seed(1)
    kinds = (torch.bfloat16, torch.float64, torch.complex64)
    one = nn.ModuleList(nn.Linear(6, 6, bias=False).to(kind) for kind in kinds[:2])
    spectrum = nn.Linear(6, 6, bias=False, dtype=kinds[2])
    with torch.no_grad():
        spectrum.weight.mul_(2 + 1j)
    one.append(spectrum)
    weights = Weights({"generator": one})
    weights.hold()
    with torch.no_grad():
        for parameter in one.parameters():
            parameter.mul_(1.5)
    found = {name: float(value) for name, value in weights.measure().items()}
    assert found["update/generator"] == pytest.approx(0.5, rel=1e-2)
    for _ in range(20):
        stretch = float(weights.measure()["singular/generator"])
    assert stretch == pytest.approx(float(torch.linalg.matrix_norm(spectrum.weight.detach(), 2)), rel=0.01)
