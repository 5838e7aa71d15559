"""Logs in the shapes in which other programs write them, of one training that is known."""

import gzip
import json
import sqlite3
import struct
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROWS, EPOCH = 60, 20
G = 1.0 + 0.01 * np.arange(ROWS)
D = 0.7 - 0.005 * np.arange(ROWS)
COUNTED = np.arange(ROWS)
HUNDREDS = 100 * np.arange(1, ROWS + 1)
LOSSES = {"loss/generator": G, "loss/discriminator": D}
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class LogShape:
    """``write`` writes the log into a folder and returns the path to read; the others are what it says."""

    name: str
    write: Callable[[Path], Path]
    steps: NDArray[np.int64]
    series: Mapping[str, Floats]
    more: Mapping[str, Mapping[int, float]] = ()  # type: ignore[assignment]
    """Values of series at other steps."""
    binary: bool = False
    notes: tuple[str, ...] = ()


def _lines(
    name: str, line: Callable[[int, float, float], str], *, before: str = ""
) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / name
        rows = [line(row, g, d) for row, (g, d) in enumerate(zip(G.tolist(), D.tolist(), strict=True))]
        path.write_text(before + "\n".join(rows) + "\n", encoding="utf-8")
        return path

    return write


def _dcgan(row: int, g: float, d: float) -> str:
    epoch, batch = divmod(row, EPOCH)
    return (
        f"[{epoch}/5][{batch}/{EPOCH}]\tLoss_D: {d:.4f}\tLoss_G: {g:.4f}\tD(x): 0.8012\t"
        "D(G(z)): 0.2101 / 0.1034"
    )


def _pytorch_gan(row: int, g: float, d: float) -> str:
    epoch, batch = divmod(row, EPOCH)
    return f"[Epoch {epoch}/3] [Batch {batch}/{EPOCH}] [D loss: {d:f}] [G loss: {g:f}]"


def _cyclegan(row: int, g: float, d: float) -> str:
    epoch, batch = divmod(row, EPOCH)
    return (
        f"(epoch: {epoch + 1}, iters: {100 * (batch + 1)}, time: 2.416, data: 9.430) "
        f"D_A: {d:.3f} G_A: {g:.3f} cycle_A: 2.246 idt_A: 1.263 "
        f"D_B: {d / 2:.3f} G_B: {2 * g:.3f} cycle_B: 2.893 idt_B: 1.010 "
    )


_BANNER = "================ Training Loss (Wed Jan  1 10:43:06 2020) ================\n"


def _research(row: int, g: float, d: float) -> str:
    when, step = f"[INFO] 2020-01-01 10:00:{row:02d} >", 100 * (row + 1)
    fid = f"\n{when} FID score (Step: {step}, Using test moments): {60.0 - row}" if row % 20 == 19 else ""
    return (
        f"{when} Step: {step} Progress: {row / 10:.1f}% Elapsed: 0:00:{row:02d} "
        f"Discriminator_loss: {d:.4f} Generator_loss: {g:.4f}{fid}"
    )


