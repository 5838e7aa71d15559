"""A callback for Keras 3 on torch that makes the training of an autoencoder a run.

os.environ["KERAS_BACKEND"] = "torch"  # before Keras is imported
from latentop.keras import LatentopCallback

model.fit(x, x, epochs=20, validation_data=(v, v), callbacks=[LatentopCallback("my-ae", real=v)])
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import keras
import torch
from keras.src.backend.common import global_state
from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR
from torch import Tensor
from torch.optim import Optimizer

import latentop
from latentop.engine.run.errors import UsageError


class LatentopCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Records every batch, and lets somebody who looks on pause it, change it, go back and stop it.

    Keras itself tells the mean of an epoch so far; of what is a mean, the run has the value of the batch.
    ``val_loss`` and the like are told at the end of each epoch.

    Args:
        name: What the run is called; by default the script's name.
        reconstruct: What the model gives back of images; by default ``model(x, training=False)``.
        given: What else ``latentop.init`` takes: ``real=``, images as the model takes them, brings pictures;
            ``encode=`` a map of codings; ``sample=`` samples.

    Raises:
        UsageError: Keras runs on another backend than torch.
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        reconstruct: Callable[[Tensor], Any] | None = None,
        **given: Any,
    ) -> None:
        super().__init__()
        if keras.backend.backend() != "torch":
            raise UsageError(
                f"Keras runs on {keras.backend.backend()}", "set KERAS_BACKEND=torch before it is imported"
            )
        self._name = name
        self._given = {"kind": "autoencoder", "reconstruct": reconstruct, **given}
        self._run: latentop.Run | None = None
        self._step = self._batch = self._steps = 0
        self._stopped = False
        self._before: dict[str, tuple[Tensor, Tensor]] = {}

    @property
    def run(self) -> latentop.Run:
        """The run of the training that has begun last. Raises UsageError where none has."""
        if self._run is None:
            raise UsageError("no training has begun", "call model.fit with this callback")
        return self._run

    def on_train_begin(self, logs: object = None) -> None:
        """Begin a run with the model and its optimiser."""
        model, given = self.model, dict(self._given)
        if given.get("real") is not None and given["reconstruct"] is None:
            given["reconstruct"] = partial(model, training=False)
        for name in ("reconstruct", "encode", "sample"):
            if callable(given.get(name)):
                given[name] = _unmoved(model, given[name])
        found: dict[str, Any] = {"networks": {"autoencoder": model}}
        optimiser = _TorchLike(model)
        scheduled = isinstance(model.optimizer.get_config().get("learning_rate"), Mapping)
        found |= {"also" if scheduled else "optimisers": {"autoencoder": optimiser}}
        self._steps = int(self.params.get("epochs") or 0) * int(self.params.get("steps") or 0)
        self._run = latentop.init(self._name, **{**found, "steps": self._steps or None, **given})
        self._step, self._stopped = self._run.step, False
        if not model.jit_compile:  # a compiled step is left as it is: its gradients aren't seen
            model.optimizer.apply = optimiser.applied

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        """Means begin anew."""
        self._batch = 0
        self._before.clear()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Record the batch, and do what was asked of the run meanwhile."""
        self._step += batch + 1 - self._batch
        self._batch = batch + 1
        self._log({**(logs or {}), **dict(self._of_batch())})
        if self.run.resumed and self._step >= self._steps > 0:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Record what was measured on held-out data."""
        self._log({name: one for name, one in (logs or {}).items() if name.startswith("val_")})

    def on_train_end(self, logs: object = None) -> None:
        """End the run, where nobody has stopped it."""
        self.model.optimizer.__dict__.pop("apply", None)
        self.run.finish()

    def _log(self, found: Mapping[str, Any]) -> None:
        if self._stopped:
            return
        try:
            self.run.log(found, self._step)
        except latentop.Stopped:
            self._stopped = self.model.stop_training = True

    def _of_batch(self) -> Iterator[tuple[str, Tensor]]:
        """Of each mean, what this batch has added to it."""
        for one in self.model.metrics:
            for metric in getattr(one, "metrics", None) or [one]:
                if isinstance(metric, keras.metrics.Mean):
                    total, count = metric.total.value.detach().clone(), metric.count.value.detach().clone()
                    before = self._before.get(metric.name, (0.0, 0.0))
                    self._before[metric.name] = total, count
                    yield metric.name, (total - before[0]) / (count - before[1])


class _TorchLike(Optimizer):
    """Keras's optimiser as torch's are: a rate that can be changed, a state, and steps that are seen."""

    def __init__(self, model: Any) -> None:
        self._keras = model.optimizer
        self._apply = model.optimizer.apply
        super().__init__([one.value for one in model.trainable_variables], {"lr": 0.0})
        self.param_groups = [_Group(self._keras, self.param_groups[0])]

    def step(self, closure: None = None, *, gradients: Any = None, variables: Any = None) -> None:  # type: ignore[override]
        """Take the step that Keras takes."""
        self._apply(gradients, variables)

    def applied(self, grads: Any, trainable_variables: Any = None) -> None:
        """What Keras calls; whoever looks at steps of optimisers sees this one."""
        self.step(gradients=grads, variables=trainable_variables)

    def state_dict(self) -> dict[str, Any]:
        """Its rate, its count of steps and what it has gathered."""
        group = {"lr": self.param_groups[0]["lr"], "params": []}
        state = [one.value.detach().clone() for one in self._keras.variables]
        return {"state": {}, "param_groups": [group], "variables": state}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what ``state_dict`` has returned."""
        for variable, value in zip(self._keras.variables, state_dict["variables"], strict=True):
            variable.assign(value)


class _Group(dict[str, Any]):
    """A group of parameters whose rate is Keras's."""

    def __init__(self, optimiser: Any, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._keras = optimiser

    def __getitem__(self, name: str) -> Any:
        return float(self._keras.learning_rate) if name == "lr" else super().__getitem__(name)

    def __setitem__(self, name: str, value: Any) -> None:
        if name == "lr":
            self._keras.learning_rate = value
        super().__setitem__(name, value)


def _unmoved(model: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function; Keras's random numbers and metrics go on after it as they would have.

    Those that it draws without a seed of its own follow from torch's, so that codings can be the same again.
    """

    def call(*given: Any) -> Any:
        others = (*model.non_trainable_variables, *model.metrics_variables)
        kept = [(one, one.value.detach().clone()) for one in others]
        before = global_state.get_global_attribute(GLOBAL_SEED_GENERATOR)
        drawn = keras.random.SeedGenerator(int(torch.randint(2**31 - 1, ())))
        global_state.set_global_attribute(GLOBAL_SEED_GENERATOR, drawn)
        try:
            return function(*given)
        finally:
            global_state.set_global_attribute(GLOBAL_SEED_GENERATOR, before)
            for variable, value in kept:
                variable.assign(value)

    return call
