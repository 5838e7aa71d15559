"""Everything behind a panel in words: each measure, its value, its alarms, what to try. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from latentop.engine.run import series
from latentop.engine.run.chance import cleared_above, raised_below
from latentop.engine.run.series import PRESENCE
from latentop.engine.run.store.reader import Alarm
from latentop.engine.run.verdicts import Unjudged, unjudged_samples
from latentop.presets.feature_choice import PCA
from latentop.presets.watch import BELOW, Watch
from latentop.tui.model import (
    alarm_levels,
    alarm_text,
    conclusions,
    derived,
    generalisation,
    measures,
    mode_presence,
    number_text,
    plain_text,
    run_state,
)
from latentop.tui.model.alarm_meanings import ALARMS, AlarmMeaning
from latentop.tui.model.conclusions import Words
from latentop.tui.model.measures import DIVERSITY, RECONSTRUCTION
from latentop.tui.model.mode_presence import Mode
from latentop.tui.model.number_text import share
from latentop.tui.model.real_quality import beside_real
from latentop.tui.model.shown_series import Shown
from latentop.tui.model.shown_table import COVERAGE, of
from latentop.tui.model.state import State
from latentop.tui.model.trend import trend

MIXTURE = "diversity/reverse-kl"
"""A series that only samples of a 2-D mixture have."""
DIVERGED = "diverged"
"""The alarm of values that are not finite, which have a section of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the details: a ``heading``, the ``value`` beside it in bold, paragraphs, and a history.

    ``series`` is drawn as a chart where it is named, with the levels of its alarm as lines. A paragraph
    that begins with ``try:`` is advice.
    """

    heading: str
    value: str = ""
    tone: str = ""
    paragraphs: tuple[str, ...] = ()
    series: str = ""
    alarm: float | None = None
    clear: float | None = None


def diversity(state: State, watch: Watch) -> list[Section]:
    """What is behind the diversity panel."""
    about = _names(DIVERSITY)
    found = _panel(state, watch, conclusions.diversity(state), DIVERSITY, about)
    modes, meaning = mode_presence.modes(state), of(PRESENCE).meaning
    if modes and meaning:
        paragraphs = (meaning.sentence, " · ".join(map(_presence, modes)))
        found.append(Section(heading="presence of each mode", paragraphs=paragraphs))
    if (why := unjudged_samples(state.facts, alive=state.liveness.alive)) and why.lasting:
        return [*found, _unlooked(about, watch, why), _raised(state, about)]
    return [*found, _chance(state), _raised(state, about)]


def stability(state: State, watch: Watch) -> list[Section]:
    """What is behind the stability panel."""
    about = frozenset(conclusions.ALARMED)
    found = _panel(state, watch, conclusions.stability(state), measures.stability(state.series), about)
    bad = [(name, int(bins.bad.sum())) for name, bins in state.series.items() if bins.bad.any()]
    said = [f"{name}: {number_text.spaced(count)}" for name, count in bad]
    count = derived.bad_values(state)
    finite = Section(
        heading="values that are not finite",
        value=number_text.spaced(count),
        tone="error" if count else "success",
        paragraphs=(*said, *_judged((DIVERGED,), watch)),
    )
    return [found[0], finite, *found[1:], *_guidelines(state), _raised(state, about)]


def reconstruction(state: State, watch: Watch) -> list[Section]:
    """What is behind the panel of an autoencoder's errors."""
    about = _names(RECONSTRUCTION) | {"over-fitting"}
    found = _panel(state, watch, conclusions.reconstruction(state), RECONSTRUCTION, about)
    return [*found, *_gap(state, watch), _raised(state, about)]


def alarms(state: State, watch: Watch) -> list[Section]:
    """All alarms in full, standing ones first, the worst on top; then those that cleared, newest first.

    Those of a future that was given up are told by the marks of going back.
    """
    told = [_alarm(alarm, watch, by_losses=state.facts.watches != "") for alarm in derived.in_order(state)]
    gone = derived.went_back(state.marks)
    if gone:
        paragraphs = tuple(f"step {number_text.spaced(mark.step)}: {mark.text}" for mark in gone)
        told.append(Section(heading="given up by going back", paragraphs=paragraphs))
    return told or [Section(heading="no alarms so far")]


