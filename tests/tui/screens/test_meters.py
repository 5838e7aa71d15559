"""The panels of diversity, stability and reconstruction, and what is behind them on Enter."""

import re
from pathlib import Path

import pytest
from textual.widget import Widget

from latentop.engine.run.events import AlarmRaised, Facts
from latentop.tui.app import LatentopApp
from latentop.tui.draw.images.image_style import Style
from latentop.tui.link.terminal import Terminal
from latentop.tui.widgets.diversity import DiversityPanel
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.reconstruction import ReconstructionPanel
from latentop.tui.widgets.stability import StabilityPanel
from tests.support.dashboard import (
    AT_EVERY_SIZE,
    CLASSES,
    Open,
    Recorded,
    collapse,
    healthy_autoencoder,
    healthy_gan,
    long_alarm,
    text,
    wait_for,
    wait_for_text,
)
from tests.support.real_runs import facts
from tests.support.tiers import few

PLAIN = Terminal(ascii=True, colour=False, images=Style.ascii)
CHANCE = {"coverage": 0.012, "density": 0.03, "duplicates": 0.011, "effective": 0.02}


def with_modes(runs: Path, *lost: str) -> Recorded:
    """A healthy GAN whose modes are recorded by name; some are lost at step 301."""
    recorded = healthy_gan(runs)
    recorded.says(modes=len(CLASSES), diversity_chance=CHANCE)
    for place, name in enumerate(CLASSES, start=1):
        later = 0.05 if name in lost else 1.0
        recorded.draws(f"presence/{place}", [1.0] * 300 + [later] * 100)
    recorded.draws("diversity/modes", [10.0 - len(lost)], first=401)
    return recorded


def focus(app: LatentopApp, kind: type[Widget]) -> None:
    """Focus the visible panel of a kind, as tab would."""
    next(one for one in app.screen.query(kind) if one.is_on_screen).focus()


@AT_EVERY_SIZE
async def test_how_sure_it_is_and_what_it_means_stand_beside_the_number(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    async with open_app(with_modes(runs).run).run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, "coverage    87 % ±3", "10/10", "no mode is missing")


@AT_EVERY_SIZE
@pytest.mark.parametrize(
    "terminal", [Terminal(), pytest.param(Terminal(colour=False), marks=pytest.mark.slow), PLAIN]
)
async def test_lost_modes_are_named_at_every_size_and_on_every_terminal(
    runs: Path, open_app: Open, size: tuple[int, int], terminal: Terminal
) -> None:
    recorded = with_modes(runs, "Sandal")
    async with open_app(recorded.run, terminal).run_test(notifications=True, size=size) as pilot:
        shown = await wait_for_text(pilot, "9/10", "Sandal is gone since step 301")
        assert ("lost: Sandal" in shown) == (size != (200, 60))
        gone = "x" if terminal.ascii else "✕"
        assert (f"Sandal     {gone}" in shown) == (size == (200, 60))
        assert shown.isascii() or not terminal.ascii


async def test_what_stands_beside_a_number_does_not_move_with_it(runs: Path, open_app: Open) -> None:
    recorded = with_modes(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        row = _row(await wait_for_text(pilot, "87 % ±3"), "coverage  ")
        recorded.draws("diversity/coverage", [1.0], first=402)
        later = _row(await wait_for_text(pilot, "100 % ±3"), "coverage  ")
        assert row.index("±3") == later.index("±3")
        assert row.index("→") == later.index("→")


def _row(shown: str, word: str) -> str:
    return next(line for line in shown.splitlines() if word in line)


async def test_gradients_that_grow_are_said_to_grow(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    recorded.draws("grad/generator", [1.2 * 1.01**step for step in range(300)], first=401)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "rising", "▲ gradients of the generator grow: ×")


async def test_a_value_that_is_no_number_is_counted_at_once_whatever_series_it_is_of(
    runs: Path, open_app: Open
) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "all values finite")
        recorded.draws("loss/generator", [float("nan")] * 3, first=401)
        await wait_for_text(pilot, "3 non-finite values")


async def test_a_classifier_has_its_row(runs: Path, open_app: Open) -> None:
    recorded = healthy_autoencoder(runs)
    recorded.draws("update/classifier", [0.0021] * 20)
    async with open_app(recorded.run).run_test(notifications=True, size=(200, 60)) as pilot:
        await wait_for_text(pilot, "ΔC / C", "0.0021")


async def test_an_autoencoder_that_learns_is_said_to(runs: Path, open_app: Open) -> None:
    recorded = healthy_autoencoder(runs)
    recorded.draws("valid/reconstruction", [0.9 * 0.99**step for step in range(300)], first=401)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "learning: the error on unseen images falls")


