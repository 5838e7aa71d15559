"""Lines as the training loops of well-known repositories and tutorials print them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.formats.text_line import shape_of
from latentop.engine.external.logs.places import only_log
from tests.engine.external.logs.test_formats import joined, whole

NAN = float("nan")


@pytest.mark.parametrize(
    ("line", "counts", "values"),
    [
        (
            "Epoch: 001/050 | Batch 000/469 | Gen/Dis Loss: 0.6812/0.7011",
            {"epoch": 1, "batch": 0},
            {"Gen Loss": 0.6812, "Dis Loss": 0.7011},
        ),
        (
            "Epoch: [ 2/25] [  50/1583] time: 4.5012, d_loss: 1.38, g_loss: 0.69",
            {"epoch": 2, "step": 50},
            {"time": 4.5012, "d_loss": 1.38, "g_loss": 0.69},
        ),
        (
            "iter 300\ttime\t0.51\ttrain disc cost\t-1.2\ttrain gen cost\t0.3",
            {"iter": 300},
            {"train disc cost": -1.2, "train gen cost": 0.3},
        ),
        (">1, 3/390, d1=0.71, d2=0.72 g=0.69", {"epoch": 1, "step": 3}, {"d1": 0.71, "d2": 0.72, "g": 0.69}),
        ("Iteration: 00000100/01000000", {"iteration": 100}, {}),
        (
            "12:00:00.1 INFO: [epoch:  3, iter:   1,200, lr:(1.0e-04,)] l_g_gan: 5.1e-03 l_d_real: -6e-1",
            {"epoch": 3, "iter": 1200},
            {"l_g_gan": 0.0051, "l_d_real": -0.6},
        ),
        ("INFO:tensorflow:loss = 0.5, step = 100 (2.5 sec)", {"step": 100}, {"loss": 0.5}),
        ("Epoch: [0][ 10/391]\tTime 0.1 ( 0.2)\tLoss 4.5 (4.6)", {"epoch": 0, "step": 10}, {"Loss": 4.5}),
        (
            "iter 100 loss_G tensor(0.5123, device='cuda:0', grad_fn=<MulBackward0>) loss_D: tensor(nan)",
            {"iter": 100},
            {"loss_G": 0.5123, "loss_D": NAN},
        ),
        ("{'d_loss': 0.5, 'g_loss': 1.2e-05, 'epoch': 3}", {"epoch": 3}, {"d_loss": 0.5, "g_loss": 1.2e-05}),
        ("Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.300039", {"epoch": 1, "step": 640}, {"Loss": 2.300039}),
        ("====> Epoch: 1 Average loss: 123.4567", {"epoch": 1}, {"Average loss": 123.4567}),
        ("At step 100 the generator loss is 0.5", {"step": 100}, {"generator loss": 0.5}),
        ("I1030 10:43:06.12 123 train.py:88] Step 5 loss_d=0.5 loss_g=-inf", {"step": 5}, {"loss_d": 0.5}),
        (
            "tick 5     kimg 20.1     time 1m 30s       sec/tick 20.3    sec/kimg 5.1",
            {"tick": 5, "kimg": 20.1},
            {},
        ),
        ("\rG_loss:0.7|D_loss:0.6", {}, {"G_loss": 0.7, "D_loss": 0.6}),
        ("step 100 foo 0.5 bar -1.2e-3", {"step": 100}, {"foo": 0.5, "bar": -0.0012}),
        ("--- Epoch 3 | foo nan, bar 1.2 ---", {"epoch": 3}, {"foo": NAN, "bar": 1.2}),
        ("epoch 3 iteration100, G Loss: 0.5", {"epoch": 3, "iteration": 100}, {"G Loss": 0.5}),
        (
            "I0301 10:00:00.123456 140042 logging_writer.py:48] [100] d_loss=0.5, g_loss=1.2",
            {"step": 100},
            {"d_loss": 0.5, "g_loss": 1.2},
        ),
        ("Update # 50 Recon Error: 0.5 Loss: 0.6", {"update": 50}, {"Recon Error": 0.5, "Loss": 0.6}),
        (
            "Steps:  10%|█         | 150/1500 [00:15<02:15,  9.3it/s, d_loss=0.9, g_loss=1.2]",
            {"step": 150},
            {"d_loss": 0.9, "g_loss": 1.2},
        ),
        ("Schritt 100: D-Loss = 0,9385, G-Loss = 1,20", {}, {"D-Loss": 0.9385, "G-Loss": 1.2}),
        ("[0] foo 0.5", {"step": 0}, {"foo": 0.5}),
        ("[ 20/500]: foo 0.5 bar 3", {"step": 20}, {"foo": 0.5, "bar": 3}),
        ("iter 20: critic_gap 0.5", {"iter": 20}, {"critic_gap": 0.5}),
        ("Discriminator: 0.5, Generator: 0.7", {}, {"Discriminator": 0.5, "Generator": 0.7}),
    ],
)
def test_what_a_line_says(line: str, counts: dict[str, float], values: dict[str, float]) -> None:
    fields = [field for field in shape_of(line).fields if not field.total]
    assert {field.name: field.value for field in fields if field.counts} == counts
    found = {field.name: field.value for field in fields if not field.counts}
    assert {name: found.get(name) for name in values} == pytest.approx(values, nan_ok=True)
    assert shape_of(line).row == bool(values)


@pytest.mark.parametrize(
    "line",
    [
        "Namespace(batch_size=64, lr=0.0002, n_epochs=200, beta1=0.5)",
        "epochs: 200",
        "Saved epoch3.pt to run7",
        "--gpus 0,1 --name gan",
        "Saved 5 images to out/img_100.png in 3s",
        "Using device cuda:0 with 8 workers",
        "Requirement already satisfied: numpy>=1.26",
        "Epoch 3 of 200",
        "step 40 took 3.2",
        "steps 20000 latent 100 width 64",
        "loaded 500 skipped 20",
        "[3] loaded 500 skipped 20",
        "[3] foo took 2.5",
        "# of parameters: 12,345,678",
        "http://127.0.0.1:6006/ (Press CTRL+C to quit)",
        '  File "train.py", line 88, in <module>',
    ],
)
def test_what_is_no_row(line: str) -> None:
    assert not shape_of(line).row


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("10:00 | INFO | valid | epoch 003 | valid on 'valid' subset | loss 1.2", ["valid loss"]),
        ("[Validation] Epoch 3: loss=0.5, kl=0.1", ["valid loss", "valid kl"]),
        ("epoch 3 | train loss 0.5 | val loss 0.6", ["train loss", "val loss"]),
        ("run/val/eval_gan.py: step 3 loss 0.5", ["loss"]),
    ],
)
def test_values_of_held_out_data_are_told_from_those_of_training(line: str, names: list[str]) -> None:
    assert [field.name for field in shape_of(line).fields if not field.counts] == names


def test_a_block_of_lines_is_a_row_and_no_table(tmp_path: Path) -> None:
    """As mimicry prints its losses: the step, then a value a line."""
    (tmp_path / "train.log").write_text(
        "".join(
            f"INFO: [Epoch 1/257][Global Step: {step:05d}/100000] \n| D(G(z)): 0.2000\n| D(x): 0.8000\n"
            f"| errD: {1 + step / 1000:.4f}\n| errG: 0.7000\n| lr_D: 0.0002\n| (0.0512 sec/idx)\n^^^^\n"
            for step in range(50, 2000, 50)
        )
    )
    series = joined(whole(only_log(tmp_path).open(ColumnsWanted())))
    steps, values = series["loss/discriminator"]
    assert steps.tolist() == [*range(50, 2000, 50)]
    assert values.tolist() == pytest.approx([1 + step / 1000 for step in range(50, 2000, 50)])
    assert {"loss/generator", "score/real", "score/fake"} <= series.keys()


@pytest.mark.parametrize(
    ("line", "steps"),
    [
        ("step {step}: D-Loss = {comma}, G-Loss = 1,701\n", 100),
        ("[rank0]:[2026-03-01 10:00:00] step {step} | loss_d {d} | loss_g 1.701\n"
         "[rank1]:[2026-03-01 10:00:00] step {step} | loss_d 9.5 | loss_g 9.5\n", 100),
        ("\x1b[2K\r\x1b[36mEpoch 1\x1b[0m ━━ {step}/100 d_loss: \x1b[1m{d}\x1b[0m "
         "g_loss: \x1b[1m1.701\x1b[0m", 100),
        ("\b\b\b\b\b\b{step}/100 [=>..] - ETA: 3s - d_loss: {d} - g_loss: 1.701", 100),
    ],
    ids=["decimal commas", "ranks", "colours", "progress bar"],
)  # fmt: skip
def test_many_lines_are_read_as_each_is(tmp_path: Path, line: str, steps: int) -> None:
    values = [1.051 - row / 1000 for row in range(steps)]
    (tmp_path / "train.log").write_text(
        "".join(
            line.format(step=row, d=f"{d:.3f}", comma=f"{d:.3f}".replace(".", ","))
            for row, d in enumerate(values)
        )
        + "\n"
    )
    series = joined(whole(only_log(tmp_path).open(ColumnsWanted())))
    assert series["loss/discriminator"][0].tolist() == [*range(steps)]
    assert series["loss/discriminator"][1].tolist() == pytest.approx(values)
    assert set(series["loss/generator"][1].tolist()) == {1.701}


@pytest.mark.parametrize("line", ["[{step}] rank {rank} d_loss {d}", "rank={rank} step={step} d_loss={d}"])
@pytest.mark.parametrize("ranks", [(3.37, 3.41, 4.2), (1, 2, 3)])
def test_a_value_that_is_called_rank_leaves_no_line_out(
    tmp_path: Path, line: str, ranks: Sequence[float]
) -> None:
    rows = [line.format(step=step, rank=ranks[step % 3], d=1 + step / 100) for step in range(60)]
    (tmp_path / "train.log").write_text("\n".join(rows) + "\n")
    steps, values = joined(whole(only_log(tmp_path).open(ColumnsWanted())))["loss/discriminator"]
    assert steps.tolist() == [*range(60)]
    assert values.tolist() == pytest.approx([1 + step / 100 for step in range(60)])