def _presence(mode: Mode) -> str:
    said = f"{mode.name}: {number_text.percent(mode.share)}"
    if not mode.seen:
        return f"{said}, hardly shown"
    return f"{said}, gone since step {number_text.spaced(mode.lost_since)}" if mode.lost_since else said


def _gap(state: State, watch: Watch) -> list[Section]:
    """How many times the training error the validation error is, which no series holds."""
    ratio = generalisation.ratio(state)
    if ratio is None:
        return []
    return [
        Section(
            heading="validation error over training error",
            value=f"{ratio:.2f} times",
            tone="" if generalisation.fit(state) == "ok" else "warning",
            paragraphs=_judged((generalisation.OVERFITTING,), watch),
        )
    ]


def _panel(
    state: State, watch: Watch, words: Words, measures: Iterable[Shown], about: frozenset[str]
) -> list[Section]:
    advice = tuple(f"try: {alarm.advice}" for alarm in derived.standing(state) if alarm.name in about)
    head = Section(heading=words.text, tone=words.tone, paragraphs=advice)
    return [head, *(_measure(state, watch, one) for one in measures if one.name in state.series)]


def _measure(state: State, watch: Watch, measure: Shown) -> Section:
    meaning = (measure.of_points if MIXTURE in state.series else None) or measure.meaning
    value = derived.typical(state, measure.name)
    alarm = clear = None
    if measure.level:
        alarm, clear = _thresholds(state, watch, measure)
    past = None
    if alarm is not None and value is not None:
        past = value < alarm if measure.level in BELOW else value > alarm
    judged = _judged((name for name in measure.alarms if name != DIVERGED), watch)
    if (
        measure.level == "diversity"
        and alarm is not None
        and clear is not None
        and alarm != watch.diversity_alarm
    ):
        here = f"for this measure: raised below {share(alarm)}, over above {share(clear)}"
        judged = (*judged, here)
    return Section(
        heading=measure.label,
        value=_value(state, measure, value),
        tone="error" if past and unjudged_samples(state.facts, alive=True) is None else "",
        paragraphs=(*((meaning.sentence,) if meaning else ()), *judged),
        series=measure.name,
        alarm=alarm,
        clear=clear,
    )


def _value(state: State, measure: Shown, value: float | None) -> str:
    """The newest value with the chance in it, against what, and which way it goes."""
    if value is None:
        return "?"
    known, chance = series.of(measure.name), 2 * alarm_levels.chance_in(state.facts, measure.name)
    shares = known.relative and derived.finite(value)
    said = number_text.percent(value) if shares else number_text.number(value)
    if known.unit == "of real":
        said += f" ±{100 * chance:.1f} of real data" if chance else " of real data"
    if known.noisy:
        said += f" ({plain_text.RECENT})"
    said += beside_real(state.facts, measure.name)
    if measure.name == "diversity/modes" and state.facts.modes:
        said += f" of {state.facts.modes}"
    going = trend(state.series[measure.name], chance=chance)
    if going is None:
        return said
    return f"{said}, {going.way} over the last {number_text.spaced(going.steps)} steps"


def _judged(names: Iterable[str], watch: Watch) -> tuple[str, ...]:
    """Of each alarm what it looks at, and where it is raised and cleared."""
    return tuple(_levels(name, watch) for name in names)


def _levels(name: str, watch: Watch) -> str:
    meaning = ALARMS[name]
    said = f"alarm {name} ({meaning.severity}): {meaning.what}"
    if not meaning.threshold:
        return said
    alarm = getattr(watch, f"{meaning.threshold}_alarm")
    clear = getattr(watch, f"{meaning.threshold}_clear")
    raised, cleared = ("below", "above") if meaning.threshold in BELOW else ("above", "below")
    return f"{said} · raised {raised} {_level(alarm, meaning)}, over {cleared} {_level(clear, meaning)}"


def _level(value: float, meaning: AlarmMeaning) -> str:
    return share(value) if meaning.unit == "%" else f"{value:.3g} {meaning.unit}"


def _chance(state: State) -> Section:
    known = bool(state.facts.diversity_chance)
    text = (
        "± is two standard deviations of what real data themselves reach, measured the same way: "
        "within it, samples can't be told from real data by this measure."
    )
    chance = 2 * alarm_levels.chance_in(state.facts, COVERAGE)
    if chance >= conclusions.LARGE_CHANCE:
        text += (
            f" Few images make it large: ±{100 * chance:.0f} % for coverage. Smaller differences are chance, "
            "and alarms are raised further below real data."
        )
    said = [text if known else "Not recorded in this run."]
    if state.facts.features != PCA:
        said.append(
            f"Samples are measured in features of {state.facts.features}; detail and copies in pixels."
        )
        if fewer := state.facts.check_samples:
            taken = number_text.spaced(fewer)
            said.append(f"A check takes {taken} samples, for these features are slow or images few.")
    return Section(heading="what ± says", paragraphs=tuple(said))


