"""Steps replayed from CUDA graphs: they are the steps, they are faster, and where they can't be, none is."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor

from benchmarks.gpu.check import Bench, Check, first_line, judged, skipped
from benchmarks.gpu.material import apart, dataset_of, preset_of
from latentop.engine.data import Dataset, Sampler
from latentop.engine.objectives import Objective, build_objective
from latentop.engine.record.host_copy import gather
from latentop.engine.run.events import Scalars
from latentop.engine.train import cuda_graphs, devices
from latentop.engine.train.cuda_graphs import Step, Steps, Tape
from latentop.presets.schema import Preset

PRESETS = ("stacked", "vae", "dcgan", "sn-hinge", "wgan-gp", "ring")
NEAR = 1e-3
NOTHING = 0.1
"""Losses of critics pass through zero: a smaller one counts as this."""
CAPTURES = 20
NEW = cuda_graphs.WARM_UP + 2
"""Steps until the first one that is nothing but a replay."""
REPLAYED = "whole steps from a CUDA graph"


class Repetition:
    """The tape of a device without graphs: what was noted is done again, in the same memory."""

    def warm_up(self, step: Step) -> None:
        """Take the step."""
        step()

    def record(self, step: Step) -> None:
        """Note the step."""
        self._step = step

    def replay(self) -> None:
        """Take the step that was noted."""
        self._step()


class Asking:
    """An objective whose steps ask the device for a number, which no graph can hold."""

    def __init__(self, of: Objective) -> None:
        self._of = of
        self.networks = of.networks
        self.optimisers = of.optimisers

    def step(self, batch: Tensor, labels: Tensor) -> Mapping[str, Tensor]:
        """A step, and a question."""
        values = self._of.step(batch, labels)
        next(iter(values.values())).item()
        return values

    def adopt(self, preset: Preset) -> None:
        """As the objective does."""
        self._of.adopt(preset)


def graphs(bench: Bench) -> Iterator[Check]:
    """Six presets, 50 steps: replayed beside taken by themselves, with algorithms that repeat themselves."""
    count = NEW + 1 if bench.dry else 50
    before = torch.backends.cudnn.deterministic
    torch.backends.cudnn.deterministic = True
    try:
        for name in PRESETS:
            preset = preset_of(bench, name)
            alone, plain, _ = _taken(bench, preset, count, tape=None)
            replayed, quick, told = _taken(bench, preset, count, tape=_tape(bench))
            far = max(apart(one, other, NOTHING) for one, other in zip(replayed, alone, strict=True))
            faster = f", {plain / quick:.1f} × as fast" if bench.card else ""
            figure = f"differs by {far:.1g} in {count} steps{faster}"
            good = told.startswith(REPLAYED) and far < NEAR
            yield judged(good, bench.placed(figure if good else f"{figure}; {told}"), f"< {NEAR:g}", name)
    finally:
        torch.backends.cudnn.deterministic = before


def captures(bench: Bench) -> Iterator[Check]:
    """Recorded again and again while a thread brings numbers to the host; then a step that can't be."""
    preset = preset_of(bench, "stacked")
    dataset, objective = _fresh(bench, preset)
    steps = Steps(objective, dataset, obstacle=lambda: "", tape=_tape(bench))
    errors: list[str] = []
    over = threading.Event()
    thread = threading.Thread(target=_gather, args=(torch.device(bench.device), over, errors))
    thread.start()
    told: list[str] = []
    try:
        for _ in range(3 if bench.dry else CAPTURES):
            steps.forget()
            values, _ = _run(steps, preset, dataset, NEW)
            told.append(steps.told)
    finally:
        over.set()
        thread.join()
    recorded = sum(one.startswith(REPLAYED) for one in told)
    figure = f"{recorded} of {len(told)} recorded; {next(iter(errors), 'the thread met no error')}"
    sound = recorded == len(told) and not errors and values[-1] == values[-1]
    yield judged(sound, bench.placed(figure), "all, beside a thread that gathers", "beside a thread")
    if not bench.card:
        yield skipped("needs a card: only CUDA refuses to record a question", "a question")
        return
    asking = Steps(Asking(objective), dataset, obstacle=lambda: "", tape=_tape(bench))
    values, _ = _run(asking, preset, dataset, 2 * NEW)
    good = asking.told.startswith("no CUDA graph") and len(set(values)) == len(values)
    yield judged(
        good, f"{asking.told}; {len(values)} steps taken", "no graph, and it trains on", "a question"
    )


def _taken(
    bench: Bench, preset: Preset, count: int, *, tape: Callable[[], Tape] | None
) -> tuple[list[float], float, str]:
    """Losses of the steps, seconds of the median of the later ones, and how they were taken."""
    dataset, objective = _fresh(bench, preset)
    steps = Steps(objective, dataset, obstacle=lambda: "", tape=tape)
    values, seconds = _run(steps, preset, dataset, count)
    return values, seconds, steps.told


def _fresh(bench: Bench, preset: Preset) -> tuple[Dataset, Objective]:
    dataset = dataset_of(preset.data, bench.device)
    torch.manual_seed(preset.seed)
    return dataset, build_objective(preset, dataset, torch.device(bench.device))


def _run(steps: Steps, preset: Preset, dataset: Dataset, count: int) -> tuple[list[float], float]:
    """Losses of so many steps, and seconds a step of those after recording."""
    device = dataset.train.device
    torch.manual_seed(preset.seed)
    sampler = Sampler(len(dataset.train), preset.per_step, preset.seed, device)
    losses, began = [], 0.0
    for number in range(count):
        if number == NEW:
            devices.wait(device)
            began = time.perf_counter()
        values = steps(next(sampler))
        losses.append(next(values[name] for name in values if name.startswith("loss/")))
    devices.wait(device)
    took = (time.perf_counter() - began) / max(count - NEW, 1)
    return [float(one) for one in losses], took


def _tape(bench: Bench) -> Callable[[], Tape]:
    return cuda_graphs.tape_of(torch.device(bench.device)) or Repetition


def _gather(device: torch.device, over: threading.Event, errors: list[str]) -> None:
    """What the recorder's thread does, without a pause."""
    step = 0
    try:
        while not over.is_set():
            step += 1
            values = {f"loss/{number}": torch.full((), float(number), device=device) for number in range(8)}
            gather([Scalars(step=step, wall=time.time(), values=values)])
    except Exception as error:
        errors.append(first_line(error))
