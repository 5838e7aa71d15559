"""Says of readings whether the samples have collapsed, and knows when it is too early to say.

Early samples are bad, not collapsed: while they still look unlike real data, or still become more diverse,
nothing is judged. Once they were good and diverse, good and no longer growing, or good and always others,
everything is.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

from engine.watch.alarms import Condition
from engine.watch.diversity import Reading
from engine.watch.modes import BACK
from engine.watch.turnover import turnover
from presets import watching

LOST = "lost/"
"""Evidence of a lost class: how much of it is left, relative to real data."""
GOOD_PRECISION = 0.5
"""Of real data's: below, samples are bad. Grey images reach 0, a GAN's first shapes about 0.2."""
GOOD_DETAIL = (0.4, 2.0)
"""Of real data's: below is blur (a box of 3 pixels gives 0.25), above is noise."""
PLATEAU = 12
"""Checks without growth in coverage, after which samples count as learned, however little they cover."""
GAIN = 0.05
"""More coverage than this, from one half of a plateau to the other, is still learning: three times chance."""
STUCK = 0.1
"""Of real data's distance between nearest samples: below, good samples repeat. Young GANs keep above 0.15."""
TURNS = 8
"""Checks that turnover is measured over."""
TWINS = 0.5
"""The alarm for twins, as a share of coverage's: healthy GANs keep above 0.5, prototypes below 0.25."""

ADVICE = {
    "collapsed": "lower the generator's learning rate, or go back to a checkpoint from before it began",
    "cycling": "train the discriminator more often or faster, pack 2 samples, or lower beta1 to 0.5",
    "memorising": "train on more images, or augment them; go back to a checkpoint from before it began",
    "garbled": "go back to a checkpoint from before it began, and lower both learning rates",
    "lost-modes": "watch these classes: if more go, lower the generator's learning rate",
}


