"""A trace as a program would have written it: thinned, in one of the formats that programs write."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.logs.trace import Trace

EPOCH = 500
"""Steps of an epoch, where a format counts in epochs."""


def write(trace: Trace, every: int, place: int, folder: Path) -> Path:
    """Write every so manieth step in the format at this place, counted round; returns its path."""
    rows = [_row(trace, step) for step in range(every, trace.steps + 1, every)]
    name, writer = list(FORMATS.items())[place % len(FORMATS)]
    return writer(rows, folder / f"{trace.name}-{every}-{name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is known at a step; names as in a trace."""

    step: int
    epoch: int
    batch: int
    d: float
    g: float
    real: float
    fake: float


def _row(trace: Trace, step: int) -> Row:
    values = {name: float(trace.series[name][step - 1]) for name in ("d", "g", "real", "fake")}
    epoch, batch = divmod(step - 1, EPOCH)
    return Row(step=step, epoch=epoch, batch=batch, **values)


Rows = list[Row]


def _lines(line: Callable[[Row], str]) -> Callable[[Rows, Path], Path]:
    def written(rows: Rows, path: Path) -> Path:
        path = path.with_suffix(".log")
        path.write_text("".join(line(row) + "\n" for row in rows))
        return path

    return written


def _tutorial(row: Row) -> str:
    """PyTorch's DCGAN."""
    return (
        f"[{row.epoch}/10][{row.batch}/{EPOCH}]\tLoss_D: {row.d:.4f}\tLoss_G: {row.g:.4f}\t"
        f"D(x): {row.real:.4f}\tD(G(z)): {row.fake:.4f} / {row.fake:.4f}"
    )


def _batches(row: Row) -> str:
    """PyTorch-GAN."""
    return f"[Epoch {row.epoch}/10] [Batch {row.batch}/{EPOCH}] [D loss: {row.d:.6f}] [G loss: {row.g:.6f}]"


def _research(row: Row) -> str:
    return (
        f"[INFO] 2026-01-01 10:00:00 > Step: {row.step} Progress: {row.step / 50:.1f}% "
        f"Discriminator_loss: {row.d:.4f} Generator_loss: {row.g:.4f}"
    )


def _table(rows: Rows, path: Path) -> Path:
    path = path.with_suffix(".csv")
    lines = ["Iteration,Generator Loss,Discriminator Loss", *(f"{row.step},{row.g},{row.d}" for row in rows)]
    path.write_text("\n".join([*lines, ""]))
    return path


def _sparse(rows: Rows, path: Path) -> Path:
    """Lightning's CSVLogger: a row holds one of two losses."""

    def cells() -> Iterator[str]:
        for row in rows:
            yield f"{row.epoch},{row.g},,{row.step}"
            yield f"{row.epoch},,{row.d},{row.step}"

    path = path.with_suffix(".csv")
    path.write_text("\n".join(["epoch,g_loss,d_loss,step", *cells(), ""]))
    return path


def _array(rows: Rows, path: Path) -> Path:
    """Chainer."""
    path = path.with_suffix(".json")
    path.write_text(
        json.dumps(
            [
                {"epoch": row.epoch, "iteration": row.step, "loss_gen": row.g, "loss_dis": row.d}
                for row in rows
            ]
        )
    )
    return path


def _stats(rows: Rows, path: Path) -> Path:
    """StyleGAN2-ADA; a kimg is a step here."""
    path = path.with_suffix(".jsonl")

    def mean(value: float) -> dict[str, float]:
        return {"num": 8, "mean": value, "std": 0.0}

    with path.open("w") as file:
        for row in rows:
            record = {
                "Loss/G/loss": mean(row.g),
                "Loss/D/loss": mean(row.d),
                "Progress/kimg": mean(row.step / 1000),
            }
            file.write(json.dumps(record) + "\n")
    return path


def _files(rows: Rows, path: Path) -> Path:
    """BigGAN: a file for each series."""
    path.mkdir()
    for name, key in (("G_loss", "g"), ("D_loss", "d")):
        lines = [f"{row.step}: {getattr(row, key):.3e}" for row in rows]
        (path / f"{name}.log").write_text("\n".join([*lines, ""]))
    return path


def _database(rows: Rows, path: Path) -> Path:
    """Trackio."""
    path = path.with_suffix(".db")
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE metrics (timestamp TEXT, run_name TEXT, step INTEGER, metrics TEXT)")
        database.executemany(
            "INSERT INTO metrics VALUES ('2026-01-01T00:00:00', 'run', ?, ?)",
            [(row.step, json.dumps({"g_loss": _text(row.g), "d_loss": _text(row.d)})) for row in rows],
        )
        database.commit()
    return path


def _text(value: float) -> float | str:
    return "NaN" if value != value else value


FORMATS: dict[str, Callable[[Rows, Path], Path]] = {
    "tutorial": _lines(_tutorial),
    "batches": _lines(_batches),
    "research": _lines(_research),
    "table": _table,
    "sparse": _sparse,
    "array": _array,
    "stats": _stats,
    "files": _files,
    "database": _database,
}
