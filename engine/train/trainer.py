"""The loop: from a preset to a stream of events. It knows no file, no screen, no clock but those given."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from latentop.engine.checkpoint.snapshots import Snapshot, Snapshots, spare
from latentop.engine.control import fork
from latentop.engine.data import Dataset, Sampler
from latentop.engine.data.batch import fitted
from latentop.engine.objectives import build_objective, optimisers
from latentop.engine.run.errors import UsageError
from latentop.engine.run.events import Event, Facts, Saved, Scalars
from latentop.engine.run.facts import told
from latentop.engine.train import cuda_graphs, random_state, rate_schedule
from latentop.engine.train.observer import least_loss, of_preset
from latentop.engine.watch.samples import feature_network
from latentop.engine.watch.signals.guidelines import check
from latentop.engine.watch.watch import Watch
from latentop.presets import feature_choice, fields, live
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Keep, Preset, Pretraining
from latentop.presets.watch import Watch as WatchSettings
from latentop.presets.wording import spaced


class Trainer:
    """Trains one preset on one dataset, both on ``device``.

    ``wall`` dates events (seconds since the epoch); ``clock`` measures (seconds that only grow). Neither, nor
    anything that is drawn or watched, has a say in the training: the same preset gives the same losses.
    """

    def __init__(
        self,
        preset: Preset,
        dataset: Dataset,
        device: torch.device,
        *,
        wall: Callable[[], float],
        clock: Callable[[], float],
    ) -> None:
        random_state.seed(preset.seed)
        self.preset = preset
        self.former: list[dict[str, object]] = []
        """What each edit that stands has changed, as it was before; the newest last."""
        self.step = 0
        self._dataset = dataset
        self.device = device
        self._wall = wall
        self.doing: tuple[str, float] = ("", wall())
        """What it is at, and since when: seconds since the epoch."""
        self._clock = clock
        self.objective = build_objective(preset, dataset, device)
        self._steps = cuda_graphs.Steps(
            self.objective,
            dataset,
            obstacle=lambda: cuda_graphs.obstacle(self.preset),
            tape=cuda_graphs.tape_of(device),
        )
        self._features = feature_network.identity(preset.watch.features)
        self._sampler = Sampler(len(dataset.train), preset.per_step, preset.seed, device)
        self.snapshots = Snapshots(clock=clock)
        self._observer = of_preset(
            preset,
            dataset,
            self.objective,
            self.snapshots,
            rates=lambda: rate_schedule.falling(self.objective.optimisers, self.preset),
            wall=wall,
            clock=clock,
            begin=self.begin,
        )
        self._told = self._steps.told
        self._moved = False

    @property
    def settings(self) -> Mapping[str, object]:
        """The settings that can be changed while it trains, as they are now."""
        return live.settings(self.preset)

    @property
    def keep(self) -> Keep:
        """What the run's folder keeps."""
        return self.preset.keep

    @property
    def watch_settings(self) -> WatchSettings:
        """How closely it is watched, and what its guard does."""
        return self.preset.watch

    @property
    def seed(self) -> int:
        """Of its random numbers."""
        return self.preset.seed

    @property
    def watch(self) -> Watch:
        """What judges it; for reading."""
        return self._observer.watch

    def begin(self, what: str) -> None:
        """Say what it is at from now on, for those who wonder why no step comes."""
        self.doing = (what, self._wall())

    def run(self) -> Iterator[Event]:
        """Train from where it stands to the preset's last step: one Scalars a step, then what is due.

        Where it is restored between two events it goes on from there; what the step in hand had still to say
        is of another training, and is not said.
        """
        while True:
            self._moved = False
            for event in self._train():
                yield event
                if self._moved:
                    break
            else:
                return

    def _train(self) -> Iterator[Event]:
        if guidelines := check(self.objective.networks):
            yield told(guidelines=guidelines)
        yield self.facts()
        yield from self._observer.show(self.step)
        while self.step < self.preset.steps:
            yield from self._offer()
            rate_schedule.follow(self.objective.optimisers, self.preset, self.step)
            self._observer.before_step()
            self.begin(f"taking step {spaced(self.step + 1)}")
            chosen = next(self._sampler)
            values = self._steps(chosen)
            self.step += 1
            scalars = Scalars(step=self.step, wall=self._wall(), values=values)
            self._observer.saw(scalars)
            yield scalars
            if self._steps.told != self._told:
                self._told = self._steps.told
                yield told(graphs=self._told)
            yield from self._observer.look(self.step, last=self.step == self.preset.steps)

    def facts(self) -> Facts:
        """What people are told of the settings as they are now, and of how the run is watched."""
        settings = self.preset.watch
        return self._observer.facts() | told(
            settings=self.settings,
            steps=self.preset.steps,
            steps_per_epoch=len(self._dataset.train) // self.preset.per_step,
            phases=_phases(self.preset),
            graphs=self._steps.told,
            guard=settings.guard,
            guard_tries=settings.guard_tries,
            features=feature_choice.told(settings.features),
        )

    def fixed(self, key: str) -> str:
        """Why the setting can't be changed while it trains, and what to do instead; empty where it can."""
        if key in self.settings:
            return ""
        rule = live.rule(key)
        instead = "fork the run to change it" if rule.fits else "train a new run with it"
        why = rule.why or "this run has no such setting"
        return f"{key} can't be changed while training: {why}; {instead}"

    def planned(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """All settings as they would be with these, the batch fitted to the images that there are now."""
        if alien := next((key for key in values if key not in self.settings), None):
            why = live.rule(alien).why or "see: latentop presets"
            raise PresetError(f"{alien} can't be changed while training", why)
        return live.settings(fitted(live.changed(self.preset, values), self._dataset))

    def change(self, values: Mapping[str, object]) -> None:
        """Train with these values from the next step on: see ``adopt``. Raises PresetError, too."""
        self.adopt(live.changed(self.preset, values))

    def adopt(self, preset: Preset) -> None:
        """Train from the next step on as a preset says that differs in what can be changed while training.

        Raises UsageError, with nothing changed, where it asks for what can't be.
        """
        if preset.steps <= self.step:
            raise UsageError(
                f"steps = {preset.steps} are over: step {spaced(self.step)} is done",
                f"set steps to more than {self.step}, or stop the run",
            )
        self._adopt(preset)

    def _adopt(self, preset: Preset) -> None:
        self._sampler.resize(preset.per_step)
        try:
            self.objective.adopt(preset)
        except UsageError:
            self._sampler.resize(self.preset.per_step)
            raise
        self._observer.gallery.adopt(preset)
        least = least_loss(preset)
        if (preset.watch, least) != (self.preset.watch, least_loss(self.preset)):
            self.watch.adopt(preset.watch, least)
        self.preset = preset
        self._steps.forget()

    def state(self) -> dict[str, Any]:
        """All that is needed to go on bit for bit: tensors, numbers, texts, and nothing else."""
        return {
            "step": self.step,
            "networks": {name: one.state_dict() for name, one in self.objective.networks.items()},
            "optimisers": {name: one.state_dict() for name, one in self.objective.optimisers.items()},
            "settings": self.settings,
            "former": [dict(one) for one in self.former],
            "seed": self.preset.seed,
            "data": fields.plain(self.preset)["data"],
            "sampler": self._sampler.state(),
            "watch": self.watch.state(),
            "features": self._features,
            "rng": random_state.state(self.device),
            "verdict": self.watch.verdict,
        }

    def go_back(self, snapshot: Snapshot, *, seed: int | None = None) -> None:
        """Be as it was then; with a ``seed``, other random numbers follow than followed then.

        Raises UsageError, with nothing changed, where there is no room for that.
        """
        self.restore(spare(snapshot))
        self.snapshots.forget_after(self.step)
        if seed is not None:
            random_state.seed(seed)

    def restore(self, state: Mapping[str, Any]) -> str:
        """Go on from ``state()`` of a trainer of the same preset; return what could not be restored."""
        preset = live.changed(self.preset, state["settings"])
        self._adopt(fitted(preset, self._dataset))  # first: an edit may have added a network
        for name, network in self.objective.networks.items():
            if name in state["networks"]:
                network.load_state_dict(state["networks"][name])
        for name, optimiser in self.objective.optimisers.items():
            optimiser.zero_grad()  # what a step left that was broken off is no gradient of the next one
            optimisers.load(optimiser, state["optimisers"][name])
        self._steps.forget()
        self.former = [dict(one) for one in state.get("former", ())]  # older checkpoints have none
        self._restore_place(state["sampler"])
        other = self._restore_watch(state)
        self.step = state["step"]
        self._observer.begin_anew()
        self._moved = True
        return "; ".join(filter(None, [other, random_state.restore(state["rng"], self.device)]))

    def _offer(self) -> Iterator[Event]:
        """Where it is time to, the state as it is as one to go back to."""
        verdict = self.watch.verdict
        if self.snapshots.due(verdict):
            with self._observer.shortage.leaving_out("states to go back to"):
                kept = self.snapshots.offer(self.state, step=self.step, wall=self._wall(), verdict=verdict)
                yield Saved(step=self.step)
                if kept:
                    yield self.snapshots.facts()

    def take_snapshot(self) -> Snapshot:
        """The state as it is: what to go back to from whatever is changed now."""
        verdict = self.watch.verdict
        return self.snapshots.take(self.state, step=self.step, wall=self._wall(), verdict=verdict)

    def graft(self, state: dict[str, Any]) -> str:
        """Go on from ``state()`` of a trainer of another preset, with the settings of this one: a fork.

        Random numbers go on where the seed is the same; the place in the data and what was watched, where
        the data are. Returns what of that could not be restored. Raises UsageError where the weights don't
        fit.
        """
        fork.load(self.objective.networks, state["networks"])
        for name, optimiser in self.objective.optimisers.items():
            if fork.fits(optimiser, state["optimisers"][name]):
                optimisers.load(optimiser, state["optimisers"][name])
        self._adopt(self.preset)  # what was loaded has the rates of the other
        data, other = fields.plain(self.preset)["data"], ""
        if state.get("data", data) == data:  # older checkpoints don't say
            self._restore_place(state["sampler"])
            other = self._restore_watch(state)
        self.step = state["step"]
        if state.get("seed", self.preset.seed) != self.preset.seed:
            return other
        return "; ".join(filter(None, [other, random_state.restore(state["rng"], self.device)]))

    def _restore_watch(self, state: Mapping[str, Any]) -> str:
        """Go on with what was watched; return what is to be said where features are others than then."""
        self.watch.restore(state["watch"])
        before = state.get("features", feature_choice.PCA)  # older checkpoints knew no others
        if not self.watch.metered or before == self._features:
            return ""
        self.watch.look_again()
        return feature_network.changed(self.preset.watch.features)

    def _restore_place(self, place: Mapping[str, int]) -> None:
        """Go on from that place in the data; of a folder that lost images, from the end of what is left."""
        self._sampler.restore({**place, "position": min(place["position"], len(self._dataset.train))})


def _phases(preset: Preset) -> tuple[tuple[str, int], ...]:
    """What is trained one after another, each with its last step; none where that is one thing."""
    if isinstance(preset, Pretraining):
        return ("autoencoder", preset.pretrain), ("classifiers", preset.steps)
    return ()
