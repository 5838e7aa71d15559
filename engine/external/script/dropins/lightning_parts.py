"""What Lightning's trainings consist of, for a run: classes that its Trainers take, networks, optimisers."""

import sys
import types
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from latentop.engine.external.script.run import Run
from latentop.engine.run.errors import UsageError

if TYPE_CHECKING:
    from pytorch_lightning import LightningModule, Trainer

PACKAGES = ("lightning.pytorch", "pytorch_lightning")


@lru_cache
def _lightning(kind: type, base: str, packages: tuple[str, ...]) -> type:
    """The class, also derived from those packages' classes of that name: their Trainers ask for them."""
    bases = [getattr(import_module(f"{one}.{base.lower()}s"), base) for one in packages]

    def reduced(self: Any) -> tuple[Any, ...]:  # processes that are spawned get it by pickle
        return made, (kind, base), self.__dict__

    return types.new_class(
        kind.__name__, (kind, *bases), exec_body=lambda names: names.update(__reduce__=reduced)
    )


def made(kind: type, base: str) -> Any:
    """A new object; whichever package the script has imported by now is its own."""
    packages = [one for one in PACKAGES if sys.modules.get(one)]
    for one in PACKAGES if not packages else ():
        try:
            import_module(one)
        except ImportError:
            continue
        packages = [one]
        break
    if not packages:
        raise UsageError("latentop.lightning needs Lightning", "pip install lightning")
    return object.__new__(_lightning(kind, base, tuple(packages)))


class Later:
    """Stands for the run until it is used: Lightning asks for it before there is anything to begin with."""

    def __init__(self, begin: Callable[[], Run]) -> None:
        self._begin = begin

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._begin(), name)


def found(trainer: "Trainer", pl_module: "LightningModule") -> dict[str, Any]:
    """What ``latentop.init`` takes of a training: its length, networks, optimisers and schedules."""
    networks = {name: one for name, one in pl_module.named_children() if any(True for _ in one.parameters())}
    inside = {name: {id(one) for one in network.parameters()} for name, network in networks.items()}
    if {id(one) for one in pl_module.parameters()} - set().union(*inside.values()):
        networks, inside = {"network": pl_module}, {}
    optimisers = {}
    for place, optimiser in enumerate(trainer.optimizers):
        stepped = {id(one) for group in optimiser.param_groups for one in group["params"]}
        homes = [name for name, held in inside.items() if held & stepped]
        own = homes[0] if len(homes) == 1 and homes[0] not in optimisers else f"optimiser{place}"
        optimisers["network" if len(trainer.optimizers) == 1 and len(homes) != 1 else own] = optimiser
    return {
        "steps": batches(trainer, pl_module),
        "networks": networks,
        "optimisers": optimisers,
        "also": {f"schedule{place}": one.scheduler for place, one in enumerate(trainer.lr_scheduler_configs)},
    }


def batches(trainer: "Trainer", pl_module: "LightningModule") -> int | None:
    """How many batches there will be, where Lightning knows: it counts steps of all optimisers."""
    count = (trainer.max_epochs or 0) * trainer.num_training_batches
    if trainer.max_steps > 0:
        most = trainer.max_steps * trainer.accumulate_grad_batches if pl_module.automatic_optimization else 0
        count = min(count, most) if count > 0 else most
    return int(count) if 0 < count < float("inf") else None
