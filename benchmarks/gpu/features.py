"""Features of a network are the same on both devices, and a script that logs waits for neither."""

import time
from collections.abc import Iterator
from statistics import median

import torch
from torch import Tensor, nn

import latentop
from benchmarks.gpu.check import Bench, Check, judged, judged_on_card
from benchmarks.gpu.material import apart, dataset_of, preset_of
from benchmarks.gpu.meter import NEAR, batches, built
from latentop.engine.watch.samples import feature_network
from tests.support.feature_files import small_network, written

LOGS, PROMPT = 5, 0.02
"""How often a loss is logged that the card takes a while for, and the seconds that a call may take."""
BUSY = 200_000_000
"""Cycles that the card is kept busy: about 0.1 s."""


class Traced(nn.Module):
    """Makes a tensor where it was traced, wherever it is asked."""

    def forward(self, images: Tensor) -> Tensor:
        """Images ``(n, c, h, w)`` to as many features as they have values."""
        rows = images.flatten(1)
        return rows * torch.arange(rows.shape[1], device=rows.device)


def features(bench: Bench) -> Iterator[Check]:
    """Samples read in them, a network that only the processor can ask, and ``log`` beside a busy card."""
    file = written(bench.folder / "network.pt", small_network())
    preset = preset_of(bench, "dcgan", "watch.samples=256", f"watch.features={file}")
    here = dataset_of(preset.data, "cpu")
    ours, _ = built(preset, dataset_of(preset.data, bench.device))
    reference, _ = built(preset, here)
    network = ours.network.network
    for name, samples in batches(here, ours.samples).items():
        found, known = ours.read(samples.to(bench.device)), reference.read(samples)
        numbers = found.series()
        worst = max(apart(numbers[one], value, 1.0) for one, value in known.series().items())
        good = worst <= NEAR and found.lost == known.lost and network.place is None
        figure = f"differs by {worst:.1g} at most, asked on {network.place or bench.device}"
        yield judged(good, bench.placed(figure), f"≤ {NEAR}, the same lost, asked on {bench.device}", name)
    yield _traced(bench, here.train[:64])
    yield _logged(bench)


def _traced(bench: Bench, images: Tensor) -> Check:
    file = written(bench.folder / "traced.pt", Traced(), example=images[:2])
    network = feature_network.load(str(file))
    same = torch.equal(network(images.to(bench.device)), Traced()(images))
    figure = f"{'the same' if same else 'others'}, asked on {network.place or bench.device}"
    return judged(same, bench.placed(figure), "the same as where it was traced", "traced")


def _logged(bench: Bench) -> Check:
    """Of calls of ``log`` that are given what the card has yet to compute; once a second one looks at it."""
    taken = []
    with latentop.init("logged", runs=bench.folder) as run:
        run.log({"loss/generator": 1.0})
        for number in range(LOGS):
            if bench.card:
                torch.cuda._sleep(BUSY)
            loss = torch.ones((), device=bench.device) * number
            began = time.perf_counter()
            run.log({"loss/generator": loss})
            taken.append(time.perf_counter() - began)
    figure = f"{1000 * median(taken):.1f} ms a call beside a busy card"
    return judged_on_card(bench, median(taken) < PROMPT, figure, f"< {1000 * PROMPT:.0f} ms", "log")
