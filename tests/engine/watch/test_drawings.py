"""The watch on flat drawings, which have hardly any detail: noise that nobody sees does not silence it."""

from functools import cache

import pytest
import torch
from torch import Tensor

from benchmarks import made_images
from latentop.engine.watch.samples.diversity import DiversityMeter, build
from latentop.engine.watch.samples.reading import Reading
from latentop.engine.watch.verdict.alarms import Alarms
from latentop.engine.watch.verdict.arming import looks_real
from latentop.engine.watch.verdict.collapse import Collapse
from latentop.presets.watch import DEFAULTS

MODES, SAMPLES = 30, 512
FAINT, SEEN = 0.04, 0.15
"""Standard deviations of noise on pixels in [0, 1]: beside each other nobody tells the first from none."""


@cache
def meter() -> DiversityMeter:
    images, labels = made_images.draw(MODES, 3600, seed=1)
    return build(
        real=images[:600],
        real_labels=labels[:600],
        training=images[600:],
        training_labels=labels[600:],
        classes=made_images.names(MODES),
    )


def drawings(seed: int, *, noise: float, modes: int = MODES) -> Tensor:
    """New drawings of the first of all modes, with noise on them."""
    images, labels = made_images.draw(MODES, 4 * SAMPLES, seed=100 + seed)
    some = images[labels < modes][:SAMPLES]
    return (some + noise * torch.randn(some.shape, generator=torch.Generator().manual_seed(seed))).clamp(0, 1)


def told(readings: list[Reading]) -> list[str]:
    """The alarms that are raised by these checks, one every 100 steps."""
    collapse, alarms = Collapse(DEFAULTS), Alarms(patience=3, awaits=("collapsed",))
    found = []
    for check, reading in enumerate(readings, start=1):
        alarms.read(100)
        conditions = collapse.judge(reading, 100 * check)
        found += [
            event.name
            for event in alarms.update(conditions, step=100 * check, wall=0.0)
            if hasattr(event, "sentence")
        ]
    return found


@pytest.mark.parametrize(("noise", "real"), [(0.0, True), (FAINT, True), (SEEN, False)])
def test_drawings_look_real_until_their_noise_is_seen(noise: float, real: bool) -> None:
    reading = meter().read(drawings(1, noise=noise))
    assert looks_real(reading) == real
    if noise == FAINT:
        assert reading.detail.relative > 2, "though it is much beside what drawings have"


def test_a_third_of_all_kinds_is_a_collapse_in_spite_of_faint_noise() -> None:
    readings = [meter().read(drawings(seed, noise=FAINT, modes=MODES // 3)) for seed in range(26)]
    assert "collapsed" in told(readings)


@pytest.mark.slow
def test_all_kinds_with_faint_noise_are_no_collapse() -> None:
    assert told([meter().read(drawings(seed, noise=FAINT)) for seed in range(26)]) == []
