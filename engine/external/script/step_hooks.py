"""What the steps of optimisers show of networks: the gradients that they take, and how far weights move."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from latentop.engine.external.script import surroundings
from latentop.engine.train import devices
from latentop.engine.watch.signals.weights import Weights


class StepHooks:
    """Looks at the first step of every network after each ``hold``, whichever optimiser takes it.

    Gradients are looked at just before they are used: later they may be gone, and those of a discriminator
    are mixed with what flows through it to the generator. No look ends a step: where one fails, as on a full
    device, that step is not looked at, and ``failed`` hears why.
    """

    def __init__(
        self, networks: Mapping[str, nn.Module], failed: Callable[[str], object] = lambda _: None
    ) -> None:
        self._failed = failed
        self._weights = {name: Weights({name: network}) for name, network in networks.items()}
        self._parameters = {
            name: {id(one): one for one in network.parameters()} for name, network in networks.items()
        }
        self._due: set[str] = set()
        self._held: set[str] = set()
        self._measured: dict[str, Tensor] = {}
        self._handles: list[Any] = []

    def begin(self) -> Self:
        """Look from now on at what every optimiser does."""
        if self._parameters:
            self._handles = [
                register_optimizer_step_pre_hook(self._before),
                register_optimizer_step_post_hook(self._after),
            ]
        return self

    def end(self) -> None:
        """Look no more."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def hold(self) -> None:
        """Look at the next step of each network."""
        self._due = set(self._parameters)

    def let_go(self) -> None:
        """Forget what was seen: training goes on from elsewhere."""
        self._due.clear()
        self._held.clear()
        self._measured.clear()

    def measure(self) -> dict[str, Tensor]:
        """0-d series ``grad/…``, ``update/…`` and ``singular/…`` of the networks that were seen to step."""
        found, self._measured = self._measured, {}
        return found

    def _before(
        self, optimiser: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
        names = self._of(optimiser, self._due)
        if not names or not self._guarded(lambda: self._hold(optimiser, names), names):
            return None
        closure = kwargs.get("closure", args[1] if len(args) > 1 else None)
        if closure is None:
            self._guarded(lambda: self._measure_gradients(optimiser, names), names)
            return None

        def looked_at() -> Any:  # the step itself computes gradients, by calling this
            loss = closure()
            self._guarded(lambda: self._measure_gradients(optimiser, names), names)
            return loss

        return args[:1], {**kwargs, "closure": looked_at}

    def _hold(self, optimiser: Optimizer, names: list[str]) -> bool:
        """Hold the weights before a step; False where it is none to look at: the next one may be."""
        if _recorded() or _skipped(optimiser):
            return False
        for name in names:
            self._due.discard(name)
            self._held.add(name)
            self._weights[name].hold()
        return True

    def _measure_gradients(self, optimiser: Optimizer, names: list[str]) -> bool:
        scale = getattr(optimiser, "grad_scale", None)  # of a fused step, which divides by it
        for name in names:
            held = self._parameters[name]
            grads = [
                one.grad
                for group in optimiser.param_groups
                for one in group["params"]
                if one.grad is not None and id(one) in held
            ]
            if grads:
                with torch.no_grad():
                    norm = torch.nn.utils.get_total_norm(grads)
                    self._measured[f"grad/{name}"] = norm if scale is None else norm / scale.to(norm.device)
                devices.hand_over(norm.device)
        return True

    def _after(self, optimiser: Optimizer, *_: Any) -> None:
        if names := self._of(optimiser, self._held):
            self._guarded(lambda: self._measure_weights(names), names)

    def _measure_weights(self, names: list[str]) -> bool:
        for name in names:
            found = self._weights[name].measure()
            self._measured |= found
            self._held.discard(name)
            for device in {one.device for one in found.values()}:
                devices.hand_over(device)
        return True

    def _guarded(self, look: Callable[[], bool], names: list[str]) -> bool:
        """What the look returns; False, with nothing held of these networks, where it fails."""
        try:
            with surroundings.set_aside():
                return look()
        except Exception as error:
            for name in names:
                self._weights[name].let_go()
                self._held.discard(name)
                self._due.discard(name)
            told = " ".join(str(error).split())
            self._failed(f"a step could not be looked at: {type(error).__name__}: {told}")
            return False

    def _of(self, optimiser: Optimizer, names: set[str]) -> list[str]:
        if not names:
            return []
        stepped = {id(one) for group in optimiser.param_groups for one in group["params"]}
        return [name for name in names if not stepped.isdisjoint(self._parameters[name])]


def _recorded() -> bool:
    """Whether the step is not taken but recorded, in a CUDA graph: a look would be replayed with it."""
    return torch.cuda.is_initialized() and torch.cuda.is_current_stream_capturing()


def _skipped(optimiser: Optimizer) -> bool:
    """Whether a fused step will leave all as it is: a scaler of gradients has found some not finite."""
    found = getattr(optimiser, "found_inf", None)
    return found is not None and bool(found)
