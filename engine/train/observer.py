"""What is looked at between the steps of a training: its series, what it shows, how its samples are."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import groupby
from typing import Protocol, SupportsFloat

from torch import Tensor

from latentop.engine.checkpoint.snapshots import Snapshots
from latentop.engine.data import Dataset
from latentop.engine.objectives import Generative, Objective
from latentop.engine.pictures import Gallery, exhibits
from latentop.engine.record.host_copy import Column, gather
from latentop.engine.run.events import Event, Facts, Scalars, Verdict
from latentop.engine.run.facts import told
from latentop.engine.train.memory_shortage import Shortage
from latentop.engine.watch.samples.meters import awaited, meter_in_pieces, unmeasured
from latentop.engine.watch.samples.reading import NAMED
from latentop.engine.watch.samples.unmeasured import Unmeasured
from latentop.engine.watch.signals.weights import Weights
from latentop.engine.watch.verdict.alarms import Condition
from latentop.engine.watch.watch import Watch
from latentop.presets.schema import Preset

OBSERVE_SECONDS = 1.0
LAST_CHECKS = 3
"""Of the last step's samples, at most: no later step will tell."""


class Draw(Protocol):
    """Draws samples ``(count, *shape)``, images in [0, 1], the same for a seed. Training is unmoved."""

    def __call__(self, count: int, seed: int) -> Tensor:
        """So many of them."""
        ...


class Stepped(Protocol):
    """Looks at what a step does to weights: held before it, measured after it."""

    def hold(self) -> None:
        """Before a step."""
        ...

    def let_go(self) -> None:
        """Training goes on from elsewhere: what was held is forgotten."""
        ...

    def measure(self) -> dict[str, Tensor]:
        """0-d series such as ``update/generator``, after the step."""
        ...


class Losses(Protocol):
    """Judges a training by its losses alone."""

    def __call__(self, phases: Sequence[Mapping[str, Column]], *, ended: bool) -> Iterable[Condition]:
        """What stands after the newest columns, phase by phase; ``ended`` says that no more come."""
        ...


