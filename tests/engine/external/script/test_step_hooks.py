"""Gradients are those that a step takes, also where the step itself computes them."""

import pytest
import torch
from torch import nn

from latentop.engine.external.script.step_hooks import StepHooks


def measured(*, by_closure: bool) -> list[float]:
    """The gradient norms of three steps."""
    torch.manual_seed(0)
    network = nn.Linear(3, 2)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    hooks = StepHooks({"network": network}).begin()

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = network(torch.ones(4, 3)).square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    found = []
    try:
        for _ in range(3):
            hooks.hold()
            if by_closure:
                optimiser.step(closure)
            else:
                closure()
                optimiser.step()
            found.append(float(hooks.measure()["grad/network"]))
    finally:
        hooks.end()
    return found


def test_a_step_that_computes_its_gradients_is_seen_with_these() -> None:
    assert measured(by_closure=True) == measured(by_closure=False)
    assert len(set(measured(by_closure=True))) == 3


def step(network: nn.Module, optimiser: torch.optim.Optimizer) -> None:
    network(torch.ones(4, 3)).square().sum().backward()
    optimiser.step()
    optimiser.zero_grad()


@pytest.mark.parametrize("of", ["hold", "measure"])
def test_a_look_that_finds_no_memory_ends_no_step(of: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    network = nn.Linear(3, 2)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    said: list[str] = []
    hooks = StepHooks({"network": network}, said.append).begin()
    try:
        with monkeypatch.context() as patch:
            patch.setattr(f"latentop.engine.watch.signals.weights.Weights.{of}", full)
            hooks.hold()
            before = network.weight.detach().clone()
            step(network, optimiser)
        assert not torch.equal(before, network.weight)
        (told,) = said
        assert told.startswith("a step could not be looked at: OutOfMemoryError: CUDA out of memory.")
        hooks.measure()
        hooks.hold()
        step(network, optimiser)
        assert hooks.measure().keys() == {"grad/network", "update/network", "singular/network"}
    finally:
        hooks.end()


def test_a_closure_s_own_error_is_the_script_s() -> None:
    def broken() -> torch.Tensor:
        raise ZeroDivisionError

    network = nn.Linear(3, 2)
    hooks = StepHooks({"network": network}).begin()
    try:
        hooks.hold()
        with pytest.raises(ZeroDivisionError):
            torch.optim.SGD(network.parameters(), lr=0.1).step(broken)
    finally:
        hooks.end()


def test_gradients_that_a_scaler_has_scaled_are_told_as_they_are() -> None:
    """Fused optimisers divide by the scale themselves, and leave out a step whose gradients overflow."""
    network = nn.Linear(3, 2)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1, fused=True)
    scaler = torch.amp.GradScaler("cpu", init_scale=4096.0)
    hooks = StepHooks({"network": network}).begin()
    try:
        hooks.hold()
        for factor in (torch.inf, 1.0):
            optimiser.zero_grad()
            loss = network(torch.ones(4, 3)).sum()
            scaler.scale(factor * loss).backward()  # type: ignore[no-untyped-call]
            scaler.step(optimiser)
            scaler.update()
            if factor == torch.inf:
                assert hooks.measure() == {}, "nothing was stepped"
        # Of both rows of the weight 4 in each of 3 places, and of the bias 4 in each of 2.
        assert float(hooks.measure()["grad/network"]) == pytest.approx((8 * 16) ** 0.5)
    finally:
        hooks.end()


def test_a_step_that_is_recorded_in_a_cuda_graph_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    network = nn.Linear(3, 2)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    hooks = StepHooks({"network": network}).begin()
    try:
        hooks.hold()
        with monkeypatch.context() as patch:
            patch.setattr(torch.cuda, "is_initialized", lambda: True)
            patch.setattr(torch.cuda, "is_current_stream_capturing", lambda: True)
            step(network, optimiser)
            assert hooks.measure() == {}
        step(network, optimiser)
        assert hooks.measure().keys() == {"grad/network", "update/network", "singular/network"}
    finally:
        hooks.end()
