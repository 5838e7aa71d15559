"""``latentop.ignite.attach`` with real Engines."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ignite.distributed as idist
import pytest
import torch
from ignite.engine import Engine, Events, create_supervised_evaluator, create_supervised_trainer
from ignite.metrics import MeanSquaredError, RunningAverage
from torch import Tensor, nn

import latentop
from latentop.engine.external.script.dropins import together
from latentop.engine.run import commands
from latentop.ignite import _of_the_first, attach
from tests.support.real_runs import everything, facts
from tests.support.script_runs import changes, marks, only_run, series, steps, stop_asked, stopped_together

BATCHES = torch.rand(8, 16, 1, 8, 8, generator=torch.Generator().manual_seed(0))


class GAN:
    """Its engine, and all that it trains."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.networks = {
            "generator": nn.Sequential(nn.Linear(4, 64), nn.Unflatten(1, (1, 8, 8))),
            "discriminator": nn.Sequential(nn.Flatten(), nn.Linear(64, 1)),
        }
        self.optimisers = {
            name: torch.optim.SGD(one.parameters(), lr=0.05) for name, one in self.networks.items()
        }
        self.engine = Engine(self.step)

    def sample(self, count: int) -> Tensor:
        found: Tensor = self.networks["generator"](torch.randn(count, 4))
        return found

    def step(self, engine: Engine, real: Tensor) -> dict[str, Any]:
        discriminator = self.networks["discriminator"]
        fake = self.sample(len(real))
        loss_d = discriminator(fake.detach()).square().mean() + (discriminator(real) - 1).square().mean()
        self.optimisers["discriminator"].zero_grad()
        loss_d.backward()
        self.optimisers["discriminator"].step()
        loss_g = (discriminator(fake) - 1).square().mean()
        self.optimisers["generator"].zero_grad()
        loss_g.backward()
        self.optimisers["generator"].step()
        return {"loss": {"generator": loss_g, "discriminator": loss_d.item()}, "fake": fake}


def test_a_gan_has_everything(runs: Path) -> None:
    gan = GAN()
    RunningAverage(output_transform=lambda out: out["loss"]["discriminator"]).attach(gan.engine, "mean")
    real = BATCHES.flatten(0, 1)
    run = attach(
        gan.engine,
        "my-gan",
        networks=gan.networks,
        optimisers=gan.optimisers,
        sample=gan.sample,
        real=real,
        config={"lr": 0.05},
    )
    assert run.id == only_run(runs).id
    gan.engine.run(BATCHES, max_epochs=2)
    said, found = facts(only_run(runs)), series(only_run(runs))
    assert (said.title, said.kind, said.state, said.step, said.steps) == ("my-gan", "gan", "finished", 16, 16)
    assert [step for step, _ in found["loss/generator"]] == list(range(1, 17))
    assert len(found["loss/discriminator"]) == 16
    assert [step for step, _ in found["epoch/mean"]] == [8, 16]
    assert not [name for name in found if "fake" in name]
    assert {"samples", "real"} <= everything(only_run(runs)).frames.keys()
    assert only_run(runs).newest_checkpoint == 16


def test_an_evaluator_is_told_in_series_of_its_own(runs: Path) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 4), nn.Linear(4, 64), nn.Unflatten(1, (1, 8, 8)))
    optimiser = torch.optim.SGD(network.parameters(), lr=0.5)
    trainer = create_supervised_trainer(network, optimiser, nn.MSELoss())
    evaluator = create_supervised_evaluator(network, {"loss": MeanSquaredError()})
    pairs = [(one, one) for one in BATCHES]

    @trainer.on(Events.EPOCH_COMPLETED)
    def validate() -> None:
        evaluator.run(pairs)

    attach(trainer, evaluators=evaluator, networks=network, real=BATCHES[0], reconstruct=network)
    trainer.run(pairs, max_epochs=3)
    said, found = facts(only_run(runs)), series(only_run(runs))
    assert (said.kind, said.state) == ("autoencoder", "finished")
    assert [step for step, _ in found["valid/loss"]] == [8, 16, 24]
    assert found["valid/loss"][0][1] > found["valid/loss"][2][1]
    assert len(found["loss/total"]) == 24
    assert {"input", "reconstruction"} <= everything(only_run(runs)).frames.keys()


def test_somebody_else_changes_a_rate_and_stops_it(runs: Path) -> None:
    gan = GAN()
    attach(gan.engine, networks=gan.networks, optimisers=gan.optimisers)
    run = only_run(runs)

    def act() -> Iterator[None]:
        changes(run, "generator.lr", 0.01)
        while gan.optimisers["generator"].param_groups[0]["lr"] != 0.01:
            yield
        with stop_asked(runs):
            while True:
                yield

    acts, each = act(), steps()

    @gan.engine.on(Events.ITERATION_COMPLETED)
    def person() -> None:
        next(each)
        next(acts)

    gan.engine.run(BATCHES, max_epochs=10_000)
    acts.close()
    assert facts(run).state == "stopped"
    assert run.newest_checkpoint == facts(run).step == gan.engine.state.iteration > 0


