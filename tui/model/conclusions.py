"""What a panel concludes, in words that a newcomer understands: only what the state supports. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite

from latentop.engine.run.store.reader import Alarm
from latentop.engine.run.verdicts import LEAST_STEPS, unjudged_samples
from latentop.tui.model import alarm_levels, alarm_text, derived, mode_presence, number_text, run_state
from latentop.tui.model.measures import NETWORKS, batches
from latentop.tui.model.mode_presence import Mode
from latentop.tui.model.shown_table import COVERAGE, TRAINING, VALIDATION, of
from latentop.tui.model.state import State
from latentop.tui.model.trend import Trend, trend

GRADIENT = "grad/"
"""Begins the names of the series of gradients; the name of the network follows."""
GROWS = 3.0
"""Times, from which on a gradient that grows is worth a word: those of healthy runs wander by less."""
LONGEST_NAME = 24
"""Characters before a colon that are the name of what an alarm's sentence tells of."""
LARGE_CHANCE = 0.05
"""Of real data: chance from which on few images limit what can be said."""


@dataclass(frozen=True, slots=True)
class Words:
    """A conclusion in one or more wordings, the longest first, and its tone: a colour of the theme."""

    texts: tuple[str, ...]
    tone: str

    @property
    def text(self) -> str:
        """The longest wording."""
        return self.texts[0]

    def within(self, width: int) -> str:
        """The longest wording of at most so many characters, else the shortest."""
        return next((text for text in self.texts if len(text) <= width), self.texts[-1])


def diversity(state: State) -> Words:
    """How diverse the samples are."""
    reached = derived.last(state, COVERAGE)
    why = unjudged_samples(state.facts, alive=state.liveness.alive)
    if why and why.lasting:
        return _words(f"not judged: {why.why}", "not judged: not measured", tone="warning")
    if reached is None or not isfinite(reached):
        said = f"{run_state.verdict('unknown', alive=state.liveness.alive)}: no sample was measured"
        return _words(f"{said} yet", "not measured yet", tone="foreground")
    if derived.outlived(state, COVERAGE):
        share = number_text.percent(reached)
        said = "last measured before it diverged"
        return _words(f"{said}: samples reached {share} of what real data reaches", said, tone="foreground")
    names = {alarm.name for alarm in derived.standing(state)}
    gone = _gone(mode_presence.lost(mode_presence.modes(state))) or _told(mode_presence.lost_names(state))
    if (found := next((name for name in PROBLEMS if name in names), None)) is not None:
        copies = number_text.percent(derived.last(state, "diversity/copied") or 0.0)
        told = [one.format(copies=copies) for one in PROBLEMS[found]]
        return _words(*told, tone="error")
    if "collapsed" in names:
        share = number_text.percent(reached)
        said = f"COLLAPSED: samples reach {share} of what real data reaches"
        longest = [f"{said}; {gone}"] if gone else []
        return _words(*longest, said, f"COLLAPSED: {share} of real data", tone="error")
    if why:
        said = run_state.verdict("unknown", alive=state.liveness.alive)
        return _words(f"{said}: {why.why}", said, tone="foreground")
    if gone:
        return _words(f"losing modes: {gone}", gone, _brief(gone), tone="warning")
    return _reached(state, reached, mode_presence.missing(state))


OF_SAMPLES = frozenset({"collapsed", "cycling", "memorising"})
"""The critical alarms that speak of samples."""
PROBLEMS = {
    "memorising": (
        "MEMORISING: {copies} of the samples are near copies of training images",
        "MEMORISING: {copies} are near copies",
    ),
    "cycling": (
        "CYCLING: each batch shows other modes than the one before",
        "CYCLING: modes take turns",
    ),
}
"""The alarms that explain whatever else lacks, the first that stands alone; longest words first."""


