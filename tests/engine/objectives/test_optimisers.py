"""A step with gradients that are not finite moves nothing: neither weights nor what an optimiser gathers."""

import copy
import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam

from latentop.engine.objectives import optimisers
from latentop.presets.networks import StackedAutoencoder

KINDS = ("adam", "nadam", "rmsprop", "sgd")
FUSED = ("adam", "sgd")
"""Those of which torch has a fused step."""


def built(kind: str) -> tuple[torch.optim.Optimizer, list[nn.Parameter]]:
    spec = StackedAutoencoder(lr=0.1, optimizer=kind, beta1=0.9)  # type: ignore[arg-type]
    weights = [nn.Parameter(torch.ones(3, 2)), nn.Parameter(torch.ones(4))]
    return optimisers.build_optimiser(spec, weights), weights


def everything(optimiser: torch.optim.Optimizer, weights: list[nn.Parameter]) -> list[Tensor]:
    moments = [one for state in optimiser.state.values() for one in state.values() if isinstance(one, Tensor)]
    return [one.detach().clone() for one in (*weights, *moments)]


def give(weights: list[nn.Parameter], value: float) -> None:
    for one in weights:
        one.grad = torch.full_like(one, value)


def test_adam_is_fused_where_torch_has_that_and_not_on_other_devices() -> None:
    assert built("adam")[0].defaults["fused"]
    elsewhere: Any = SimpleNamespace(device=torch.device("mps"))
    assert not optimisers._fusible([elsewhere])


@pytest.mark.parametrize(
    ("kind", "fused"), [*((kind, False) for kind in KINDS), *((kind, True) for kind in FUSED)]
)
def test_a_step_that_is_not_usable_is_taken_back_on_the_device(kind: str, *, fused: bool) -> None:
    """As on a GPU, which nobody waits for; here on the CPU, which has the same steps."""
    optimiser, weights = built(kind)
    for group in optimiser.param_groups:
        group.update(fused=fused or None, foreach=not fused)
    for value, usable in ((1.0, True), (math.nan, False), (math.inf, False), (0.5, True)):
        give(weights, value)
        before = everything(optimiser, weights)
        optimisers.step_if(torch.tensor(usable), optimiser)
        after = everything(optimiser, weights)
        same = len(before) == len(after) and all(map(torch.equal, before, after))
        assert same is not usable
        assert all(bool(one.isfinite().all()) for one in after)


@pytest.mark.parametrize("kind", KINDS)
def test_a_first_step_that_is_not_usable_leaves_no_trace(kind: str) -> None:
    found = []
    for values in ((math.nan, 1.0, 0.5), (1.0, 0.5)):
        optimiser, weights = built(kind)
        for group in optimiser.param_groups:
            group.update(fused=None, foreach=True)
        for value in values:
            give(weights, value)
            optimisers.step_if(torch.tensor(math.isfinite(value)), optimiser)
        found.append(everything(optimiser, weights))
    torch.testing.assert_close(found[0], found[1])


@pytest.mark.parametrize("kind", KINDS)
def test_taken_back_or_not_taken_the_training_goes_on_alike(kind: str) -> None:
    """The CPU does not take such a step at all; other devices end in the same place."""
    found = []
    for by_device in (False, True):
        optimiser, weights = built(kind)
        for value in (1.0, math.nan, 0.5, 0.25):
            give(weights, value)
            if by_device:
                optimisers.step_if(torch.tensor(math.isfinite(value)), optimiser)
            else:
                optimisers.take_step(optimiser)
        found.append(everything(optimiser, weights))
    torch.testing.assert_close(found[0], found[1])


def test_each_group_of_parameters_stays_on_its_device() -> None:
    """As where embeddings are kept on the CPU, and the rest is on a card: one group is not as the other."""
    parameters = [nn.Parameter(torch.zeros(2)) for _ in range(2)]
    groups: list[dict[str, Any]] = [
        {"params": parameters[:1], "fused": True},
        {"params": parameters[1:], "foreach": True},
    ]
    optimiser = Adam(groups, lr=0.1)
    for one in parameters:
        one.grad = torch.ones(2)
    optimiser.step()
    optimisers.load(optimiser, copy.deepcopy(optimiser.state_dict()))
    assert [group["fused"] for group in optimiser.param_groups] == [True, None]
    assert [group["foreach"] for group in optimiser.param_groups] == [None, True]
    optimiser.step()
    assert torch.equal(*parameters)


def test_what_is_gathered_makes_room_for_what_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a card that has no room for both."""
    optimiser, weights = built("adam")
    for one in weights:
        one.grad = torch.ones_like(one)
    optimiser.step()
    saved = copy.deepcopy(optimiser.state_dict())
    optimiser.step()
    real = torch.optim.Adam.load_state_dict

    def load(self: Adam, state: dict[str, Any]) -> None:
        if self.state:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        real(self, state)

    monkeypatch.setattr(Adam, "load_state_dict", load)
    optimisers.load(optimiser, saved)
    for now, then in zip(optimiser.state_dict()["state"].values(), saved["state"].values(), strict=True):
        torch.testing.assert_close(now, then)


def test_an_optimiser_that_keeps_its_state_in_its_own_way_is_given_it_so() -> None:
    """As one that offloads moments to the CPU, in parts."""

    class Offloaded(SGD):
        def state_dict(self) -> dict[str, Any]:
            return {"offloaded": [super().state_dict()]}

        def load_state_dict(self, state_dict: dict[str, Any]) -> None:
            super().load_state_dict(state_dict["offloaded"][0])

    optimiser = Offloaded([nn.Parameter(torch.zeros(2))], lr=0.1)
    saved = optimiser.state_dict()
    optimiser.param_groups[0]["lr"] = 0.5
    optimisers.load(optimiser, saved)
    assert optimiser.param_groups[0]["lr"] == 0.1
