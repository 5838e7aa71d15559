"""Everything behind a panel in words: each measure, its value, its alarms, what to try. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.run import series
from engine.run.reader import Alarm
from presets.watching import BELOW, Watch
from tui import fit, meanings, presence, selectors, verdicts, wording
from tui.measures import DIVERSITY, RECONSTRUCTION, STABILITY, Told
from tui.state import State
from tui.trend import trend
from tui.verdicts import Words

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
    found = _panel(state, watch, verdicts.diversity(state), DIVERSITY, about)
    modes = presence.modes(state)
    if modes:
        meaning = meanings.SAMPLES["presence/1"]
        listed = tuple(
            f"{mode.name}: {wording.percent(mode.share)}"
            + (
                f", gone since step {wording.spaced(mode.lost_since)}"
                if mode.seen and mode.lost_since
                else ""
            )
            + (", never shown" if not mode.seen else "")
            for mode in modes
        )
        found.append(
            Section(heading="presence of each mode", paragraphs=(_sentence(meaning), " · ".join(listed)))
        )
    return [*found, _chance(state), _raised(state, about)]


def stability(state: State, watch: Watch) -> list[Section]:
    """What is behind the stability panel."""
    about = frozenset(verdicts.ALARMED)
    found = _panel(state, watch, verdicts.stability(state), STABILITY, about)
    bad = [(name, int(bins.bad.sum())) for name, bins in state.series.items() if bins.bad.any()]
    said = [f"{name}: {wording.spaced(count)}" for name, count in bad]
    count = selectors.bad_values(state)
    finite = Section(
        heading="values that are not finite",
        value=wording.spaced(count),
        tone="error" if count else "success",
        paragraphs=(*said, *_judged((DIVERGED,), watch)),
    )
    return [found[0], finite, *found[1:], *_guidelines(state), _raised(state, about)]


def reconstruction(state: State, watch: Watch) -> list[Section]:
    """What is behind the panel of an autoencoder's errors."""
    about = _names(RECONSTRUCTION) | {"over-fitting"}
    found = _panel(state, watch, verdicts.reconstruction(state), RECONSTRUCTION, about)
    return [*found, *_gap(state, watch), _raised(state, about)]


def alarms(state: State, watch: Watch) -> list[Section]:
    """All alarms in full, standing ones first, the worst on top; then those that cleared, newest first.

    Those of a future that was given up are told by the marks of going back.
    """
    told = [_alarm(alarm, watch) for alarm in selectors.in_order(state)]
    gone = selectors.went_back(state.marks)
    if gone:
        paragraphs = tuple(f"step {wording.spaced(mark.step)}: {mark.text}" for mark in gone)
        told.append(Section(heading="given up by going back", paragraphs=paragraphs))
    return told or [Section(heading="no alarms so far")]


def _gap(state: State, watch: Watch) -> list[Section]:
    """How many times the training error the validation error is, which no series holds."""
    ratio = fit.ratio(state)
    if ratio is None:
        return []
    return [
        Section(
            heading="validation error over training error",
            value=f"{ratio:.2f} times",
            tone="" if fit.fit(state) == "ok" else "warning",
            paragraphs=_judged((fit.OVERFITTING,), watch),
        )
    ]


def _panel(
    state: State, watch: Watch, words: Words, told: Iterable[Told], about: frozenset[str]
) -> list[Section]:
    advice = tuple(f"try: {alarm.advice}" for alarm in selectors.standing(state) if alarm.name in about)
    head = Section(heading=words.text, tone=words.tone, paragraphs=advice)
    return [head, *(_measure(state, watch, one) for one in told if one.series in state.series)]


def _measure(state: State, watch: Watch, told: Told) -> Section:
    meaning = meanings.of_series(told.series, mixture="diversity/reverse-kl" in state.series)
    value = selectors.typical(state, told.series)
    alarm = clear = None
    if told.level:
        alarm = told.scale * getattr(watch, f"{told.level}_alarm")
        clear = told.scale * getattr(watch, f"{told.level}_clear")
    past = None
    if alarm is not None and value is not None:
        past = value < alarm if told.level in BELOW else value > alarm
    judged = _judged((name for name in told.alarms if name != DIVERGED), watch)
    if told.scale != 1 and alarm is not None and clear is not None:
        here = f"for this measure: raised below {100 * alarm:g} %, over above {100 * clear:g} %"
        judged = (*judged, here)
    return Section(
        heading=told.label,
        value=_value(state, told, value),
        tone="error" if past and state.facts.verdict != "unknown" else "",
        paragraphs=(*((_sentence(meaning),) if meaning else ()), *judged),
        series=told.series,
        alarm=alarm,
        clear=clear,
    )


