"""``python -m latentop.engine.train.score RUN``: FID and KID of a checkpoint's samples, printed as JSON.

torch-fidelity computes both, in the features of Inception v3, against the images that the run trains on. They
may be held beside published numbers. Source: Heusel et al. 2017, arXiv 1706.08500, section 3;
Bińkowski et al. 2018, arXiv 1801.01401, section 4.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from latentop.engine.checkpoint import checkpoint_file
from latentop.engine.data import load
from latentop.engine.data.fingerprint import load as load_files
from latentop.engine.linear_algebra import evenly
from latentop.engine.models import inception
from latentop.engine.objectives import build_objective
from latentop.engine.objectives.protocol import Generative
from latentop.engine.run.errors import LatentopError, UsageError
from latentop.engine.run.folder import RunFolder
from latentop.engine.train import devices
from latentop.presets import catalogue, live
from latentop.presets.preset_error import PresetError
from latentop.presets.wording import spaced

SEED = 0
"""Of the samples."""
_AT_ONCE = 256
_BATCH = 32
_SUBSET = 1000
"""Images of a part that KID is computed on, as published ones are."""


class Images(torch.utils.data.Dataset[Tensor]):
    """Images in bytes ``(n, channels, height, width)``, each in three channels."""

    def __init__(self, images: Tensor) -> None:
        self._images = images

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, place: int) -> Tensor:
        return self._images[place].expand(3, -1, -1)


def score(run: RunFolder, at: int | None, count: int) -> dict[str, object]:
    """FID and KID of ``count`` samples against as many real images at most.

    ``at``: from the newest checkpoint up to that step; None: the newest. Raises UsageError, DataError,
    PresetError or StorageError where they can't be computed.
    """
    checkpoint = _checkpoint(run, at)
    fidelity = inception.library("score needs torch-fidelity")
    preset = catalogue.load(catalogue.find(str(run.preset)))
    state = checkpoint_file.load(checkpoint)
    preset = live.changed(preset, state["settings"])
    choice = devices.choose("auto")  # it need not be scored where it was trained
    device = choice.device if choice.device.type == "cuda" else torch.device("cpu")
    dataset = load(preset.data, torch.device("cpu"), before=load_files(run.files))
    if len(dataset.shape) != 3 or dataset.shape[0] not in inception.CHANNELS:
        raise UsageError(f"{run.id} trains on no images: FID is of images", "score a run that draws images")
    devices.prepare(device)
    objective = build_objective(preset, dataset, device)
    if not isinstance(objective, Generative):
        raise UsageError(f"{run.id} draws no samples: it is no GAN and no VAE", "score a run that does")
    inception.require_weights()
    for name, network in objective.networks.items():
        if name in state["networks"]:
            network.load_state_dict(state["networks"][name])
    samples = _drawn(objective, count, len(dataset.classes))
    if samples is None:
        raise UsageError(
            f"the samples of {run.id} at step {spaced(state['step'])} are no numbers: it diverged",
            "score an earlier checkpoint: --at STEP",
        )
    real = inception.as_bytes(dataset.train[evenly(len(dataset.train), count)])
    found = fidelity.calculate_metrics(
        input1=Images(samples),
        input2=Images(real),
        cuda=device.type == "cuda",
        batch_size=_BATCH,
        fid=True,
        kid=True,
        kid_subset_size=min(_SUBSET, count, len(real)),
        verbose=sys.stderr.isatty(),
    )
    return {
        "run": run.id,
        "step": state["step"],
        "fid": found["frechet_inception_distance"],
        "kid": found["kernel_inception_distance_mean"],
        "kid_sd": found["kernel_inception_distance_std"],
        "samples": count,
        "real": len(real),
        "by": f"torch-fidelity {fidelity.__version__}",
    }


def _checkpoint(run: RunFolder, at: int | None) -> Path:
    known = checkpoint_file.steps(run)
    step = next((one for one in known if at is None or one <= at), None)
    if step is None:
        there = f"there are: {', '.join(map(spaced, sorted(known)))}" if known else "none was written"
        where = "" if at is None else f" up to step {spaced(at)}"
        raise UsageError(f"{run.id} has no checkpoint{where}", there)
    return checkpoint_file.path_of(run, step)


def _drawn(objective: Generative, count: int, classes: int) -> Tensor | None:
    """Samples in bytes ``(count, channels, height, width)``; None where any is no number.

    They are the same for the same weights. Conditional ones are of all classes in turn, each as often.
    """
    turns = max(1, _AT_ONCE // max(1, classes)) * max(1, classes)
    parts = []
    for at in range(0, count, turns):
        drawn = objective.draw(min(turns, count - at), SEED + at).cpu()
        if not drawn.isfinite().all():
            return None
        parts.append(inception.as_bytes(drawn))
    return torch.cat(parts)


def main() -> int:
    """Score what the command line names; returns the exit code, or that of the error."""
    parser = argparse.ArgumentParser(prog="python -m latentop.engine.train.score", description=__doc__)
    parser.add_argument("run", type=Path, help="a run's folder")
    parser.add_argument("--at", type=int, metavar="STEP", help="the newest checkpoint up to it")
    parser.add_argument("--samples", type=int, metavar="N", required=True)
    options = parser.parse_args()
    answer: Mapping[str, object]
    code = 0
    try:
        answer = score(RunFolder(options.run), options.at, options.samples)
    except (LatentopError, PresetError) as error:
        answer, code = {"error": error.message, "hint": error.hint}, error.exit_code
    except (RuntimeError, MemoryError) as error:
        if not devices.out_of_memory(error):
            raise
        answer = {
            "error": "out of memory",
            "hint": "end others on that device, or hide it: CUDA_VISIBLE_DEVICES=",
        }
        code = 1
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(json.dumps(answer))
    return code


if __name__ == "__main__":
    sys.exit(main())
