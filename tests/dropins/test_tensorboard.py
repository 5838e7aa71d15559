"""``latentop.tensorboard.SummaryWriter`` beside the real one: what it writes is in the run."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch import nn
from torch.utils.tensorboard import SummaryWriter as RealWriter

import latentop
from latentop.engine.run import commands
from latentop.tensorboard import SummaryWriter
from tests.support.real_runs import everything, facts
from tests.support.script_runs import changes, marks, only_run, series, steps, stop_asked


def public(kind: type) -> dict[str, Any]:
    return {
        name: one for name, one in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")
    }


def test_it_takes_every_call_that_the_real_one_takes() -> None:
    real, ours = public(RealWriter), public(SummaryWriter)
    assert real.keys() <= ours.keys()
    for name, one in {**real, "__init__": RealWriter.__init__}.items():
        wanted = inspect.signature(one).parameters
        found = inspect.signature(getattr(SummaryWriter, name)).parameters
        if not any(one.kind is inspect.Parameter.VAR_KEYWORD for one in found.values()) or name == "__init__":
            assert list(found)[: len(wanted)] == list(wanted), name


def train(writer: Any) -> None:
    """A GAN on one number, logged as people do."""
    torch.manual_seed(0)
    generator, discriminator = nn.Linear(2, 1), nn.Linear(1, 1)
    parts = [torch.optim.SGD(one.parameters(), lr=0.1) for one in (generator, discriminator)]
    for step in range(20):
        fake = generator(torch.randn(8, 2))
        loss_d = (discriminator(fake.detach()) + 1).square().mean()
        loss_g = (discriminator(fake) - 1).square().mean()
        for optimiser, loss in zip(parts, (loss_g, loss_d), strict=True):
            optimiser.zero_grad()
            loss.backward(retain_graph=True)
        for optimiser in parts:
            optimiser.step()
        writer.add_scalar("Loss/D", loss_d.item(), step)
        writer.add_scalar("Loss/G", loss_g, step)
        writer.add_scalars("scores", {"mean": fake.mean(), "std": np.float32(0.5)}, step)


def test_the_run_has_the_values_that_the_event_file_has(runs: Path, tmp_path: Path) -> None:
    with RealWriter(str(tmp_path / "events")) as real:
        train(real)
    with SummaryWriter(tmp_path / "logs" / "my-gan") as ours:
        train(ours)
    found = series(only_run(runs))
    accumulator = EventAccumulator(str(tmp_path / "events"))
    accumulator.Reload()
    part = EventAccumulator(str(tmp_path / "events" / "scores_mean"))
    part.Reload()
    for events, ours_name in (
        (accumulator.Scalars("Loss/D"), "loss/discriminator"),
        (accumulator.Scalars("Loss/G"), "loss/generator"),
        (part.Scalars("scores"), "scores/mean"),
    ):
        assert [step for step, _ in found[ours_name]] == [event.step for event in events] == list(range(20))
        assert [value for _, value in found[ours_name]] == pytest.approx([event.value for event in events])
    said = facts(only_run(runs))
    assert (said.title, said.kind, said.state) == ("my-gan", "gan", "finished")
    assert (tmp_path / "logs" / "my-gan").is_dir()


def test_tags_of_one_step_are_one_step_of_the_run(runs: Path) -> None:
    writer = SummaryWriter()
    for step in (5, 6):
        writer.add_scalar("d_loss", 1.0, global_step=step)
        writer.add_scalar("g_loss", 2.0, global_step=step)
    run = latentop.run
    assert run.step == 6
    writer.close()
    found = series(only_run(runs))
    assert found["loss/discriminator"] == [(5, 1.0), (6, 1.0)]
    assert found["loss/generator"] == [(5, 2.0), (6, 2.0)]


def test_a_tag_with_a_count_of_its_own_is_recorded_where_the_run_is(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with SummaryWriter("logs/vae", comment="-small") as writer:
        for epoch in (1, 2, 3):
            for step in range(100):
                writer.add_scalar("train_loss", 1.0, (epoch - 1) * 100 + step)
            writer.add_scalar("val_loss", epoch / 10, epoch)
            writer.add_scalar("epoch_seconds", 9.0, epoch)
    found = series(only_run(runs))
    assert found["valid/loss"] == [(99, 0.1), (199, 0.2), (299, 0.3)]
    assert [step for step, _ in found["epoch_seconds"]] == [99, 199, 299]
    assert found["loss/total"][-1] == (299, 1.0)
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert told[0].startswith("latentop: step 1 of 'val_loss' comes after step 99 of others")
    assert facts(only_run(runs)).title == "vae-small"


def test_tags_without_steps_count_their_calls(runs: Path) -> None:
    with SummaryWriter() as writer:
        for _ in range(3):
            writer.add_scalar("d_loss", 1.0)
            writer.add_scalar("g_loss", torch.tensor([2.0]))
    found = series(only_run(runs))
    assert [step for step, _ in found["loss/discriminator"]] == [1, 2, 3]
    assert [step for step, _ in found["loss/generator"]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("layout", "shape"), [("CHW", (3, 4, 6)), ("HWC", (4, 6, 3)), ("HW", (4, 6)), ("NHWC", (2, 4, 6, 1))]
)
def test_pictures_are_shown_whatever_the_order_of_their_axes(
    runs: Path, layout: str, shape: tuple[int, ...]
) -> None:
    picture = np.zeros(shape, dtype=np.float32)
    picture[tuple(0 if axis in "NHW" else slice(None) for axis in layout)] = 1.0  # the first pixel
    with SummaryWriter() as writer:
        writer.add_images("Real Images", picture, 0, dataformats=layout)
    shown = everything(only_run(runs)).frames["real"].images
    assert shown.shape[2:] == (4, 6)
    assert (shown[0, :, 0, 0] == 255).all()
    assert shown[0, :, 1:].max() == shown[0, :, :, 1:].max() == 0


class Figure:
    """Writes itself into a file, as one of matplotlib does."""

    def savefig(self, page: Any, format: str) -> None:
        Pillow.new("RGB", (6, 4), "white").save(page, format)


def test_a_figure_is_shown_as_it_is_drawn(runs: Path) -> None:
    with SummaryWriter() as writer:
        writer.add_figure("latent space", [Figure(), Figure()], 1)
    shown = everything(only_run(runs)).frames["codings"].images
    assert (shown.shape, shown.min()) == ((2, 3, 4, 6), 255)


def test_writers_of_parts_write_into_one_run(runs: Path) -> None:
    real, fake = SummaryWriter("logs/GAN/real"), SummaryWriter("logs/GAN/fake")
    grid = torch.rand(3, 8, 8)
    real.add_image("Mnist", grid, global_step=0)
    fake.add_image("Mnist", grid, global_step=0)
    train(fake)
    fake.close()
    assert facts(only_run(runs)).ended is None
    real.close()
    said = facts(only_run(runs))
    assert (said.title, said.state) == ("GAN", "finished")
    assert {"real", "samples"} <= everything(only_run(runs)).frames.keys()
    second = SummaryWriter("logs/GAN/val")
    second.add_scalar("loss", 0.5, 1)
    second.close()
    assert len(list(runs.iterdir())) == 2


def test_texts_and_hyperparameters_have_their_place_and_others_are_told_once(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with SummaryWriter() as writer:
        writer.add_scalar("loss", 1.0, 3)
        writer.add_text("note", "first try", 3)
        writer.add_hparams({"lr": 0.1, "bn": True}, {"hparam/fid": 7.0})
        for step in range(3):
            writer.add_histogram("weights", torch.rand(9), step)
            writer.add_graph(nn.Linear(1, 1), torch.rand(1, 1))
        writer.flush()
    run = only_run(runs)
    assert marks(everything(run), "note") == ["note: first try"]
    assert facts(run).config == {"lr": 0.1, "bn": True}
    assert series(run)["quality/fid"] == [(3, 7.0)]
    assert sorted(line.split()[1] for line in capsys.readouterr().err.splitlines()) == [
        "add_graph",
        "add_histogram",
    ]


def test_somebody_else_stops_it_with_a_checkpoint(runs: Path) -> None:
    network = nn.Linear(1, 1)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)

    def train_on(writer: SummaryWriter) -> Iterator[int]:
        for step in steps():
            writer.add_scalar("loss", network(torch.ones(1, 1)).square().mean(), step)
            yield step

    with SummaryWriter("logs/long", networks=network, optimisers=optimiser) as writer:
        changes(only_run(runs), "network.lr", 0.01)
        training = train_on(writer)
        next(step for step in training if optimiser.param_groups[0]["lr"] == 0.01)
        with stop_asked(runs), pytest.raises(latentop.Stopped):
            list(training)
    run = only_run(runs)
    assert facts(run).state == "stopped"
    assert run.newest_checkpoint == facts(run).step > 0


def test_a_block_that_is_stopped_ends_quietly(runs: Path) -> None:
    with SummaryWriter("logs/long") as writer:
        commands.ask(only_run(runs), "stop")
        for step in steps():
            writer.add_scalar("loss", 1.0, step)
    assert facts(only_run(runs)).state == "stopped"
