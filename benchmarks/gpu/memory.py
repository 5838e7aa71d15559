"""Memory: how much training takes, whether that grows, and what becomes of a batch that does not fit."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import psutil
import torch
from torch import Tensor

from benchmarks.gpu.check import Bench, Check, judged, judged_on_card
from benchmarks.gpu.material import dataset_of, preset_of
from latentop.engine.data import Dataset
from latentop.engine.objectives.reconstruction import Reconstruction
from latentop.engine.run import commands
from latentop.engine.run.events import Scalars
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.process.terminated import Terminated
from latentop.engine.train.hooks import Hooks
from latentop.engine.train.session import Session
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue
from latentop.presets.schema import Preset
from tests.support.real_runs import everything, facts

MEGABYTE = 2**20
BESIDE = 256 * MEGABYTE
"""What training may take beside the data: networks, moments, good states to go back to, work space."""
GROWN = 16 * MEGABYTE
ROOM = 768 * MEGABYTE
"""What a run may have where memory is made short: enough for its own batch, too little for the largest."""
FITS = 64


def memory(bench: Bench) -> Iterator[Check]:
    """The peak beside the data, and what is taken after 2 000 steps beside after 200."""
    early, last = (20, 40) if bench.dry else (200, 2000)
    preset = preset_of(bench, "dcgan", f"steps={last}")
    dataset = dataset_of(preset.data, bench.device)
    trainer = Trainer(preset, dataset, torch.device(bench.device), wall=time.time, clock=time.monotonic)
    taken: dict[int, int] = {}
    for event in trainer.run():
        if isinstance(event, Scalars) and event.step in (early, last) and event.step not in taken:
            taken[event.step] = _taken(bench) - _kept(trainer)
    data = _bytes(dataset)
    grown = taken[last] - taken[early]
    told = f"{taken[last] / MEGABYTE:.0f} MiB after {last} steps, {grown / MEGABYTE:+.0f} since step {early}"
    most = GROWN + _bytes_of(trainer.state())  # of which one more may be held, until it is known to be good
    wanted = f"at most {most / MEGABYTE:.0f} MiB more, good states apart"
    yield judged_on_card(bench, grown <= most, told, wanted, "growth")
    peak = torch.cuda.max_memory_allocated() if bench.card else taken[last]
    told = f"{peak / MEGABYTE:.0f} MiB at most, {data / MEGABYTE:.0f} of them data"
    wanted = f"data + {BESIDE // MEGABYTE} MiB"
    yield judged_on_card(bench, peak <= data + BESIDE, told, wanted, "peak")


def short_of_memory(bench: Bench) -> Iterator[Check]:
    """An edit to a batch that does not fit is taken back: training ends as it began, no checkpoint has it."""
    name, steps = ("stacked" if bench.dry else "dcgan"), 80
    words = [f"steps={steps}", f"batch={FITS // 2}", f"device={bench.device}"]
    preset = catalogue.load(catalogue.find(name), words)
    dataset = dataset_of(preset.data, "cpu")
    run = _run(bench, preset, name)
    commands.ask(run, "set", {"batch": len(dataset.train)})
    with ExitStack() as stack:
        if bench.card:
            total = torch.cuda.get_device_properties(torch.device(bench.device)).total_memory
            torch.cuda.set_per_process_memory_fraction((_bytes(dataset) + ROOM) / total)
        else:
            stack.enter_context(patch.object(Reconstruction, "step", _refusing(Reconstruction.step)))
        _train(run, preset)
    found = facts(run)
    edits = [mark.text for mark in everything(run).marks if mark.kind == "edit"]
    batches = {
        torch.load(path, weights_only=True)["settings"]["batch"] for path in run.checkpoints.glob("step-*.pt")
    }
    good = found.state == "finished" and found.step == steps and batches == {FITS // 2}
    good = good and len(edits) == 2 and edits[1].startswith("taken back")
    figure = f"{found.state}, {found.step} steps, checkpoints with batch {sorted(batches)}; {edits[-1:]}"
    yield judged(good, bench.placed(figure), f"taken back, finished with batch {FITS // 2}")


def _train(run: RunFolder, preset: Preset) -> None:
    """Train the run in this process, whose memory is short."""
    hooks = Hooks(run)
    Session(run, preset, terminated=Terminated(), hooks=hooks).train(resume=False)
    hooks.settle()


def _run(bench: Bench, preset: Preset, name: str) -> RunFolder:
    told = RunFacts(preset=name, kind=preset.tag, seed=preset.seed, steps=preset.steps)
    return launch.new(bench.folder, told, catalogue.dump(preset))


def _refusing(step: Any) -> Any:
    """A step for which memory is short, as a card's is, with more images than so many."""

    def refusing(self: Reconstruction, batch: Tensor, labels: Tensor) -> dict[str, Tensor]:
        if len(batch) > FITS:
            raise torch.OutOfMemoryError("out of memory. Tried to allocate 20.00 GiB.")
        taken: dict[str, Tensor] = step(self, batch, labels)
        return taken

    return refusing


def _taken(bench: Bench) -> int:
    """Bytes that are taken now: of the card by tensors, else of the machine by the process."""
    if bench.card:
        return int(torch.cuda.memory_allocated())
    resident: int = psutil.Process().memory_info().rss
    return resident


def _kept(trainer: Trainer) -> int:
    """Bytes of good states to go back to, which are more and more until the ring is full."""
    return sum(_bytes_of(one.state) for one in trainer.snapshots)


def _bytes(dataset: Dataset) -> int:
    return sum(one.nbytes for one in (dataset.train, dataset.train_labels, dataset.test, dataset.test_labels))


def _bytes_of(state: Any) -> int:
    """Bytes of all tensors on a card in a state; where there is none, of all."""
    if isinstance(state, Tensor):
        return state.nbytes if state.is_cuda or not torch.cuda.is_available() else 0
    if isinstance(state, Mapping):
        return sum(map(_bytes_of, state.values()))
    return sum(map(_bytes_of, state)) if isinstance(state, list | tuple) else 0