class Observer:
    """Looks at one training; nothing of it has a say in that. What memory is too short for is left out.

    ``rates()`` returns the learning rates that are worth recording, by series. ``unmeasured`` says why
    samples can't be measured, where that is so. ``wall``, ``clock``, ``begin``: the training's.
    ``losses`` judges what the watch can't, where samples are not measured.
    ``snapshots`` keep the state that they were offered where the next look finds nothing wrong.
    """

    def __init__(
        self,
        *,
        watch: Watch,
        gallery: Gallery,
        weights: Stepped,
        snapshots: Snapshots,
        draw: Draw | None,
        rates: Callable[[], Mapping[str, float]],
        unmeasured: Unmeasured | None,
        seed: int,
        wall: Callable[[], float],
        clock: Callable[[], float],
        begin: Callable[[str], object],
        losses: Losses | None = None,
    ) -> None:
        self.watch = watch
        self._losses = losses
        self.gallery = gallery
        self.shortage = Shortage()
        """What was left out as memory was short: told with the next look."""
        self._weights = weights
        self._snapshots = snapshots
        self._draw = draw
        self._rates = rates
        self._unmeasured = unmeasured
        self._seed = seed
        self._wall, self._clock, self._begin = wall, clock, begin
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget the steps that were seen: training goes on from elsewhere."""
        self._weights.let_go()
        self._unseen: list[Scalars] = []
        self._held_out: list[tuple[int, Mapping[str, SupportsFloat]]] = []
        self._before: int | None = None
        """The last step that was looked at."""
        self._observed = self._clock()
        self._due = False

    def facts(self) -> Facts:
        """What people are told of how the run is watched."""
        watch = self.watch
        reason = watch.unmeasured or self._unmeasured
        known = told(
            metered=watch.metered,
            unmeasured=reason.why if reason else "",
            unmeasured_hint=reason.advice if reason else "",
            awaited=watch.awaited,
            diversity_alarm=watch.diversity_alarm,
            overfitting_alarm=watch.levels.overfitting_alarm,
            verdict=watch.verdict,
            axes=self.gallery.axes,
        )
        if not watch.built:  # what was said before a resumption holds
            return known
        names = watch.modes if len(watch.modes) <= NAMED else ()
        return known | told(
            check_samples=watch.fewer,
            modes=len(watch.modes),
            mode_names=names,
            diversity_chance=watch.chance,
            real_quality=watch.real_quality,
        )

    def before_step(self) -> None:
        """See whether the step that follows is to be looked at, which takes the weights before it."""
        self._due = self._clock() >= self._observed + OBSERVE_SECONDS
        if self._due:
            with self._reading_weights():
                self._weights.hold()

    def saw(self, scalars: Scalars) -> None:
        """Take the values of a step, to be looked at with those of others."""
        self._unseen.append(scalars)

    def validated(self, step: int, values: Mapping[str, SupportsFloat]) -> None:
        """Take what a script has measured on held-out data, such as ``valid/reconstruction``."""
        self._held_out.append((step, values))

    def look(self, step: int, *, last: bool) -> Iterator[Event]:
        """Whatever is due after a step; all after the ``last`` one."""
        observe = self._due or last
        show = last or self.gallery.due(step)
        judge = self.watch.due or (last and self.watch.metered)
        if not (show or observe or judge or self._held_out):
            return
        verdict, awaits = self.watch.verdict, self.watch.awaited
        held_out, self._held_out = self._held_out, []
        for at, values in held_out:
            yield from self.watch.validate(at, values, wall=self._wall())
        if observe:
            yield from self._observe(step, last=last)
        if show:  # what is held out is judged by the training that led there
            yield from self.show(step, whole=last)
        if judge and self._draw:
            with self.shortage.leaving_out("readings of samples", self.watch.put_off):
                yield from self._judge(self._draw, step, last=last)
        if self._due and self._snapshots.judge(self.watch.verdict):
            yield self._snapshots.facts()
        if self.watch.awaited != awaits:
            yield told(awaited=self.watch.awaited)
        if self.watch.verdict != verdict:
            yield Verdict(step=step, wall=self._wall(), name=self.watch.verdict)
        yield from self.shortage.marks(step, self._wall())

    def show(self, step: int, *, whole: bool = False) -> Iterator[Event]:
        """What the run has to show, and what the watch makes of the series among it."""
        self._begin("drawing pictures")
        for event in self.gallery.show(step, self._wall(), whole=whole):
            yield event
            if isinstance(event, Scalars):
                yield from self.watch.validate(event.step, event.values, wall=event.wall)

    def _judge(self, draw_with: Draw, step: int, *, last: bool) -> Iterator[Event]:
        """Let the watch check samples: other codings at every check, but the same for the same step."""
        draw = partial(draw_with, seed=self._seed + step)
        self._begin("measuring samples")
        began, young, unmeasured = self._clock(), not self.watch.built, self.watch.unmeasured
        yield from self.watch.judge(draw, step=step, wall=self._wall())
        while last and self.watch.building:
            yield told(detail="measuring real data")
            yield from self.watch.judge(draw, step=step, wall=self._wall())
        for more in range(1, LAST_CHECKS) if last else ():
            if not self.watch.undecided:
                break
            yield told(detail="measuring samples again")
            draw = partial(draw_with, seed=self._seed + step + more)
            yield from self.watch.confirm(draw, step=step, wall=self._wall())
        if young:  # the meter is being built, which is no part of a step
            self._observed += self._clock() - began
        if (young and self.watch.built) or self.watch.unmeasured != unmeasured:
            yield self.facts()

    def _observe(self, step: int, *, last: bool) -> Iterator[Event]:
        """Let the watch see the values of the steps since it last looked."""
        # Where training enters another phase, other series begin, and the watch takes one set at a time.
        phases = [gather(alike) for _, alike in groupby(self._unseen, key=lambda one: one.values.keys())]
        now, wall = self._clock(), self._wall()
        newest = self._unseen[-1].step if self._unseen else step
        done = len(self._unseen) if self._before is None else newest - self._before
        speed, self._before = done / max(now - self._observed, 1e-9), newest
        values: dict[str, SupportsFloat] = {"speed/steps": speed, **self._rates()}
        with self._reading_weights():
            values |= self._weights.measure()
        yield Scalars(step=step, wall=wall, values=values)
        self._unseen, self._observed = [], now
        for place, columns in enumerate(phases, 1):
            if self._losses and place == len(phases):
                self.watch.hear(self._losses(phases, ended=last))
            steps = next(iter(columns.values())).steps
            yield from self.watch.observe(
                steps, {name: column.values for name, column in columns.items()}, wall=wall
            )

    def _reading_weights(self) -> AbstractContextManager[None]:
        return self.shortage.leaving_out("readings of weights", self._weights.let_go)


def of_preset(
    preset: Preset,
    dataset: Dataset,
    objective: Objective,
    snapshots: Snapshots,
    *,
    rates: Callable[[], Mapping[str, float]],
    wall: Callable[[], float],
    clock: Callable[[], float],
    begin: Callable[[str], object],
) -> Observer:
    """What looks at the training of a preset."""
    watch = Watch(
        preset.watch,
        meter_in_pieces(preset, dataset),
        clock=clock,
        awaits=awaited(preset),
        least_loss=least_loss(preset),
    )
    return Observer(
        watch=watch,
        gallery=Gallery(exhibits(objective, dataset, preset), preset.keep.frames, clock=clock),
        weights=Weights({name: objective.networks[name] for name in objective.optimisers}),
        snapshots=snapshots,
        draw=objective.draw if isinstance(objective, Generative) else None,
        rates=rates,
        unmeasured=unmeasured(preset, dataset),
        seed=preset.seed,
        wall=wall,
        clock=clock,
        begin=begin,
    )


def least_loss(preset: Preset) -> float:
    """What the discriminator's loss can't get below; of an autoencoder, which has none, 0."""
    return getattr(preset.objective, "least_loss", 0.0)