def _tqdm(row: int, g: float, d: float) -> str:
    epoch, batch = divmod(row, EPOCH)
    bar = "█" * (batch // 2) + " " * (10 - batch // 2)
    return (
        f"Epoch {epoch}:  {5 * batch}%|{bar}| {batch + 1}/{EPOCH} "
        f"[00:{batch:02d}<00:05,  8.21it/s, loss_D={d:.4f}, loss_G={g:.4f}]"
    )


def _keras_gan(row: int, g: float, d: float) -> str:
    return f"{row} [D loss: {d:f}, acc.: {50 + row / 2:.2f}%] [G loss: {g:f}]"


def _stylegan(folder: Path) -> Path:
    def statistics(value: float, num: int = 64) -> dict[str, float]:
        return {"num": num, "mean": value, "std": 0.1}

    with (folder / "stats.jsonl").open("w") as file:
        for row, (g, d) in enumerate(zip(G.tolist(), D.tolist(), strict=True)):
            fields = {
                "Loss/scores/fake": statistics(-1.2),
                "Loss/signs/real": statistics(0.2),
                "Loss/signs/fake": statistics(-0.6),
                "Loss/G/loss": statistics(g),
                "Loss/pl_penalty": statistics(float("nan"), num=0),
                "Loss/D/loss": statistics(d),
                "Progress/kimg": statistics(0.1 * (row + 1), num=1),
                "Timing/total_sec": statistics(45.1 * row, num=1),
                "timestamp": 1.6e9 + row,
            }
            file.write(json.dumps(fields) + "\n")
    with (folder / "metric-fid50k_full.jsonl").open("w") as file:
        for kimg in (0, 4):
            fields = {
                "results": {"fid50k_full": 100.0 - 10 * kimg},
                "metric": "fid50k_full",
                "total_time": 457.1,
                "num_gpus": 2,
                "snapshot_pkl": f"network-snapshot-{kimg:06d}.pkl",
                "timestamp": 1.6e9,
            }
            file.write(json.dumps(fields) + "\n")
    return folder


def _biggan(folder: Path) -> Path:
    for name, values in (("G_loss", G), ("D_loss_real", 0.25 * D), ("D_loss_fake", 0.75 * D)):
        rows = [f"{step}: {value:.4e}" for step, value in zip(HUNDREDS, values, strict=True)]
        (folder / f"{name}.log").write_text("\n".join(rows) + "\n")
    return folder


def _mlflow(folder: Path) -> Path:
    metrics = folder / "mlruns" / "0" / "0123456789abcdef" / "metrics"
    metrics.mkdir(parents=True)
    for name, values in (("g_loss", G), ("d_loss", D)):
        rows = [
            f"{1_700_000_000_000 + step} {value} {step}" for step, value in zip(HUNDREDS, values, strict=True)
        ]
        (metrics / name).write_text("\n".join(rows) + "\n")
    (metrics.parent / "meta.yaml").write_text("run_id: 0123456789abcdef\n")
    return metrics


def _biggan_metrics(folder: Path) -> Path:
    path = folder / "BigGAN_log.jsonl"
    rows = [
        {"itr": int(step), "IS_mean": float(g), "IS_std": 0.1, "FID": float("nan") if row == 3 else 1e111}
        for row, (step, g) in enumerate(zip(HUNDREDS, G, strict=True))
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _chainer(folder: Path) -> Path:
    rows = [
        {
            "epoch": row // EPOCH,
            "iteration": int(step),
            "loss_gen": g,
            "loss_dis": d,
            "elapsed_time": 17.3 * row,
        }
        for row, (step, g, d) in enumerate(zip(HUNDREDS, G.tolist(), D.tolist(), strict=True))
    ]
    path = folder / "log"
    path.write_text(json.dumps(rows, indent=4))
    return path


def _lightning(row: int, g: float, d: float) -> str:
    epoch = row // EPOCH
    return f"{d:.5f},{epoch},,{row}\n,{epoch},{g:.5f},{row}"


def _tensorboard(folder: Path) -> Path:
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(str(folder))
    for step, g, d in zip(HUNDREDS, G, D, strict=True):
        writer.add_scalar("Loss/G", g, step)
        writer.add_scalar("Loss/D", d, step)
    writer.close()
    return folder


def _trackio(folder: Path) -> Path:
    path = folder / "mygan.db"
    with closing(sqlite3.connect(path)) as database, database:
        columns = "id INTEGER PRIMARY KEY, timestamp TEXT, run_name TEXT, step INTEGER, metrics TEXT"
        database.execute(f"CREATE TABLE metrics ({columns})")
        for row, (step, g, d) in enumerate(zip(HUNDREDS.tolist(), G.tolist(), D.tolist(), strict=True)):
            told = json.dumps({"g_loss": g, "d_loss": d, "other": "NaN"})
            database.execute(
                "INSERT INTO metrics (timestamp, run_name, step, metrics) VALUES (?, 'first', ?, ?)",
                (f"2024-01-01T10:00:{row:02d}+00:00", step, told),
            )
    return path


def wandb_file(path: Path, rows: list[dict[str, object]]) -> Path:
    """A run's file as wandb writes it offline."""
    from wandb.proto import wandb_internal_pb2

    packed = []
    for step, row in enumerate(rows):
        record = wandb_internal_pb2.Record()
        for name, value in {"_step": step, "_timestamp": 1.7e9 + step, **row}.items():
            item = record.history.item.add()
            item.nested_key.append(name)
            item.value_json = json.dumps(value)
        packed.append(record.SerializeToString())
    written = bytearray(b":W&B\xe1\xbe\x00")
    block = 1 << 15
    for one in packed:
        first = True
        while True:
            left = block - len(written) % block
            if left < 7:
                written += bytes(left)
                continue
            part, one = one[: left - 7], one[left - 7 :]
            kind = (1 if not one else 2) if first else (4 if not one else 3)
            written += struct.pack("<IHB", 0, len(part), kind) + part
            first = False
            if not one:
                break
    path.write_bytes(bytes(written))
    return path


def _wandb(folder: Path) -> Path:
    return wandb_file(
        folder / "run-a1b2c3d4.wandb",
        [{"loss_G": g, "loss_D": d} for g, d in zip(G.tolist(), D.tolist(), strict=True)],
    )


def _packed(folder: Path) -> Path:
    plain = _lines("log.csv", _csv, before="step,g_loss,d_loss\n")(folder)
    path = folder / "log.csv.gz"
    path.write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    return path


def _csv(row: int, g: float, d: float) -> str:
    return f"{100 * (row + 1)},{g:.5f},{d:.5f}"


_MARKDOWN = "Training begins on cuda:0\n\n| iter | loss_d | loss_g | time |\n|---:|---:|:---|---|\n"
_BOX = "┏━━━━━━┳━━━━━━━━┳━━━━━━━━┓\n┃ iter ┃ d_loss ┃ g_loss ┃\n┡━━━━━━╇━━━━━━━━╇━━━━━━━━┩\n"


def _markdown(row: int, g: float, d: float) -> str:
    return f"| {row} | {d:.4f} | {g:.4f} | 00:{row:02d} |"


def _box(row: int, g: float, d: float) -> str:
    return f"│ {row:4d} │ {d:6.4f} │ {g:6.4f} │"


def _after_a_banner(row: int, g: float, d: float) -> str:
    return f"{row};{d:.4f};{g:.4f}".replace(".", ",")


def _powershell(folder: Path) -> Path:
    path = folder / "train.log"
    text = "\r\n".join(_dcgan(row, g, d) for row, (g, d) in enumerate(zip(G, D, strict=True)))
    path.write_text(text + "\r\n", encoding="utf-16")
    return path


TWO_GANS = {
    "loss/discriminator-a": D,
    "loss/generator-a": G,
    "loss/discriminator-b": D / 2,
    "loss/generator-b": 2 * G,
}
VAE = {"loss/total": G, "loss/kl": D, "loss/reconstruction": G - D}
SHAPES = {
    one.name: one
    for one in (
        LogShape(
            name="dcgan-stdout",
            write=_lines(
                "train.log", _dcgan, before="Namespace(lr=0.0002, epochs=5)\nStarting Training Loop...\n"
            ),
            steps=COUNTED,
            series=LOSSES | {"score/real": np.full(ROWS, 0.8012), "score/fake": np.full(ROWS, 0.2101)},
        ),
        LogShape(name="pytorch-gan", write=_lines("out.txt", _pytorch_gan), steps=COUNTED, series=LOSSES),
        LogShape(
            name="cyclegan",
            write=_lines("loss_log.txt", _cyclegan, before=_BANNER),
            steps=HUNDREDS,
            series=TWO_GANS | {"loss/cycle-a": np.full(ROWS, 2.246)},
        ),
        LogShape(
            name="stylegan",
            write=_stylegan,
            steps=HUNDREDS,
            series=LOSSES | {"accuracy/discriminator": np.full(ROWS, 0.7)},
            more={"quality/fid": {0: 100.0, 4000: 60.0}},
        ),
        LogShape(
            name="research-text",
            write=_lines("log.txt", _research),
            steps=HUNDREDS,
            series=LOSSES,
            more={"quality/fid": {2000: 41.0, 4000: 21.0, 6000: 1.0}},
        ),
        LogShape(name="biggan-series", write=_biggan, steps=HUNDREDS, series=LOSSES),
        LogShape(name="mlflow", write=_mlflow, steps=HUNDREDS, series=LOSSES),
        LogShape(
            name="biggan-metrics",
            write=_biggan_metrics,
            steps=HUNDREDS,
            series={"quality/inception-score": G},
        ),
        LogShape(name="chainer", write=_chainer, steps=HUNDREDS, series=LOSSES),
        LogShape(
            name="lightning",
            write=_lines("metrics.csv", _lightning, before="d_loss,epoch,g_loss,step\n"),
            steps=COUNTED,
            series=LOSSES,
        ),
        LogShape(
            name="keras",
            write=_lines(
                "log.csv",
                lambda row, g, d: f"{row},{d},{g},{g - d}",
                before="epoch,kl_loss,loss,reconstruction_loss\n",
            ),
            steps=COUNTED,
            series=VAE,
        ),
        LogShape(
            name="fastai",
            write=_lines(
                "history.csv",
                lambda row, g, d: f"{row},{g + d},{g - d},{g},{d},00:{row:02d}",
                before="epoch,train_loss,valid_loss,gen_loss,crit_loss,time\n",
            ),
            steps=COUNTED,
            series=LOSSES | {"loss/total": G + D, "valid/loss": G - D},
        ),
        LogShape(
            name="decimal-commas",
            write=_lines(
                "log.csv",
                lambda row, g, d: f"{100 * (row + 1)};{g:.5f};{d:.5f}".replace(".", ","),
                before="Step;g_loss;d_loss\n",
            ),
            steps=HUNDREDS,
            series=LOSSES,
        ),
        LogShape(
            name="json-lines",
            write=_lines(
                "log.jsonl",
                lambda row, g, d: json.dumps({"iter": row, "losses": {"G": g, "D": d}, "phase": "train"}),
            ),
            steps=COUNTED,
            series=LOSSES,
        ),
        LogShape(name="tqdm", write=_lines("err.log", _tqdm), steps=COUNTED + 1, series=LOSSES),
        LogShape(name="keras-gan", write=_lines("nohup.out", _keras_gan), steps=COUNTED, series=LOSSES),
        LogShape(
            name="markdown",
            write=_lines("train.md", _markdown, before=_MARKDOWN),
            steps=COUNTED,
            series=LOSSES,
            notes=("above its columns 1 line is left out",),
        ),
        LogShape(name="box", write=_lines("rich.txt", _box, before=_BOX), steps=COUNTED, series=LOSSES),
        LogShape(
            name="csv-after-a-banner",
            write=_lines(
                "out.log",
                _after_a_banner,
                before="Using device cpu\nbatch size is large\nstep;d_loss;g_loss\n",
            ),
            steps=COUNTED,
            series=LOSSES,
            notes=("above its columns 2 lines are left out",),
        ),
        LogShape(name="packed", write=_packed, steps=HUNDREDS, series=LOSSES, binary=True),
        LogShape(name="powershell", write=_powershell, steps=COUNTED, series=LOSSES),
        LogShape(name="tensorboard", write=_tensorboard, steps=HUNDREDS, series=LOSSES, binary=True),
        LogShape(name="trackio", write=_trackio, steps=HUNDREDS, series=LOSSES, binary=True),
        LogShape(name="wandb", write=_wandb, steps=COUNTED, series=LOSSES, binary=True),
    )
}
"""By name; ``binary`` are those that nobody appends lines to."""
