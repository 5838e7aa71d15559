"""A network that no longer learns: next to no gradient reaches it, compared with its own beginning."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from latentop.engine.watch.signals.blocks import Blocks
from latentop.engine.watch.signals.recent import Recent
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.watch import DEFAULTS, Watch

GAN = ("generator", "discriminator")
AUTOENCODER = "autoencoder"
AUTOENCODER_LOSS = "loss/reconstruction"
ACCURACY = "accuracy/discriminator"

WINDOW = 300
"""Steps that "now" is a median over."""
YOUNG = 200
"""Steps before that window starts."""
BLOCK, BLOCKS = 50, 10
"""A network's beginning: the largest of the medians over its first blocks of so many steps."""
GOES_ON = 1e-2
"""Median gradient norm as a share of that at the beginning: a network above still learns."""
DECIDED = 0.97
"""Median share of right decisions: above, the game is over, and both networks may have stopped."""
FLAT = 1e-6
"""Change of an autoencoder's loss from one half of the window to the other, relative: below, it stands."""
CONVERGED = 0.1
"""Of its loss at the beginning: an autoencoder below has learned, and its gradient may well be small."""


class _Beginning:
    """How large a series was in its first 500 steps: the largest median of a block, 0 before the first."""

    def __init__(self, size: float = 0.0, blocks: int = 0, left: int = 0) -> None:
        self.size, self._blocks = size, blocks
        self._cutter = Blocks(BLOCK, left)

    def extend(self, recent: Recent, name: str, new: int) -> None:
        if self._blocks >= BLOCKS:
            return
        for block in self._cutter.cut(recent.values(name), new)[: BLOCKS - self._blocks]:
            self._blocks += 1
            if np.isfinite(block).all():
                self.size = max(self.size, float(np.median(np.abs(block))))

    def state(self) -> list[float]:
        return [self.size, self._blocks, self._cutter.left]


class Stalled:
    """Recent values to the condition ``stalled`` (warning); remembers how large gradients were at first."""

    def __init__(self, settings: Watch = DEFAULTS) -> None:
        self._alarm, self._clear = settings.stalled_alarm, settings.stalled_clear
        self._beginnings: dict[str, _Beginning] = {}

    def judge(self, recent: Recent, new: int) -> list[Condition]:
        """What the last steps say; nothing in a run's first 500."""
        names = [name for name in recent.names if name.startswith("grad/") or name == AUTOENCODER_LOSS]
        self._beginnings = {name: self._beginnings.get(name) or _Beginning() for name in names}
        for name, beginning in self._beginnings.items():
            beginning.extend(recent, name, new)
        if len(recent.steps) < WINDOW or recent.steps[-WINDOW] <= YOUNG:
            return []
        shares = {name: self._share(recent, f"grad/{name}") for name in (*GAN, AUTOENCODER)}
        known = {name: share for name, share in shares.items() if share is not None}
        if not known:
            return []
        stalled = [
            name for name in known if known[name] < self._alarm and self._should_learn(recent, name, known)
        ]
        worst = min(stalled or known, key=lambda name: known[name])
        was = self._beginnings[f"grad/{worst}"].size
        now = was * known[worst]
        course = f"went from {was:.2g} to {now:.2g} (alarm below {self._alarm:.0e} of what it was)"
        return [
            Condition(
                name="stalled",
                severity="warning",
                bad=bool(stalled),
                clear=all(share > self._clear for share in known.values()),
                sentence=(
                    f"the {worst} no longer learns: its gradient norm "
                    f"{course if was else 'is 0, and has been since its first steps'}"
                ),
                advice=_advice(worst),
                evidence={"gradient": now, "gradient-was": was, "share": known[worst]},
                pace="proof",
            )
        ]

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {name: beginning.state() for name, beginning in self._beginnings.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``."""
        self._beginnings = {
            name: _Beginning(float(size), int(blocks), int(left))
            for name, (size, blocks, left) in state.items()
        }

    def _share(self, recent: Recent, gradient: str) -> float | None:
        """The gradient's norm now over that at the beginning; None where either is not known.

        A gradient of exactly 0 is none, whatever it was.
        """
        latest, beginning = recent.latest(gradient, WINDOW), self._beginnings.get(gradient)
        if latest is None or beginning is None:
            return None
        now = float(np.median(latest))
        return 0.0 if now == 0 else now / beginning.size if beginning.size else None

    def _should_learn(self, recent: Recent, network: str, shares: Mapping[str, float]) -> bool:
        """Whether this network has no good reason to have come to rest.

        Two adversaries that come to rest together have settled, unless the discriminator tells all apart, or
        one of them never moved. An autoencoder whose loss is a small part of what it was has learned.
        """
        if network == AUTOENCODER:
            losses = recent.latest(AUTOENCODER_LOSS, WINDOW)
            if losses is None:
                return False
            before, after = np.median(losses[: WINDOW // 2]), np.median(losses[WINDOW // 2 :])
            # Without any gradient it stands, whatever the loss says, which varies with the batches.
            stands = shares[network] == 0 or abs(after - before) <= FLAT * abs(before)
            return bool(stands and after > 0 and after >= CONVERGED * self._beginnings[AUTOENCODER_LOSS].size)
        other = next(name for name in GAN if name != network)
        accuracies = recent.latest(ACCURACY, WINDOW)
        decided = accuracies is not None and float(np.median(accuracies)) > DECIDED
        never = any(self._beginnings[f"grad/{name}"].size == 0 for name in shares)
        return decided or never or shares.get(other, 0.0) > GOES_ON


def _advice(network: str) -> str:
    match network:
        case "generator":
            return "the discriminator is too sure: use the non-saturating loss, and slow the discriminator"
        case "discriminator":
            return "go back to a checkpoint from before, and lower the discriminator's learning rate"
        case _:
            return "its units are dead or saturated: start anew with a lower learning rate"
