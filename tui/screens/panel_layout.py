"""Which panels a run's screen has, and where: of each kind of preset, and of a script."""

from collections.abc import Callable, Iterator

from textual.containers import Container, Horizontal, Vertical
from textual.widget import Widget

from latentop.engine.run.facts import RunFacts
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import chart_list
from latentop.tui.widgets.chart_panel import ChartPanel
from latentop.tui.widgets.diversity import DiversityPanel
from latentop.tui.widgets.images import ImagesPanel, ImagesView
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.reconstruction import ReconstructionPanel
from latentop.tui.widgets.stability import StabilityPanel

SAMPLES = ImagesView("samples", ("samples",))
REAL = ImagesView("real data", ("real",))
REAL_AND_FAKE = ImagesView("real and fake", ("real", "samples"), paired=False)
RECONSTRUCTIONS = ImagesView("reconstructions", ("input", "noisy", "reconstruction", "error"))
CODINGS = ImagesView("codings", ("codings",))
INTERPOLATION = ImagesView("from image to image", ("interpolation",))
ARCS = ImagesView("from sample to sample", ("interpolation",))
TRAVERSAL = ImagesView("along single codings", ("traversal",))


def panels(facts: RunFacts, terminal: Terminal) -> Iterator[Widget]:
    """The panels of a run, once it has said what it is.

    Panels of class ``home`` need the room of 120 × 36, those of class ``generous`` that of 200 × 60; those
    of class ``small`` are for 80 × 24 only: there a meter stands below the charts, elsewhere below all.
    """
    if facts.scripted:
        drawn, images, meters = _script(terminal)
    elif facts.kind == "gan":
        drawn, images, meters = _gan(terminal)
    else:
        drawn, images, meters = _autoencoder(terminal, facts.kind)
    stability = StabilityPanel(terminal, id="stability", classes="panel")
    stability.border_title = "is training sound?"
    left, below = [*drawn, *meters("small")], [*meters("home"), stability]
    if facts.scripted:
        for panel in (*left, *images, *below):
            panel.wait()
    yield Horizontal(Vertical(*left, id="left"), Vertical(*images, id="right"), id="pictures")
    yield Container(*below, id="meters")


Meters = Callable[[str], list[Panel]]
"""Makes the meters of a place, which is their class."""
Parts = tuple[list[Panel], list[Panel], Meters]
"""Charts, images and meters."""


def _script(terminal: Terminal) -> Parts:
    """Whatever a script may show; each is there once there is something in it."""
    drawn: list[Panel] = [
        ChartPanel(terminal, chart_list.EMPTY, id="losses"),
        ChartPanel(terminal, chart_list.EMPTY, id="scores", classes="home"),
        ChartPanel(terminal, chart_list.EMPTY, id="history", classes="generous"),
    ]
    views = (RECONSTRUCTIONS, SAMPLES, CODINGS, REAL_AND_FAKE, INTERPOLATION, TRAVERSAL, REAL)
    images: list[Panel] = [
        ImagesPanel(terminal, *views, id="samples", follows=True),
        ImagesPanel(terminal, REAL, id="real", classes="generous"),
    ]

    def meters(place: str) -> list[Panel]:
        return [_diversity(terminal, place), _errors(terminal, "errors", place)]

    return drawn, images, meters


def _gan(terminal: Terminal) -> Parts:
    losses, scores, diversity = chart_list.LOSSES, chart_list.SCORES, chart_list.DIVERSITY
    others = (chart_list.QUALITY, chart_list.UPDATES, chart_list.SPEED)
    drawn: list[Panel] = [
        ChartPanel(terminal, losses, scores, chart_list.GRADIENTS, diversity, *others, id="losses"),
        ChartPanel(terminal, diversity, scores, losses, chart_list.GRADIENTS, id="scores", classes="home"),
        ChartPanel(terminal, scores, chart_list.GRADIENTS, diversity, id="history", classes="generous"),
    ]
    images: list[Panel] = [
        ImagesPanel(terminal, SAMPLES, REAL_AND_FAKE, ARCS, REAL, id="samples"),
        ImagesPanel(terminal, REAL, id="real", classes="generous"),
    ]
    return drawn, images, lambda place: [_diversity(terminal, place)]


def _autoencoder(terminal: Terminal, kind: str) -> Parts:
    second = chart_list.ACCURACY if kind == "pretraining" else chart_list.GRADIENTS
    home = "" if kind == "pretraining" else "home"  # what the encoder is worth is what one waits for
    others = (chart_list.GRADIENTS, chart_list.CODINGS, chart_list.UPDATES, chart_list.SPEED)
    drawn: list[Panel] = [
        ChartPanel(terminal, chart_list.RECONSTRUCTION, *others, id="losses"),
        ChartPanel(
            terminal,
            second,
            chart_list.CODINGS,
            chart_list.UPDATES,
            chart_list.SPEED,
            id="scores",
            classes=home,
        ),
    ]
    images: list[Panel] = [
        ImagesPanel(terminal, RECONSTRUCTIONS, SAMPLES, CODINGS, INTERPOLATION, TRAVERSAL, id="samples"),
        ImagesPanel(terminal, CODINGS, id="codings", classes="generous"),
    ]
    return drawn, images, lambda place: [_errors(terminal, "diversity", place)]


def _diversity(terminal: Terminal, place: str) -> DiversityPanel:
    title = "% of real data" if place == "small" else "are the samples good?   % of real data"
    return DiversityPanel(terminal, title, id="diversity", classes=f"panel meter {place}")


def _errors(terminal: Terminal, id: str, place: str) -> ReconstructionPanel:
    meter = ReconstructionPanel(terminal, id=id, classes=f"panel meter {place}")
    meter.border_title = "error" if place == "small" else "how well does it reconstruct?"
    return meter
