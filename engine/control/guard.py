"""What a run does by itself when it diverges or collapses: nothing, go back and try again, or stop."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from latentop.engine.checkpoint.snapshots import Snapshot
from latentop.engine.control.controllable import Training
from latentop.engine.control.rollback import Rollback
from latentop.engine.run.errors import UsageError
from latentop.engine.run.events import AlarmRaised, Event, Facts, Verdict
from latentop.engine.run.facts import told
from latentop.engine.run.good_states import is_after
from latentop.engine.run.verdicts import SEVEREST
from latentop.engine.train import random_state
from latentop.presets.preset_error import PresetError
from latentop.presets.watch import Watch

CYCLING = "cycling"


class Guard:
    """Acts while the verdict is one of ``SEVEREST``: ``diverged``, ``exploding`` or ``collapsed``.

    Going back can undo these, and ``cycling`` where the run was healthy before. ``used`` counts its tries
    since the run began or somebody went back by hand, so that a worker that resumes it counts on. ``stop``
    ends the training; it is given the reason. ``standing`` are the sentences of alarms, by name, of before
    this worker began: whoever resumed the run knows of these, and it goes back for them where it can, but
    does not stop.
    """

    def __init__(
        self,
        training: Training,
        rollback: Rollback,
        put: Callable[[Event], None],
        stop: Callable[[str], object],
        *,
        used: int = 0,
        standing: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._training = training
        self._rollback = rollback
        self._put = put
        self._stop = stop
        self._used = used
        self._spent: set[int] = set()
        self._sentences = dict(standing)
        self._verdict = training.watch.verdict
        """As it was last told."""
        self._known_to = self._settings.guard if self._verdict in SEVEREST else ""
        """The setting with which the run was taken up, as long as its verdict is that of before."""
        self.ended = ""
        """Why it stopped the training; empty while it has not."""
        rollback.begun_anew = self._begin_anew

    def facts(self) -> Facts:
        """How many of its tries are used."""
        return told(guard_used=self._used)

    def see(self, event: Event) -> None:
        """Do about what training says what the preset wants; mostly nothing."""
        match event:
            case AlarmRaised():
                self._sentences[event.name] = event.sentence
            case Verdict():
                self._verdict, self._known_to = event.name, ""
        if self._verdict in SEVEREST or (self._verdict == CYCLING and self._was_healthy):
            self._act(self._verdict)

    def _begin_anew(self) -> None:
        self._used = 0
        self._spent.clear()
        self._put(self.facts())

    @property
    def _was_healthy(self) -> bool:
        """Whether there is a state to go back to in which samples had been judged, and were well."""
        since = self._training.watch.since
        return any(one.verdict == "healthy" and not is_after(one, since) for one in self._training.snapshots)

    @property
    def _settings(self) -> Watch:
        return self._training.watch_settings

    def _act(self, verdict: str) -> None:
        settings, why = self._settings, self._sentences.get(verdict, verdict)
        known = settings.guard == self._known_to
        if settings.guard == "stop" and not known:
            self._end(why)
        elif settings.guard == "rollback" and self._used >= settings.guard_tries:
            tries = "1 try" if self._used == 1 else f"{self._used} tries"
            self._end(f"{tries} did not help: {why}")
        elif settings.guard == "rollback":
            snapshot = self._last_good()
            if snapshot is not None:
                self._go_back(snapshot, verdict)
            elif not known:
                self._end(f"there was nothing to go back to: {why}")

    def _go_back(self, snapshot: Snapshot, name: str) -> None:
        self._spent.add(snapshot.step)
        self._used += 1
        self._put(self.facts())  # first: a worker that is killed while it goes back has tried, too
        seed = (self._training.seed + self._used) % random_state.SEEDS
        why = f"{name}, guard {self._used} of {self._settings.guard_tries}: "
        try:
            lower = self._rollback.settings(snapshot, factor=self._settings.guard_factor)
            self._rollback.to(snapshot, lower, seed=seed, why=why, anyway=True)
            self._verdict, self._known_to = self._training.watch.verdict, ""
        except (PresetError, UsageError) as error:  # a rate so low that it is none
            self._used -= 1
            self._put(self.facts())
            self._end(f"{error.message}; {error.hint}")

    def _last_good(self) -> Snapshot | None:
        """The one to go back to; one that was tried is passed over while there are earlier ones."""
        snapshots = self._training.snapshots
        found = snapshots.before(self._training.watch.since)
        oldest = snapshots.before(0)
        while found is not None and found.step in self._spent and found is not oldest:
            found = snapshots.before(found.step)
        return found

    def _end(self, why: str) -> None:
        self.ended = why
        self._put(told(guard_ended=why))
        self._stop(f"by the guard: {why}")
