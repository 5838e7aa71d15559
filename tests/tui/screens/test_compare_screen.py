"""Runs compared on the screen: charts over each other, seeds as a band, the table, and what is not there."""

from pathlib import Path

from latentop.engine.run.labels import rename
from latentop.tui.app import LatentopApp
from latentop.tui.link.terminal import Terminal
from tests.support.dashboard import (
    AT_EVERY_SIZE,
    Open,
    Recorded,
    healthy_autoencoder,
    healthy_gan,
    text,
    wait_for,
    wait_for_text,
)


def gan(runs: Path, *words: str, coverage: float = 0.8, steps: int = 300, **said: object) -> Recorded:
    recorded = Recorded(runs, "dcgan", *words)
    recorded.trains(steps, verdict="healthy", **said)
    recorded.draws("loss/generator", [1.0 + coverage] * steps)
    recorded.draws("diversity/coverage", [coverage] * steps)
    return recorded


def row(app: LatentopApp, name: str) -> list[str]:
    """The words of the row of the table that begins with the name."""
    lines = (line.strip(">").split() for line in text(app).splitlines())
    return next((words[1:] for words in lines if words[:1] == [name]), [])


@AT_EVERY_SIZE
async def test_marked_runs_are_compared_in_charts_and_table(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    gan(runs, "seed=1", coverage=0.9)
    gan(runs, "seed=1", "generator.lr=1e-3", coverage=0.4, name="hasty")
    app = open_app()
    async with app.run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, "s1", "hasty")
        await pilot.press("home", "space")
        await pilot.press("C")
        await wait_for_text(pilot, "Comparing takes two runs")
        await pilot.press("space", "C")
        await wait_for_text(pilot, "2 runs compared", "loss/generator (nats)", "A hasty", "B dcgan-s1", "1.4")
        if size[1] < 32:
            await pilot.press("t")
        await wait_for(pilot, lambda: row(app, "generator.lr") == ["0.001", "0.0002"])
        await wait_for(pilot, lambda: row(app, "diversity/coverage") == ["40", "%", "90", "%", "*"])
        await wait_for(pilot, lambda: row(app, "verdict") == ["healthy", "healthy"])
        assert not row(app, "seed")
        await pilot.press("escape")
        await wait_for_text(pilot, "runs in", "2 marked")


@AT_EVERY_SIZE
async def test_seeds_make_a_band_until_one_wants_each_by_itself(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    made = [gan(runs, f"seed={seed}", coverage=share) for seed, share in ((1, 0.2), (2, 0.9))]
    other = gan(runs, "seed=3", "generator.lr=1e-3", coverage=0.5)
    app = LatentopApp(runs, None, Terminal(), compared=[one.run for one in (*made, other)])
    async with app.run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, "AB dcgan, 2 seeds", "C dcgan-s3")
        await pilot.press("b")
        shown = await wait_for_text(pilot, "A dcgan", "B dcgan", "C dcgan")
        assert "2 seeds" not in shown
        await pilot.press("b")
        await wait_for_text(pilot, "AB dcgan, 2 seeds")


async def test_the_band_is_shaded_between_its_seeds(runs: Path, open_app: Open) -> None:
    made = [gan(runs, f"seed={seed}", coverage=share) for seed, share in ((1, 0.2), (2, 0.9))]
    app = LatentopApp(runs, None, Terminal(ascii=True, colour=False), compared=[one.run for one in made])
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "AB dcgan, 2 seeds")
        await pilot.press("right")
        shown = await wait_for_text(pilot, "diversity/coverage")
        lines = shown.splitlines()
        assert sum("::::::::" in line for line in lines) >= 4
        (mean,) = [place for place, line in enumerate(lines) if "********" in line]
        assert "::::::::" in lines[mean - 1]
        assert "::::::::" in lines[mean + 1]
        assert shown.replace("\n", "").isascii()


