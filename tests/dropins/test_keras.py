"""``latentop.keras.LatentopCallback`` with real models of Keras 3 on torch."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from latentop.engine.run import commands
from latentop.engine.run.errors import UsageError
from latentop.keras import LatentopCallback
from tests.support.real_runs import everything, facts
from tests.support.script_runs import changes, only_run, series, steps, stop_asked

X = np.random.default_rng(0).random((64, 8, 8, 1), dtype=np.float32)


class VAE(keras.Model):  # type: ignore[misc]
    """As Keras's own example has it: trackers that are means, and noise with a seed of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(8)])
        layers = [keras.layers.Dense(64), keras.layers.Dropout(0.1), keras.layers.Reshape((8, 8, 1))]
        self.decoder = keras.Sequential(layers)
        self.noise = keras.random.SeedGenerator(7)
        self.kl_tracker = keras.metrics.Mean(name="kl_loss")

    def call(self, x: Any, training: bool = False) -> Any:
        mean, variance = keras.ops.split(self.encoder(x), 2, axis=1)
        kl = -0.5 * keras.ops.mean(1 + variance - mean**2 - keras.ops.exp(variance))
        self.add_loss(1e-3 * kl)
        self.kl_tracker.update_state(kl)
        drawn = keras.random.normal(keras.ops.shape(mean), seed=self.noise)
        return self.decoder(mean + drawn * keras.ops.exp(variance / 2), training=training)


def autoencoder(kind: type = VAE, optimiser: Any = None) -> Any:
    keras.utils.set_random_seed(0)
    model = kind()
    model.compile(optimizer=optimiser or keras.optimizers.Adam(1e-2), loss="mse", metrics=["mae"])
    return model


def plain() -> Any:
    layers = [keras.layers.Flatten(), keras.layers.Dense(4), keras.layers.Dense(64)]
    return keras.Sequential([*layers, keras.layers.Reshape((8, 8, 1))])


def fit(model: Any, *callbacks: Any, epochs: int = 3) -> Any:
    return model.fit(
        X, X, batch_size=16, epochs=epochs, validation_data=(X, X), callbacks=list(callbacks), verbose=0
    )


def test_an_autoencoder_has_everything(runs: Path) -> None:
    model = autoencoder()
    watched = LatentopCallback("my-vae", real=X, encode=model.encoder, config={"batch_size": 16})
    history = fit(model, watched).history
    run = only_run(runs)
    said, found = facts(run), series(run)
    assert (said.title, said.kind, said.state) == ("my-vae", "autoencoder", "finished")
    assert (said.step, said.steps) == (12, 12)
    for name, ours in (("loss", "loss/total"), ("kl_loss", "loss/kl"), ("mae", "mae")):
        assert [step for step, _ in found[ours]] == list(range(1, 13))
        assert np.mean([value for _, value in found[ours][4:8]]) == pytest.approx(history[name][1], rel=1e-4)
    assert found["valid/loss"] == [
        (4 * (epoch + 1), pytest.approx(value)) for epoch, value in enumerate(history["val_loss"])
    ]
    frames = everything(run).frames
    assert {"input", "reconstruction", "error", "codings"} <= frames.keys()
    assert frames["input"].images.shape[1:] == (1, 8, 8)
    assert said.settings["autoencoder.lr"] == pytest.approx(1e-2)
    assert run.newest_checkpoint == 12


def test_training_is_the_same_to_the_last_bit(runs: Path) -> None:
    def weights(*, watched: bool) -> list[Any]:
        model = autoencoder()
        sample = lambda n: model.decoder(keras.random.normal((n, 4)))  # noqa: E731
        fit(model, *([LatentopCallback(real=X, sample=sample)] if watched else []))
        after = keras.random.normal((2,))
        return [*model.get_weights(), keras.ops.convert_to_numpy(after)]

    alone, watched = weights(watched=False), weights(watched=True)
    assert all(np.array_equal(one, other) for one, other in zip(alone, watched, strict=True))
    assert {"samples", "reconstruction"} <= everything(only_run(runs)).frames.keys()


class Person(keras.callbacks.Callback):  # type: ignore[misc]
    """Does one thing after another, each after a batch."""

    def __init__(self, acts: Iterator[None]) -> None:
        super().__init__()
        self.acts, self.steps = acts, steps()

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        next(self.steps)
        next(self.acts)


def test_somebody_else_changes_the_rate_goes_back_and_stops_it(runs: Path) -> None:
    model = autoencoder(plain, keras.optimizers.SGD(0.5, momentum=0.9))

    def act() -> Iterator[None]:
        run = only_run(runs)
        changes(run, "autoencoder.lr", 0.25)
        while float(model.optimizer.learning_rate) != 0.25:
            yield
        while not {"grad/autoencoder", "update/autoencoder"} <= series(run).keys():
            yield
        saved = commands.ask(run, "checkpoint")
        while commands.answer(run, saved).state == "asked":
            yield
        at = run.newest_checkpoint
        back = commands.ask(run, "rollback", {"step": at})
        while commands.answer(run, back).state == "asked":
            yield
        assert commands.answer(run, back).state == "applied"
        with stop_asked(runs):
            while True:
                yield

    acts = act()
    fit(model, LatentopCallback(), Person(acts), epochs=10_000)
    acts.close()
    run = only_run(runs)
    assert facts(run).state == "stopped"
    assert run.newest_checkpoint == facts(run).step > 0
    assert "apply" not in vars(model.optimizer)


def test_a_schedule_keeps_its_rate(runs: Path) -> None:
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    fit(autoencoder(plain, keras.optimizers.SGD(rate)), LatentopCallback())
    said = facts(only_run(runs))
    assert (said.state, said.step) == ("finished", 12)
    assert not [name for name in said.settings if name.endswith(".lr")]


def test_a_run_goes_on_where_its_checkpoint_is(runs: Path) -> None:
    keras.utils.clear_session()  # names begin anew, as in a process of its own
    first = autoencoder(plain)
    fit(first, LatentopCallback(), epochs=1)
    with pytest.raises(UsageError, match="the network autoencoder is not that of the checkpoint"):
        fit(autoencoder(), LatentopCallback(resume=only_run(runs).path))
    keras.utils.clear_session()
    second = autoencoder(plain)
    watched = LatentopCallback(resume=only_run(runs).path)
    begun: list[Any] = []

    class Looks(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_begin(self, logs: object = None) -> None:
            begun.extend([*self.model.get_weights(), int(self.model.optimizer.iterations)])

    fit(second, watched, Looks(), epochs=3)
    assert begun[-1] == 4
    assert all(np.array_equal(one, other) for one, other in zip(first.get_weights(), begun, strict=False))
    said = facts(only_run(runs))
    assert (said.state, said.step) == ("finished", 12)
    assert [step for step, _ in series(only_run(runs))["loss/total"]] == list(range(1, 13))
