"""Readings to alarms: samples that collapsed, take turns, or are copies; and which modes are lost.

Samples are held against real data as soon as that is fair (``arming``), and against the run's own past from
the start (``early``).
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

from latentop.engine.run.chance import cleared_above, raised_below
from latentop.engine.watch.samples.reading import Reading
from latentop.engine.watch.samples.turnover import turnover
from latentop.engine.watch.verdict.alarms import Condition
from latentop.engine.watch.verdict.arming import TURNS, Arming, looks_real
from latentop.engine.watch.verdict.early import FELL, GROWN, Early
from latentop.engine.watch.verdict.fading_modes import Fading
from latentop.engine.watch.verdict.lost_modes import Lost, evidence
from latentop.presets.watch import Watch

TWINS = 0.5
"""The alarm for twins, as a share of coverage's: healthy GANs keep above 0.5, prototypes below 0.25."""
COPYING, COPYING_CHECKS = 0.05, 30
"""Share of near copies, beyond chance, from which on they are on their way (healthy GANs stay within 0.01);
and how many checks one may wait for them."""

ADVICE = {
    "collapsed": "lower the generator's learning rate, or go back to a checkpoint from before it began",
    "alike": "give the generator more room (latent_dim, channels), or slow it: generator.lr",
    "cycling": "train the discriminator more often or faster, pack 2 samples, or lower beta1 to 0.5",
    "memorising": "train on more images, or augment them; go back to a checkpoint from before it began",
    "garbled": "go back to a checkpoint from before it began, and lower both learning rates",
}


