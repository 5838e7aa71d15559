"""Whole training steps replayed from a CUDA graph: one launch where a step by itself takes hundreds.

A graph is a step as it was recorded once, both networks' updates in it: numbers such as learning rates, and
all that Python decided, stay as they were then. So only steps that are alike are recorded, each graph is
compared with a step by itself before anything is trained with it, and it is recorded anew after any change.
No card has judged it yet: until the GPU benchmark shows a gain, only ``LATENTOP_CUDA_GRAPHS=1`` turns it on.
Source: https://pytorch.org/docs/stable/notes/cuda.html#cuda-graphs
"""

from collections.abc import Callable, Mapping
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.utils import get_total_norm

from latentop.engine.data import Dataset
from latentop.engine.objectives import Objective
from latentop.engine.train import devices, random_state
from latentop.engine.train.memory_shortage import where_it_fits
from latentop.presets.networks import DiracGenerator
from latentop.presets.schema import Preset, Pretraining

WARM_UP = 3
"""Steps by themselves before one is recorded: until then libraries choose algorithms and make room."""
TOLERANCE = 1e-3
"""By how much the series of a replayed step may differ from those of a step by itself."""
WAY_TOLERANCE = 0.05
"""The same of the way that its weights and moments go, as a share of that way."""
SAFE = (2, 15)
"""The version of torch from which on a recording that fails leaves streams and random numbers alone."""

NO_ROOM = "there is too little memory to compare a replay with a step by itself"
TINY = 1e-12

Step = Callable[[], None]


class Tape(Protocol):
    """Something that notes what a step does on the device, and does it again."""

    def warm_up(self, step: Step) -> None:
        """Take the step, in a way that recording can follow."""

    def record(self, step: Step) -> None:
        """Note what the step would do; nothing on the device is changed."""

    def replay(self) -> None:
        """Do what was noted, in the memory where it was noted."""


def tape_of(device: torch.device) -> Callable[[], Tape] | None:
    """What makes tapes for a device; None where it has none."""
    return CudaGraph if device.type == "cuda" else None


class CudaGraph:
    """The tape that CUDA has. Another thread may use the device meanwhile, as the recorder does."""

    def __init__(self) -> None:
        self._graph = torch.cuda.CUDAGraph()

    def warm_up(self, step: Step) -> None:
        """Take the step on a stream of its own."""
        side, current = torch.cuda.Stream(), torch.cuda.current_stream()
        side.wait_stream(current)
        with torch.cuda.stream(side):
            step()
        current.wait_stream(side)

    def record(self, step: Step) -> None:
        """Record the step. Raises RuntimeError where it does what a graph can't hold."""
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
            step()

    def replay(self) -> None:
        """Launch the whole step."""
        self._graph.replay()


def obstacle(preset: Preset) -> str:
    """Why the steps of a preset are not to be replays of one; empty where they are."""
    if not devices.graphs_wanted():
        return f"{devices.GRAPHS}=1 is not set"
    if torch.version.hip:
        return "HIP's graphs were never tried here"
    version = tuple(int(part) for part in torch.__version__.split(".")[:2])
    return unlike(preset) if version >= SAFE else f"torch {torch.__version__} is older than 2.15"


def unlike(preset: Preset) -> str:
    """Why steps of a preset differ from each other by more than their data; empty where they don't."""
    if preset.code:
        return "one's own network may decide anew at every step"
    if isinstance(preset, Pretraining):
        return "its phases train different networks"
    if isinstance(getattr(preset, "generator", None), DiracGenerator):
        return "its phase plane is noted by Python at every step"
    for name in ("generator", "discriminator", "autoencoder"):
        if getattr(getattr(preset, name, None), "schedule", "constant") != "constant":
            return f"{name}.lr follows a schedule"
    if (every := getattr(preset.objective, "r1_every", 1)) > 1 and getattr(preset.objective, "r1", 0.0):
        return f"the penalty is due every {every} steps"
    return ""


