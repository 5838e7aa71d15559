"""All rules on losses, asked about all that a log holds: one condition for each alarm."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from latentop.engine.external.loss_rules.constant_losses import stalled
from latentop.engine.external.loss_rules.course import Course
from latentop.engine.external.loss_rules.discriminator_wins import discriminator_wins
from latentop.engine.external.loss_rules.family import YOUNG_STEPS, family_of
from latentop.engine.external.loss_rules.generator_nats import runaway_logits
from latentop.engine.external.loss_rules.generator_wins import generator_wins
from latentop.engine.external.loss_rules.level_break import LevelBreak
from latentop.engine.external.loss_rules.loss_explosion import CRITICS, Explosive, LossExplosion
from latentop.engine.external.loss_rules.loss_oscillation import oscillation
from latentop.engine.external.loss_rules.loss_pair import FEWEST_STEPS, PairCourse
from latentop.engine.external.loss_rules.measured import told
from latentop.engine.external.loss_rules.non_finite_losses import NonFiniteLosses
from latentop.engine.external.loss_rules.quality import measures, quality_worse
from latentop.engine.external.loss_rules.validation_rise import PAIRS, overfitting
from latentop.engine.external.loss_rules.vanished_divergence import posterior_collapse
from latentop.engine.run.loss_pairs import pairs
from latentop.engine.watch.verdict.alarms import Condition, merged
from latentop.presets.watch import DEFAULTS

_OF_PAIRS = ("loss/generator", "loss/discriminator")
_ERRORS = ("loss/reconstruction", "loss/total")
_GROWING = ("loss/kl", "loss/penalty", "loss/sparsity")
"""What may well begin at nothing and grow by any factor."""


class LossRules:
    """Courses by series to conditions; remembers what rules with a memory do."""

    def __init__(self) -> None:
        self.non_finite = NonFiniteLosses()
        self._explosion = LossExplosion()
        self._break = LevelBreak()
        self._circling: list[Condition] = []

    def conditions(
        self, courses: Mapping[str, Course], *, thorough: bool, ended: bool, steps_a_count: int = 1
    ) -> list[Condition]:
        """What stands at this look, each alarm once; only ``thorough`` ones ask the rule that is slow.

        ``ended`` says that no more rows come; a step of the log stands for ``steps_a_count`` of training.
        """
        known = _pairs(courses, ended=ended, steps_a_count=steps_a_count)
        if thorough:
            self._circling = [one for pair in known for one in oscillation(pair)]
        exploding = self._explosion.judge(list(_explosive(courses, known)))
        found = [
            self.non_finite.condition(),
            *exploding,
            *(one for pair in known for one in _of_pair(pair, self._explosion.exploded)),
            *self._circling,
            *_stalls(courses, known),
            *quality_worse(measures(courses, gan=bool(known))),
            *_of_autoencoder(courses, gan=bool(known), ended=ended),
        ]
        bad = [one for one in found if one.bad]
        young = _begins_young(courses, steps_a_count)
        found += self._break.judge(
            _levels(courses, known),
            young=young,
            settled=YOUNG_STEPS // steps_a_count if young and not ended else 0,
            explained=bool(bad),
            since=min((one.since for one in bad if one.since is not None), default=None),
        )
        return [_told(one) for one in merged(found)]

    def back_to(self, step: int) -> None:
        """Forget what was so from a step on."""
        self.non_finite.back_to(step)
        self._explosion.back_to(step)
        self._break.back_to(step)
        self._circling = []


def _pairs(courses: Mapping[str, Course], *, ended: bool, steps_a_count: int) -> list[PairCourse]:
    found = pairs(courses)
    alone = len(found) == 1
    return [
        PairCourse(
            name=one.name,
            generator_name=one.generator,
            discriminator_name=one.discriminator,
            generator=courses[one.generator],
            discriminator=courses[one.discriminator],
            family=family_of(courses[one.generator], courses[one.discriminator], steps_a_count),
            real=courses.get("score/real") if alone else None,
            fake=courses.get("score/fake") if alone else None,
            ended=ended,
            steps_a_count=steps_a_count,
        )
        for one in found
        if courses[one.generator].count and courses[one.discriminator].count
    ]


def _of_pair(pair: PairCourse, exploded: Collection[str]) -> Iterator[Condition]:
    """What a pair says; large losses that have exploded are told of as that, and once."""
    yield from discriminator_wins(pair)
    large = (pair.discriminator_name, generator_wins), (pair.generator_name, runaway_logits)
    for name, rule in large:
        for one in rule(pair):
            yield replace(one, bad=False, clear=True, since=None) if name in exploded else one


def _explosive(courses: Mapping[str, Course], known: Iterable[PairCourse]) -> Iterator[Explosive]:
    """What may explode; a critic's generator drifts, and is left out."""
    critics = [pair for pair in known if pair.family.kind == "critic"]
    left_out = {pair.generator_name for pair in critics} | set(_GROWING)
    of_critics = {pair.discriminator_name for pair in critics if pair.trained(pair.first) >= 2 * YOUNG_STEPS}
    critics_young = {
        pair.discriminator_name
        for pair in critics
        if not pair.begins_late and pair.trained(pair.first) < FEWEST_STEPS and not pair.ended
    }
    floor = 1.0 if any(name.startswith(_OF_PAIRS) for name in courses) else 0.0
    for name, course in courses.items():
        if name in critics_young:
            continue  # it rises from nothing
        if name.startswith(("loss/", "valid/")) and name not in left_out:
            alarm = CRITICS if name in of_critics else DEFAULTS.explosion_alarm
            yield Explosive(name=name, course=course, floor=floor, alarm=alarm)


def _levels(courses: Mapping[str, Course], known: Iterable[PairCourse]) -> dict[str, Course]:
    """Losses that have a level: a critic's generator drifts with it, and has none."""
    names = [pair.discriminator_name for pair in known]
    names += [pair.generator_name for pair in known if pair.family.kind != "critic"]
    return {name: courses[name] for name in (*names, *_ERRORS) if name in courses}


def _begins_young(courses: Mapping[str, Course], steps_a_count: int) -> bool:
    first = min((one.first for one in courses.values() if one.count), default=0)
    return first * steps_a_count < YOUNG_STEPS


def _stalls(courses: Mapping[str, Course], known: Iterable[PairCourse]) -> Iterator[Condition]:
    gradients = {name: one for name, one in courses.items() if name.startswith("grad/")}
    groups = [
        {pair.generator_name: pair.generator, pair.discriminator_name: pair.discriminator} for pair in known
    ]
    if not groups:
        groups = [{name: courses[name]} for name in _ERRORS if name in courses][:1]
    for group in groups or [{}]:
        yield from stalled(group, gradients)


def _of_autoencoder(courses: Mapping[str, Course], *, gan: bool, ended: bool) -> Iterator[Condition]:
    for training, validation in () if gan else PAIRS:
        if training in courses and validation in courses:
            yield from overfitting(courses[training], courses[validation], validation)
            break
    errors = next((courses[name] for name in _ERRORS if name in courses), None)
    if errors is not None and "loss/kl" in courses:
        yield from posterior_collapse(errors, courses["loss/kl"], ended=ended)


def _told(condition: Condition) -> Condition:
    """With what it can't see, and how sure it has been."""
    if not condition.bad:
        return condition
    return replace(condition, sentence=f"{condition.sentence} ({told(condition.name)})")
