"""Numbers that must agree: with the CPU, with an uninterrupted training, and with what was never moved."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import product
from math import inf, nan
from time import monotonic, time
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from benchmarks.gpu.check import Bench, Check, judged
from benchmarks.gpu.draws import HostDraws
from benchmarks.gpu.material import apart, dataset_of, preset_of, stepper
from latentop.engine.checkpoint.snapshots import copy
from latentop.engine.objectives.optimisers import build_optimiser, step_if, take_step
from latentop.engine.run.events import Scalars
from latentop.engine.train.trainer import Trainer
from latentop.presets.networks import StackedAutoencoder
from latentop.presets.schema import Preset

COMPARED = ("stacked", "convolutional", "recurrent", "vae", "denoising-gaussian", "dcgan", "sn-hinge", "ring")
WITH_TF32, WITHOUT = 1e-3, 1e-5
NOTHING = 0.1
"""A loss below it, which may be zero, counts as this."""
RATE, GARBAGE = 0.1, 1e3
Take = Callable[[Optimizer], object]
OPTIMISERS = ("adam", "nadam", "rmsprop", "sgd")


def first_loss(bench: Bench) -> Iterator[Check]:
    """The losses of the first step, from the same weights, data and noise, here and on the CPU."""
    for name, products, most in (("TF32", "high", WITH_TF32), ("float32", "highest", WITHOUT)):
        with _products(products):
            far = {one: _first_apart(preset_of(bench, one), bench.device) for one in COMPARED}
        worst = max(far, key=lambda one: far[one])
        figure = f"{worst} differs by {far[worst]:.1g}; {len(far)} presets"
        yield judged(far[worst] < most, bench.placed(figure), f"< {most:g} from the CPU's", name)


def resumption(bench: Bench) -> Iterator[Check]:
    """Losses after a state was written and read again, beside those of the training that went on."""
    saved, last = (3, 6) if bench.dry else (20, 30)
    before = torch.backends.cudnn.deterministic
    torch.backends.cudnn.deterministic = True  # what differs is what was not restored
    try:
        for name in ("dcgan", "stacked"):
            preset = preset_of(bench, name, f"steps={last}")
            whole, resumed = _resumed(bench, preset, saved)
            far = max(apart(one, other) for one, other in zip(resumed, whole, strict=True))
            figure = f"differs by {far:.1g} at most, {last - saved} steps after step {saved}"
            yield judged(far < 1e-3, bench.placed(figure), "< 1e-3", name)
    finally:
        torch.backends.cudnn.deterministic = before


def gradients(bench: Bench) -> Iterator[Check]:
    """A gradient with NaN moves neither weights nor moments, of any optimiser; a sound one does, as ever."""
    ways: list[Take] = [take_step] if bench.card else [take_step, _take_unasked]
    for kind in OPTIMISERS:
        wrong = [
            f"{layout}, {bad} at step {steps + 1}: {found}"
            for layout, bad, steps, take in product(("whole", "strided"), (nan, inf), (0, 3), ways)
            if (found := _moved(kind, layout, bad, steps, take, torch.device(bench.device)))
        ]
        figure = "; ".join(wrong) or "nothing moved, and a sound gradient moved it after that"
        yield judged(not wrong, bench.placed(figure), "nothing moves", kind)


def bfloat16(bench: Bench) -> Iterator[Check]:
    """LSTMs compute in float32 where a run is lowered, convolutions in bfloat16; all stays finite."""
    for name, kind, wanted in (
        ("recurrent", nn.LSTM, torch.float32),
        ("dcgan", nn.Conv2d, torch.bfloat16),
        ("dcgan", nn.ConvTranspose2d, torch.bfloat16),
    ):
        objective, take = stepper(preset_of(bench, name, "precision=bfloat16"), bench.device)
        seen: set[torch.dtype] = set()
        for network in objective.networks.values():
            for module in network.modules():
                if isinstance(module, kind):
                    module.register_forward_hook(partial(_note, seen))
        for _ in range(5):
            values = take()
        finite = all(bool(one.isfinite()) for one in values.values())
        found = ", ".join(sorted(str(one).removeprefix("torch.") for one in seen))
        good = seen == {wanted} and finite
        figure = f"{found}; {'finite' if finite else 'not finite'} after 5 steps"
        said = f"{str(wanted).removeprefix('torch.')}, finite"
        yield judged(good, bench.placed(figure), said, f"{name}, {kind.__name__}")


def _first_apart(preset: Preset, device: str) -> float:
    """How far the losses of the first step are from the CPU's; the farthest, as a share."""
    reference, take_there = stepper(preset, "cpu")
    objective, take_here = stepper(preset, device)
    for name, network in objective.networks.items():
        network.load_state_dict(reference.networks[name].state_dict())
    with HostDraws(preset.seed), _products("highest"):
        there = take_there()
    with HostDraws(preset.seed):
        here = take_here()
    losses = [name for name in there if name.startswith("loss/")]
    return max(apart(float(here[name]), float(there[name]), NOTHING) for name in losses)


