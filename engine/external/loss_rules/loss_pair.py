"""A generator's and a discriminator's losses side by side, with what else a log says of both."""

from dataclasses import dataclass

from latentop.engine.external.loss_rules.course import Course, Stretch
from latentop.engine.external.loss_rules.family import YOUNG_STEPS, Family
from latentop.engine.run.events import Severity
from latentop.presets.wording import spaced

LASTS = 0.1
"""Of the log so far: what has been so for longer is critical."""
HALF = 0.5
"""Of a young training."""
FEWEST_CHUNKS, FEWEST_VALUES = 3, 6
"""In a row, before anything is said."""
FEWEST_STEPS, MORE_VALUES = 250, 20
"""Of a young training, one or the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairCourse:
    """The courses of a pair. ``real`` and ``fake`` are what the discriminator gives to both; None where the
    log has none, or where it can't be said which of several pairs they belong to."""

    name: str
    generator_name: str
    discriminator_name: str
    generator: Course
    discriminator: Course
    family: Family
    real: Course | None = None
    fake: Course | None = None
    ended: bool = False
    """Whether no more rows come: of a short log that is said which can be."""
    steps_a_count: int = 1
    """Steps of training for which a step of the log stands, at least: many where it counts epochs."""

    @property
    def first(self) -> int:
        """The step at which it begins."""
        return self.discriminator.first

    @property
    def last(self) -> int:
        """Its newest step."""
        return self.discriminator.last

    @property
    def begins_late(self) -> bool:
        """Whether the log begins when its training is young no more."""
        return self.first * self.steps_a_count >= YOUNG_STEPS

    def trained(self, since: int) -> int:
        """How many steps of training there have been since a step of the log, at least."""
        return (self.last - since) * self.steps_a_count

    def enough(self, stretch: Stretch, *, extreme: bool = False) -> bool:
        """Whether something has been so for long enough to be said at all, up to now.

        While a training is young it takes more values, or some hundred steps, unless it is ``extreme``, or
        the log has ended.
        """
        if stretch.chunks < FEWEST_CHUNKS or stretch.values < FEWEST_VALUES:
            return False
        lasted = self.trained(stretch.since)
        settled = self.begins_late or lasted >= FEWEST_STEPS
        settled = settled or (self.ended and lasted >= HALF / 2 * self.trained(self.first))
        return settled or stretch.values >= (MORE_VALUES // 2 if extreme else MORE_VALUES)

    def severity(self, stretch: Stretch, *, extreme: bool = False) -> Severity:
        """Of something that has been so for a stretch up to now: critical where it has lasted.

        While a training is young it must have lasted for half of it, up to a thousand steps, for much moves
        then; and for some hundred steps, or fewer values where it is ``extreme`` or the log has ended.
        """
        lasted, log = self.trained(stretch.since), self.trained(self.first)
        if self.begins_late:
            return "critical" if lasted >= LASTS * log else "warning"
        proven = lasted >= FEWEST_STEPS or ((extreme or self.ended) and stretch.values >= MORE_VALUES)
        long = lasted >= max(LASTS * log, min(HALF * log, YOUNG_STEPS))
        return "critical" if long and proven else "warning"

    def lasted(self, stretch: Stretch) -> str:
        """How long a stretch has lasted, in words."""
        share = (self.last - stretch.since) / max(1, self.last - self.first)
        return f"for {spaced(self.last - stretch.since)} steps, {100 * share:.0f} % of the log"
