"""One training of a preset, and all that is to be known of it afterwards."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch

from latentop.engine.data import Dataset, load
from latentop.engine.linear_algebra import repeatable
from latentop.engine.objectives import Objective
from latentop.engine.run.events import AlarmCleared, AlarmRaised, Scalars
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue
from latentop.presets.schema import Preset

CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A training that has ended. ``series`` has every value as (step, value), by name."""

    preset: Preset
    dataset: Dataset
    objective: Objective
    series: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    raised: list[AlarmRaised] = field(default_factory=list)
    cleared: list[AlarmCleared] = field(default_factory=list)

    def last(self, name: str) -> float:
        """The newest value of a series."""
        return self.series[name][-1][1]

    def values(self, name: str, *, since: int = 0) -> list[float]:
        """The values of a series from that step on."""
        return [value for step, value in self.series[name] if step >= since]


def train(
    name: str,
    seed: int,
    *,
    speed: float,
    words: Sequence[str] = (),
    moved: float = 0.0,
    until: Callable[[Run], bool] = lambda _: False,
) -> Run:
    """Train a preset, its settings changed by ``words``, to its end or ``until`` that is so after an alarm.

    The clock is the number of steps over ``speed``: how often samples are looked at depends on no machine.
    ``moved`` is the standard deviation of what is added to every initial weight.
    """
    preset = catalogue.load(catalogue.find(name), [f"seed={seed}", "device=cpu", *words])
    dataset = load(preset.data, CPU)
    now = 0.0
    trainer = Trainer(preset, dataset, CPU, wall=lambda: now, clock=lambda: now)
    if moved:
        _move(trainer.objective, moved, seed)
    run = Run(preset=preset, dataset=dataset, objective=trainer.objective)
    with repeatable():
        for event in trainer.run():
            now = trainer.step / speed
            match event:
                case Scalars():
                    for series, value in event.values.items():
                        run.series.setdefault(series, []).append((event.step, float(value)))
                case AlarmRaised():
                    run.raised.append(event)
                    if until(run):
                        break
                case AlarmCleared():
                    run.cleared.append(event)
    return run


@torch.no_grad()
def _move(objective: Objective, size: float, seed: int) -> None:
    chance = torch.Generator().manual_seed(seed)
    for parameter in _parameters(objective):
        parameter.add_(size * torch.randn(parameter.shape, generator=chance))


def _parameters(objective: Objective) -> Iterator[torch.nn.Parameter]:
    for network in objective.networks.values():
        yield from network.parameters()
