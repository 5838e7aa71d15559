"""What may be asked of a training that is controlled, whoever wrote its loop."""

from collections.abc import Mapping
from typing import Any, Protocol

from latentop.engine.checkpoint.snapshots import Snapshot, Snapshots
from latentop.engine.run.events import Facts
from latentop.engine.watch.watch import Watch
from latentop.presets.schema import Keep
from latentop.presets.watch import Watch as WatchSettings


class Training(Protocol):
    """A training as its control sees it: at a step, with settings by dotted key and states to go back to."""

    step: int
    """The last step that is done."""
    former: list[dict[str, object]]
    """What each edit that stands has changed, as it was before; the newest last."""

    @property
    def settings(self) -> Mapping[str, object]:
        """The settings that can be changed while it trains, as they are now: ``{"generator.lr": 0.0002}``."""
        ...

    @property
    def keep(self) -> Keep:
        """What the run's folder keeps."""
        ...

    @property
    def watch_settings(self) -> WatchSettings:
        """How closely it is watched, and what its guard does."""
        ...

    @property
    def seed(self) -> int:
        """Of its random numbers."""
        ...

    @property
    def watch(self) -> Watch:
        """What judges it; for reading."""
        ...

    @property
    def snapshots(self) -> Snapshots:
        """The good states that it can go back to."""
        ...

    def begin(self, what: str) -> None:
        """Say what it is at from now on."""
        ...

    def facts(self) -> Facts:
        """What people are told of its settings as they are now."""
        ...

    def state(self) -> dict[str, Any]:
        """All that a checkpoint holds, its ``step`` and ``verdict`` among it."""
        ...

    def take_snapshot(self) -> Snapshot:
        """The state as it is, with tensors of its own. Raises UsageError where there is no room for it."""
        ...

    def go_back(self, snapshot: Snapshot, *, seed: int | None = None) -> None:
        """Be as it was then; with a ``seed``, other random numbers follow than followed then.

        Raises UsageError, with nothing changed, where there is no room for that.
        """
        ...

    def restore(self, state: Mapping[str, Any]) -> str:
        """Be as in this state, which is the training's own from now on; return what could not be restored."""
        ...

    def fixed(self, key: str) -> str:
        """Why the setting can't be changed while it trains, and what to do instead; empty where it can."""
        ...

    def planned(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """All settings as they would be with these values.

        Raises PresetError or UsageError where one is not accepted.
        """
        ...

    def change(self, values: Mapping[str, object]) -> None:
        """Train with these values from the next step on.

        Raises PresetError or UsageError, with nothing changed, where one is not accepted.
        """
        ...