def _reached(state: State, reached: float, missing: Sequence[str]) -> Words:
    """The conclusion where no alarm stands and nothing was lost."""
    share = number_text.percent(reached)
    chance = alarm_levels.chance_in(state.facts, COVERAGE)
    said, brief = f"samples reach {share} of what real data reaches", f"{share} of real data"
    going = trend(state.series.get(COVERAGE), chance=2 * chance)
    if going and going.way == "falling":
        before = number_text.percent(going.before)
        longest = f"{said}, falling from {before} in {number_text.spaced(going.steps)} steps"
        return _words(longest, f"{brief}, falling from {before}", f"{brief}, falling", tone="warning")
    if missing:
        never = _listed(missing)
        return _words(f"{said}; hardly shown: {never}", f"hardly shown: {never}", tone="warning")
    if reached < alarm_levels.alarm_below(state.facts, of(COVERAGE)):
        return _words(f"{said}: too little", f"{brief}: too little", tone="warning")
    if chance and reached >= 1 - 2 * chance:
        brief = "no less diverse than real data"
        if 2 * chance >= LARGE_CHANCE:
            within = f"±{ceil(200 * chance)} %"
            longest = f"{said}: no difference beyond chance, {within}"
            return _words(longest, f"as diverse as real data, within {within}", "as diverse, within chance")
        return _words(f"{said}: no difference", brief)
    if all_modes(state):
        return _words(f"{said}: no mode is missing", f"{brief}: no mode missing")
    return _words(said, f"{share} of what real data reaches")


def reaches(coverage: float) -> str:
    """How much of real data the samples reach, in few words."""
    return f"{number_text.percent(coverage)} of real data"


def in_brief(state: State, alarm: Alarm) -> str:
    """What an alarm says, in one clause: without its name and since when."""
    if alarm.name in PROBLEMS:
        copies = number_text.percent(derived.last(state, "diversity/copied") or 0.0)
        return PROBLEMS[alarm.name][0].format(copies=copies).partition(": ")[2]
    sentence = alarm_text.sentence(alarm)
    head, _, tail = sentence.partition(": ")
    return tail if tail and len(head) <= LONGEST_NAME else sentence


def young(state: State) -> bool:
    """Whether too few steps were recorded to call any number sound."""
    return derived.step(state) - state.facts.parent_step < LEAST_STEPS


def at_rest(state: State) -> tuple[str, ...]:
    """The networks whose newest gradients are exactly 0, once there are enough steps to say so.

    The alarm ``stalled`` takes hundreds of steps more to be sure that a network should go on learning.
    """
    if young(state):
        return ()
    gradients = [one.name for one in batches(state.series) if one.name.startswith(GRADIENT)]
    return tuple(name.removeprefix(GRADIENT) for name in gradients if derived.typical(state, name) == 0)


def stability(state: State) -> Words:
    """Whether the numbers of training are sound."""
    if count := derived.bad_values(state):
        bad = f"{number_text.spaced(count)} non-finite {'value' if count == 1 else 'values'}"
        return _words(f"{bad}: NaN or infinite", bad, tone="error")
    for alarm in derived.standing(state):
        if (said := ALARMED.get(alarm.name)) is not None:
            return _words(f"{said}: see the alarm", said, tone=run_state.tone(alarm.severity))
    if resting := at_rest(state):
        of_whom = _listed([f"the {name}" if name in NETWORKS else name for name in resting])
        said = "gradients are 0: nothing is learned"
        learns = f"{'it learns' if len(resting) == 1 else 'they learn'} nothing"
        longest = f"gradients of {of_whom} are exactly 0: {learns}"
        return _words(longest, said, "gradients are 0", tone="warning")
    grown = [(name, going) for name in NETWORKS if (going := _grows(state, name))]
    if grown and not young(state):
        name, going = max(grown, key=lambda one: one[1].times)
        times = f"×{going.times:.0f} in {number_text.spaced(going.steps)} steps"
        return _words(
            f"gradients of the {name} grow: {times}", f"gradients grow: {times}", times, tone="warning"
        )
    if young(state):
        said = run_state.VERDICTS["unknown"]
        return _words(f"{said}: every value so far is finite", said, tone="foreground")
    if not any(trend(state.series.get(f"grad/{name}")) for name in NETWORKS):
        return _words("every value is finite; no gradient shows a trend yet", "every value is finite")
    return _words("sound: every value is finite, no gradient grows fast", "sound: no non-finite value")


