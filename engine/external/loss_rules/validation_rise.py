"""An autoencoder that learns its data by heart: its validation loss rises while its training loss falls."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from latentop.engine.external.loss_rules.course import Course
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.wording import spaced

NAME = "over-fitting"

PAIRS = (
    ("loss/reconstruction", "valid/reconstruction"),
    ("loss/total", "valid/loss"),
    ("loss/total", "valid/reconstruction"),
)
"""Training and validation."""
WORSE, EASES = 0.1, 0.05
"""Above the best validation loss, as a share of its size: a warning, over."""
FELL = 0.05
"""Of the training loss since then, as a share of its size."""
LASTS, SHARE = 3, 0.1
"""So many validations in a row, and of many this share."""
NEIGHBOURS, NOISES = 2, 3.0
"""On either side of a validation, whose median with it is free of noise; times the noise that is no rise."""


def overfitting(training: Course, validation: Course, name: str) -> list[Condition]:
    """The condition ``over-fitting`` (warning) of a training and a validation loss, which has this name."""
    values = validation.levels
    if len(values) <= LASTS or not training.count:
        return []
    smooth = np.median(sliding_window_view(np.pad(values, NEIGHBOURS, "edge"), 2 * NEIGHBOURS + 1), axis=1)
    best = int(smooth.argmin())
    least, noise = float(smooth[best]), float(np.median(np.abs(values - smooth)))
    size = abs(least) or 1.0
    lasts = max(LASTS, int(SHARE * len(values)))
    worse = (values - least - NOISES * noise) / size
    step, last = int(validation.steps[best]), validation.last
    pause = max(1, (last - validation.first) // max(1, len(values) - 1))
    then = training.between(step - pause, step + pause // 2)
    now = training.between(last - pause, last)
    if not len(then) or not len(now):
        return []
    was, is_now = float(np.median(then)), float(np.median(now))
    fell = (was - is_now) / (abs(was) or 1.0)
    after = worse[best + 1 :]
    bad = len(after) >= lasts and float(after[-lasts:].min()) > WORSE and fell > FELL
    return [
        Condition(
            name=NAME,
            severity="warning",
            bad=bad,
            clear=float(worse[-LASTS:].max()) < EASES,
            sentence=(
                f"over-fitting: {name} was {least:.4g} at step {spaced(step)}, is {values[-1]:.4g}, "
                f"while the training loss fell from {was:.4g} to {is_now:.4g}"
            ),
            advice="train on more data, make network or codings smaller, or stop where validation was best",
            evidence={"best": least, "now": float(values[-1]), "training": is_now},
            pace="proof",
            since=step if bad else None,
        )
    ]
