"""The loop: from a preset to a stream of events. It knows no file, no screen, no clock but those given."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from typing import Any

import torch

from engine import capture, grafting, rng, schedule
from engine.data import Dataset, Sampler
from engine.gallery import Gallery, exhibits
from engine.gather import gather
from engine.objectives import Generative, build_objective, optimisers
from engine.run.errors import UsageError
from engine.run.events import Event, Facts, Mark, Saved, Scalars
from engine.snapshots import Snapshot, Snapshots, copy
from engine.watch.guidelines import check
from engine.watch.meters import meter_for
from engine.watch.watch import Watch
from engine.watch.weights import Weights
from presets import fields, live
from presets.schema import Preset

OBSERVE_SECONDS = 1.0


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
        rng.seed(preset.seed)
        self.preset = preset
        self.former: list[dict[str, object]] = []
        """What each edit that stands has changed, as it was before; the newest last."""
        self.step = 0
        self._dataset = dataset
        self._wall = wall
        self._clock = clock
        self.objective = build_objective(preset, dataset, device)
        self._steps = capture.Steps(
            self.objective,
            dataset,
            obstacle=lambda: capture.obstacle(self.preset),
            tape=capture.tape_of(device),
        )
        self._sampler = Sampler(len(dataset.train), preset.per_step, preset.seed, device)
        self._gallery = Gallery(exhibits(self.objective, dataset, preset), preset.keep.frames, clock=clock)
        self._watch = Watch(preset.watch, meter_for(preset, dataset), clock=clock)
        self._weights = Weights({name: self.objective.networks[name] for name in self.objective.optimisers})
        self.snapshots = Snapshots(clock=clock)
        self._unseen: list[Scalars] = []
        self._told = self._steps.told
        self._observed = clock()
        self._moved = False

    @property
    def watch(self) -> Watch:
        """What judges it; for reading."""
        return self._watch

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
            yield Facts(values={"guidelines": guidelines})
        yield self.facts()
        yield from self._show()
        while self.step < self.preset.steps:
            yield from self._offer()
            schedule.follow(self.objective.optimisers, self.preset, self.step)
            observe = self._clock() >= self._observed + OBSERVE_SECONDS
            if observe:
                self._weights.hold()
            chosen = next(self._sampler)
            values = self._steps(chosen)
            self.step += 1
            scalars = Scalars(step=self.step, wall=self._wall(), values=values)
            self._unseen.append(scalars)
            yield scalars
            if self._steps.told != self._told:
                self._told = self._steps.told
                yield Facts(values={"graphs": self._told})
            yield from self._look(observe=observe, last=self.step == self.preset.steps)

    def facts(self) -> Facts:
        """What people are told of the settings as they are now, and of how the run is watched."""
        # Before the first check the meter knows nothing, and what was said of it before a resumption holds.
        measured = {"modes": self._watch.modes, "diversity_chance": self._watch.chance}
        return Facts(
            values={
                **(measured if self._watch.modes else {}),
                "settings": live.settings(self.preset),
                "steps": self.preset.steps,
                "steps_per_epoch": len(self._dataset.train) // self.preset.per_step,
                "metered": self._watch.metered,
                "diversity_alarm": self.preset.watch.diversity_alarm,
                "overfitting_alarm": self.preset.watch.overfitting_alarm,
                "graphs": self._steps.told,
                "guard": self.preset.watch.guard,
                "guard_tries": self.preset.watch.guard_tries,
                "verdict": self._watch.verdict,
            }
        )

    def adopt(self, preset: Preset) -> None:
        """Train from the next step on as a preset says that differs in what can be changed while training.

        Raises UsageError, with nothing changed, where it asks for what can't be.
        """
        if preset.steps <= self.step:
            raise UsageError(
                f"steps = {preset.steps} are over: step {self.step} is done",
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
        self._gallery.adopt(preset)
        if preset.watch != self.preset.watch:
            self._watch.adopt(preset.watch)
        self.preset = preset
        self._steps.forget()

    def state(self) -> dict[str, Any]:
        """All that is needed to go on bit for bit: tensors, numbers, texts, and nothing else."""
        return {
            "step": self.step,
            "networks": {name: one.state_dict() for name, one in self.objective.networks.items()},
            "optimisers": {name: one.state_dict() for name, one in self.objective.optimisers.items()},
            "settings": live.settings(self.preset),
            "former": [dict(one) for one in self.former],
            "seed": self.preset.seed,
            "data": fields.plain(self.preset)["data"],
            "sampler": self._sampler.state(),
            "watch": self._watch.state(),
            "rng": rng.state(),
            "verdict": self._watch.verdict,
        }

    def go_back(self, snapshot: Snapshot, *, seed: int | None = None) -> None:
        """Be as it was then; with a ``seed``, other random numbers follow than followed then."""
        self.restore(copy(snapshot.state))
        self.snapshots.forget_after(self.step)
        if seed is not None:
            rng.seed(seed)

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state()`` of a trainer of the same preset."""
        self._adopt(live.changed(self.preset, state["settings"]))  # first: an edit may have added a network
        for name, network in self.objective.networks.items():
            if name in state["networks"]:
                network.load_state_dict(state["networks"][name])
        for name, optimiser in self.objective.optimisers.items():
            optimisers.load(optimiser, state["optimisers"][name])
        self._steps.forget()
        self.former = [dict(one) for one in state.get("former", ())]  # older checkpoints have none
        self._sampler.restore(state["sampler"])
        self._watch.restore(state["watch"])
        self.step = state["step"]
        rng.restore(state["rng"])
        self._weights.let_go()
        self._unseen, self._observed = [], self._clock()
        self._moved = True

    def _offer(self) -> Iterator[Event]:
        """Where it is time to, the state as it is as one to go back to."""
        verdict = self._watch.verdict
        if self.snapshots.due(verdict):
            kept = self.snapshots.offer(self.state, step=self.step, wall=self._wall(), verdict=verdict)
            yield Saved(step=self.step)
            if kept:
                yield self.snapshots.facts()

    def take_snapshot(self) -> Snapshot:
        """The state as it is: what to go back to from whatever is changed now."""
        verdict = self._watch.verdict
        return self.snapshots.take(self.state, step=self.step, wall=self._wall(), verdict=verdict)

    def graft(self, state: dict[str, Any]) -> None:
        """Go on from ``state()`` of a trainer of another preset, with the settings of this one: a fork.

        Random numbers go on where the seed is the same; the place in the data and what was watched, where
        the data are. Raises UsageError where the weights don't fit.
        """
        grafting.load(self.objective.networks, state["networks"])
        for name, optimiser in self.objective.optimisers.items():
            if grafting.fits(optimiser, state["optimisers"][name]):
                optimisers.load(optimiser, state["optimisers"][name])
        self._adopt(self.preset)  # what was loaded has the rates of the other
        data = fields.plain(self.preset)["data"]
        if state.get("data", data) == data:  # older checkpoints don't say
            self._sampler.restore(state["sampler"])
            self._watch.restore(state["watch"])
        if state.get("seed", self.preset.seed) == self.preset.seed:
            rng.restore(state["rng"])
        self.step = state["step"]

    def _look(self, *, observe: bool, last: bool) -> Iterator[Event]:
        """Whatever is due after a step, and where it is time to ``observe``, that; all after the last one."""
        show = last or self._gallery.due(self.step)
        judge = self._watch.due or (last and self._watch.metered)
        if not (show or observe or judge):
            return
        verdict = self._watch.verdict
        if show:
            yield from self._show()
        if last or observe:
            yield from self._observe()
        if judge and isinstance(self.objective, Generative):
            # Other codings at every check, but the same for the same step.
            draw = partial(self.objective.draw, seed=self.preset.seed + self.step)
            known, began = self._watch.modes, self._clock()
            yield from self._watch.judge(draw, step=self.step, wall=self._wall())
            if self._watch.modes != known:  # the meter is built, which takes most of a second
                self._observed += self._clock() - began
                yield self.facts()
        if observe and self.snapshots.judge(self._watch.verdict):
            yield self.snapshots.facts()
        if self._watch.verdict != verdict:
            yield Facts(values={"verdict": self._watch.verdict})
            yield Mark(step=self.step, wall=self._wall(), kind="verdict", text=self._watch.verdict)

    def _show(self) -> Iterator[Event]:
        """What the run has to show, and what the watch makes of the series among it."""
        for event in self._gallery.show(self.step, self._wall()):
            yield event
            if isinstance(event, Scalars):
                yield from self._watch.validate(event.step, event.values, wall=event.wall)

    def _observe(self) -> Iterator[Event]:
        """Let the watch see the values of the steps since it last looked."""
        # Where training enters another phase, other series begin, and the watch takes one set at a time.
        phases = [gather(alike) for _, alike in groupby(self._unseen, key=lambda one: one.values.keys())]
        now, wall = self._clock(), self._wall()
        speed = len(self._unseen) / max(now - self._observed, 1e-9)
        rates = schedule.falling(self.objective.optimisers, self.preset)
        weights = self._weights.measure()
        yield Scalars(step=self.step, wall=wall, values={"speed/steps": speed, **rates, **weights})
        self._unseen, self._observed = [], now
        for columns in phases:
            steps = next(iter(columns.values())).steps
            yield from self._watch.observe(
                steps, {name: column.values for name, column in columns.items()}, wall=wall
            )
