"""What a script hands to ``latentop.init``, checked: networks, optimisers, functions, real data."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from operator import index
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from latentop.engine.external.script.calls import values
from latentop.engine.external.script.functions.exhibits import (
    Codings,
    Failed,
    ScriptReconstructions,
    ScriptSamples,
)
from latentop.engine.external.script.functions.real_data import RealData
from latentop.engine.external.script.functions.sampled_images import Range, Sampling
from latentop.engine.external.script.live_numbers import LearningRate, Number
from latentop.engine.external.series_names import ROLES
from latentop.engine.pictures.exhibit import Exhibit
from latentop.engine.run.errors import UsageError
from latentop.presets.absolute_path import absolute
from latentop.presets.feature_choice import INCEPTION, PCA, is_file

KINDS = ("gan", "autoencoder", "other")
_SAME = {"vae": "autoencoder"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Given:
    """All that a script gives; each part may be missing."""

    networks: Mapping[str, nn.Module] = field(default_factory=dict)
    optimisers: Mapping[str, Optimizer] = field(default_factory=dict)
    others: Mapping[str, Any] = field(default_factory=dict)
    """What else has a ``state_dict``, such as a schedule of learning rates."""
    sampling: Sampling | None = None
    real: RealData | None = None
    reconstruct: Callable[[Tensor], Any] | None = None
    encode: Callable[[Tensor], Any] | None = None
    kind: str = "other"
    sure: bool = False
    """Whether the kind is known; else what is logged first tells it."""
    steps: int = 0
    features: str = PCA
    """What diversity is measured in, as ``watch.features`` of a preset."""
    failed: Failed = print

    @property
    def devices(self) -> tuple[torch.device, ...]:
        """Where it trains, the first parameter's first; the CPU where nobody knows."""
        networks = (one for network in self.networks.values() for one in network.parameters())
        groups = (group for optimiser in self.optimisers.values() for group in optimiser.param_groups)
        every = chain(networks, (one for group in groups for one in group["params"]))
        return tuple(dict.fromkeys(one.device for one in every)) or (torch.device("cpu"),)

    def rates(self) -> dict[str, Number]:
        """Learning rates: ``generator.lr``; of several groups of parameters ``generator.0.lr`` and so on."""
        found: dict[str, Number] = {}
        for name, optimiser in self.optimisers.items():
            several = len(optimiser.param_groups) > 1
            for place in range(len(optimiser.param_groups)):
                key = f"{name}.{place}.lr" if several else f"{name}.lr"
                found[key] = LearningRate(optimiser, place)
        return found

    def exhibits(self, count: int, seed: int) -> list[Exhibit]:
        """What the run shows of itself: so many images each."""
        networks = tuple(self.networks.values())
        shown: list[Exhibit] = []
        if self.real and self.reconstruct:
            shown.append(ScriptReconstructions(self.reconstruct, self.real, networks, count, self.failed))
        if self.real and self.encode:
            shown.append(Codings(self.encode, self.real, networks, self.failed))
        if self.sampling:
            shown.append(ScriptSamples(self.sampling, self.real, count, seed, self.failed))
        return shown


def given(
    *,
    networks: Any,
    optimisers: Any,
    also: Any,
    sample: Any,
    real: Any,
    value_range: Any,
    features: Any,
    reconstruct: Any,
    encode: Any,
    kind: Any,
    steps: Any,
    failed: Failed,
) -> Given:
    """The same, checked. Raises UsageError for what can't be used."""
    nets = _by_role(_named("networks", networks, nn.Module))
    rates = _by_role(_named("optimisers", optimisers, Optimizer))
    for what, function in (("sample", sample), ("reconstruct", reconstruct), ("encode", encode)):
        if function is not None and not callable(function):
            raise UsageError(f"{what}= is {values.kind(function)}", "accepted: a function")
    for what, function in (("reconstruct", reconstruct), ("encode", encode)):
        if function is not None and real is None:
            raise UsageError(f"{what}= needs images to work on", "give real=, too")
    lies_in = _range(value_range)
    parts = tuple(nets.values())
    held = RealData(source=real, value_range=lies_in) if real is not None else None
    if held is not None:
        held.check()
    real_range = held.shared_range if held else lambda: None
    return Given(
        networks=nets,
        optimisers=rates,
        others=_others(also),
        sampling=None if sample is None else Sampling(sample, parts, lies_in, failed, real_range=real_range),
        real=held,
        reconstruct=reconstruct,
        encode=encode,
        kind=_kind(kind, {*nets, *rates}, reconstructs=bool(reconstruct or encode)),
        sure=kind is not None,
        steps=_steps(steps),
        features=_features(features),
        failed=failed,
    )


