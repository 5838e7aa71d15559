"""Whatever a script has set for all of torch: its run is looked at as if it had not, its training is not."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import latentop
from latentop.engine.run import commands
from latentop.engine.run.folder import RunFolder
from tests.support.real_runs import facts
from tests.support.script_runs import series, steps


@contextmanager
def device(name: str) -> Iterator[None]:
    torch.set_default_device(name)
    try:
        yield
    finally:
        torch.set_default_device(None)


@contextmanager
def dtype(kind: torch.dtype) -> Iterator[None]:
    torch.set_default_dtype(kind)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


@contextmanager
def newer_settings() -> Iterator[None]:
    """Torch's older ones raise beside these."""
    place: Any = torch.backends.cuda.matmul  # type: ignore[attr-defined]
    before, place.fp32_precision = place.fp32_precision, "tf32"
    try:
        yield
    finally:
        place.fp32_precision = before


SURROUNDINGS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "a default device": lambda: device("meta"),
    "a default device of a block": lambda: torch.device("meta"),
    "bfloat16": lambda: dtype(torch.bfloat16),
    "float64": lambda: dtype(torch.float64),
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "inference mode": torch.inference_mode,
    "TF32": newer_settings,
}


def measured(name: str) -> tuple[dict[str, float], tuple[torch.device, bool, bool]]:
    """What a run says of samples, and in which surroundings the script was asked for these."""
    real = torch.rand(300, 1, 8, 8, generator=torch.Generator("cpu").manual_seed(1), device="cpu")
    real *= real[:, :, :1, :1]
    seen = []

    def sample(count: int) -> Tensor:
        autocast = torch.is_autocast_enabled("cpu")
        seen.append((torch.get_default_device(), autocast, torch.is_inference_mode_enabled()))
        private = torch.Generator("cpu").manual_seed(2)
        return torch.rand(count, 1, 8, 8, generator=private, device="cpu", dtype=torch.float32) ** 2

    surroundings = SURROUNDINGS.get(name, nullcontext)
    with latentop.init(name, kind="gan", sample=sample, real=real) as run, surroundings():
        run.log({"loss/generator": 1.0, "loss/discriminator": 1.0})
        run.finish()
    found = {
        name: values[-1][1] for name, values in series(RunFolder(run.path)).items() if "diversity" in name
    }
    return found, seen[-1]


@pytest.fixture
def plain(runs: Path) -> dict[str, float]:
    found, _ = measured("none")
    assert found.keys() >= {"diversity/coverage", "diversity/effective"}
    return found


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_samples_are_measured_as_where_nothing_is_set(name: str, plain: dict[str, float]) -> None:
    found, seen = measured(name)
    assert found == plain
    with SURROUNDINGS[name]():
        now = torch.get_default_device(), torch.is_autocast_enabled("cpu"), torch.is_inference_mode_enabled()
    assert seen == now, "the script's own functions are called as it would call them"


def test_what_is_drawn_within_autocast_takes_no_gradients_from_what_is_trained_there(runs: Path) -> None:
    """Autocast keeps the casts of weights for the block; those made for samples have no gradients."""
    generator = nn.Linear(4, 64)
    real = torch.rand(300, 1, 8, 8)

    def sample(count: int) -> Tensor:
        return torch.sigmoid(generator(torch.randn(count, 4))).float().view(count, 1, 8, 8)

    with (
        latentop.init(kind="gan", sample=sample, real=real) as run,
        torch.autocast("cpu", dtype=torch.bfloat16),
    ):
        run.log({"loss/generator": 1.0, "loss/discriminator": 1.0})
        generator(torch.ones(3, 4)).float().sum().backward()
        assert generator.weight.grad is not None
        assert generator.weight.grad.abs().sum() > 0


def test_what_went_back_in_inference_mode_can_be_trained_on(runs: Path) -> None:
    """As where a script logs what it has measured on held-out data, and is asked to go back just then."""
    network = nn.Linear(2, 2)
    optimiser = torch.optim.Adam(network.parameters())

    def step() -> None:
        network(torch.ones(3, 2)).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        optimiser.zero_grad()

    with latentop.init(networks=network, optimisers=optimiser) as run:
        asked = 0
        for at in steps():
            step()
            with torch.inference_mode():
                run.log({"loss": 1.0})
            found = RunFolder(run.path)
            if not asked and facts(found).snapshots:
                asked, went = commands.ask(found, "rollback"), at
            if asked and commands.answer(found, asked).state == "applied":
                break
        assert run.step < went
        before = network.weight.detach().clone()
        step()
        assert not torch.equal(before, network.weight)
