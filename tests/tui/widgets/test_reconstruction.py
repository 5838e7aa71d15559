"""What an autoencoder's errors are, in its panel."""

from dataclasses import replace

from textual.app import App, ComposeResult

from latentop.tui.link.terminal import Terminal
from latentop.tui.model.report import Best, best_validation
from latentop.tui.widgets.reconstruction import ReconstructionPanel
from tests.support.panels import state


class Alone(App[None]):
    def compose(self) -> ComposeResult:
        yield ReconstructionPanel(Terminal(), id="diversity")


async def test_the_best_is_that_of_the_report_though_values_were_merged() -> None:
    errors = {"loss/reconstruction": [0.05, 0.04, 0.03], "valid/reconstruction": [0.03, 0.02, 0.04]}
    merged = state(errors, kind="autoencoder")
    bins = merged.series["valid/reconstruction"]
    bins = replace(bins, lo=bins.lo.copy())
    bins.lo[2] = 0.01  # of the steps that were merged there, one was the best
    merged = replace(merged, series={**merged.series, "valid/reconstruction": bins})
    app = Alone()
    async with app.run_test(size=(100, 10)):
        panel = app.query_one(ReconstructionPanel)
        panel.state = merged
        assert best_validation(merged) == Best(value=0.01, step=30)
        assert "best 0.01 at 30" in " ".join(row.text for row in panel.rows(100, 5))
