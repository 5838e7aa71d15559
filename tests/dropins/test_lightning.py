"""``latentop.lightning`` with real Trainers: a GAN optimised by hand, an autoencoder, either package."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from latentop.engine.external.script.dropins import together
from latentop.engine.run import commands
from latentop.lightning import LatentopCallback, LatentopLogger
from tests.support.real_runs import everything, facts
from tests.support.script_runs import changes, only_run, series, steps, stop_asked, stopped_together

PACKAGES = ("pytorch_lightning", "lightning.pytorch")


@pytest.fixture(params=PACKAGES)
def pl(request: pytest.FixtureRequest) -> Any:
    return pytest.importorskip(request.param)


def gan(pl: Any) -> Any:
    class GAN(pl.LightningModule):  # type: ignore[misc]
        def __init__(self, lr: float = 0.05) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.automatic_optimization = False
            self.generator = nn.Sequential(nn.Linear(4, 64), nn.Unflatten(1, (1, 8, 8)))
            self.discriminator = nn.Sequential(nn.Flatten(), nn.Linear(64, 1))

        def training_step(self, batch: list[Tensor], batch_idx: int) -> None:
            (real,) = batch
            optimiser_g, optimiser_d = self.optimizers()
            fake = self.generator(torch.randn(len(real), 4))
            loss_d = self.discriminator(fake.detach()).square().mean() + (
                (self.discriminator(real) - 1).square().mean()
            )
            optimiser_d.zero_grad()
            self.manual_backward(loss_d)
            optimiser_d.step()
            loss_g = (self.discriminator(fake) - 1).square().mean()
            optimiser_g.zero_grad()
            self.manual_backward(loss_g)
            optimiser_g.step()
            self.log_dict({"g_loss": loss_g, "d_loss": loss_d})

        def configure_optimizers(self) -> list[torch.optim.Optimizer]:
            parts = (self.generator, self.discriminator)
            return [torch.optim.SGD(one.parameters(), lr=self.hparams["lr"]) for one in parts]

    torch.manual_seed(0)
    return GAN()


def autoencoder(pl: Any) -> Any:
    class AutoEncoder(pl.LightningModule):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 4))
            self.decoder = nn.Sequential(nn.Linear(4, 64), nn.Unflatten(1, (1, 8, 8)))

        def forward(self, x: Tensor) -> Tensor:
            found: Tensor = self.decoder(self.encoder(x))
            return found

        def training_step(self, batch: list[Tensor], batch_idx: int) -> Tensor:
            loss = (self(batch[0]) - batch[0]).square().mean()
            self.log("train_loss", loss, on_step=True, on_epoch=True)
            return loss

        def validation_step(self, batch: list[Tensor], batch_idx: int) -> None:
            self.log("val_loss", (self(batch[0]) - batch[0]).square().mean())

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), lr=0.5)

    torch.manual_seed(0)
    return AutoEncoder()


DATA = TensorDataset(torch.rand(64, 1, 8, 8, generator=torch.Generator().manual_seed(0)))


def loader() -> DataLoader[tuple[Tensor, ...]]:
    return DataLoader(DATA, batch_size=16, shuffle=True, generator=torch.Generator().manual_seed(0))


def trainer(pl: Any, **arguments: Any) -> Any:
    quiet = {"enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False}
    return pl.Trainer(accelerator="cpu", devices=1, **{"max_epochs": 3, **quiet, **arguments})


def test_a_gan_optimised_by_hand_has_everything(pl: Any, runs: Path) -> None:
    model = gan(pl)
    watched = LatentopCallback(sample=lambda n: model.generator(torch.randn(n, 4)), real=DATA)
    logger = LatentopLogger("my-gan", config={"note": "first"})
    trainer(pl, logger=logger, callbacks=watched).fit(model, loader())
    run = only_run(runs)
    said, found, recorded = facts(run), series(run), everything(run)
    assert (said.title, said.kind, said.state) == ("my-gan", "gan", "finished")
    assert (said.step, said.steps) == (12, 12)
    assert said.config == {"note": "first", "lr": 0.05}
    assert [step for step, _ in found["loss/generator"]] == list(range(1, 13))
    assert len(found["loss/discriminator"]) == 12
    assert "g_loss" not in found
    assert recorded.frames["samples"].images.shape[1:] == (1, 8, 8)
    assert recorded.frames["real"].images.shape[1:] == (1, 8, 8)
    assert {"generator.lr", "discriminator.lr"} <= said.settings.keys()
    assert run.newest_checkpoint == 12


def test_training_is_the_same_to_the_last_bit(pl: Any, runs: Path) -> None:
    def weights(**arguments: Any) -> list[Tensor]:
        model = gan(pl)
        if arguments:
            watched = LatentopCallback(sample=lambda n: model.generator(torch.randn(n, 4)), real=DATA)
            arguments["callbacks"] = [watched]
        trainer(pl, **{"logger": False, **arguments}).fit(model, loader())
        return [one.detach().clone() for one in model.parameters()]

    alone, watched = weights(), weights(logger=LatentopLogger())
    assert all(torch.equal(one, other) for one, other in zip(alone, watched, strict=True))


def test_an_autoencoder_validates_in_its_own_series(pl: Any, runs: Path) -> None:
    model = autoencoder(pl)
    watched = LatentopCallback("my-ae", real=DATA, reconstruct=model, encode=model.encoder)
    trainer(pl, logger=False, callbacks=[watched]).fit(model, loader(), loader())
    run = only_run(runs)
    said, found = facts(run), series(run)
    assert (said.title, said.kind, said.state) == ("my-ae", "autoencoder", "finished")
    assert [step for step, _ in found["loss/total"]] == list(range(1, 13))
    assert [step for step, _ in found["valid/loss"]] == [4, 8, 12]
    assert found["loss/total"][-1][1] < found["loss/total"][0][1]
    assert len(found["train_loss_epoch"]) == 3
    assert "network.lr" in said.settings
    assert {"input", "reconstruction", "codings"} <= everything(run).frames.keys()


def test_a_logger_alone_records_what_lightning_logs(pl: Any, runs: Path) -> None:
    model, logger = autoencoder(pl), LatentopLogger("alone")
    trainer(pl, logger=logger, log_every_n_steps=2).fit(model, loader(), loader())
    run = only_run(runs)
    found = series(run)
    assert [step for step, _ in found["loss/total"]] == [1, 3, 5, 7, 9, 11]
    assert [step for step, _ in found["valid/loss"]] == [3, 7, 11]
    assert facts(run).state == "finished"
    assert (logger.name, logger.version, logger.experiment.path) == ("alone", run.id, run.path)


def test_somebody_else_changes_a_rate_pauses_and_stops_it(pl: Any, runs: Path) -> None:
    model = gan(pl)
    said: list[Any] = []

    class Person(pl.Callback):  # type: ignore[misc]
        """Asks one thing after another, each when the one before is seen to be done."""

        def __init__(self) -> None:
            self.steps, self.acts = steps(), self.act()

        def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
            next(self.steps)
            self.rate = trainer.optimizers[0].param_groups[0]["lr"]
            next(self.acts, None)

        def act(self) -> Any:
            run = only_run(runs)
            changes(run, "generator.lr", 0.01)
            while self.rate != 0.01:
                yield
            while not {"grad/generator", "grad/discriminator"} <= series(run).keys():
                yield
            pause = commands.ask(run, "pause")
            commands.ask(run, "resume")
            while commands.answer(run, pause).state == "asked":
                yield
            said.append(commands.answer(run, pause).text)
            with stop_asked(runs):
                while True:
                    yield

    trainer(
        pl,
        logger=LatentopLogger(),
        callbacks=[LatentopCallback(), Person()],
        max_epochs=-1,
        min_epochs=10_000,
    ).fit(model, loader())
    run = only_run(runs)
    assert said[0].startswith("paused at step")
    assert facts(run).state == "stopped"
    assert run.newest_checkpoint == facts(run).step > 0


def test_an_exception_is_the_end_of_the_run(pl: Any, runs: Path) -> None:
    model = gan(pl)

    class Broken(pl.Callback):  # type: ignore[misc]
        def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, place: int) -> None:
            if place == 2:
                raise ZeroDivisionError("no more")

    with pytest.raises(ZeroDivisionError):
        trainer(pl, logger=False, callbacks=[LatentopCallback(), Broken()]).fit(model, loader())
    said = facts(only_run(runs))
    assert (said.state, said.step) == ("failed", 3)
    assert "ZeroDivisionError: no more" in str(said.error)


def test_a_second_training_is_a_second_run(pl: Any, runs: Path) -> None:
    logger, watched = LatentopLogger("twice"), LatentopCallback()
    for _ in range(2):
        model = gan(pl)
        trainer(pl, logger=logger, callbacks=[watched], max_epochs=1).fit(model, loader())
    assert len(list(runs.iterdir())) == 2


def test_a_run_that_is_resumed_takes_the_steps_that_are_left(pl: Any, runs: Path) -> None:
    first, second = gan(pl), gan(pl)
    trainer(pl, logger=False, callbacks=[LatentopCallback()], max_epochs=1).fit(first, loader())
    watched = LatentopCallback(resume=only_run(runs).path)
    trainer(pl, logger=False, callbacks=[watched]).fit(second, loader())
    said, found = facts(only_run(runs)), series(only_run(runs))
    assert (said.state, said.step, said.steps) == ("finished", 12, 12)
    assert [step for step, _ in found["loss/generator"]] == list(range(1, 13))
    assert found["loss/discriminator"][4][1] < found["loss/discriminator"][0][1] / 2  # from where it was


def test_sigterm_stops_the_run(pl: Any, runs: Path) -> None:
    class Killed(pl.Callback):  # type: ignore[misc]
        def on_train_batch_end(self, *_: Any) -> None:
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(SystemExit):
        trainer(pl, logger=False, callbacks=[LatentopCallback(), Killed()], max_epochs=-1).fit(
            gan(pl), loader()
        )
    said = facts(only_run(runs))
    assert (said.state, said.detail) == ("stopped", "by SIGTERM")
    assert only_run(runs).newest_checkpoint == said.step > 0


@pytest.mark.slow
def test_without_lightning_that_is_said_in_a_line() -> None:
    code = "import sys; sys.modules |= dict.fromkeys(['lightning.pytorch', 'pytorch_lightning']);"
    code += "import latentop.lightning as drop_in; drop_in.LatentopLogger()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "UsageError: latentop.lightning needs Lightning\npip install lightning" in done.stderr


def test_processes_that_train_together_seldom_wait_for_each_other(
    pl: Any, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One plays the first of two: 60 batches of 31 ms each, in which they meet about every half a second."""
    met: list[Any] = []
    now = [0.0]

    class Clock(pl.Callback):  # type: ignore[misc]
        def on_train_batch_end(self, *_: Any) -> None:
            now[0] += 1 / 32

    def broadcast(found: Any, src: int | None = None) -> Any:
        met.extend([] if src is None else [found])  # else it is Lightning that asks
        return found

    monkeypatch.setattr(together, "monotonic", lambda: now[0])
    monkeypatch.setattr(pl.Trainer, "world_size", property(lambda _: 2))
    training = trainer(pl, logger=False, callbacks=[Clock(), LatentopCallback()], max_epochs=15)
    monkeypatch.setattr(training.strategy, "broadcast", broadcast)
    monkeypatch.setattr(training.strategy, "reduce_boolean_decision", None)
    training.fit(gan(pl), loader())
    assert facts(only_run(runs)).step == 60
    assert met == [0, 16, 16, 16, 16]