class Collapse:
    """Readings to conditions ``collapsed``, ``cycling``, ``memorising`` (critical), and warnings of modes.

    Of several causes for the same lack of diversity, the one that explains most is told: copies of training
    images, then modes that take turns, then modes that are lost. ``turnover`` is the newest, 0 to 1.
    """

    def __init__(self, settings: Watch) -> None:
        self._settings = settings
        self._arming = Arming(settings)
        self._early = Early()
        self._histograms: deque[Sequence[float]] = deque(maxlen=TURNS)
        self._lost, self._fading = Lost(), Fading()
        self._names: tuple[str, ...] | None = None
        self._copied: deque[float] = deque(maxlen=3)
        self._poor, self._copying, self._quiet = 0, 0, 0
        self._read = settings.samples

    @property
    def armed(self) -> bool:
        """Whether samples are held against real data."""
        return self._arming.armed

    @property
    def turnover(self) -> float:
        """How much the modes shown change from check to check, as a share of the most they could."""
        return turnover(list(self._histograms), self._read)

    def judge(self, reading: Reading, step: int) -> list[Condition]:
        """What the reading at this step says; before it is armed, what needs no comparison with real data."""
        if self._names not in (None, tuple(reading.presence)) or self._length not in (
            0,
            len(reading.histogram),
        ):
            self._begin_anew()  # other images than before: what was shown of them says nothing now
        self._names = tuple(reading.presence)
        self._histograms.append(reading.histogram)
        self._read = reading.count
        self._early.update(reading, step)
        self._lost.update(reading, step)
        self._fading.update(reading, step)
        armed = self._arming.update(reading, step, self.turnover)
        memorising = self._memorising(reading)
        beside_real = self._collapsed(reading)
        collapsed = beside_real if armed else self._too_soon(reading)
        lost = self._lost.judge(reading, quiet=collapsed.bad or memorising.bad)
        waits = self._copies_come(reading, instead=collapsed.bad)
        self._poor = min(self._poor + 1, TURNS) if beside_real.bad and not memorising.bad else 0
        cycling = self._cycling(reading) if armed else self._fall_in_turn(reading)
        if memorising.bad or cycling.bad:  # which explain it
            collapsed = replace(collapsed, bad=False)
        elif collapsed.bad and (waits or (armed and self._merely_bad(reading))):
            collapsed = replace(collapsed, bad=False, settled=False)
        fading = self._fading.judge(quiet=memorising.bad or cycling.bad or collapsed.bad)
        return [memorising, cycling, collapsed, fading, *([lost] if armed else [])]

    def confirm(self, reading: Reading, step: int) -> list[Condition]:
        """What another reading of the same step settles: whether samples can be held against real data."""
        if not self._arming.update(reading, step, self.turnover):
            return []
        collapsed = self._collapsed(reading)
        lost = self._lost.judge(reading, quiet=collapsed.bad)
        return [] if collapsed.bad else [replace(one, clear=False) for one in (collapsed, lost)]

    def _merely_bad(self, reading: Reading) -> bool:
        """Whether samples that never were diverse cover as much as the good ones among them would."""
        alarm, fair = self._settings.diversity_alarm, min(1.0, reading.precision.relative)
        lost = len(reading.lost) > (1 - alarm) * len(reading.presence)
        twins = reading.duplicates.relative < alarm * TWINS
        return not (self._arming.diverse or lost or twins) and reading.coverage.relative >= alarm * fair

    @property
    def _length(self) -> int:
        """How many modes the last reading counted, 0 before the first."""
        return len(self._histograms[-1]) if self._histograms else 0

    def _begin_anew(self) -> None:
        self._histograms.clear()
        self._lost, self._fading = Lost(), Fading()
        self._poor = 0

    def _copies_come(self, reading: Reading, *, instead: bool) -> bool:
        """Whether copies are on their way, which would be the reason for what lacks; but not for ever.

        Only checks count in which a collapse would be told ``instead``. A few samples that repeat pass for
        copies now and then: nobody waits for these again and again.
        """
        self._copied.append(reading.copied)
        some = median(self._copied) >= COPYING
        self._quiet = 0 if some else self._quiet + 1
        if self._quiet > COPYING_CHECKS:
            self._copying = 0
        self._copying += some and instead
        return some and self._copying <= COPYING_CHECKS

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {
            "arming": self._arming.state(),
            "early": self._early.state(),
            "histograms": [list(one) for one in self._histograms],
            "lost": self._lost.state(),
            "fading": self._fading.state(),
            "modes": None if self._names is None else list(self._names),
            "copied": list(self._copied),
            "counts": [self._poor, self._copying, self._read, self._quiet],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``."""
        if "arming" not in state:  # written by an earlier version
            self._arming.armed = self._arming.diverse = state["armed"]
            return
        self._arming.restore(state["arming"])
        self._early.restore(state["early"])
        self._histograms = deque(state["histograms"], maxlen=TURNS)
        self._lost.restore(state["lost"])
        if fading := state.get("fading"):  # older checkpoints have none
            self._fading.restore(fading)
        names = state.get("modes")  # older checkpoints have none
        self._names = None if names is None else tuple(names)
        self._copied = deque(state["copied"], maxlen=3)
        self._poor, self._copying, self._read, *quiet = state["counts"]
        self._quiet = quiet[0] if quiet else 0  # older checkpoints have none

    def _too_soon(self, reading: Reading) -> Condition:
        """The condition ``collapsed`` while samples were never good: by the run's own past alone."""
        early = self._early
        fell = early.fell
        sentence = (
            f"mode collapse: samples reach {early.now:.0%} of what real data reaches, after {early.best:.0%} "
            f"at their best (alarm below half of that, {FELL * early.best:.0%})"
        )
        if early.alike and not fell:
            worth, least = reading.effective.relative, reading.alike_below
            sentence = (
                f"mode collapse: for {early.alike_for} checks all samples were alike, worth {worth:.0%} "
                f"of as many real ones (alarm below {least:.0%})"
            )
        return Condition(
            name="collapsed",
            severity="critical",
            bad=fell or early.alike,
            clear=early.recovered,
            sentence=_percent(sentence),
            advice=ADVICE["collapsed" if fell else "alike"],
            evidence=evidence(reading) | {"best": early.best} | early.levels,
            pace="proof",  # both are about many checks
            since=early.alike_since if early.alike and not fell else None,
            settled=False,
        )

    def _collapsed(self, reading: Reading) -> Condition:
        alarm = raised_below(self._settings.diversity_alarm, reading.coverage.sigma)
        clear = cleared_above(self._settings.diversity_clear, reading.coverage.sigma, raised=alarm)
        repeat = raised_below(self._settings.diversity_alarm * TWINS, reading.duplicates.sigma)
        reached, apart = reading.coverage.relative, reading.duplicates.relative
        shown = reading.modes / len(reading.presence) if reading.presence else 1.0
        few, twins = reached < alarm, apart < repeat
        sentence = (
            f"mode collapse: samples reach {reached:.0%} of what real data reaches (alarm below {alarm:.0%})"
        )
        advice = ADVICE["collapsed"]
        if few and not looks_real(reading):
            sentence = (
                f"samples fell apart: they reach {reached:.0%} of what real data reaches and look unlike it"
            )
            advice = ADVICE["garbled"]
        elif twins and not few:
            sentence = (
                f"mode collapse: samples repeat, nearest ones are {apart:.0%} as far apart as in real data "
                f"(alarm below {repeat:.0%})"
            )
        elif shown < alarm and not few:
            sentence = f"mode collapse: samples show {shown:.0%} of all classes (alarm below {alarm:.0%})"
        if reading.lost:
            sentence += f", lost: {', '.join(reading.lost)}"
        return Condition(
            name="collapsed",
            severity="critical",
            bad=few or twins or shown < alarm,
            clear=reached > clear and apart > max(repeat, clear * TWINS) and shown > clear,
            sentence=_percent(sentence),
            advice=advice,
            evidence=evidence(reading) | {"alarm": alarm, "clear": clear},
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
            sentence=_percent(sentence),
            advice=ADVICE["memorising"],
            evidence=evidence(reading),
        )

    def _fall_in_turn(self, reading: Reading) -> Condition:
        """The condition ``cycling`` while samples were never good: a fall, after checks that took turns."""
        cycling = self._cycling(reading)
        fell = self._early.fell and self._poor >= GROWN
        return replace(cycling, bad=cycling.bad and fell, pace="proof")

    def _cycling(self, reading: Reading) -> Condition:
        """Whether the modes took turns in the checks since samples reach so little. Healthy: below 0.05.

        Checks from before samples are judged count, too: modes that rest just when judging begins still
        take turns.
        """
        alarm = self._settings.turnover_alarm
        turned = turnover(list(self._histograms)[-self._poor :], self._read) if self._poor else 0.0
        sentence = (
            f"mode cycling: each batch reaches {reading.coverage.relative:.0%} of what real data reaches, "
            f"but each another part: turnover {turned:.2f} over {self._poor} checks (alarm above {alarm:.3g})"
        )
        return Condition(
            name="cycling",
            severity="critical",
            bad=turned > alarm,
            clear=turned < self._settings.turnover_clear,
            sentence=_percent(sentence),
            advice=ADVICE["cycling"],
            evidence=evidence(reading) | {"turnover": turned},
        )


def _percent(sentence: str) -> str:
    return sentence.replace("%", " %")
