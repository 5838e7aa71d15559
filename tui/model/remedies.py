"""What can be done at once about what is wrong: the good state to go back to, the setting to change. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from latentop.engine.run import good_states
from latentop.engine.run.commands import inability
from latentop.engine.run.facts import KnownSnapshot
from latentop.engine.run.store.reader import Alarm
from latentop.tui.model import derived
from latentop.tui.model.state import State

GENERATOR, DISCRIMINATOR, AUTOENCODER = "generator.lr", "discriminator.lr", "autoencoder.lr"


@dataclass(frozen=True, slots=True)
class Remedy:
    """A setting that helps against an alarm, and what to do with it in two words."""

    setting: str
    does: str
    done: str = ""
    """The value with which there is nothing left to do."""


REMEDIES = {
    "collapsed": (Remedy(GENERATOR, "slow G"),),
    "fading-modes": (Remedy(GENERATOR, "slow G"),),
    "cycling": (Remedy(DISCRIMINATOR, "quicken D"),),
    "discriminator-wins": (Remedy(DISCRIMINATOR, "slow D"),),
    "generator-wins": (Remedy(GENERATOR, "slow G"),),
    "runaway-logits": (Remedy(DISCRIMINATOR, "slow D"),),
    "memorising": (Remedy("objective.augment", "augment", done="diff"),),
    "oscillation": (Remedy("objective.r1", "add r1"), Remedy(GENERATOR, "slow G")),
    "diverged": (Remedy(GENERATOR, "slow both"), Remedy(AUTOENCODER, "slow it")),
    "exploding": (Remedy(GENERATOR, "slow both"), Remedy(AUTOENCODER, "slow it")),
}
"""Of an alarm what helps; the first whose setting a run has."""


def remedy(state: State) -> Remedy | None:
    """The setting to change against the worst alarm that stands; None where nothing of the kind helps."""
    facts = state.facts
    if not state.liveness.alive or inability(facts, "set"):
        return None
    for alarm in derived.standing(state):
        for one in REMEDIES.get(alarm.name, ()):
            if facts.settings.get(one.setting, one.done) != one.done:
                return one
    return None


def good_state(state: State) -> KnownSnapshot | None:
    """The state that is gone back to unless another one is named; None without one."""
    if not state.liveness.alive or inability(state.facts, "rollback"):
        return None
    return good_states.chosen(state.facts.snapshots, trouble_since(state.alarms))


def trouble_since(alarms: Iterable[Alarm]) -> int | None:
    """The first step at which an alarm that stands began; None where none does."""
    return min((one.began for one in alarms if one.cleared_step is None), default=None)