def _value(state: State, told: Told, value: float | None) -> str:
    """The newest value with the chance in it, against what, and which way it goes."""
    if value is None:
        return "?"
    chance = 2 * state.facts.diversity_chance.get(told.series.removeprefix("diversity/"), 0.0)
    shares = told.form in ("of real", "share") and selectors.finite(value)
    said = wording.percent(value) if shares else wording.number(value)
    if told.form == "of real":
        said += f" ±{100 * chance:.1f} of real data" if chance else " of real data"
    if series.noisy(told.series):
        said += f" ({wording.RECENT})"
    if told.series == "diversity/modes" and state.facts.modes:
        said += f" of {state.facts.modes}"
    going = trend(state.series[told.series], chance=chance)
    if going is None:
        return said
    return f"{said}, {going.way} over the last {wording.spaced(going.steps)} steps"


def _sentence(meaning: meanings.Meaning) -> str:
    what = meaning.what[0].upper() + meaning.what[1:]
    return f"{what}; {meaning.when}." + (f" Source: {meaning.source}." if meaning.source else "")


def _judged(names: Iterable[str], watch: Watch) -> tuple[str, ...]:
    """Of each alarm what it looks at, and where it is raised and cleared."""
    return tuple(_levels(name, watch) for name in names)


def _levels(name: str, watch: Watch) -> str:
    meaning = meanings.ALARMS[name]
    said = f"alarm {name} ({meaning.severity}): {meaning.what}"
    if not meaning.threshold:
        return said
    alarm = getattr(watch, f"{meaning.threshold}_alarm")
    clear = getattr(watch, f"{meaning.threshold}_clear")
    raised, cleared = ("below", "above") if meaning.threshold in BELOW else ("above", "below")
    return f"{said} · raised {raised} {_level(alarm, meaning)}, over {cleared} {_level(clear, meaning)}"


def _level(value: float, meaning: meanings.AlarmMeaning) -> str:
    return f"{100 * value:g} %" if meaning.unit == "%" else f"{value:g} {meaning.unit}"


def _chance(state: State) -> Section:
    known = bool(state.facts.diversity_chance)
    text = (
        "± is two standard deviations of what real data themselves reach, measured the same way: "
        "within it, samples can't be told from real data by this measure."
    )
    return Section(heading="what ± says", paragraphs=(text if known else "Not recorded in this run.",))


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
    found = [alarm for alarm in selectors.in_order(state) if alarm.name in names]
    return Section(
        heading="alarms so far",
        value="" if found else "none",
        paragraphs=tuple(f"{alarm.name}: {_when(alarm)}. {alarm.sentence}" for alarm in found),
    )


def _alarm(alarm: Alarm, watch: Watch) -> Section:
    stands = alarm.cleared_step is None
    numbers = " · ".join(f"{name} {wording.number(value)}" for name, value in alarm.evidence.items())
    known = (_levels(alarm.name, watch),) if alarm.name in meanings.ALARMS else ()
    return Section(
        heading=f"{alarm.severity.upper()} {alarm.name}" if stands else f"cleared: {alarm.name}",
        value=_when(alarm),
        tone=("error" if alarm.severity == "critical" else "warning") if stands else "",
        paragraphs=(
            alarm.sentence,
            f"try: {alarm.advice}",
            *known,
            *((f"evidence: {numbers}",) if numbers else ()),
        ),
    )


def _when(alarm: Alarm) -> str:
    raised = f"raised at step {wording.spaced(alarm.raised_step)}, {wording.clock(alarm.raised_wall)}"
    if alarm.cleared_step is None:
        return raised
    return f"{raised}, over at step {wording.spaced(alarm.cleared_step)}"


def _names(told: Iterable[Told]) -> frozenset[str]:
    return frozenset(name for one in told for name in one.alarms)
