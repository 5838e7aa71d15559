"""The same random numbers on every device: drawn on the CPU, so that steps on two devices can be compared."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

_NEW: dict[Callable[..., Tensor], Callable[..., Tensor]] = {torch.randn: torch.randn, torch.rand: torch.rand}
_LIKE: dict[Callable[..., Tensor], Callable[..., Tensor]] = {
    torch.randn_like: torch.randn,
    torch.rand_like: torch.rand,
}


class HostDraws(TorchFunctionMode):
    """Within the block ``randn``, ``rand`` and their likes take their numbers from a generator on the CPU."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._generator = torch.Generator().manual_seed(seed)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Draw for those four, and leave all else as it is."""
        named = dict(kwargs or {})
        if func in _LIKE:
            like: Tensor = args[0]
            drawn = _LIKE[func](like.shape, generator=self._generator, dtype=like.dtype)
            return drawn.to(like.device)
        if func in _NEW and named.get("generator") is None:
            device = named.pop("device", None)
            drawn = _NEW[func](*args, **{**named, "generator": self._generator})
            return drawn if device is None else drawn.to(device)
        return func(*args, **named)