class Steps:
    """Takes the steps of an objective on a dataset: by themselves, or replayed from a ``tape``."""

    def __init__(
        self,
        objective: Objective,
        dataset: Dataset,
        *,
        obstacle: Callable[[], str],
        tape: Callable[[], Tape] | None,
    ) -> None:
        """``obstacle`` says what bars replays, ``tape`` makes what replays: None where a device has none."""
        self.told = ""
        """How steps are taken, for people; empty before it is decided, and where nothing was to decide."""
        self._objective = objective
        self._dataset = dataset
        self._obstacle = obstacle
        self._new_tape = tape
        self.forget()

    def forget(self) -> None:
        """Record anew: a setting, a weight's place or the size of a batch is not what it was."""
        self._tape: Tape | None = None
        self._warm = 0
        self._apart = self._new_tape is None or bool(self._obstacle())
        if self._new_tape and self._apart:
            self.told = f"no CUDA graph: {self._obstacle()}"

    def __call__(self, chosen: Tensor) -> Mapping[str, Tensor]:
        """Train on the data in these places, int64 ``(batch,)``; return series as 0-d tensors."""
        if self._apart or self._new_tape is None:
            return self._by_itself(chosen)
        if self._tape is None:
            self._tape = self._new_tape()
            self._chosen = chosen.clone()
        self._chosen.copy_(chosen)
        if self._warm < WARM_UP:
            return self._warm_up(self._tape)
        if self._warm == WARM_UP:
            self._warm += 1
            return self._begin(self._tape)
        self._tape.replay()
        return self._series()

    def _by_itself(self, chosen: Tensor) -> Mapping[str, Tensor]:
        data = self._dataset
        return self._objective.step(data.train[chosen], data.train_labels[chosen])

    def _warm_up(self, tape: Tape) -> Mapping[str, Tensor]:
        self._warm += 1
        taken: dict[str, Tensor] = {}
        tape.warm_up(lambda: taken.update(self._by_itself(self._chosen)))
        self._names = list(taken)
        self._values = torch.stack(list(taken.values()))
        return taken

    def _begin(self, tape: Tape) -> Mapping[str, Tensor]:
        """Record; replay once, and take the same step by itself, which is the one that counts."""
        if failed := self._recorded(tape):
            self._give_up(failed)
            return self._by_itself(self._chosen)
        held, before = self._held(), dict[str, list[Tensor]]()
        random = random_state.state(self._chosen.device)
        with where_it_fits(lambda _: self._give_up(NO_ROOM)):
            before = _clones(held)
            tape.replay()
            replayed, told = _clones(held), self._values.clone()
        for name, tensors in before.items():
            for one, was in zip(held[name], tensors, strict=True):
                one.copy_(was)
        random_state.restore(random, self._chosen.device)
        if self._apart:
            del tape, before  # the step needs the room
            return self._by_itself(self._chosen)
        values = self._by_itself(self._chosen)
        with where_it_fits(lambda _: self._give_up(NO_ROOM)):
            series = _apart([told], [torch.stack(list(values.values()))])
            ways = [_off_the_way(replayed[name], held[name], before[name]) for name in held]
            way = float(torch.stack(ways).max())  # of which one that is NaN is the largest
        if self._apart:
            return values
        if series <= TOLERANCE and way <= WAY_TOLERANCE:
            self.told = f"whole steps from a CUDA graph, which differed from one by itself by {series:.1g}"
        else:
            self._give_up(
                f"a step replayed differed from one by itself by {series:.1g}, its weights' way by {way:.1g}"
            )
        return values

    def _recorded(self, tape: Tape) -> str:
        """Record a step; why that can't be, or nothing. What the error's frames held is let go of."""
        try:
            tape.record(self._in_place)
        except RuntimeError as error:
            first: BaseException = error
            while first.__context__:
                first = first.__context__
            return (str(first) or type(first).__name__).splitlines()[0]
        return ""

    def _in_place(self) -> None:
        """A step from where the places lie to where the values are read, as a graph needs it."""
        self._values.copy_(torch.stack(list(self._by_itself(self._chosen).values())))

    def _series(self) -> Mapping[str, Tensor]:
        return dict(zip(self._names, self._values.clone().unbind(), strict=True))

    def _held(self) -> dict[str, list[Tensor]]:
        """All that a step changes but random numbers: each network's weights and buffers, and moments."""
        found = {
            name: [one.detach() for one in (*network.parameters(), *network.buffers())]
            for name, network in self._objective.networks.items()
        }
        for name, optimiser in self._objective.optimisers.items():
            moments = (value for state in optimiser.state.values() for value in state.values())
            found[f"moments of {name}"] = [one for one in moments if isinstance(one, Tensor)]
        return {name: tensors for name, tensors in found.items() if tensors}

    def _give_up(self, why: str) -> None:
        self._tape, self._apart = None, True
        self.told = f"no CUDA graph: {why}"
        for optimiser in self._objective.optimisers.values():
            optimiser.zero_grad(set_to_none=True)  # what was begun while recording lies in the graph's memory


def _clones(held: Mapping[str, list[Tensor]]) -> dict[str, list[Tensor]]:
    return {name: [one.clone() for one in tensors] for name, tensors in held.items()}


def _apart(some: list[Tensor], others: list[Tensor]) -> float:
    """How far all of the tensors are from the others, as a share of the others' length."""
    between = [one - other for one, other in zip(some, others, strict=True)]
    return float(get_total_norm(between) / get_total_norm(others).clamp(min=TINY))


def _off_the_way(some: list[Tensor], others: list[Tensor], before: list[Tensor]) -> Tensor:
    """How far the tensors are from the others, as a share of the way from ``before``: 0-d.

    Whole numbers, which count, must agree, else it is infinite. Numbers by themselves, such as a penalty, are
    much longer or shorter than weights, and each goes a way of its own; the longest share counts.
    """
    triples = list(zip(some, others, before, strict=True))
    if not all(torch.equal(one, other) for one, other, _ in triples if _counts(other)):
        return torch.full((), torch.inf, device=others[0].device)
    floats = [
        (one, other, was) for one, other, was in triples if other.is_floating_point() and not _counts(other)
    ]
    alone = [[triple] for triple in floats if not triple[1].ndim]
    groups = [*alone, [triple for triple in floats if triple[1].ndim]]
    shares = [torch.zeros((), device=others[0].device)]
    for group in filter(None, groups):
        way = get_total_norm([other - was for _, other, was in group])
        shares.append(get_total_norm([one - other for one, other, _ in group]) / way.clamp(min=TINY))
    return torch.stack(shares).max()


def _counts(tensor: Tensor) -> bool:
    """Whether it counts steps: as a whole number, or as the float of one that optimisers keep."""
    if tensor.is_floating_point():
        return tensor.ndim == 0 and bool(tensor == tensor.round())
    return True