def _named(what: str, found: Any, kind: type) -> dict[str, Any]:
    """By name; a single one is called as what it is."""
    if found is None:
        return {}
    if isinstance(found, kind):
        return {"network": found}
    if not isinstance(found, Mapping):
        raise UsageError(
            f"{what}= is {values.kind(found)}", f'accepted: {{"generator": …}}, or one {kind.__name__}'
        )
    for name, one in found.items():
        if not isinstance(name, str) or not name.replace("_", "").replace("-", "").isalnum():
            raise UsageError(f"{what}= has the name {name!r}", "accepted: letters, digits, - and _")
        if not isinstance(one, kind):
            raise UsageError(f"{what}[{name!r}] is {values.kind(one)}", f"accepted: a {kind.__name__}")
    return dict(found)


def _others(also: Any) -> dict[str, Any]:
    if also is None:
        return {}
    if not isinstance(also, Mapping):
        raise UsageError(
            f"also= is {values.kind(also)}", 'accepted: {"schedule": …}, each with a state_dict()'
        )
    for name, one in also.items():
        if not (hasattr(one, "state_dict") and hasattr(one, "load_state_dict")):
            raise UsageError(f"also[{name!r}] has no state_dict()", "accepted: schedules, scalers, networks")
    return dict(also)


def _by_role(found: Mapping[str, Any]) -> dict[str, Any]:
    """By what they are; of two generators each keeps its name."""
    roles = Counter(_role(name) for name in found)
    return {_role(name) if roles[_role(name)] == 1 else name: one for name, one in found.items()}


def _role(name: str) -> str:
    """``G`` and ``netG`` are the generator."""
    return next((role for role, known_as in ROLES.items() if name.lower() in known_as), name)


def _range(found: Any) -> Range | None:
    if found is None:
        return None
    try:
        least, most = (float(one) for one in found)
    except (TypeError, ValueError):
        least, most = 0.0, 0.0
    if not least < most:
        raise UsageError(f"value_range={found!r} is not accepted", "accepted: two numbers, such as (-1, 1)")
    return least, most


def _kind(kind: Any, names: set[str], *, reconstructs: bool) -> str:
    if kind is None:
        if names & set(ROLES):
            return "gan"
        return "autoencoder" if reconstructs else "other"
    if kind not in (*KINDS, *_SAME):
        raise UsageError(f"kind={kind!r} is not accepted", f"accepted: {', '.join([*KINDS, *_SAME])}")
    return _SAME.get(kind, str(kind))


def _features(found: Any) -> str:
    """A name as it is, a path as seen from here."""
    if found is not None and not (isinstance(found, str | Path) and str(found).strip()):
        raise UsageError(f"features= is {values.kind(found)}", f"accepted: {PCA}, {INCEPTION}, or a path")
    chosen = str(found or PCA)
    return absolute(chosen) if is_file(chosen) else chosen


def _steps(steps: Any) -> int:
    try:
        number = 0 if steps is None else index(steps)
    except TypeError:
        number = -1
    if isinstance(steps, bool) or number < 0:
        raise UsageError(
            f"steps={steps!r} is not accepted", "accepted: a whole number from 0; 0 or None: unknown"
        )
    return number