ALARMED = {
    "diverged": "DIVERGED",
    "exploding": "EXPLODING: losses and gradients",
    "runaway-logits": "logits run away",
    "discriminator-wins": "the discriminator wins",
    "generator-wins": "the generator wins with garbage",
    "oscillation": "the losses circle",
    "stalled": "a network no longer learns",
}
"""The alarms about numbers of every step, in a few words each."""


def reconstruction(state: State) -> Words:
    """How well an autoencoder does on images that it has not seen."""
    if derived.outlived(state, VALIDATION):
        return _words("last validated before it diverged", tone="foreground")
    names = {alarm.name for alarm in derived.standing(state)}
    for alarm, said in CODINGS.items():
        if alarm in names:
            return _words(f"{said}: see the alarm", said, tone="error")
    if "over-fitting" in names:
        text = f"over-fitting: training {_data(state)} get better, unseen ones do not"
        return _words(text, "over-fitting", tone="warning")
    if state.facts.scripted and VALIDATION not in state.series:
        return _nothing_held_out(state)
    going = trend(state.series.get(VALIDATION))
    if going is None:
        return _words("too early for a trend", tone="foreground")
    tone = "foreground" if state.facts.verdict == "unknown" else "success"
    if going.way == "falling":
        brief = "learning: validation error falls"
        return _words(f"learning: the error on unseen {_data(state)} falls", brief, tone=tone)
    if going.way == "rising":
        said = f"the error on unseen {_data(state)} rises"
        return _words(said, "validation error rises", tone="warning")
    return _words(f"settled: the error on unseen {_data(state)} stays as it is", "settled", tone=tone)


def _data(state: State) -> str:
    """What an autoencoder reconstructs."""
    return "points" if "input" in state.facts.axes else "images"


def _nothing_held_out(state: State) -> Words:
    """What the training error alone can say, of a script that validates nothing."""
    going = trend(state.series.get(TRAINING))
    if going is None:
        return _words("too early for a trend", tone="foreground")
    said = {"falling": "falls", "rising": "rises"}.get(going.way, "stays as it is")
    tone = "warning" if going.way == "rising" else "foreground"
    return _words(f"the training error {said}; nothing is held out", f"training error {said}", tone=tone)


CODINGS = {"posterior-collapse": "CODINGS TELL NOTHING", "dead-codings": "CODINGS ARE DEAD"}


def all_modes(state: State) -> bool:
    """Whether the newest samples show every mode that there is."""
    count = derived.last(state, "diversity/modes")
    return count is not None and 0 < (state.facts.modes or len(state.facts.classes)) <= count


def _words(*texts: str, tone: str = "success") -> Words:
    return Words(texts, tone)


def _grows(state: State, network: str) -> Trend | None:
    going = trend(state.series.get(f"grad/{network}"))
    return going if going and going.way == "rising" and going.times >= GROWS else None


def _gone(lost: Sequence[Mode]) -> str:
    """``Sandal and Bag are gone since step 3 900``; with the last step where they went one after another."""
    if not lost:
        return ""
    since = number_text.spaced(min(mode.lost_since or 0 for mode in lost))
    return f"{_listed([mode.name for mode in lost])} {_are(len(lost))} gone since step {since}"


def _told(names: Sequence[str]) -> str:
    return f"{_listed(names)} {_are(len(names))} gone" if names else ""


def _brief(gone: str) -> str:
    return gone.replace(" are gone", "").replace(" is gone", "")


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _listed(names: Sequence[str]) -> str:
    """``Sandal``, ``Sandal and Bag``, ``Sandal, Bag and 3 more``."""
    if len(names) > 3:
        return f"{', '.join(names[:2])} and {len(names) - 2} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
