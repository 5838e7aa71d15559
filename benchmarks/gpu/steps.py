"""Training steps of every preset: they come to their end, and none waits for the device."""

from collections.abc import Iterator

from benchmarks.gpu.check import Bench, Check, first_line, judged
from benchmarks.gpu.material import no_questions, preset_of, stepper
from latentop.presets import catalogue

PRECISIONS = ("float32", "bfloat16")
SHOWN = 4
"""Failures that a row has room for."""


def presets(bench: Bench) -> Iterator[Check]:
    """Each preset in each precision: some steps to warm up, and some during which nothing may wait."""
    warm, strict = (1, 1) if bench.dry else (3, 5)
    names = [entry.name for entry in catalogue.entries() if entry.group in catalogue.GROUPS]
    for precision in PRECISIONS:
        failures = []
        for name in names:
            try:
                if not _steps(bench, name, precision, warm, strict):
                    failures.append(f"{name}: not finite")
            except Exception as error:
                failures.append(f"{name}: {first_line(error)}")
        told = "; ".join(failures[:SHOWN])
        more = f"; {len(failures) - SHOWN} more" if len(failures) > SHOWN else ""
        counted = f"{len(names) - len(failures)} of {len(names)}"
        figure = f"{counted}{f': {told}{more}' if failures else ''}"
        wanted = "all, none waits for the card" if bench.card else "all"
        yield judged(not failures, bench.placed(figure), wanted, precision)


def _steps(bench: Bench, name: str, precision: str, warm: int, strict: int) -> bool:
    """Whether all series of the last step are finite."""
    _, take = stepper(preset_of(bench, name, f"precision={precision}"), bench.device)
    for _ in range(warm):
        take()
    with no_questions(bench.device):
        for _ in range(strict):
            values = take()
    return all(bool(one.isfinite()) for one in values.values())
