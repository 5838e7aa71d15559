"""A script's training as its control sees it: what it was given, its settings, and states to go back to."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, SupportsFloat

from latentop.engine.checkpoint.snapshots import Snapshot, Snapshots, spare
from latentop.engine.external.script import given_state
from latentop.engine.external.script.functions.sample_meter import NO_REAL, NO_SAMPLES, SampleMeter
from latentop.engine.external.script.given import Given
from latentop.engine.external.script.live_numbers import Number
from latentop.engine.external.script.loss_signs import LossSigns
from latentop.engine.external.script.step_hooks import StepHooks
from latentop.engine.pictures import Gallery
from latentop.engine.run.errors import UsageError
from latentop.engine.run.events import Event, Facts, Saved, Scalars
from latentop.engine.run.facts import told
from latentop.engine.run.store.bins import Bins
from latentop.engine.train import random_state
from latentop.engine.train.observer import Observer
from latentop.engine.watch.samples import feature_network
from latentop.engine.watch.signals.guidelines import check
from latentop.engine.watch.watch import Watch
from latentop.presets import feature_choice, script
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Keep
from latentop.presets.watch import Watch as WatchSettings

BUDGET = 0.004
"""Share of the time for pictures."""
AWAITED = {"gan": ("collapsed",), "autoencoder": ("over-fitting",)}
"""What must have been looked for before a run of that kind may be called healthy."""
TELLING = {
    "gan": frozenset({"loss/generator", "loss/discriminator"}),
    "autoencoder": frozenset({"loss/reconstruction", "loss/kl", "valid/reconstruction"}),
}
"""Series that say of which kind a training is."""


class ScriptTrainer:
    """Implements ``control.controllable.Training`` for a loop that nobody here runs.

    ``put`` takes events; ``wall`` dates them (seconds since the epoch), ``clock`` measures (seconds).
    """

    def __init__(
        self,
        given: Given,
        watching: script.Watching,
        *,
        seed: int,
        wall: Callable[[], float],
        clock: Callable[[], float],
    ) -> None:
        self.given = given
        self.step = 0
        self.former: list[dict[str, object]] = []
        self.numbers: dict[str, Number] = given.rates()
        self.seed = seed
        self.kind = given.kind
        self.steps = given.steps
        self.doing: tuple[str, float] = ("", wall())
        self.snapshots = Snapshots(clock=clock)
        self._watching = watching
        self._wall = wall
        self._clock = clock
        self._hooks = StepHooks(given.networks, given.failed).begin()
        self._features = feature_network.identity(given.features)
        self._first_rates = self._rates_now()
        self._losses = LossSigns(measures_codings=bool(given.real and given.encode and given.reconstruct))
        self._observer = self._observed()

    @property
    def watch(self) -> Watch:
        """What judges it; for reading."""
        return self._observer.watch

    @property
    def settings(self) -> Mapping[str, object]:
        """What can be changed: the script's numbers as they are in its optimisers, then watch and keep."""
        return script.settings({name: one.read() for name, one in self.numbers.items()}, self._watching)

    @property
    def keep(self) -> Keep:
        """What the run's folder keeps."""
        return self._watching.keep

    @property
    def watch_settings(self) -> WatchSettings:
        """How closely it is watched, and what its guard does."""
        return self._watching.watch

    @property
    def bounds(self) -> dict[str, tuple[float | None, float | None]]:
        """Of the script's numbers."""
        return {name: one.bounds for name, one in self.numbers.items()}

    def begin(self, what: str) -> None:
        """Say what it is at from now on."""
        self.doing = (what, self._wall())

    def be(self, kind: str) -> None:
        """Be watched as a run of that kind, which has just become known."""
        self.kind = kind
        self._observer = self._observed()

    def learn_kind(self, series: Iterable[str]) -> bool:
        """Learn by the series that are logged first what kind of training it is; whether that is news."""
        if self.given.sure or self.kind != "other":
            return False
        found = next((kind for kind, telling in TELLING.items() if not telling.isdisjoint(series)), "")
        if found:
            self.be(found)
        return bool(found)

    def remember(self, recorded: Mapping[str, Bins]) -> None:
        """Know the losses that were recorded before, where the run goes on."""
        self._losses.remember(recorded)

    def facts(self) -> Facts:
        """What people are told of the settings as they are now, and of how the run is watched."""
        settings = self.watch_settings
        return self._observer.facts() | told(
            kind=self.kind,
            settings=self.settings,
            bounds=self.bounds,
            steps=self.steps,
            guidelines=check(self.given.networks),
            guard=settings.guard,
            guard_tries=settings.guard_tries,
            features=feature_choice.told(self.given.features),
        )

    def fixed(self, key: str) -> str:
        """Why the setting can't be changed, and what to do instead; empty where it can."""
        known = self.settings
        if key in known:
            return ""
        names = ", ".join([*self.numbers, "watch.…", "keep.…"])
        return f"this run has no setting {key}; it has: {names}"

    def planned(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """All settings as they would be with these. Raises PresetError where one is not accepted."""
        known = self.settings
        return script.changed(known, self.bounds, {key: one for key, one in values.items() if key in known})

    def change(self, values: Mapping[str, object]) -> None:
        """Train with these values from the next step on. Raises PresetError, with nothing changed."""
        now = script.changed(self.settings, self.bounds, values)
        self._adopt(script.watching(now))
        for name in self.numbers.keys() & values.keys():
            self.numbers[name].write(now[name])
        self._first_rates = self._rates_now()

    def _adopt(self, watching: script.Watching) -> None:
        if watching.watch != self._watching.watch:
            self.watch.adopt(watching.watch)
        self._watching = watching
        self._observer.gallery.every = watching.keep.frames

    def state(self) -> dict[str, Any]:
        """All that a checkpoint holds: tensors, numbers, texts, and nothing else."""
        given = self.given
        return {
            "step": self.step,
            **given_state.state(given),
            "settings": dict(self.settings),
            "former": [dict(one) for one in self.former],
            "seed": self.seed,
            "kind": self.kind,
            "watch": self.watch.state(),
            "features": self._features,
            "rng": random_state.state(*given.devices),
            "verdict": self.watch.verdict,
        }

    def take_snapshot(self) -> Snapshot:
        """The state as it is, with tensors of its own."""
        return self.snapshots.take(self.state, step=self.step, wall=self._wall(), verdict=self.watch.verdict)

    def go_back(self, snapshot: Snapshot, *, seed: int | None = None) -> None:
        """Be as it was then; with a ``seed``, other random numbers follow than followed then.

        Raises UsageError, with nothing changed, where there is no room for that.
        """
        self.restore(spare(snapshot))
        self.snapshots.forget_after(self.step)
        if seed is not None:
            random_state.seed(seed)

    def restore(self, state: Mapping[str, Any]) -> str:
        """Go on from ``state()``; return what could not be restored.

        Raises UsageError where the networks are not those of the checkpoint.
        """
        given_state.restore(self.given, state)
        if state["kind"] != self.kind:
            self.be(state["kind"])
        known = self.settings
        try:
            self.change({key: value for key, value in state["settings"].items() if key in known})
        except PresetError as error:
            raise UsageError(error.message, error.hint) from error
        self.former = [dict(one) for one in state["former"]]
        self.watch.restore(state["watch"])
        other = ""
        if self.watch.metered and state.get("features", feature_choice.PCA) != self._features:
            self.watch.look_again()
            other = feature_network.changed(self.given.features)
        self.step = state["step"]
        self._losses.back_to(self.step + 1)
        self.watch.hear(())
        self._observer.begin_anew()
        return "; ".join(filter(None, [other, random_state.restore(state["rng"], *self.given.devices)]))

    def end(self) -> None:
        """Leave the script's optimisers alone."""
        self._hooks.end()

    def before_step(self) -> None:
        """See whether the step that follows is to be looked at."""
        self._observer.before_step()

    def offer(self) -> Iterator[Event]:
        """Where it is time to, the state as it is as one to go back to."""
        verdict = self.watch.verdict
        if self.given.networks and self.snapshots.due(verdict):
            with self._observer.shortage.leaving_out("states to go back to"):
                kept = self.snapshots.offer(self.state, step=self.step, wall=self._wall(), verdict=verdict)
                yield Saved(step=self.step)
                if kept:
                    yield self.snapshots.facts()

    def saw(self, scalars: Scalars) -> None:
        """Take the values of a step, to be looked at with those of others."""
        self._observer.saw(scalars)

    def look(self, *, last: bool = False) -> Iterator[Event]:
        """Whatever is due after a step; all after the ``last`` one."""
        yield from self._observer.look(self.step, last=last)

    def validated(self, values: Mapping[str, SupportsFloat]) -> None:
        """Take what the script has measured on held-out data."""
        self._observer.validated(self.step, values)

    def _rates_now(self) -> dict[str, object]:
        return {name: one.read() for name, one in self.numbers.items() if name.endswith(".lr")}

    def _moving_rates(self) -> dict[str, float]:
        """The learning rates, once the script's own schedule has changed one: ``lr/generator``."""
        now = self._rates_now()
        if now == self._first_rates:
            return {}
        self._first_rates = {}  # from now on they are always told
        return {f"lr/{name.removesuffix('.lr')}": float(str(rate)) for name, rate in now.items()}

    def _observed(self) -> Observer:
        given = self.given
        meter = None
        if given.sampling:
            samples = lambda: self.watch_settings.samples  # noqa: E731
            meter = SampleMeter(
                given.sampling,
                given.real,
                samples=samples,
                seed=self.seed,
                features=given.features,
                place=given.devices[0],
            )
        measured = self.kind == "gan" and meter is not None and given.real is not None
        missing = None if self.kind != "gan" or measured else NO_REAL if meter else NO_SAMPLES
        watch = Watch(
            self.watch_settings,
            meter.pieces if meter and measured else None,
            clock=self._clock,
            awaits=AWAITED.get(self.kind, ("over-fitting",)),
        )
        exhibits = given.exhibits(self.keep.images, self.seed)
        return Observer(
            watch=watch,
            gallery=Gallery(exhibits, self.keep.frames, clock=self._clock, budget=BUDGET),
            weights=self._hooks,
            snapshots=self.snapshots,
            draw=meter.draw if meter else None,
            rates=self._moving_rates,
            unmeasured=missing,
            seed=self.seed,
            wall=self._wall,
            clock=self._clock,
            begin=self.begin,
            losses=None if measured else self._losses,
        )
