"""Lightning's trainings as runs: a logger, and a callback by which a run is watched and controlled.

    from latentop.lightning import LatentopCallback, LatentopLogger

    model = GAN()
    watched = LatentopCallback(sample=lambda n: model(torch.randn(n, 100, device=model.device)), real=dataset)
    Trainer(logger=LatentopLogger("my-gan"), callbacks=[watched]).fit(model, loader)

The logger alone records what Lightning logs. The callback, with or without it, records every step and gives
the run the rest: networks (the parts of the LightningModule), optimisers, samples; somebody who looks on can
pause it, change learning rates, go back and stop it. Either package will do, lightning or pytorch_lightning.
"""

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Self, cast

from torch import Tensor

import latentop
from latentop.engine.external.script.config import Config
from latentop.engine.external.script.dropins.lightning_parts import Later, batches, found, made
from latentop.engine.external.script.dropins.tag_steps import TagSteps
from latentop.engine.external.script.dropins.together import Together

if TYPE_CHECKING:
    from pytorch_lightning import Callback, LightningModule, Trainer
    from pytorch_lightning.loggers import Logger
else:
    Callback = Logger = object  # Lightning's own are added to what is made of these: see lightning_parts.made


class LatentopLogger(Logger):
    """Records what ``self.log`` logs. With it alone, somebody who stops the run ends the script.

    Args:
        name: What the run is called; by default the script's name.
        config: What the script says of itself; ``save_hyperparameters`` adds to it.
        given: What else ``latentop.init`` takes.
    """

    def __new__(cls, *_: Any, **__: Any) -> Self:  # noqa: D102
        return cast(Self, made(cls, "Logger"))

    def __init__(self, name: str | None = None, *, config: Any = None, **given: Any) -> None:
        super().__init__()
        self._name = name
        self._config = Config(config)
        self._given = given
        self._run: latentop.Run | None = None
        self._steps: TagSteps | None = None
        self.parts: Callable[[], Mapping[str, Any]] | None = None
        """Of a callback that records every step: what it has found to begin with."""

    def attach(self, parts: Callable[[], Mapping[str, Any]]) -> None:
        """Have a callback record every step; a run that is over is followed by another one."""
        self.parts = parts
        if self._run and self._run.over:
            self._run = None

    def begin(self) -> latentop.Run:
        """The run, begun if it isn't yet."""
        if self._run is None:
            found = self.parts() if self.parts else {}
            self._run = latentop.init(self._name, config=self._config, **{**found, **self._given})
            self._steps = TagSteps(self._run)
        return self._run

    @property
    def experiment(self) -> latentop.Run:
        """The run; before the first step, something that begins it when it is used."""
        return self._run or cast(latentop.Run, Later(self.begin))

    @property
    def name(self) -> str:
        """What the run is called; empty where that is the script's name."""
        return self._name or ""

    @property
    def version(self) -> str:
        """The run's name on disk; empty before it has begun."""
        return self._run.id if self._run else ""

    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Record values of a step, as Lightning counts: a batch each, from 0."""
        if not (self.parts and "epoch" in metrics):  # which Lightning adds; a callback has recorded these
            self.record(metrics, None if self.parts else step)

    def record(self, metrics: Mapping[str, Any], step: int | None = None, *, further: int = 0) -> None:
        """Record values of that step, by default of the newest one and so many ``further``."""
        values = {name.removesuffix("_step"): one for name, one in metrics.items() if name != "epoch"}
        run = self.begin()
        assert self._steps is not None
        newest = max(self._steps.newest, 0) if not further else self._steps.newest + further
        if values or further:
            run.log(values, self._steps.place("step", newest if step is None else step))

    def log_hyperparams(self, params: dict[str, Any] | Namespace, *_: Any, **__: Any) -> None:
        """Take them into the run's ``config``."""
        (self._run.config if self._run else self._config).update(params)

    def finalize(self, status: str) -> None:
        """End the run where a training has; one that failed, with its error."""
        if self._run and status in ("failed", "aborted"):
            self._run.end_with(sys.exc_info()[1] or RuntimeError(f"Lightning says: {status}"))
        elif self._run and self._run.step > 0 and not self.parts:
            self._run.finish()


