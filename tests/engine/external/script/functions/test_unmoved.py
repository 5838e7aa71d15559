"""Calling a script's function leaves no trace: whatever it holds goes on as if it had not been called."""

import functools
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from latentop.engine.external.script.functions.unmoved import unmoved

GLOBAL = torch.Generator()
NUMPY = np.random.default_rng(1)


def from_global(count: int) -> Tensor:
    return torch.rand(count, generator=GLOBAL)


def through_another(count: int) -> Tensor:
    return torch.stack([from_global(1) for _ in range(count)])


def decorated(function: Callable[[int], Any]) -> Callable[[int], Any]:
    @functools.wraps(function)
    def wrapped(count: int) -> Any:
        return function(count)

    return wrapped


class Sampler:
    """Holds generators as people do."""

    def __init__(self) -> None:
        self.random = random.Random(3)
        self.parts = {"list": [SimpleNamespace(legacy=np.random.RandomState(4))]}
        self.itself = self

    def sample(self, count: int) -> list[float]:
        return [self.random.random() + self.parts["list"][0].legacy.rand() for _ in range(count)]

    def __call__(self, count: int) -> list[float]:
        return self.sample(count)


class Noisy(nn.Module):
    """Draws from a generator of its own, and counts."""

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Identity())
        self.inner[0].source = generator
        self.calls = 0

    def forward(self, count: int) -> Tensor:
        self.calls += 1
        self.kept = torch.zeros(count)
        return torch.rand(count, generator=self.inner[0].source)


class GlobalInForward(nn.Module):
    def forward(self, count: int) -> Tensor:
        return through_another(count)


def functions() -> Iterator[Any]:
    mine = torch.Generator()
    inner = lambda count: torch.rand(count, generator=mine)  # noqa: E731
    yield "closure", lambda count: torch.rand(count, generator=mine)
    yield "closure of a closure", lambda count: 2 * inner(count)
    yield "default", lambda count, source=mine: torch.rand(count, generator=source)
    yield "global", from_global
    yield "global of another", lambda count: through_another(count)
    yield "numpy", lambda count: NUMPY.random(count)
    yield "partial", functools.partial(lambda source, count: torch.rand(count, generator=source), mine)
    yield "decorated", decorated(decorated(from_global))
    yield "method", Sampler().sample
    yield "object", Sampler()
    yield "network", Noisy(mine)
    yield "network that uses a global", GlobalInForward()
    yield "everybody's", lambda count: random.random() + np.random.rand() + torch.rand(count)


def drawn(name: str, *, interrupted: bool) -> list[float]:
    """Numbers that follow the first ones, each time from the same beginning."""
    random.seed(1)
    np.random.seed(2)
    torch.manual_seed(3)
    GLOBAL.manual_seed(4)
    NUMPY.bit_generator.state = np.random.default_rng(5).bit_generator.state
    function = dict(functions())[name]
    function(3)
    if interrupted:
        samples = []
        for _ in range(2):
            with unmoved(function, seed=2**32 + 6):
                samples.append(np.asarray(function(3)).tolist())
        assert samples[0] == samples[1]
    numbers: list[float] = np.asarray(function(3)).tolist()
    return numbers


@pytest.mark.parametrize("name", [name for name, _ in functions()])
def test_random_numbers_go_on_as_they_would_have_and_samples_repeat(name: str) -> None:
    assert drawn(name, interrupted=True) == drawn(name, interrupted=False)


def test_what_is_held_may_be_anything() -> None:
    class Shy:
        @property
        def __dict__(self) -> Any:  # type: ignore[override]
            raise RuntimeError("nobody looks at me")

        def __len__(self) -> int:
            raise RuntimeError

    odd = [Shy(), nn, sys.modules, SimpleNamespace(function=len), iter([]), range(10**9), {1: {2: Shy}}]
    mine = torch.Generator()
    before = mine.get_state()
    with unmoved(lambda: (odd, mine), seed=0):
        torch.rand(3, generator=mine)
    assert torch.equal(mine.get_state(), before)


