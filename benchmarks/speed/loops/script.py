"""The tutorial's GAN as a run: ``python -m benchmarks.speed.loops.script LOG RUNS PRESET [KEY=VALUE]…``.

Everything that ``latentop.init`` takes is given: networks, optimisers, samples, real images.
"""

import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import latentop
from benchmarks.speed.loops.textbook_parts import preset_of
from benchmarks.speed.loops.tutorial import adversarial
from benchmarks.speed.step_times import Log
from latentop.presets.schema import GAN


def main() -> None:
    """Train until killed."""
    log, runs, name, *overrides = sys.argv[1:]
    preset = preset_of(name, overrides)
    assert isinstance(preset, GAN)
    with TemporaryDirectory() as folder:
        adversarial(preset, Path(folder), Log(Path(log)), logs=partial(_begin, runs))


def _begin(runs: str, networks: Any, optimisers: Any, sample: Any, loader: Any) -> Any:
    run = latentop.init(
        "script", runs=runs, networks=networks, optimisers=optimisers, sample=sample, real=loader
    )
    return run.log


if __name__ == "__main__":
    main()