TOGETHER = """
import torch
from pytorch_lightning import LightningModule, Trainer
from torch.utils.data import DataLoader, TensorDataset
from latentop.lightning import LatentopCallback, LatentopLogger

class Module(LightningModule):
    def __init__(self):
        super().__init__()
        self.network = torch.nn.Linear(2, 1)
    def training_step(self, batch, place):
        loss = self.network(batch[0]).square().mean()
        self.log("loss", loss)
        return loss
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)

if __name__ == "__main__":
    quiet = dict(enable_progress_bar=False, enable_model_summary=False, enable_checkpointing=False)
    trainer = Trainer(accelerator="cpu", devices=2, strategy="{strategy}", max_epochs=-1,
                      logger=LatentopLogger("together"), callbacks=[LatentopCallback()], **quiet)
    trainer.fit(Module(), DataLoader(TensorDataset(torch.rand(64, 2)), batch_size=4))
    print("done")
"""


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["ddp", "ddp_spawn"])
def test_processes_that_train_together_are_one_run_and_stop_together(
    strategy: str, runs: Path, tmp_path: Path
) -> None:
    script = tmp_path / "together.py"
    script.write_text(TOGETHER.format(strategy=strategy))
    stopped_together(script, runs, done=2 if strategy == "ddp" else 1)


SCRIPT = """
import latentop.lightning as drop_in, sys
import {package} as pl
logger, callback = drop_in.LatentopLogger(), drop_in.LatentopCallback()
assert isinstance(logger, (pl.loggers.Logger, drop_in.LatentopLogger))
assert isinstance(logger, pl.loggers.Logger) and isinstance(callback, pl.Callback)
print([one for one in ("lightning", "pytorch_lightning") if one in sys.modules])
"""


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_the_package_that_the_script_imports_is_the_one(package: str) -> None:
    pytest.importorskip(package)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(package=package)], capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.returncode) == (f"['{package.partition('.')[0]}']", 0), done.stderr
