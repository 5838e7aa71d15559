"""The panels of a run, by what it trains: a contest of two networks, or a reconstruction."""

from collections.abc import Iterator

from textual.containers import Vertical
from textual.widget import Widget

from tui import charts
from tui.terminal import Terminal
from tui.widgets.chart import ChartPanel
from tui.widgets.diversity import DiversityPanel
from tui.widgets.images import ImagesPanel, View
from tui.widgets.reconstruction import ReconstructionPanel
from tui.widgets.stability import StabilityPanel
from tui.wording import RECENT

SAMPLES = View("samples", ("samples",))
REAL = View("real data", ("real",))
REAL_AND_FAKE = View("real and fake", ("real", "samples"), paired=False)
RECONSTRUCTIONS = View("reconstructions", ("input", "noisy", "reconstruction", "error"))
CODINGS = View("codings", ("codings",))
INTERPOLATION = View("from image to image", ("interpolation",))
ARCS = View("from sample to sample", ("interpolation",))
TRAVERSAL = View("along single codings", ("traversal",))


def panels(kind: str, terminal: Terminal) -> Iterator[Widget]:
    """What stands between header and alarms; ``kind`` is ``gan``, ``autoencoder`` or ``pretraining``.

    Panels of class ``home`` need the room of 120 × 36, those of class ``generous`` that of 200 × 60; those
    of class ``small`` are for 80 × 24 only.
    """
    drawn, images, meter = _gan(terminal) if kind == "gan" else _autoencoder(terminal, kind)
    below_charts = StabilityPanel(terminal, classes="panel meter small")
    below_images = StabilityPanel(terminal, classes="panel meter home")
    for stability in (below_charts, below_images):
        stability.border_title = f"stability · {RECENT}s"
    yield Vertical(*drawn, meter, below_charts, id="left")
    yield Vertical(*images, below_images, id="right")


def _gan(terminal: Terminal) -> tuple[list[Widget], list[Widget], Widget]:
    others = (charts.GRADIENTS, charts.DIVERSITY, charts.UPDATES, charts.SPEED)
    drawn: list[Widget] = [
        ChartPanel(terminal, charts.LOSSES, charts.SCORES, *others, id="losses"),
        ChartPanel(terminal, charts.SCORES, charts.LOSSES, *others, id="scores", classes="home"),
        ChartPanel(
            terminal, charts.DIVERSITY, charts.GRADIENTS, charts.UPDATES, id="history", classes="generous"
        ),
    ]
    images: list[Widget] = [
        ImagesPanel(terminal, SAMPLES, REAL_AND_FAKE, ARCS, REAL, id="samples"),
        ImagesPanel(terminal, REAL, id="real", classes="generous"),
    ]
    meter = DiversityPanel(terminal, id="diversity", classes="panel meter")
    meter.border_title = "diversity, % of real data"
    return drawn, images, meter


def _autoencoder(terminal: Terminal, kind: str) -> tuple[list[Widget], list[Widget], Widget]:
    second = charts.ACCURACY if kind == "pretraining" else charts.GRADIENTS
    home = "" if kind == "pretraining" else "home"  # what the encoder is worth is what one waits for
    others = (charts.GRADIENTS, charts.CODINGS, charts.UPDATES, charts.SPEED)
    drawn: list[Widget] = [
        ChartPanel(terminal, charts.RECONSTRUCTION, *others, id="losses"),
        ChartPanel(terminal, second, charts.CODINGS, charts.UPDATES, charts.SPEED, id="scores", classes=home),
    ]
    images: list[Widget] = [
        ImagesPanel(terminal, RECONSTRUCTIONS, SAMPLES, CODINGS, INTERPOLATION, TRAVERSAL, id="samples"),
        ImagesPanel(terminal, CODINGS, id="codings", classes="generous"),
    ]
    meter = ReconstructionPanel(terminal, id="diversity", classes="panel meter")
    meter.border_title = "error"
    return drawn, images, meter