@contextmanager
def _products(precision: str) -> Iterator[None]:
    """Matrix products and convolutions in TF32 (``high``) or in float32 (``highest``)."""
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision(precision)
    torch.backends.cudnn.allow_tf32 = precision == "high"
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before[0])
        torch.backends.cudnn.allow_tf32 = before[1]


def _resumed(bench: Bench, preset: Preset, saved: int) -> tuple[list[float], list[float]]:
    """Losses after the step ``saved``: of the training that goes on, and of one that is read from a file."""
    dataset = dataset_of(preset.data, bench.device)
    device, path = torch.device(bench.device), bench.folder / f"{preset.tag}.pt"
    whole = Trainer(preset, dataset, device, wall=time, clock=monotonic)
    losses = []
    for event in whole.run():
        if isinstance(event, Scalars) and (loss := _loss(event)) is not None:
            if event.step == saved:
                torch.save(copy(whole.state(), to_host=True), path)
            if event.step > saved:
                losses.append(loss)
    again = Trainer(preset, dataset, device, wall=time, clock=monotonic)
    again.restore(torch.load(path, weights_only=True))
    events = (event for event in again.run() if isinstance(event, Scalars))
    return losses, [loss for event in events if (loss := _loss(event)) is not None]


def _loss(event: Scalars) -> float | None:
    """The training loss of a step; None of what is recorded beside the steps."""
    for name in ("loss/generator", "loss/reconstruction"):
        if name in event.values:
            return float(event.values[name])
    return None


def _moved(kind: str, layout: str, bad: float, steps: int, take: Take, device: torch.device) -> str:
    """What a gradient that is not finite has done after so many good ones; nothing, if all is well."""
    reference, _, good = _trained(kind, layout, steps, take, device)
    weight, optimiser, _ = _trained(kind, layout, steps, take, device)
    before = [one.clone() for one in _held(weight, optimiser)]
    weight.grad = torch.randn_like(weight)
    weight.grad[0, 0] = bad
    torch.full_like(weight, GARBAGE)  # what new moments find in their memory if nobody writes there
    take(optimiser)
    kept = zip(before, _held(weight, optimiser), strict=False)  # moments that begin here were not there
    if not all(torch.equal(was, one) for was, one in kept):
        return "moved"
    weight.grad = torch.ones_like(weight)
    take(optimiser)
    good(torch.ones_like(weight))
    if torch.equal(before[0], weight):
        return "a sound gradient moves nothing after it"
    off = float((weight - reference).detach().abs().max())
    return "" if off <= RATE else f"the next step goes {off:.1g} astray, at a rate of {RATE:g}"


def _trained(
    kind: str, layout: str, steps: int, take: Take, device: torch.device
) -> tuple[nn.Parameter, Optimizer, Callable[[Tensor], object]]:
    """A weight after so many steps, its optimiser, and what gives it one more gradient."""
    torch.manual_seed(0)
    values = torch.randn(8, 32, device=device)
    weight = nn.Parameter(values[:, ::2] if layout == "strided" else values[:, :16].contiguous())
    settings: dict[str, Any] = {"lr": RATE, "optimizer": kind, "beta1": 0.9}
    optimiser = build_optimiser(StackedAutoencoder(**settings), [weight])

    def train(gradient: Tensor) -> None:
        weight.grad = gradient
        take(optimiser)

    for _ in range(steps):
        train(torch.randn_like(weight))
    return weight, optimiser, train


def _take_unasked(optimiser: Optimizer) -> None:
    """A step as a card takes it, which nobody asks whether a gradient is finite."""
    gradients = [one.grad for group in optimiser.param_groups for one in group["params"]]
    step_if(torch.isfinite(nn.utils.get_total_norm(gradients)), optimiser)
    optimiser.zero_grad(set_to_none=True)


def _held(weight: nn.Parameter, optimiser: Optimizer) -> list[Tensor]:
    moments = (value for state in optimiser.state.values() for value in state.values())
    return [weight.detach(), *(one for one in moments if isinstance(one, Tensor))]


def _note(seen: set[torch.dtype], _module: nn.Module, _given: object, made: Any) -> None:
    """Add the type of what a layer has computed."""
    seen.add((made[0] if isinstance(made, tuple) else made).dtype)
