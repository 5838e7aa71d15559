"""Going back to a good snapshot: networks, optimisers, settings, watch and record together, with a mark."""

import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any

import msgspec

from latentop.engine.checkpoint.intervals import Saver
from latentop.engine.checkpoint.snapshots import Snapshot
from latentop.engine.control.controllable import Training
from latentop.engine.run.errors import StorageError, UsageError
from latentop.engine.run.events import AlarmRaised, Event, Mark, Rewind
from latentop.engine.run.good_states import ALL_AFTER, is_after
from latentop.engine.train import random_state
from latentop.presets import live
from latentop.presets.preset_error import PresetError
from latentop.presets.wording import spaced

STAYING = ("steps", "watch.", "keep.")
"""How the keys of settings begin that say nothing of how a step is done: these are not taken back."""

_Edits = Sequence[Mapping[str, object]]


class RollbackWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to go back; whoever asks may leave out any of it."""

    step: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """To the newest snapshot up to it; else to the newest of before any alarm that stands began."""
    factor: float | None = None
    """Times the learning rates."""
    seed: Annotated[int, msgspec.Meta(ge=0, lt=random_state.SEEDS)] | None = None
    """For other random numbers than followed then."""


class Rollback:
    """Takes one training back. What was recorded of the abandoned future is forgotten, as after a crash.

    The alarms of that future stay readable in the mark: ``raised`` are those of before this worker began, as
    ``(step, sentence)``.
    """

    def __init__(
        self,
        training: Training,
        saver: Saver,
        put: Callable[[Event], None],
        raised: Iterable[tuple[int, str]] = (),
    ) -> None:
        self._training = training
        self._saver = saver
        self._put = put
        self._raised = list(raised)
        self.begun_anew: Callable[[], object] = lambda: None
        """Called when somebody went back by hand."""
        self.gone_back: Callable[[list[str]], object] = lambda taken: None
        """Called whenever training went back, with the settings whose edits stand no more."""

    def note(self, alarm: AlarmRaised) -> None:
        """Remember an alarm, to tell of it should its future be abandoned."""
        self._raised.append((alarm.step, alarm.sentence))

    def asked(self, arguments: Mapping[str, Any]) -> tuple[bool, str]:
        """Carry out the command, with the arguments of ``RollbackWanted``: was it, and what to answer."""
        try:
            wanted = msgspec.convert(dict(arguments), RollbackWanted)
            snapshot = self._chosen(wanted.step)
            text = self.to(snapshot, self.settings(snapshot, factor=wanted.factor), seed=wanted.seed)
            self.begun_anew()
            return True, text
        except msgspec.ValidationError as error:
            return (
                False,
                f"it can't go back so: {error}; it takes {', '.join(RollbackWanted.__struct_fields__)}",
            )
        except (PresetError, UsageError) as error:
            return False, f"{error.message.removeprefix('--set ')}; {error.hint}"

    def settings(self, snapshot: Snapshot, *, factor: float | None = None) -> dict[str, object]:
        """The settings of then, less length, watch and retention, which stay as they are.

        With a factor, learning rates are so many times those of then or now, the lower.
        """
        now = self._training.settings
        then = dict(snapshot.state["settings"])
        if factor is not None:
            rates = {key: value for key, value in then.items() if key.endswith(".lr")}
            then |= {key: factor * min(value, now.get(key, value)) for key, value in rates.items()}
        return {key: value for key, value in then.items() if not _stays(key)}

    def to(
        self,
        snapshot: Snapshot,
        settings: Mapping[str, object],
        *,
        seed: int | None = None,
        why: str = "",
        anyway: bool = False,
    ) -> str:
        """Go back, change settings, and say so in a mark that begins with ``why``; returns its text.

        The state as it is now is kept meanwhile. Raises PresetError or UsageError, with nothing done, where a
        setting is not accepted, or where there is no room for that state or for a copy of the snapshot:
        with ``anyway`` it goes back without that state, and a setting that is not accepted is as it was then.
        """
        training, before = self._training, self._training.settings
        changed = training.planned(settings)
        abandoned, lost = training.step, [one for one in self._raised if one[0] > snapshot.step]
        best = training.snapshots.before(training.watch.since)
        late = best is not None and is_after(best, training.watch.since)
        kept, here = list(training.snapshots), self._here(anyway=anyway)
        edits = list(training.former)
        try:
            training.go_back(snapshot, seed=seed)
        except UsageError:
            if here is None or not anyway:
                raise
            here = None  # it takes the room that is wanted
            training.go_back(snapshot, seed=seed)
        then = {key: value for key, value in training.settings.items() if not _stays(key)}
        try:
            training.change(changed)
        except UsageError:
            if here is not None:
                training.restore(here.state)  # no copy, for which there may be no room: it is nobody else's
                for one in kept:
                    training.snapshots.keep(one)
                raise
        anew = {key for key, value in then.items() if training.settings[key] != value}
        training.former = _standing(training.former, edits, anew)
        self.gone_back(sorted(_edited(edits) - _edited(training.former)))
        said = [f"from step {spaced(abandoned)} back to {spaced(snapshot.step)}"]
        said += live.differences(before, training.settings)
        said += [] if seed is None else [f"seed {seed}"]
        said += [ALL_AFTER] if late else []
        text = ", ".join(said)
        told = ". ".join([f"{why}{text}", *(f"Step {spaced(step)}: {sentence}" for step, sentence in lost)])
        self._raised = [one for one in self._raised if one not in lost]
        self._put(Rewind(step=training.step))
        self._put(Mark(step=training.step, wall=time.time(), kind="rollback", text=told))
        self._put(training.facts())
        self._put(training.snapshots.facts())
        with suppress(StorageError):  # which has said so; a crash would go on from the abandoned future
            self._saver.save()
        return text

    def _here(self, *, anyway: bool) -> Snapshot | None:
        """The state as it is now; None where there is no room for it and it goes back ``anyway``."""
        try:
            return self._training.take_snapshot()
        except UsageError:
            if not anyway:
                raise
            return None

    def _chosen(self, step: int | None) -> Snapshot:
        snapshots = self._training.snapshots
        since = self._training.watch.since
        found = snapshots.before(since if step is None else step + 1)
        if found is None:
            raise UsageError("there is no good snapshot to go back to", "they come while training goes well")
        if step is not None and found.step > step:
            known = ", ".join(spaced(one.step) for one in snapshots)
            raise UsageError(f"no snapshot at step {spaced(step)} or before", f"there are: {known}")
        return found


def _standing(then: _Edits, now: _Edits, anew: Container[str]) -> list[dict[str, object]]:
    """The edits that still stand: those of then, and of those since what stays as it is.

    What going back has set ``anew`` is no edit's any more.
    """
    pairs = enumerate(zip(then, now, strict=False))
    shared = next((place for place, (one, other) in pairs if one != other), min(len(then), len(now)))
    kept = [
        *(_only(one, lambda key: key not in anew) for one in then[:shared]),
        *(_only(one, lambda key: key not in anew and not _stays(key)) for one in then[shared:]),
        *(_only(one, _stays) for one in now[shared:]),
    ]
    return [one for one in kept if one]


def _edited(edits: _Edits) -> set[str]:
    return {key for edit in edits for key in edit}


def _only(edit: Mapping[str, object], wanted: Callable[[str], bool]) -> dict[str, object]:
    return {key: value for key, value in edit.items() if wanted(key)}


def _stays(key: str) -> bool:
    return key.startswith(STAYING)