@AT_EVERY_SIZE
@pytest.mark.parametrize("terminal", few([Terminal(), PLAIN], 1))
async def test_enter_explains_the_panel(
    runs: Path, open_app: Open, size: tuple[int, int], terminal: Terminal
) -> None:
    recorded = with_modes(runs)
    async with open_app(recorded.run, terminal).run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, "coverage")
        focus(open_app_of(pilot.app), DiversityPanel)
        await pilot.press("enter")
        shown = await wait_for_text(pilot, "Share of real images that have a sample near", "esc closes")
        if size[1] > 24:  # there it is below the fold
            assert "raised below 60 %" in " ".join(shown.split())
        assert shown.isascii() or not terminal.ascii
        await pilot.press("end")
        await wait_for_text(pilot, "alarms so far")
        await pilot.press("escape")
        await wait_for_text(pilot, "losses")


def open_app_of(app: object) -> LatentopApp:
    assert isinstance(app, LatentopApp)
    return app


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (StabilityPanel, ("values that are not finite", "share of the discriminator's decisions")),
        (DiversityPanel, ("coverage", "share of real images")),
    ],
)
async def test_every_meter_of_a_gan_has_its_details(
    runs: Path, open_app: Open, kind: type[Panel], words: tuple[str, ...]
) -> None:
    async with open_app(healthy_gan(runs).run).run_test(notifications=True, size=(200, 60)) as pilot:
        await wait_for_text(pilot, "coverage")
        focus(open_app_of(pilot.app), kind)
        await pilot.press("enter")
        await wait_for(pilot, lambda: all(word in text(pilot.app).lower() for word in words))


async def test_the_details_of_an_autoencoder_have_its_errors_and_its_threshold(
    runs: Path, open_app: Open
) -> None:
    recorded = healthy_autoencoder(runs)
    recorded.writes(events=[long_alarm(recorded)])
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 50)) as pilot:
        await wait_for_text(pilot, "val/train")
        focus(open_app_of(pilot.app), ReconstructionPanel)
        await pilot.press("enter")
        await wait_for_text(pilot, "validation error", "above 1.5 times", "try: train on more images")


async def test_details_follow_the_run(runs: Path, open_app: Open) -> None:
    recorded = with_modes(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "coverage")
        focus(open_app_of(pilot.app), DiversityPanel)
        await pilot.press("enter")
        await wait_for_text(pilot, "87 % ±2.4 of real data")
        recorded.draws("diversity/coverage", [0.31], first=402)
        collapse(recorded)
        await wait_for_text(
            pilot, "COLLAPSED: samples reach 31 %", "try: lower the generator's learning rate"
        )


async def test_thresholds_are_those_of_the_runs_own_preset(runs: Path, open_app: Open) -> None:
    recorded = with_modes(runs)
    recorded.says(settings={**facts(recorded.run).settings, "watch.diversity_alarm": 0.55})
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "coverage")
        focus(open_app_of(pilot.app), DiversityPanel)
        await pilot.press("enter")
        await wait_for_text(pilot, "raised below 55 %")
        await pilot.press("escape")
        recorded.run.preset.write_text("kind = [")
        await pilot.press("enter")
        await wait_for_text(pilot, "raised below 60 %", "thresholds are the defaults")


async def test_enter_and_a_tell_all_alarms_in_full(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    collapse(recorded)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "✖ COLLAPSED  ")
        await pilot.press("a")
        shown = await wait_for_text(
            pilot, "COLLAPSED  ", "raised at step 390", "evidence: diversity/coverage 0.31"
        )
        assert "twice the distance between samples" in " ".join(shown.split())
        await pilot.press("escape")
        await wait_for(pilot, lambda: "evidence:" not in text(pilot.app))
        app = open_app_of(pilot.app)
        app.screen.query_one("#happened").focus()
        await pilot.press("enter")
        await wait_for_text(pilot, "COLLAPSED  ", "raised at step 390", "evidence:")


async def test_modes_that_early_samples_do_not_show_are_no_loss(runs: Path, open_app: Open) -> None:
    recorded = with_modes(runs, "Sandal")
    recorded.says(verdict="unknown")
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        shown = await wait_for_text(pilot, "9/10", "not shown: Sandal", "too early to judge")
        assert "lost" not in shown
        assert "gone" not in shown


@pytest.mark.parametrize(("verdict", "green"), [("unknown", False), ("healthy", True)])
async def test_no_gauge_is_green_before_samples_are_judged(
    runs: Path, open_app: Open, verdict: str, green: bool
) -> None:
    recorded = with_modes(runs)
    recorded.says(verdict=verdict)
    async with open_app(recorded.run).run_test(notifications=True, size=(200, 60)) as pilot:
        await wait_for_text(pilot, "coverage    87 %", "Ankle boot")
        panel = next(one for one in pilot.app.screen.query(DiversityPanel) if one.is_on_screen)
        drawn = {
            row.text.split()[0]: {one.style.color.name for one in row if "▇" in one.text and one.style.color}
            for row in panel.rows(190, 9)
        }
        well = {panel.colour("success").lower()}
        assert (drawn["coverage"] == well) == (drawn["modes"] == well) == green
        assert well.isdisjoint(drawn["density"]), "no alarm says how near samples should be"