async def test_the_series_are_turned_over_and_the_charts_are_live(runs: Path, open_app: Open) -> None:
    first, second = gan(runs, "seed=1"), gan(runs, "seed=2", "batch=32")
    app = LatentopApp(runs, None, Terminal(), compared=[first.run, second.run])
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "series 1 of 2", "A dcgan-s1 1.8")
        first.draws("loss/generator", [5.0] * 300, first=301)
        await wait_for_text(pilot, "A dcgan-s1 5")
        await pilot.press("right")
        await wait_for_text(pilot, "series 2 of 2", "diversity/coverage (of real, larger is better)")
        await pilot.press("right")
        await pilot.press("left")
        await wait_for_text(pilot, "series 1 of 2")


async def test_runs_of_one_preset_and_seed_are_told_apart(runs: Path, open_app: Open) -> None:
    made = [gan(runs, "seed=42", f"batch={batch}") for batch in (32, 64)]
    for time, one in zip(("20261122-1913", "20261122-1950"), made, strict=True):
        one.store.close()
        one.run.path.rename(runs / f"{time}-dcgan-s42")
    app = open_app()
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "1913-dcgan-s42", "1950-dcgan-s42")
        await pilot.press("o", "home", "space", "space", "C")  # by name, from A to Z
        await wait_for_text(pilot, "A 1913-dcgan-s42", "B 1950-dcgan-s42")
        await pilot.press("escape")
        await wait_for_text(pilot, "2 marked")
        await pilot.press("O", "C")
        await wait_for_text(pilot, "A 1950-dcgan-s42", "B 1913-dcgan-s42")


async def test_names_of_runs_and_settings_are_whole_where_there_is_room(runs: Path, open_app: Open) -> None:
    made = [gan(runs, f"objective.discriminator_steps={steps}", "seed=1") for steps in (1, 3)]
    long = "what became of three steps of the discriminator"
    rename(made[1].run.database, long)
    app = LatentopApp(runs, None, Terminal(), compared=[one.run for one in made])
    async with app.run_test(notifications=True, size=(200, 60)) as pilot:
        await wait_for_text(pilot, f"B {long}", "objective.discriminator_steps")


async def test_more_runs_than_fit_are_turned_over_in_the_table(runs: Path, open_app: Open) -> None:
    made = [gan(runs, f"seed={seed}").run for seed in range(1, 7)]
    app = LatentopApp(runs, None, Terminal(), compared=made)
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "ABCDEF dcgan, 6 seeds")
        await pilot.press("t")
        await wait_for_text(pilot, "A to D", "A dcgan-s1", "D dcgan-s4")
        for _ in range(5):
            await pilot.press("right")
        await wait_for_text(pilot, "C to F", "C dcgan-s3", "F dcgan-s6")
        await wait_for(pilot, lambda: row(app, "seed") == ["3", "4", "5", "6"])


async def test_the_chart_tells_the_same_newest_value_as_the_table(runs: Path, open_app: Open) -> None:
    first, second = gan(runs, "seed=1", coverage=0.8), gan(runs, "seed=2", "batch=32", coverage=0.6)
    first.draws("diversity/coverage", [0.37], first=301)
    app = LatentopApp(runs, None, Terminal(), compared=[first.run, second.run])
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "A dcgan-s1 37 %", "B dcgan-s2 60 %")
        await wait_for(pilot, lambda: row(app, "diversity/coverage") == ["37", "%", "60", "%", "*"])


async def test_runs_without_a_series_in_common_say_so(runs: Path, open_app: Open) -> None:
    made = [healthy_gan(runs).run, healthy_autoencoder(runs).run]
    app = LatentopApp(runs, None, Terminal(), compared=made)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "they have no series in common", "loss/generator", "A dcgan-s42")
        await wait_for(pilot, lambda: row(app, "diversity/coverage") == ["87", "%", "-"])


async def test_runs_that_recorded_nothing_yet(runs: Path, open_app: Open) -> None:
    made = [Recorded(runs, "dcgan", f"seed={seed}").run for seed in (1, 2)]
    app = LatentopApp(runs, None, Terminal(), compared=made)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "nothing recorded yet", "no values yet", "settings that differ")
        await wait_for(pilot, lambda: row(app, "seed") == ["1", "2"])


