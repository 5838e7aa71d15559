"""What a panel concludes, in words that a newcomer understands: only what the state supports. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from tui import presence, selectors, states, wording
from tui.presence import Mode
from tui.state import State
from tui.trend import Trend, trend

TWINS = 0.5
"""The alarm for samples that repeat, as a share of coverage's."""
GROWS = 3.0
"""Times, from which on a gradient that grows is worth a word: those of healthy runs wander by less."""
COVERAGE = "diversity/coverage"
NETWORKS = ("generator", "discriminator", "autoencoder", "classifier")


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
    reached = selectors.last(state, COVERAGE)
    if reached is None or not isfinite(reached):
        return _words("not measured yet", tone="foreground")
    names = {alarm.name for alarm in selectors.standing(state)}
    gone = _gone(presence.lost(presence.modes(state))) or _told(selectors.lost_classes(state))
    if (found := next((name for name in PROBLEMS if name in names), None)) is not None:
        copies = wording.percent(selectors.last(state, "diversity/copied") or 0.0)
        told = [one.format(copies=copies) for one in PROBLEMS[found]]
        return _words(*told, tone="error")
    if "collapsed" in names:
        share = wording.percent(reached)
        said = f"COLLAPSED: samples reach {share} of what real data reaches"
        longest = [f"{said}; {gone}"] if gone else []
        return _words(*longest, said, f"COLLAPSED: {share} of real data", tone="error")
    if state.facts.verdict == "unknown":
        said = states.verdict("unknown", alive=state.liveness.alive)
        if not state.liveness.alive:
            return _words(said, tone="foreground")
        return _words(f"{said}: early samples are bad, not collapsed", said, tone="foreground")
    if gone:
        return _words(f"losing modes: {gone}", gone, _brief(gone), tone="warning")
    return _reached(state, reached, presence.missing(presence.modes(state)))


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


def _reached(state: State, reached: float, missing: Sequence[Mode]) -> Words:
    """The conclusion where no alarm stands and nothing was lost."""
    share = wording.percent(reached)
    chance = state.facts.diversity_chance.get("coverage", 0.0)
    said, brief = f"samples reach {share} of what real data reaches", f"{share} of real data"
    going = trend(state.series.get(COVERAGE), chance=2 * chance)
    if going and going.way == "falling":
        before = wording.percent(going.before)
        longest = f"{said}, falling from {before} in {wording.spaced(going.steps)} steps"
        return _words(longest, f"{brief}, falling from {before}", f"{brief}, falling", tone="warning")
    if missing:
        never = _listed([mode.name for mode in missing])
        return _words(f"{said}; never shown: {never}", f"never shown: {never}", tone="warning")
    if reached < state.facts.diversity_alarm:
        return _words(f"{said}: too little", f"{brief}: too little", tone="warning")
    if chance and reached >= 1 - 2 * chance:
        return _words(f"{said}: no difference", "no less diverse than real data")
    if all_modes(state):
        return _words(f"{said}: no mode is missing", f"{brief}: no mode missing")
    return _words(said, f"{share} of what real data reaches")


def stability(state: State) -> Words:
    """Whether the numbers of training are sound."""
    if count := selectors.bad_values(state):
        bad = f"{wording.spaced(count)} non-finite {'value' if count == 1 else 'values'}"
        return _words(f"{bad}: NaN or infinite", bad, tone="error")
    for alarm in selectors.standing(state):
        if (said := ALARMED.get(alarm.name)) is not None:
            tone = "error" if alarm.severity == "critical" else "warning"
            return _words(f"{said}: see the alarm", said, tone=tone)
    grown = [(name, going) for name in NETWORKS if (going := _grows(state, name))]
    if grown:
        name, going = max(grown, key=lambda one: one[1].times)
        times = f"×{going.times:.0f} in {wording.spaced(going.steps)} steps"
        return _words(
            f"gradients of the {name} grow: {times}", f"gradients grow: {times}", times, tone="warning"
        )
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
    names = {alarm.name for alarm in selectors.standing(state)}
    for alarm, said in CODINGS.items():
        if alarm in names:
            return _words(f"{said}: see the alarm", said, tone="error")
    if "over-fitting" in names:
        text = "over-fitting: training images get better, unseen ones do not"
        return _words(text, "over-fitting", tone="warning")
    going = trend(state.series.get("valid/reconstruction"))
    if going is None:
        return _words("too early for a trend", tone="foreground")
    if going.way == "falling":
        return _words("learning: the error on unseen images falls", "learning: validation error falls")
    if going.way == "rising":
        return _words("the error on unseen images rises", "validation error rises", tone="warning")
    return _words("settled: the error on unseen images stays as it is", "settled")


CODINGS = {"posterior-collapse": "CODINGS TELL NOTHING", "dead-codings": "CODINGS ARE DEAD"}


def all_modes(state: State) -> bool:
    """Whether the newest samples show every mode that there is."""
    count = selectors.last(state, "diversity/modes")
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
    since = wording.spaced(min(mode.lost_since or 0 for mode in lost))
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
