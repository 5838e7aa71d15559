"""Going back to a good snapshot: networks, optimisers, settings, watch and record together, with a mark."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Annotated, Any

import msgspec

from engine import rng
from engine.run.errors import StorageError, UsageError
from engine.run.events import AlarmRaised, Event, Mark, Rewind
from engine.saver import Saver
from engine.snapshots import Snapshot
from engine.trainer import Trainer
from engine.watch.alarms import spaced
from presets import live
from presets.catalogue import PresetError
from presets.schema import Preset

STAYING = ("steps", "watch.", "keep.")
"""How the keys of settings begin that say nothing of how a step is done: these are not taken back."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to go back; whoever asks may leave out any of it."""

    step: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """To the newest snapshot up to it; else to the last one of before the trouble began."""
    factor: float | None = None
    """Times the learning rates."""
    seed: Annotated[int, msgspec.Meta(ge=0, lt=rng.SEEDS)] | None = None
    """For other random numbers than followed then."""


class Rollback:
    """Takes one training back. What was recorded of the abandoned future is forgotten, as after a crash.

    The alarms of that future stay readable in the mark: ``raised`` are those of before this worker began, as
    ``(step, sentence)``.
    """

    def __init__(
        self,
        trainer: Trainer,
        saver: Saver,
        put: Callable[[Event], None],
        raised: Iterable[tuple[int, str]] = (),
    ) -> None:
        self._trainer = trainer
        self._saver = saver
        self._put = put
        self._raised = list(raised)
        self.begun_anew: Callable[[], object] = lambda: None
        """Called when somebody went back by hand."""

    def note(self, alarm: AlarmRaised) -> None:
        """Remember an alarm, to tell of it should its future be abandoned."""
        self._raised.append((alarm.step, alarm.sentence))

    def asked(self, arguments: Mapping[str, Any]) -> tuple[bool, str]:
        """Carry out the command, with arguments as in ``Wanted``: whether it was, and what to answer."""
        try:
            wanted = msgspec.convert(dict(arguments), Wanted)
            snapshot = self._chosen(wanted.step)
            text = self.to(snapshot, self.settings(snapshot, factor=wanted.factor), seed=wanted.seed)
            self.begun_anew()
            return True, text
        except msgspec.ValidationError as error:
            return False, f"it can't go back so: {error}; it takes {', '.join(Wanted.__struct_fields__)}"
        except (PresetError, UsageError) as error:
            return False, f"{error.message.removeprefix('--set ')}; {error.hint}"

    def settings(self, snapshot: Snapshot, *, factor: float | None = None) -> dict[str, object]:
        """The settings of then, less length, watch and retention, which stay as they are.

        With a factor, learning rates are so many times those of then or now, the lower.
        """
        now = live.settings(self._trainer.preset)
        then = dict(snapshot.state["settings"])
        if factor is not None:
            rates = {key: value for key, value in then.items() if key.endswith(".lr")}
            then |= {key: factor * min(value, now.get(key, value)) for key, value in rates.items()}
        return {key: value for key, value in then.items() if not key.startswith(STAYING)}

    def to(
        self,
        snapshot: Snapshot,
        settings: Mapping[str, object],
        *,
        seed: int | None = None,
        why: str = "",
    ) -> str:
        """Go back, change settings, and say so in a mark that begins with ``why``; returns its text.

        Raises PresetError, with nothing done, where a setting is not accepted.
        """
        trainer, before = self._trainer, self._trainer.preset
        changed = _with(before, settings)
        abandoned, lost = trainer.step, [one for one in self._raised if one[0] > snapshot.step]
        trainer.go_back(snapshot, seed=seed)
        trainer.adopt(changed)
        said = [f"from step {spaced(abandoned)} back to {spaced(snapshot.step)}"]
        said += live.differences(before, changed)
        said += [] if seed is None else [f"seed {seed}"]
        text = ", ".join(said)
        told = ". ".join([f"{why}{text}", *(f"Step {spaced(step)}: {sentence}" for step, sentence in lost)])
        self._raised = [one for one in self._raised if one not in lost]
        self._put(Rewind(step=trainer.step))
        self._put(Mark(step=trainer.step, wall=time.time(), kind="rollback", text=told))
        self._put(trainer.facts())
        self._put(trainer.snapshots.facts())
        with suppress(StorageError):  # which has said so; a crash would go on from the abandoned future
            self._saver.save()
        return text

    def _chosen(self, step: int | None) -> Snapshot:
        snapshots = self._trainer.snapshots
        since = self._trainer.watch.since
        found = snapshots.before(step + 1 if step is not None else since or float("inf"))
        if found is None:
            raise UsageError("there is no good snapshot to go back to", "they come while training goes well")
        if step is not None and found.step > step:
            known = ", ".join(spaced(one.step) for one in snapshots)
            raise UsageError(f"no snapshot at step {spaced(step)} or before", f"there are: {known}")
        return found


def _with(preset: Preset, settings: Mapping[str, object]) -> Preset:
    """The preset with these settings. Raises PresetError where one can't be changed live, or not to that."""
    for key in settings.keys() - live.settings(preset).keys():
        raise PresetError(
            f"{key} can't be changed while training", live.rule(key).why or "see: latentop presets"
        )
    return live.changed(preset, settings)