async def test_an_unreadable_run_hides_no_other(runs: Path, open_app: Open) -> None:
    good, bad = gan(runs, "seed=1"), gan(runs, "seed=2")
    bad.store.close()
    for path in bad.run.path.glob("run.db*"):
        path.unlink()
    bad.run.database.write_bytes(b"no database" * 100)
    app = LatentopApp(runs, None, Terminal(), compared=[good.run, bad.run])
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for(pilot, lambda: row(app, "state") == ["training", "unreadable"])
        await wait_for_text(pilot, "A dcgan-s1")


@AT_EVERY_SIZE
async def test_names_are_no_markup_and_no_escape_codes(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    made = [gan(runs, f"seed={seed}", name="[b]x[/b]\x1b[2J", note="\x1b]0;owned\x07").run for seed in (1, 2)]
    app = LatentopApp(runs, None, Terminal(), compared=made)
    async with app.run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, "AB dcgan, 2 seeds")
        for key in ("b", "t", "t"):
            await pilot.press(key)
            shown = await wait_for_text(pilot, "A [b]x")
            assert shown.replace("\n", "").isprintable()


async def test_after_a_resize_every_series_is_still_within_reach(runs: Path, open_app: Open) -> None:
    made = [gan(runs, f"seed={seed}") for seed in (1, 2)]
    for recorded in made:
        for name in ("diversity/density", "grad/generator", "loss/discriminator"):
            recorded.draws(name, [0.5] * 300)
    app = LatentopApp(runs, None, Terminal(), compared=[one.run for one in made])
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "series 1 of 5")
        await pilot.press("right")
        await wait_for_text(pilot, "series 2 of 5")
        await pilot.resize_terminal(200, 60)
        await wait_for_text(pilot, "series 2 to ")
        await pilot.press("left")
        await wait_for_text(pilot, "series 1 to ")


@AT_EVERY_SIZE
async def test_what_each_run_draws_stands_side_by_side(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    made = [gan(runs, "seed=1"), gan(runs, "seed=2", "batch=32"), healthy_autoencoder(runs)]
    made[0].shows("samples", 290)
    app = LatentopApp(runs, None, Terminal(), compared=[one.run for one in made])
    async with app.run_test(notifications=True, size=size) as pilot:
        shown = await wait_for_text(pilot, "A dcgan-s1", "no images", "C stacked-s42")
        assert "step 290" in shown
        made[1].shows("samples", 300)
        await wait_for(pilot, lambda: "no images" not in text(app))
        await pilot.press("t")
        if size[1] < 32:
            await wait_for(pilot, lambda: not app.screen.query_one("#compared-samples").display)


async def test_modes_without_a_name_have_a_number_and_no_code(runs: Path, open_app: Open) -> None:
    made = [gan(runs, f"seed={seed}", mode_names=(), classes=()) for seed in (1, 2)]
    for one in made:
        one.draws("presence/1", [0.5] * 300)
    app = LatentopApp(runs, None, Terminal(), compared=[one.run for one in made])
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        shown = await wait_for_text(pilot, "presence of mode 1")
        assert "presence/1" not in shown


async def test_the_cursor_tells_values_of_then_and_fewer_steps_can_be_shown(runs: Path) -> None:
    compared = []
    for number in (1, 2):
        recorded = Recorded(runs, "dcgan", f"seed={number}", f"generator.lr={number}e-4")
        recorded.trains(400, verdict="healthy")
        recorded.draws("loss/generator", [float(3 * number)] * 200 + [float(number)] * 200)
        recorded.draws("diversity/coverage", [0.25 * number] * 200 + [0.9] * 200)
        compared.append(recorded.run)
    app = LatentopApp(runs, None, Terminal(), compared=compared)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "2 runs compared", "loss/generator", "400", "dcgan-s1 90 %")
        await pilot.press("shift+left", "shift+left", "shift+left", "shift+left")
        await wait_for_text(pilot, "dcgan-s1 3", "dcgan-s2 6", "dcgan-s1 25 %", "dcgan-s2 50 %")
        await pilot.press(*["shift+right"] * 5)
        await wait_for_text(pilot, "dcgan-s1 1", "dcgan-s2 2")
        await pilot.press("plus", "plus")
        await wait_for(pilot, lambda: "350" in text(app) and " 100 " not in text(app))
        await pilot.press("0")
        await wait_for_text(pilot, " 100 ", " 200 ", " 400 ")