def _thresholds(state: State, watch: Watch, measure: Shown) -> tuple[float, float]:
    """Where the measure's alarm is raised and where it is over; of diversity with room for chance.

    Of an alarm that stands, as it says itself: early samples are held against the run's own best.
    """
    standing = [one.evidence for one in derived.standing(state) if one.name in measure.alarms]
    if measure.name == COVERAGE and standing and {"alarm", "clear"} <= standing[0].keys():
        return standing[0]["alarm"], standing[0]["clear"]
    alarm: float = getattr(watch, f"{measure.level}_alarm")
    clear: float = getattr(watch, f"{measure.level}_clear")
    if measure.level != "diversity":
        return measure.scale * alarm, measure.scale * clear
    chance = alarm_levels.chance_in(state.facts, COVERAGE)
    over = cleared_above(clear, chance, raised=raised_below(alarm, chance))
    raised = raised_below(measure.scale * alarm, alarm_levels.chance_in(state.facts, measure.name))
    return raised, max(raised, measure.scale * over)


def _unlooked(names: frozenset[str], watch: Watch, why: Unjudged) -> Section:
    """What nobody looks for where samples are not measured, and what to do about it."""
    advice = (f"try: {why.advice}",) if why.advice else ()
    return Section(
        heading="what nobody looks for here",
        tone="warning",
        paragraphs=(*advice, *_judged(sorted(names), watch)),
    )


def _guidelines(state: State) -> list[Section]:
    """Which of DCGAN's guidelines for stable training the networks keep, and where they break one."""
    told = state.facts.guidelines
    if not told:
        return []
    broken = sum(line.startswith("broken") for line in told)
    value = f"{broken} of {len(told)} broken" if broken else "all kept"
    about = "What Radford et al. 2016, section 3, found to train stably; other GANs have reasons to differ."
    return [Section(heading="guidelines for convolutional GANs", value=value, paragraphs=(about, *told))]


def _raised(state: State, names: frozenset[str]) -> Section:
    """The alarms of these names so far, each in a line."""
    found = [alarm for alarm in derived.in_order(state) if alarm.name in names]
    return Section(
        heading="alarms so far",
        value="" if found else "none",
        paragraphs=tuple(f"{alarm.name}: {_when(alarm)}. {alarm.sentence}" for alarm in found),
    )


def _alarm(alarm: Alarm, watch: Watch, *, by_losses: bool) -> Section:
    """An alarm that stands or is over; one ``by_losses`` alone tells its level itself."""
    stands = alarm.cleared_step is None
    numbers = " · ".join(f"{name} {number_text.number(value)}" for name, value in alarm.evidence.items())
    known = (_levels(alarm.name, watch),) if alarm.name in ALARMS and not by_losses else ()
    if "best" in alarm.evidence and "alarm" in alarm.evidence:
        own, level = share(alarm.evidence["best"]), share(alarm.evidence["alarm"])
        known = (f"held against the run's own best, {own}: raised below half of it, {level}",)
    return Section(
        heading=alarm_text.named(alarm) if stands else f"cleared: {alarm.name}",
        value=_when(alarm),
        tone=run_state.tone(alarm.severity) if stands else "",
        paragraphs=(
            alarm_text.sentence(alarm),
            f"try: {alarm.advice}",
            *known,
            *((f"evidence: {numbers}",) if numbers else ()),
        ),
    )


def _when(alarm: Alarm) -> str:
    raised = f"raised at step {number_text.spaced(alarm.raised_step)}, {number_text.clock(alarm.raised_wall)}"
    if alarm.began < alarm.raised_step:
        raised = f"since step {number_text.spaced(alarm.began)}, {raised}"
    if alarm.cleared_step is None:
        return raised
    return f"{raised}, over at step {number_text.spaced(alarm.cleared_step)}"


def _names(measures: Iterable[Shown]) -> frozenset[str]:
    return frozenset(name for one in measures for name in one.alarms)
