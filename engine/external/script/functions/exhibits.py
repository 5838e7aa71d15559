"""What a script's run shows of itself: samples from fixed codings, reconstructions, a map of codings."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from latentop.engine.external.script.functions import reachable
from latentop.engine.external.script.functions.real_data import RealData
from latentop.engine.external.script.functions.sampled_images import AT_ONCE, Sampling, images, scaled
from latentop.engine.external.script.functions.unmoved import unmoved
from latentop.engine.linear_algebra import principal_components
from latentop.engine.pictures.canvas import Canvas, around
from latentop.engine.pictures.exhibit import Axes, frame, points
from latentop.engine.pictures.scatter import scatter
from latentop.engine.run.errors import UsageError
from latentop.engine.run.events import Event, Scalars
from latentop.engine.watch.signals.dead_codings import measure

POINTS = 2500
MAPPED = 512
Failed = Callable[[str], object]


class ScriptSamples:
    """Frames ``samples`` and, where there are real data, ``real`` once; points are drawn in the plane."""

    axes: ClassVar[Axes] = dict.fromkeys(("samples", "real"), ("x", "y"))

    def __init__(
        self, sampling: Sampling, real: RealData | None, count: int, seed: int, failed: Failed
    ) -> None:
        self._sampling = sampling
        self._real = real
        self._count = count
        self._seed = seed
        self._failed = failed
        self._plane: Canvas | None = None

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Frames of this step; none where the script gives no samples, which it has been told."""
        try:
            drawn = self._sampling.draw(self._sampling.affordable(self._count), self._seed)
            if drawn.ndim == 2:
                drawn = self._sampling.draw(POINTS, self._seed)
        except UsageError:
            return
        if self._real is not None:
            real, self._real = self._real, None
            yield from self._shown("real", self._first(real, drawn), step, wall)
        yield from self._shown("samples", drawn, step, wall)

    def _first(self, real: RealData, drawn: Tensor) -> Tensor:
        try:
            return real.first(self._count if drawn.ndim == 4 else POINTS, tuple(drawn.shape[1:]))
        except UsageError as error:
            self._failed(f"{error.message}; {error.hint}")
            return drawn[:0]

    def _shown(self, kind: str, data: Tensor, step: int, wall: float) -> Iterator[Event]:
        if len(data) and data.ndim == 4:
            yield frame(kind, data, step, wall)
        elif len(data) and data.shape[1] == 2:
            self._plane = self._plane or around(data)
            yield frame(kind, self._plane.picture(data, data[:0], 0.0), step, wall)
            yield points(kind, data, None, step, wall)


class ScriptReconstructions:
    """Frames ``input``, ``reconstruction`` and ``error`` of real images, always the same."""

    def __init__(
        self,
        reconstruct: Callable[[Tensor], Any],
        real: RealData,
        networks: tuple[nn.Module, ...],
        count: int,
        failed: Failed,
    ) -> None:
        self._reconstruct = reconstruct
        self._real = real
        self._networks = networks
        self._count = count
        self._failed = failed

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Frames of this step; none where the script gives nothing back, which it has been told."""
        try:
            given = self._real.raw(self._count)
            device = _device(self._reconstruct, self._networks)
            with unmoved(self._reconstruct, seed=0, networks=self._networks):
                found = images(self._reconstruct(given.to(device)), "reconstruct(x)", len(given))
        except Exception as error:
            self._failed(_told("reconstruct(x)", error, "a function of images (n, …) that returns as many"))
            return
        shown = images(given, "real=")
        lies_in = self._real.lies_in(shown)
        original, back = scaled(shown, lies_in), scaled(found, lies_in)
        if original.ndim == 4 and original.shape == back.shape:
            yield frame("input", original, step, wall)
            yield frame("reconstruction", back, step, wall)
            yield frame("error", (back - original).abs(), step, wall)


class Codings:
    """Frame ``codings``: real data on the first two principal axes of their codings; series ``codings/…``."""

    axes: ClassVar[Axes] = {"codings": ("1st axis of codings", "2nd")}

    def __init__(
        self,
        encode: Callable[[Tensor], Any],
        real: RealData,
        networks: tuple[nn.Module, ...],
        failed: Failed,
    ) -> None:
        self._encode = encode
        self._real = real
        self._networks = networks
        self._failed = failed

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """The map of this step; none where the script gives no codings, which it has been told."""
        try:
            given = self._real.raw(MAPPED)
            device = _device(self._encode, self._networks)
            with unmoved(self._encode, seed=0, networks=self._networks):
                codings = torch.cat(
                    [_codings(self._encode(some.to(device))) for some in given.split(AT_ONCE)]
                )
            if len(codings) != len(given):
                raise UsageError(f"encode(x) returned {len(codings)} codings of {len(given)}", "one an image")
        except Exception as error:
            self._failed(_told("encode(x)", error, "a function of images (n, …) that returns codings (n, d)"))
            return
        if codings.isfinite().all():
            labels = torch.tensor(self._real.shown_labels or [0] * len(codings))
            placed = _placed(codings)
            yield frame("codings", scatter(placed, labels, int(labels.max()) + 1)[None], step, wall)
            yield points("codings", placed, labels, step, wall)
            yield Scalars(step=step, wall=wall, values=measure(codings))


def _placed(codings: Tensor) -> Tensor:
    """Codings ``(n, d)`` in the plane ``(n, 2)``, nearly all within [-1, 1]."""
    if codings.shape[1] == 1:
        codings = torch.cat([codings, torch.zeros_like(codings)], 1)
    centred = codings - codings.mean(0)
    if codings.shape[1] > 2:
        mean, axes = principal_components(codings, 2)
        centred = ((codings.double() - mean) @ axes).float()
    reach = float(centred.abs().amax(1).quantile(0.99))
    return centred / reach if reach > 0 else centred


def _codings(found: Any) -> Tensor:
    first: Tensor = found[0] if isinstance(found, tuple | list) else found
    return first.detach().cpu().float().flatten(1)


def _device(function: Callable[..., Any], networks: tuple[nn.Module, ...]) -> torch.device:
    """Where the networks lie that a function runs; else those that are known, else the CPU."""
    _, own = reachable.of(function)
    first = next((one for network in (*own, *networks) for one in network.parameters()), None)
    return torch.device("cpu") if first is None else first.device


def _told(what: str, error: Exception, accepted: str) -> str:
    if isinstance(error, UsageError):
        return f"{error.message}; {error.hint}"
    return f"{what} raised {type(error).__name__}: {' '.join(str(error).split())}; accepted: {accepted}"
