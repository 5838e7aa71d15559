"""What the stability panel says of each series."""

import pytest
from textual.app import App, ComposeResult

from latentop.tui.link.terminal import Terminal
from latentop.tui.widgets.stability import StabilityPanel
from tests.support.panels import alarm, state

DEAD = {
    "accuracy/discriminator": [1.0] * 30,
    "grad/generator": [0.8] + [0.0] * 29,
    "grad/discriminator": [0.3] * 30,
    "update/generator": [1e-3] + [0.0] * 29,
}


class Alone(App[None]):
    def compose(self) -> ComposeResult:
        yield StabilityPanel(Terminal(), id="stability")


@pytest.mark.parametrize("width", [38, 60, 120])
async def test_a_gradient_of_exactly_0_is_at_rest_and_not_ok(width: int) -> None:
    app = Alone()
    async with app.run_test(size=(width, 12)):
        panel = app.query_one(StabilityPanel)
        panel.state = state(DEAD)
        rows = [row.text.rstrip() for row in panel.rows(width, 9)]
        ends = [row.endswith("at rest") for row in rows]
        assert ends == [False, True, False, False, True, False]
        assert rows[2].endswith("ok")
        assert "are 0: nothing is learned" in rows[-1] or "are exactly 0" in rows[-1]
        panel.state = state(DEAD, alarm("stalled"))
        assert panel.rows(width, 9)[1].text.rstrip().endswith("WARNING")
        panel.state = state({name: values[:5] for name, values in DEAD.items()})
        assert not any("at rest" in row.text for row in panel.rows(width, 9))


async def test_in_one_row_a_gradient_of_0_comes_first() -> None:
    app = Alone()
    async with app.run_test(size=(120, 3)):
        panel = app.query_one(StabilityPanel)
        panel.state = state(DEAD)
        (row,) = panel.rows(120, 1)
        assert row.text.strip().startswith("▲ gradients of the generator are exactly 0: it learns nothing")


@pytest.mark.parametrize("alive", [True, False])
async def test_what_was_measured_last_before_the_run_diverged_is_not_ok(alive: bool) -> None:
    app = Alone()
    series = {
        "accuracy/discriminator": [0.7] * 30,
        "grad/generator": [1.0] * 20 + [float("nan")] * 10,
        "update/generator": [1e-3] * 20,
    }
    async with app.run_test(size=(120, 12)):
        panel = app.query_one(StabilityPanel)
        for since, said_of_update in ((201, "before"), (200, "ok")):
            panel.state = state(series, alarm("diverged", since=since, step=210), alive=alive)
            said = [row.text.split()[-1] for row in panel.rows(120, 9)]
            assert said[:4] == ["ok", "DIVERGED", "DIVERGED", said_of_update]


async def test_only_what_is_not_finite_has_diverged_and_a_warning_is_none() -> None:
    app = Alone()
    series = {
        "accuracy/discriminator": [0.7] * 30,
        "grad/generator": [float("nan")] * 30,
        "grad/discriminator": [0.3] * 30,
    }
    async with app.run_test(size=(120, 12)):
        panel = app.query_one(StabilityPanel)
        panel.state = state(series, alarm("diverged"))
        said = [row.text.split()[-1] for row in panel.rows(120, 9)]
        assert said[:4] == ["ok", "DIVERGED", "ok", "DIVERGED"]
        panel.state = state(series | {"grad/generator": [0.0] * 30}, alarm("stalled"))
        assert [row.text.split()[-1] for row in panel.rows(120, 9)][1] == "WARNING"
