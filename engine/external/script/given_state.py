"""What a checkpoint holds of all that a script gives: its networks, optimisers, schedules."""

from collections.abc import Mapping
from typing import Any

from latentop.engine.external.script.given import Given
from latentop.engine.objectives import optimisers
from latentop.engine.run.errors import UsageError


def state(given: Given) -> dict[str, dict[str, Any]]:
    """What each of them says of its state, by what and by name."""
    return {
        "networks": {name: one.state_dict() for name, one in given.networks.items()},
        "optimisers": {name: one.state_dict() for name, one in given.optimisers.items()},
        "others": {name: one.state_dict() for name, one in given.others.items()},
    }


def restore(given: Given, state: Mapping[str, Any]) -> None:
    """Have them be as they were. Raises UsageError where they are not those of the checkpoint."""
    for what, here in (("networks", given.networks), ("optimisers", given.optimisers)):
        missing = here.keys() - state[what].keys()
        if missing:
            raise UsageError(
                f"the checkpoint has no {what} named {', '.join(sorted(missing))}",
                f"it has: {', '.join(state[what]) or 'none'}",
            )
    for name, network in given.networks.items():
        try:
            network.load_state_dict(state["networks"][name])
        except RuntimeError as error:
            raise UsageError(
                f"the network {name} is not that of the checkpoint: {' '.join(str(error).split())[:300]}",
                "build it as it was, or begin another run",
            ) from error
    for name, optimiser in given.optimisers.items():
        optimisers.load(optimiser, state["optimisers"][name])
    for name, other in given.others.items():
        if name in state.get("others", {}):
            other.load_state_dict(state["others"][name])