class Collapse:
    """Readings to conditions ``collapsed``, ``cycling``, ``memorising`` (critical), ``lost-modes`` (warning).

    Of several causes for the same lack of diversity, the one that explains most is told: copies of training
    images, then modes that take turns, then modes that are lost. ``turnover`` is the newest, 0 to 1.
    """

    def __init__(self, settings: watching.Watch) -> None:
        self._settings = settings
        self.armed = False
        self._good: deque[bool] = deque(maxlen=PLATEAU)
        self._coverages: deque[float] = deque(maxlen=PLATEAU)
        self._histograms: deque[Sequence[float]] = deque(maxlen=TURNS)
        self._poor = 0

    @property
    def turnover(self) -> float:
        """How much the modes shown change from check to check, as a share of the most they could."""
        return turnover(list(self._histograms), self._settings.samples)

    def judge(self, reading: Reading) -> list[Condition]:
        """What this reading says; nothing before the samples have been good once."""
        self._histograms.append(reading.histogram)
        self.armed = self.armed or self._arms(reading)
        if not self.armed:
            return []
        memorising, collapsed = self._memorising(reading), self._collapsed(reading)
        poor = collapsed.bad and not memorising.bad
        self._poor = min(self._poor + 1, TURNS) if poor else 0
        cycling = self._cycling(reading)
        collapsed = replace(collapsed, bad=poor and not cycling.bad)
        return [memorising, cycling, collapsed, self._lost(reading, quiet=poor or memorising.bad)]

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {
            "armed": self.armed,
            "good": list(self._good),
            "coverages": list(self._coverages),
            "histograms": [list(one) for one in self._histograms],
            "poor": self._poor,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``."""
        self.armed = state["armed"]
        self._good = deque(state["good"], maxlen=PLATEAU)
        self._coverages = deque(state["coverages"], maxlen=PLATEAU)
        self._histograms = deque(state.get("histograms", ()), maxlen=TURNS)
        self._poor = state.get("poor", 0)

    def _arms(self, reading: Reading) -> bool:
        self._good.append(_looks_real(reading))
        self._coverages.append(reading.coverage.relative)
        patience = min(self._settings.patience, PLATEAU)
        if len(self._good) >= patience and all(list(self._good)[-patience:]):
            diverse = reading.coverage.relative > self._settings.diversity_clear
            if diverse or reading.duplicates.relative < STUCK:
                return True
        turning = len(self._histograms) == TURNS and self.turnover > self._settings.turnover_alarm
        if turning and sum(list(self._good)[-TURNS:]) * 2 >= TURNS:
            return True
        if len(self._coverages) < PLATEAU or sum(self._good) * 2 <= PLATEAU:
            return False
        coverages = list(self._coverages)
        return median(coverages[PLATEAU // 2 :]) - median(coverages[: PLATEAU // 2]) < GAIN

    def _collapsed(self, reading: Reading) -> Condition:
        alarm, clear = self._settings.diversity_alarm, self._settings.diversity_clear
        reached, apart = reading.coverage.relative, reading.duplicates.relative
        shown = reading.modes / len(reading.presence)
        few, twins = reached < alarm, apart < alarm * TWINS
        sentence = (
            f"mode collapse: samples reach {reached:.0%} of what real data reaches (alarm below {alarm:.0%})"
        )
        advice = ADVICE["collapsed"]
        if few and not _looks_real(reading):
            sentence = (
                f"samples fell apart: they reach {reached:.0%} of what real data reaches and look unlike it"
            )
            advice = ADVICE["garbled"]
        elif twins and not few:
            sentence = (
                f"mode collapse: samples repeat, nearest ones are {apart:.0%} as far apart as in real data "
                f"(alarm below {alarm * TWINS:.0%})"
            )
        elif shown < alarm and not few:
            sentence = f"mode collapse: samples show {shown:.0%} of all classes (alarm below {alarm:.0%})"
        if reading.lost:
            sentence += f", lost: {', '.join(reading.lost)}"
        return Condition(
            name="collapsed",
            severity="critical",
            bad=few or twins or shown < alarm,
            clear=reached > clear and apart > clear * TWINS and shown > clear,
            sentence=sentence.replace("%", " %"),
            advice=advice,
            evidence=_evidence(reading) | {"alarm": alarm, "clear": clear},
        )

    def _memorising(self, reading: Reading) -> Condition:
        alarm, clear = self._settings.copied_alarm, self._settings.copied_clear
        sentence = (
            f"memorising: {reading.copied:.0%} of samples are near copies of training images (alarm above "
            f"{alarm:.0%})"
        )
        return Condition(
            name="memorising",
            severity="critical",
            bad=reading.copied > alarm,
            clear=reading.copied < clear,
            sentence=sentence.replace("%", " %"),
            advice=ADVICE["memorising"],
            evidence=_evidence(reading),
        )

    def _cycling(self, reading: Reading) -> Condition:
        """Whether the modes took turns in the checks since samples reach so little. Healthy: below 0.05."""
        alarm = self._settings.turnover_alarm
        turned = (
            turnover(list(self._histograms)[-self._poor :], self._settings.samples) if self._poor else 0.0
        )
        sentence = (
            f"mode cycling: each batch reaches {reading.coverage.relative:.0%} of what real data reaches, "
            f"but each another part: turnover {turned:.2f} over {self._poor} checks (alarm above {alarm:g})"
        )
        return Condition(
            name="cycling",
            severity="critical",
            bad=turned > alarm,
            clear=turned < self._settings.turnover_clear,
            sentence=sentence.replace("%", " %"),
            advice=ADVICE["cycling"],
            evidence=_evidence(reading) | {"turnover": turned},
        )

    def _lost(self, reading: Reading, *, quiet: bool) -> Condition:
        count = len(reading.presence)
        sentence = f"samples show {reading.modes} of {count} classes, lost: {', '.join(reading.lost)}"
        return Condition(
            name="lost-modes",
            severity="warning",
            bad=bool(reading.lost) and not quiet,
            clear=all(share > BACK for share in reading.presence.values()),
            sentence=sentence,
            advice=ADVICE["lost-modes"],
            evidence=_evidence(reading),
        )


def _looks_real(reading: Reading) -> bool:
    low, high = GOOD_DETAIL
    return reading.precision.relative >= GOOD_PRECISION and low <= reading.detail.relative <= high


def _evidence(reading: Reading) -> dict[str, float]:
    lost = {f"{LOST}{name}": reading.presence[name] for name in reading.lost}
    return reading.series() | {"sigma/coverage": reading.coverage.sigma} | lost
