"""Losses and penalties against what they come to on paper."""

import math

import pytest
import torch
from torch import Tensor, nn

from latentop.engine.objectives.average import average_of, follow
from latentop.engine.objectives.losses import HingeLoss, MinimaxLoss, NonSaturatingLoss, WassersteinLoss
from latentop.engine.objectives.penalties import Penalty, gradient_penalty, r1_penalty, slopes
from latentop.presets.objectives import Hinge, NonSaturating, Wasserstein

REAL, FAKE = torch.tensor([2.0, -0.5]), torch.tensor([-3.0, 0.25])


def log_sigmoid(value: float) -> float:
    return -math.log1p(math.exp(-value))


def test_the_non_saturating_loss_is_cross_entropy() -> None:
    loss = NonSaturatingLoss(1.0)
    expected = -(log_sigmoid(2) + log_sigmoid(-0.5)) / 2 - (log_sigmoid(3) + log_sigmoid(-0.25)) / 2
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(expected)
    assert float(loss.generator(FAKE)) == pytest.approx(-(log_sigmoid(-3) + log_sigmoid(0.25)) / 2)
    undecided = torch.zeros(4)
    assert float(loss.discriminator(undecided, undecided)) == pytest.approx(2 * math.log(2))


def test_one_sided_smoothing_keeps_a_tenth_for_the_other_label() -> None:
    smooth = float(NonSaturatingLoss(0.9).discriminator(REAL, FAKE))
    by_hand = -(0.9 * log_sigmoid(2) + 0.1 * log_sigmoid(-2)) / 2
    by_hand -= (0.9 * log_sigmoid(-0.5) + 0.1 * log_sigmoid(0.5)) / 2
    by_hand -= (log_sigmoid(3) + log_sigmoid(-0.25)) / 2
    assert smooth == pytest.approx(by_hand)


def test_minimax_is_one_sum_for_both() -> None:
    loss = MinimaxLoss(1.0)
    assert float(loss.generator(FAKE)) == pytest.approx((log_sigmoid(3) + log_sigmoid(-0.25)) / 2)


def test_hinge_is_content_beyond_the_margin() -> None:
    loss = HingeLoss()
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx((0 + 1.5) / 2 + (0 + 1.25) / 2)
    assert float(loss.discriminator(torch.tensor([1.0, 7.0]), torch.tensor([-1.0, -9.0]))) == 0
    assert float(loss.generator(FAKE)) == pytest.approx(1.375)


def test_a_critic_says_a_distance_and_claims_no_probability() -> None:
    loss = WassersteinLoss()
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(-1.375 - 0.75)
    series = loss.series(REAL, FAKE)
    assert float(series["score/real"]) == pytest.approx(0.75)
    assert float(series["score/fake"]) == pytest.approx(-1.375)
    assert float(series["accuracy/critic"]) == 0.75  # of four pairs, only -0.5 against 0.25 is ranked wrong
    assert "accuracy/discriminator" not in series  # so that no rule for probabilities applies to it


def test_a_probabilistic_discriminator_says_probabilities() -> None:
    series = NonSaturatingLoss(1.0).series(REAL, FAKE)
    assert float(series["accuracy/discriminator"]) == 0.5
    assert all(0 <= float(value) <= 1 for value in series.values())


def linear(points: Tensor) -> Tensor:
    return points @ torch.tensor([3.0, 4.0])


def quadratic(points: Tensor) -> Tensor:
    return points.square().sum(1)


def test_the_gradient_penalty_of_a_plane_is_known() -> None:
    real, fake = torch.randn(50, 2), torch.randn(50, 2)
    assert float(gradient_penalty(linear, real, fake)) == pytest.approx((5 - 1) ** 2)


def test_the_gradient_penalty_looks_between_real_and_fake() -> None:
    # The slope of x² has length 2 |x|: between 1 and 2 its squared distance from 1 is between 1 and 9.
    real, fake = torch.tensor([[1.0, 0.0]]).repeat(4000, 1), torch.tensor([[2.0, 0.0]]).repeat(4000, 1)
    torch.manual_seed(0)
    expected = sum((2 * (1 + (place + 0.5) / 1000) - 1) ** 2 for place in range(1000)) / 1000
    assert float(gradient_penalty(quadratic, real, fake).detach()) == pytest.approx(expected, rel=0.05)


def test_r1_is_half_the_squared_slope_at_real_samples() -> None:
    assert float(r1_penalty(linear, torch.randn(9, 2))) == pytest.approx(12.5)
    real = torch.tensor([[1.0, 0.0], [0.0, 3.0]])
    assert float(r1_penalty(quadratic, real)) == pytest.approx((4 + 36) / 2 / 2)


def test_the_slope_of_a_pack_is_that_of_all_its_samples() -> None:
    def judge(points: Tensor) -> Tensor:
        return points.reshape(2, 4) @ torch.tensor([1.0, 2.0, 2.0, 4.0])

    assert slopes(judge, torch.randn(4, 2)).norm(dim=1).tolist() == pytest.approx([5.0, 5.0])


def test_penalties_can_be_learnt_from() -> None:
    layer = nn.Linear(2, 1, bias=False)
    gradient_penalty(lambda points: layer(points).flatten(), torch.randn(4, 2), torch.randn(4, 2)).backward()
    weight = layer.weight.detach()
    length = weight.norm()
    expected = 2 * (length - 1) * weight / length
    assert layer.weight.grad is not None
    assert torch.allclose(layer.weight.grad, expected, atol=1e-6)


def test_lazy_r1_comes_every_so_many_steps_and_weighs_as_much_more() -> None:
    penalty = Penalty(NonSaturating(r1=10.0, r1_every=4))
    given = [penalty(linear, torch.randn(3, 2), torch.randn(3, 2)) for _ in range(9)]
    assert [value is not None for value in given] == [True, False, False, False] * 2 + [True]
    assert float(given[4] or 0) == pytest.approx(10 * 4 * 12.5)
    assert float(penalty.latest) == pytest.approx(12.5)


def test_a_penalty_goes_on_where_a_checkpoint_left_it() -> None:
    first, second = (Penalty(NonSaturating(r1=1.0, r1_every=3)) for _ in range(2))
    first(linear, REAL.reshape(1, 2), FAKE.reshape(1, 2))
    second.load_state_dict(first.state_dict())
    due = [second(linear, REAL.reshape(1, 2), FAKE.reshape(1, 2)) is not None for _ in range(3)]
    assert due == [False, False, True]
    assert torch.equal(first.latest, second.latest)


def test_only_objectives_with_a_penalty_have_one() -> None:
    assert Penalty(Wasserstein()).wanted
    assert not Penalty(Hinge()).wanted
    assert not Penalty(NonSaturating()).wanted


def test_an_average_lags_behind_weights_and_statistics_alike() -> None:
    network = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    average = average_of(network)
    before = [value.clone() for value in average.state_dict().values()]
    with torch.no_grad():
        for value in network.state_dict().values():
            value.add_(1)
    follow(average, network, 0.9)
    for (name, value), old in zip(average.state_dict().items(), before, strict=True):
        if name.endswith("num_batches_tracked"):
            assert value == old + 1
        else:
            assert torch.allclose(value, old + 0.1)
    assert not average.training
    assert not any(parameter.requires_grad for parameter in average.parameters())