def test_networks_have_their_modes_buffers_and_attributes_back() -> None:
    mine = Noisy(torch.Generator())
    norm = nn.BatchNorm1d(4)
    frozen = nn.Sequential(norm, nn.Dropout()).eval()
    frozen[1].train()
    held = [mine, {"deep": frozen}]
    norm.register_buffer("seen", None)

    def sample() -> None:
        for part in (mine, frozen):
            part.train()
        frozen(torch.randn(8, 4))
        mine(3)
        norm.seen = torch.ones(3)
        norm.running_mean = torch.full((4,), 7.0)
        assert held
        assert not torch.is_grad_enabled()

    means, kept = norm.running_mean, norm.running_var.clone()
    with unmoved(sample, seed=0):
        assert not mine.training
        assert not frozen[1].training
        sample()
    assert (mine.training, norm.training, frozen[1].training) == (True, False, True)
    assert norm.running_mean is means
    assert torch.equal(norm.running_var, kept)
    assert norm.num_batches_tracked == 0
    assert norm.seen is None
    assert mine.calls == 0
    assert not hasattr(mine, "kept")


def test_a_pending_backward_pass_is_not_disturbed() -> None:
    norm = nn.BatchNorm1d(4).eval()
    values = torch.randn(8, 4, requires_grad=True)
    loss = (norm(values) * norm.running_var).sum()
    with unmoved(norm, seed=0):
        norm.train()
        norm(torch.randn(8, 4))
    loss.backward()
    assert values.grad is not None


def test_a_function_that_raises_leaves_no_trace_either() -> None:
    network, mine = nn.Dropout(), torch.Generator()
    before = mine.get_state()
    with suppress(ZeroDivisionError), unmoved(lambda: (network, mine), seed=0):
        1 / (torch.rand(1, generator=mine).item() * 0)
    assert network.training
    assert torch.equal(mine.get_state(), before)


def test_no_other_rank_is_waited_for(tmp_path: Path) -> None:
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path / 'rendezvous'}", rank=0, world_size=1
    )
    try:
        shared = nn.parallel.DistributedDataParallel(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)))
        with unmoved(shared, seed=0):
            assert not shared.will_sync_module_buffers()  # which the others would have to answer
        assert shared.will_sync_module_buffers()
    finally:
        torch.distributed.destroy_process_group()


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> list[torch.Generator]:
    """The generators of two cards, of which the first is the current one."""
    generators = [torch.Generator().manual_seed(number) for number in (7, 8)]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch.cuda, "default_generators", tuple(generators), raising=False)
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda one: generators[one.index].get_state())
    monkeypatch.setattr(
        torch.cuda, "set_rng_state", lambda state, one: generators[one.index].set_state(state)
    )
    return generators


def test_every_card_s_random_numbers_go_on_as_they_would_have(cards: list[torch.Generator]) -> None:
    """A generator on one, a discriminator on the other: samples are drawn on any of them."""

    def sample(count: int) -> Tensor:
        return torch.stack([torch.rand(count, generator=one) for one in torch.cuda.default_generators])

    before = [one.get_state() for one in cards]
    drawn = []
    for _ in range(2):
        with unmoved(sample, seed=3):
            drawn.append(sample(4))
    assert torch.equal(*drawn), "a seed always gives the same samples"
    assert all(torch.equal(one.get_state(), was) for one, was in zip(cards, before, strict=True))


def test_a_card_that_nobody_uses_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children of a process that has asked CUDA anything can't use it."""

    def start(*_: object) -> None:
        raise AssertionError("CUDA was asked")

    for name in ("is_available", "device_count", "current_device", "get_rng_state"):
        monkeypatch.setattr(torch.cuda, name, start)
    with unmoved(from_global, seed=3, networks=(nn.Linear(2, 2),)):
        from_global(1)
