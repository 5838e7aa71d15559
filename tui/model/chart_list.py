"""The charts there are: which series go together. Names and colours are in ``shown_table.py``."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from latentop.engine.run.series import PRESENCE, SPREADS
from latentop.engine.run.store.bins import Bins
from latentop.tui.model.shown_series import Shown, in_order
from latentop.tui.model.shown_table import COVERAGE, DISTANCE, TRAINING, VALIDATION, of
from latentop.tui.model.state import State


@dataclass(frozen=True, slots=True)
class Chart:
    """Series that are drawn together."""

    title: str
    series: tuple[Shown, ...]

    def seen_in(self, state: State) -> bool:
        """Whether the run has values for it."""
        return any(series.name in state.series for series in self.series)


EMPTY = Chart("", ())
"""Of a panel that has nothing to draw yet."""
CUSTOM = "series"
"""The title of a chart that a person put together."""
INKS = ("primary", "accent", "success", "warning", "error", "secondary")
"""The colours of such a chart, one a series, then again from the first."""


def _chart(title: str, *names: str) -> Chart:
    return Chart(title, tuple(map(of, names)))


LOSSES = _chart("losses", "loss/generator", "loss/discriminator")
SCORES = _chart("scores", "score/real", "score/fake")
GRADIENTS = _chart(
    "gradient norms", "grad/generator", "grad/discriminator", "grad/autoencoder", "grad/classifier"
)
DIVERSITY = _chart("diversity, % of real data", COVERAGE, "diversity/density", "diversity/duplicates")
QUALITY = _chart("distance from real images, 0 = like them", DISTANCE)
UPDATES = _chart(
    "updates, as a share of the weights",
    "update/generator",
    "update/discriminator",
    "update/autoencoder",
    "update/classifier",
)
RECONSTRUCTION = _chart("reconstruction error", TRAINING, VALIDATION)
CODINGS = _chart("codings", "loss/kl", "kl/nats", "codings/active-units", "kl/active-units")
ACCURACY = _chart(
    "accuracy with few labels, mean and sd", "accuracy/fine-tuned", "accuracy/frozen", "accuracy/scratch"
)
SPEED = _chart("speed, steps a second", "speed/steps")
FIRST = (LOSSES, RECONSTRUCTION, SCORES)
LATER = (ACCURACY, CODINGS, DIVERSITY, QUALITY, GRADIENTS, UPDATES, SPEED)
"""What a run that has no preset shows before its own series, and after them."""
FAMILIES = {GRADIENTS.title: "grad/", UPDATES.title: "update/"}
"""The charts of whatever networks a run has, and what begins the names of their series."""
ASIDE = (UPDATES.title, SPEED.title)
"""Charts that one turns to, and that nobody asks for at first."""
ELSEWHERE = (PRESENCE, "kl/unit-", "lr/", "speed/", "singular/", "diversity/", "codings/")
"""What begins the names of series that a panel tells of, or that are asked for by name alone."""
OTHERS, VALUES = "others", "values"
"""What the run's own series are called of a prefix that has a chart already, and without a prefix."""
TOGETHER = len(INKS)
"""At most so many of a run's own series are in one chart."""
ALIKE = 20.0
"""Times, by which the sizes of two series in one of them differ at most: the smaller would be a flat line."""


def of_run(series: Mapping[str, Bins]) -> tuple[Chart, ...]:
    """The charts of a run with these series: those that are known, and its own ones by their prefix.

    ``train/psnr`` is in the chart ``train``; a prefix with many series, or some of very unlike size, has
    several charts. What has no prefix is among the ``values``.
    """
    first, later = ([_whole(chart, series) for chart in charts] for charts in (FIRST, LATER))
    charted = {one.name for chart in (*first, *later) for one in chart.series}
    taken = {one.name.partition("/")[0] for chart in first for one in chart.series if one.name in series}
    own = {name: series[name] for name in in_order(series) if name not in charted and not _aside(name)}
    found = (*first, *_grouped(own, taken), *later)
    return tuple(chart for chart in found if any(one.name in series for one in chart.series))


def _whole(chart: Chart, names: Iterable[str]) -> Chart:
    """The chart with the series of networks that no preset has."""
    family = FAMILIES.get(chart.title)
    known = {one.name for one in chart.series}
    more = sorted(name for name in names if family and name.startswith(family) and name not in known)
    return replace(chart, series=(*chart.series, *_inked(more, len(chart.series))))


def _aside(name: str) -> bool:
    return f"{name}/".startswith(ELSEWHERE) or name.endswith(SPREADS)


def _grouped(own: Mapping[str, Bins], taken: Collection[str]) -> Iterator[Chart]:
    """The charts of each prefix; those of series that have none come last."""
    groups: dict[str, list[str]] = {}
    for name in own:
        prefix, slash, _ = name.partition("/")
        groups.setdefault(prefix if slash else "", []).append(name)
    for prefix, names in sorted(groups.items(), key=lambda group: not group[0]):
        title = f"{prefix}, {OTHERS}" if prefix in taken else prefix or VALUES
        pages = _pages({name: _size(own[name]) for name in names})
        for place, page in enumerate(pages, 1):
            part = f" {place}/{len(pages)}" if len(pages) > 1 else ""
            yield Chart(f"{title}{part}", tuple(_inked(page)))


def _pages(sizes: Mapping[str, float]) -> list[list[str]]:
    """The names on pages, such that none is too full, and the sizes on each are alike."""
    pages: list[list[str]] = []
    for name, size in sizes.items():
        for page in pages:
            there = [sizes[one] for one in page]
            if len(page) < TOGETHER and max(size, *there) <= ALIKE * min(size, *there):
                page.append(name)
                break
        else:
            pages.append([name])
    return pages


def _size(bins: Bins) -> float:
    """The largest absolute value of its rows' means."""
    finite = np.abs(bins.mean[np.isfinite(bins.mean)])
    return float(finite.max(initial=0.0))


def _inked(names: Sequence[str], first: int = 0) -> Iterator[Shown]:
    """The series in colours that tell them apart."""
    for place, name in enumerate(names, first):
        yield replace(of(name), colour=INKS[place % len(INKS)])
