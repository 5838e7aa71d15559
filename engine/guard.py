"""What a run does by itself when it diverges or collapses: nothing, go back and try again, or stop."""

from collections.abc import Callable

from engine import rng
from engine.rollback import Rollback
from engine.run.events import AlarmRaised, Event, Facts, Mark
from engine.snapshots import Snapshot
from engine.trainer import Trainer
from engine.watch.alarms import SEVEREST
from presets.catalogue import PresetError
from presets.watching import Watch


class Guard:
    """Acts when one of ``SEVEREST`` becomes the verdict: ``diverged``, ``exploding`` or ``collapsed``.

    Going back can undo these. ``used`` counts its tries since the run began or somebody went back by hand, so
    that a worker that resumes it counts on. ``stop`` ends the training; it is given the reason.
    """

    def __init__(
        self,
        trainer: Trainer,
        rollback: Rollback,
        put: Callable[[Event], None],
        stop: Callable[[str], object],
        *,
        used: int = 0,
    ) -> None:
        self._trainer = trainer
        self._rollback = rollback
        self._put = put
        self._stop = stop
        self._used = used
        self._spent: set[int] = set()
        self._sentences: dict[str, str] = {}
        self.ended = ""
        """Why it stopped the training; empty while it has not."""
        rollback.begun_anew = self._begin_anew

    def facts(self) -> Facts:
        """How many of its tries are used."""
        return Facts(values={"guard_used": self._used})

    def see(self, event: Event) -> None:
        """Do about what training says what the preset wants; mostly nothing."""
        match event:
            case AlarmRaised():
                self._sentences[event.name] = event.sentence
            case Mark(kind="verdict") if event.text in SEVEREST:
                self._act(event.text)

    def _begin_anew(self) -> None:
        self._used = 0
        self._spent.clear()
        self._put(self.facts())

    @property
    def _settings(self) -> Watch:
        return self._trainer.preset.watch

    def _act(self, verdict: str) -> None:
        settings, why = self._settings, self._sentences.get(verdict, verdict)
        if settings.guard == "stop":
            self._end(why)
        elif settings.guard == "rollback" and self._used >= settings.guard_tries:
            tries = "1 try" if self._used == 1 else f"{self._used} tries"
            self._end(f"{tries} did not help: {why}")
        elif settings.guard == "rollback":
            snapshot = self._last_good()
            if snapshot is None:
                self._end(f"there was nothing to go back to: {why}")
            else:
                self._go_back(snapshot, verdict)

    def _go_back(self, snapshot: Snapshot, name: str) -> None:
        self._spent.add(snapshot.step)
        self._used += 1
        self._put(self.facts())  # first: a worker that is killed while it goes back has tried, too
        seed = (self._trainer.preset.seed + self._used) % rng.SEEDS
        why = f"{name}, guard {self._used} of {self._settings.guard_tries}: "
        try:
            lower = self._rollback.settings(snapshot, factor=self._settings.guard_factor)
            self._rollback.to(snapshot, lower, seed=seed, why=why)
        except PresetError as error:  # a rate so low that it is none
            self._used -= 1
            self._put(self.facts())
            self._end(f"{error.message}; {error.hint}")

    def _last_good(self) -> Snapshot | None:
        """The newest of before it began, else the oldest. One is tried once if there are earlier ones."""
        snapshots, since = self._trainer.snapshots, self._trainer.watch.since
        found = snapshots.before(float("inf") if since is None else since)
        while found is not None and found.step in self._spent and found is not next(iter(snapshots)):
            found = snapshots.before(found.step)
        return found

    def _end(self, why: str) -> None:
        self.ended = why
        self._put(Facts(values={"guard_ended": why}))
        self._stop(f"by the guard: {why}")