@pytest.mark.parametrize("skips", [False, True])
def test_a_run_that_is_resumed_takes_the_steps_that_are_left(runs: Path, *, skips: bool) -> None:
    gan = GAN()
    parts = {"networks": gan.networks, "optimisers": gan.optimisers}
    attach(gan.engine, **parts)
    gan.engine.add_event_handler(Events.ITERATION_COMPLETED(once=5), lambda: gan.engine.terminate(skips))
    gan.engine.run(BATCHES, max_epochs=2)
    assert only_run(runs).newest_checkpoint == 5
    again = GAN()
    parts = {"networks": again.networks, "optimisers": again.optimisers}
    attach(again.engine, resume=only_run(runs).path, **parts)
    assert torch.equal(again.networks["generator"][0].bias, gan.networks["generator"][0].bias)
    again.engine.run(BATCHES, max_epochs=2)
    said = facts(only_run(runs))
    assert (said.state, said.step, said.steps) == ("finished", 16, 16)
    assert [step for step, _ in series(only_run(runs))["loss/generator"]] == list(range(1, 17))


def test_processes_that_train_together_seldom_wait_for_each_other(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One plays the first of two: 64 batches of 31 ms each, in which they meet about every half a second."""
    met: list[int] = []
    now = [0.0]

    def passes() -> None:
        now[0] += 1 / 32

    monkeypatch.setattr(together, "monotonic", lambda: now[0])
    monkeypatch.setattr(idist, "get_world_size", lambda: 2)
    monkeypatch.setattr(idist, "broadcast", lambda one, src: met.append(int(one)) or one)
    monkeypatch.setattr(idist, "all_reduce", None)
    gan = GAN()
    gan.engine.add_event_handler(Events.ITERATION_COMPLETED, passes)
    attach(gan.engine)
    gan.engine.run(BATCHES, max_epochs=8)
    assert facts(only_run(runs)).step == 64
    assert met == [0, 0, 16, 16, 16, 16]


def test_processes_hear_of_steps_beyond_those_that_single_precision_has(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    idist.initialize("gloo", init_method=f"file://{tmp_path / 'meeting'}", rank=0, world_size=1)
    try:
        for rank in (0, 1):
            with monkeypatch.context() as there:
                there.setattr(idist, "get_rank", lambda rank=rank: rank)
                assert _of_the_first(20_000_001) == 20_000_001
    finally:
        idist.finalize()


TOGETHER = """
import ignite.distributed as idist
import torch
from ignite.engine import Engine
from latentop.ignite import attach

def train(_):
    network = idist.auto_model(torch.nn.Linear(2, 1))
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    def step(engine, batch):
        loss = network(batch).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.item()
    engine = Engine(step)
    attach(engine, "together", networks=network, optimisers=optimiser)
    engine.run(torch.rand(16, 4, 2), max_epochs=100_000)
    print("done", flush=True)

if __name__ == "__main__":
    with idist.Parallel(backend="gloo", nproc_per_node=2) as parallel:
        parallel.run(train)
"""


@pytest.mark.slow
def test_processes_that_train_together_are_one_run_and_stop_together(runs: Path, tmp_path: Path) -> None:
    script = tmp_path / "together.py"
    script.write_text(TOGETHER)
    told = stopped_together(script, runs, done=2)
    assert told.count("networks= and optimisers= are left out") == 1


@pytest.mark.parametrize("handled", [False, True])
def test_an_exception_is_the_end_of_the_run(runs: Path, *, handled: bool) -> None:
    def step(engine: Engine, batch: Tensor) -> float:
        return 1 / (3 - engine.state.iteration)

    trainer = Engine(step)
    attach(trainer)
    if handled:
        trainer.add_event_handler(Events.EXCEPTION_RAISED, lambda error: None)
        trainer.run(BATCHES)
    else:
        with pytest.raises(ZeroDivisionError):
            trainer.run(BATCHES)
    said = facts(only_run(runs))
    assert (said.state, said.step) == ("failed", 2)
    assert "ZeroDivisionError" in str(said.error)


def test_a_run_of_the_script_stays_open(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with latentop.init("two-engines") as run:
        trainer = Engine(lambda engine, batch: (batch.mean(), batch))
        attach(trainer, run)
        trainer.run(BATCHES)
        assert not run.over
        second = Engine(lambda engine, batch: (batch.mean(), batch))
        attach(second, run, output_transform=lambda output: output[0])
        second.run(BATCHES)
    assert marks(everything(only_run(runs)), "trouble")[0].startswith("the engine returns a tuple")
    found = series(only_run(runs))["loss/total"]
    assert [step for step, _ in found] == list(range(9, 17))
    assert found[0][1] == pytest.approx(float(BATCHES[0].mean()))


def test_a_block_that_is_stopped_terminates_the_engine(runs: Path) -> None:
    gan = GAN()
    attach(gan.engine)
    commands.ask(only_run(runs), "stop")
    gan.engine.run(BATCHES, max_epochs=10_000)
    assert gan.engine.state.iteration < 8_000
    assert facts(only_run(runs)).state == "stopped"
