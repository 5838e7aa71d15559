"""What a script has set for all that torch does in its thread, which is set aside while its run is looked at.

Under its autocast distances would be rounded to three digits; in its inference mode what is restored could
not be trained on; and where new tensors lie on its device, they don't go together with ours.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import torch

_KINDS = ("cpu", "cuda", "mps", "xpu")
_CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where new tensors lie, whether in inference mode, and what is autocast, by kind of device."""

    device: torch.device
    inference: bool
    autocasts: tuple[tuple[str, torch.dtype], ...]

    @contextmanager
    def around(self) -> Iterator[None]:
        """What torch does meanwhile, it does so."""
        here = now()
        with ExitStack() as stack:
            if self.device != here.device:
                stack.enter_context(self.device)
            if self.inference != here.inference:
                stack.enter_context(torch.inference_mode(self.inference))
            if self.autocasts != here.autocasts:
                for kind, dtype in here.autocasts:
                    stack.enter_context(torch.autocast(kind, dtype=dtype, enabled=False))
                for kind, dtype in self.autocasts:
                    stack.enter_context(torch.autocast(kind, dtype=dtype))
            yield


class _Aside(threading.local):
    """The surroundings that are set aside in a thread; None where none are."""

    found: Surroundings | None = None


_PLAIN = Surroundings(device=_CPU, inference=False, autocasts=())
_aside = _Aside()


def now() -> Surroundings:
    """Those of this thread."""
    return Surroundings(
        device=torch.get_default_device(),
        inference=torch.is_inference_mode_enabled(),
        autocasts=tuple(
            (kind, torch.get_autocast_dtype(kind)) for kind in _KINDS if torch.is_autocast_enabled(kind)
        ),
    )


def _plain() -> bool:
    """Whether nobody has set anything: the same as ``now() == _PLAIN``, in a few microseconds."""
    autocast = any(map(torch.is_autocast_enabled, _KINDS))
    return not autocast and not torch.is_inference_mode_enabled() and torch.get_default_device() == _CPU


@contextmanager
def set_aside() -> Iterator[None]:
    """Meanwhile torch works as where nobody has set anything."""
    if _plain():
        yield
        return
    found = now()
    before, _aside.found = _aside.found, _aside.found or found
    try:
        with _PLAIN.around():
            yield
    finally:
        _aside.found = before
        if found.autocasts:  # casts of weights that were made without gradients: training makes its own
            torch.clear_autocast_cache()


@contextmanager
def put_back() -> Iterator[None]:
    """Meanwhile the script's own surroundings are there again: its functions are called in them."""
    found, _aside.found = _aside.found, None
    if found is None:
        yield
        return
    try:
        with found.around():
            yield
    finally:
        _aside.found = found