class LatentopCallback(Callback):
    """Makes a training a run that is watched and controlled; a LatentopLogger of the Trainer's is its run.

    Args:
        name: What the run is called where there is no such logger; by default the script's name.
        given: What else ``latentop.init`` takes: ``sample=``, ``real=``, ``reconstruct=``, ``guard=`` …
            ``networks=`` and ``optimisers=`` are found; where they are given, these are taken.

    Of several processes the first one records. They are paused and stopped together; changed rates and going
    back would tear them apart, so such a run has neither.
    """

    def __new__(cls, *_: Any, **__: Any) -> Self:  # noqa: D102
        return cast(Self, made(cls, "Callback"))

    def __init__(self, name: str | None = None, **given: Any) -> None:
        super().__init__()
        self._given = given
        self._logger = LatentopLogger(name)
        self._run: latentop.Run | None = None
        self._seen: dict[str, Tensor] = {}
        self._stopped = False
        self._together: Together | None = None

    def on_fit_start(self, trainer: "Trainer", pl_module: "LightningModule") -> None:
        """Find the logger, which begins the run once there is something to record."""
        self._logger = next((one for one in trainer.loggers if isinstance(one, LatentopLogger)), self._logger)
        self._logger.attach(lambda: {**found(trainer, pl_module), **self._given})

    def on_train_start(self, trainer: "Trainer", pl_module: "LightningModule") -> None:
        """Begin the run."""
        self._run, self._steps = self._logger.begin(), batches(trainer, pl_module) or 0
        self._seen, self._stopped = {}, False
        left = max(1, self._steps - self._run.step) if self._run.resumed and self._steps else 0
        several = trainer.world_size > 1
        self._together = Together(partial(trainer.strategy.broadcast, src=0), left) if several else None

    def on_train_epoch_start(self, trainer: "Trainer", pl_module: "LightningModule") -> None:
        """What the epoch before has left is no news."""
        self._seen.update(trainer.logged_metrics)

    def on_train_batch_end(
        self, trainer: "Trainer", pl_module: "LightningModule", outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Record the step, and do what was asked of the run meanwhile."""
        loss = outputs if isinstance(outputs, Mapping) else {"loss": outputs}
        self._record(trainer, {"loss": loss.get("loss")}, further=1)
        run = self._logger.begin()
        over = self._stopped or (run.resumed and run.step >= self._steps > 0)
        if self._together.ends(asked=over) if self._together else over:
            trainer.should_stop = True
            trainer.fit_loop.min_epochs = trainer.fit_loop.epoch_loop.min_steps = 0  # a person has asked

    def on_validation_end(self, trainer: "Trainer", pl_module: "LightningModule") -> None:
        """Record what was measured, where the run is."""
        if self._run and not trainer.sanity_checking:
            self._record(trainer, {})

    def on_train_epoch_end(self, trainer: "Trainer", pl_module: "LightningModule") -> None:
        """Record means of the epoch."""
        self._record(trainer, {})

    def on_exception(
        self, trainer: "Trainer", pl_module: "LightningModule", exception: BaseException
    ) -> None:
        """End the run as it has."""
        if self._run and trainer.received_sigterm:
            self._run.finish("stopped", why="by SIGTERM")
        elif self._run:
            self._run.end_with(exception)

    def on_fit_end(self, trainer: "Trainer", pl_module: "LightningModule") -> None:
        """End the run, where nobody has stopped it."""
        self._logger.begin().finish()
        self._logger.parts = self._run = None

    def _record(self, trainer: "Trainer", otherwise: Mapping[str, Any], *, further: int = 0) -> None:
        """What has been logged since the last time; where that is nothing, something else."""
        new = {name: one for name, one in trainer.logged_metrics.items() if self._seen.get(name) is not one}
        self._seen.update(new)
        if not self._stopped:
            try:
                self._logger.record(new or otherwise, further=further)
            except latentop.Stopped:
                self._stopped = True