def diverges(recorded: Recorded, step: int) -> None:
    """From that step on its losses are no numbers."""
    recorded.writes(
        events=[
            AlarmRaised(
                name="diverged",
                severity="critical",
                step=step,
                wall=recorded.now,
                sentence="training diverged: loss/generator is not a number",
                advice="go back to the last checkpoint and lower the learning rate",
                evidence={},
            ),
            Facts(values={"verdict": "diverged"}),
        ]
    )


@pytest.mark.parametrize("ended", [{}, {"state": "stopped", "ended": 1.0, "pid": None}])
async def test_no_gauge_of_before_a_divergence_is_ok(
    runs: Path, open_app: Open, ended: dict[str, object]
) -> None:
    recorded = with_modes(runs)
    recorded.trains(500, verdict="healthy")
    diverges(recorded, 450)
    recorded.says(**ended)
    async with open_app(recorded.run).run_test(notifications=True, size=(200, 60)) as pilot:
        shown = await wait_for_text(pilot, "DIVERGED since", "data · before it diverged, at step 400")
        assert not re.search(r"\bok\b", shown)
        assert ("left" in shown.splitlines()[0]) == (not ended)
        panel = next(one for one in pilot.app.screen.query(DiversityPanel) if one.is_on_screen)
        drawn = (one for row in panel.rows(190, 9) for one in row if one.text.strip())
        inks = {one.style.color.name for one in drawn if one.style.color}
        assert inks.isdisjoint({panel.colour("success").lower(), panel.colour("error").lower()})
        recorded.draws("diversity/coverage", [0.3], first=460)
        shown = await wait_for_text(pilot, "coverage    30 %")
        assert "LOW" in _row(shown, "coverage    30 %")
        assert "before it diverged" not in shown


async def test_modes_lost_before_a_divergence_are_grey_on_a_small_screen(runs: Path, open_app: Open) -> None:
    recorded = with_modes(runs, "Sandal")
    recorded.trains(500, verdict="healthy")
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "lost: Sandal")
        panel = next(one for one in pilot.app.screen.query(DiversityPanel) if one.is_on_screen)
        error = panel.colour("error").lower()

        def inks() -> set[str]:
            drawn = (one for row in panel.rows(42, 5) for one in row if one.text.strip())
            return {one.style.color.name for one in drawn if one.style and one.style.color}

        assert error in inks()
        diverges(recorded, 450)
        await wait_for_text(pilot, "DIVERGED at", "lost: Sandal")
        assert error not in inks()


async def test_no_error_of_before_a_divergence_is_ok(runs: Path, open_app: Open) -> None:
    recorded = healthy_autoencoder(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        assert " ok" in _row(await wait_for_text(pilot, "val/train"), "val/train")
        recorded.trains(500, verdict="healthy")
        diverges(recorded, 450)
        shown = await wait_for_text(pilot, "at step 400, before it diverged")
        assert " ok" not in _row(shown, "val/train")


async def test_of_many_lost_modes_the_first_are_named_whole_at_any_size(runs: Path, open_app: Open) -> None:
    recorded = with_modes(runs, "Sandal", "Bag", "Ankle boot", "Coat")
    collapse(recorded)
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        shown = await wait_for_text(pilot, "6/10")
        assert re.search(r"modes 6/10 lost: Coat, Sandal, Bag \+1\b", shown)
        await pilot.resize_terminal(60, 20)
        await wait_for_text(pilot, "6/10 lost: ")


@pytest.mark.parametrize(
    ("lost", "row"),
    [
        (("Sandal", "Bag"), "modes       8/10 lost: Sandal, Bag "),
        (("Sandal", "Bag", "Ankle boot"), "modes 7/10 lost: Sandal, Bag, Ankle boot "),
    ],
)
async def test_the_last_lost_mode_is_named_where_that_only_takes_the_count_out_of_its_column(
    runs: Path, open_app: Open, lost: tuple[str, ...], row: str
) -> None:
    async with open_app(with_modes(runs, *lost).run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, row)


async def test_a_measure_of_long_ago_has_its_step(runs: Path, open_app: Open) -> None:
    """As of a run whose steps are faster than its checks."""
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        assert "measured at step" not in await wait_for_text(pilot, "coverage    87 %")
        recorded.trains(600)
        await wait_for_text(pilot, "% of real data · measured at step 400")
        recorded.draws("diversity/coverage", [0.9], first=600)
        await wait_for_text(pilot, "coverage    90 %")
        await wait_for(pilot, lambda: "measured at step" not in text(pilot.app))
