"""What of one training another can go on with: weights that fit, and optimisers of the same kind."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from latentop.engine.run.errors import UsageError


def load(networks: Mapping[str, nn.Module], states: Mapping[str, Mapping[str, Any]]) -> None:
    """Give each network its weights; an average that the other had none of begins at the generator's.

    Raises UsageError, with nothing loaded, naming the first weight that doesn't fit.
    """
    found = {name: states.get("generator" if name == "average" else name) for name in networks} | {
        name: states[name] for name in networks if name in states
    }
    for name, state in found.items():
        if state is not None and (misfit := _misfit(networks[name], state)):
            raise UsageError(
                f"the weights of {name} don't fit: {misfit}",
                "leave the settings of the networks as they are, or train anew: latentop train",
            )
    for name, state in found.items():
        if state is not None:
            networks[name].load_state_dict(state)


def fits(optimiser: Optimizer, state: Mapping[str, Any]) -> bool:
    """Whether the state is of an optimiser of the same kind."""
    (ours, *_), (theirs, *_) = optimiser.state_dict()["param_groups"], state["param_groups"]
    return bool(ours.keys() - {"clip"} == theirs.keys() - {"clip"})


def _misfit(network: nn.Module, state: Mapping[str, Any]) -> str:
    """What is in one and not in the other, or of another shape there; empty where all fits."""
    ours, theirs = _shapes(network.state_dict()), _shapes(state)
    for name in [*ours, *(name for name in theirs if name not in ours)]:
        here, there = ours.get(name), theirs.get(name)
        if here != there:
            return f"{name} is {_told(there)} in the checkpoint, and {_told(here)} by these settings"
    return ""


def _shapes(state: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in state.items() if isinstance(value, Tensor)}


def _told(shape: tuple[int, ...] | None) -> str:
    return "absent" if shape is None else "×".join(map(str, shape)) or "a number"
