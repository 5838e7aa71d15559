"""The dashboard of a run that a script trains: what isn't there has no panel, what can't be asked no key."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from latentop.engine.run.process import script_start
from latentop.presets import script
from latentop.presets.watch import Watch
from latentop.tui.app import LatentopApp
from latentop.tui.widgets.panel import Panel
from tests.support.dashboard import AT_EVERY_SIZE, asked, text, wait_for, wait_for_text
from tests.support.recorded_scripts import NUMBERS, Scripted

Open = Callable[..., LatentopApp]
NO_NETWORKS = "it was given no networks"
STEPS = 1234


def losses(runs: Path, **facts: object) -> Scripted:
    """A GAN of which nothing but losses is known."""
    recorded = Scripted(runs, **facts)  # type: ignore[arg-type]
    hint = "give init a function sample"
    recorded.trains(
        STEPS, metered=False, unmeasured="no samples", unmeasured_hint=hint, awaited=("collapsed",)
    )
    for name in ("loss/generator", "loss/discriminator"):
        recorded.draws(name, [1.25] * STEPS)
    return recorded


def other(runs: Path) -> Scripted:
    """A training of which the watch knows nothing."""
    recorded = Scripted(runs, "upscaler", "other")
    recorded.trains(STEPS)
    for name in ("train/psnr", "train/fid"):
        recorded.draws(name, [31.0] * STEPS)
    recorded.draws("train/ssim", [0.5] * STEPS)
    return recorded


def titles(app: LatentopApp) -> list[str]:
    """Of the panels that are seen, without what changes."""
    shown = [panel for panel in app.screen.query(Panel) if panel.border_title and panel.is_on_screen]
    return [re.split(" · | 1/|,", str(panel.border_title))[0] for panel in shown]


async def opened(pilot: Pilot[None]) -> None:
    await wait_for_text(pilot, "● training", "step 1 234", "nothing so far")


@AT_EVERY_SIZE
async def test_of_losses_alone_there_is_a_chart_and_nothing_that_is_empty(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    async with open_app(losses(runs).run).run_test(size=size) as pilot:
        await opened(pilot)
        await wait_for(pilot, lambda: titles(pilot.app) == ["losses", "what happened"])
        shown = text(pilot.app)
        assert "no values yet" not in shown
        assert "no images yet" not in shown
        assert "unknown: " in shown
        assert "healthy" not in shown
        assert "give init a function sample" in " ".join(shown.split())


@AT_EVERY_SIZE
async def test_series_of_its_own_are_drawn_under_their_prefix(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    async with open_app(other(runs).run).run_test(size=size) as pilot:
        await opened(pilot)
        charts = ["train", "train 2/2"] if size[1] > 24 else ["train"]
        await wait_for(pilot, lambda: titles(pilot.app) == [*charts, "what happened"])
        shown = text(pilot.app)
        assert "fid 31" in shown
        assert "psnr 31" in shown
        assert "v view" not in shown
        await pilot.press("g")
        await wait_for_text(pilot, "ssim 0.5")


async def test_what_comes_later_has_its_panel_then(runs: Path, open_app: Open) -> None:
    recorded = losses(runs)
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await wait_for(pilot, lambda: titles(pilot.app) == ["losses", "what happened"])
        recorded.draws("grad/generator", [1.5] * STEPS)
        await wait_for(
            pilot,
            lambda: titles(pilot.app) == ["losses", "gradient norms", "is training sound?", "what happened"],
        )
        recorded.shows("samples", STEPS)
        await wait_for(
            pilot,
            lambda: (
                titles(pilot.app)
                == ["losses", "gradient norms", "samples", "is training sound?", "what happened"]
            ),
        )
        recorded.draws("score/real", [0.5] * STEPS)
        recorded.draws("diversity/coverage", [0.5] * STEPS)
        await wait_for(pilot, lambda: "are the samples good?   % of real data" in titles(pilot.app))
        assert titles(pilot.app)[:2] == ["losses", "gradient norms"], "what is shown stays where it is"


async def test_a_panel_stays_while_one_looks_back(runs: Path, open_app: Open) -> None:
    recorded = losses(runs)
    recorded.shows("samples", STEPS)
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await wait_for(pilot, lambda: titles(pilot.app) == ["losses", "samples", "what happened"])
        await pilot.press("home")
        await wait_for_text(pilot, "step 0 of 1 234", "no images yet")
        assert titles(pilot.app) == ["losses", "samples", "what happened"]


async def test_whatever_it_shows_are_images(runs: Path, open_app: Open) -> None:
    recorded = other(runs)
    recorded.shows("attention", STEPS)
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await wait_for(pilot, lambda: "attention" in titles(pilot.app))
        recorded.shows("samples", STEPS)
        await wait_for(pilot, lambda: "samples" in titles(pilot.app))
        await pilot.press("v")
        await wait_for(pilot, lambda: "attention" in titles(pilot.app))
        recorded.shows("samples", STEPS + 1)
        await wait_for_text(pilot, "attention · step 1 234")


async def test_errors_of_a_script_that_validates_nothing(runs: Path, open_app: Open) -> None:
    recorded = Scripted(runs, "my-vae", "autoencoder")
    recorded.trains(STEPS)
    recorded.draws("loss/reconstruction", [0.1 - step / 20_000 for step in range(STEPS)])
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        shown = await wait_for_text(pilot, "the training error falls; nothing is held out")
        assert "not yet" not in shown
        assert "validation" not in shown


async def test_of_an_unknown_number_of_steps_nothing_is_foretold(runs: Path, open_app: Open) -> None:
    recorded = other(runs)
    recorded.trains(STEPS, steps_per_epoch=100)
    async with open_app(recorded.run).run_test(size=(200, 60)) as pilot:
        await opened(pilot)
        header = (await wait_for_text(pilot, "epoch 13")).splitlines()[0]
        assert "step 1 234   no end known" in header
        assert "13/" not in header
        assert "left" not in header
        assert " of " not in header


async def test_a_gan_whose_samples_nobody_measures_is_never_healthy(runs: Path, open_app: Open) -> None:
    recorded = losses(runs)
    recorded.says(verdict="healthy")
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        assert "healthy" not in text(pilot.app)


UNABLE = {"space": "pause", "c": "checkpoint", "r": "rollback", "s": "stop", "e": "set"}


@pytest.mark.parametrize("key", UNABLE)
async def test_what_it_is_unable_to_do_has_no_key_and_the_reason_is_told(
    runs: Path, open_app: Open, key: str
) -> None:
    recorded = losses(runs, unable={UNABLE[key]: NO_NETWORKS})
    recorded.says(snapshots=[[0, recorded.now, "unknown"]])
    labels = {"space": "space pause", "c": "checkpoint", "r": "roll back", "s": "s stop", "e": "e edit"}
    async with open_app(recorded.run).run_test(notifications=True, size=(200, 60)) as pilot:
        await opened(pilot)
        shown = await wait_for_text(pilot, *(label for one, label in labels.items() if one != key))
        assert labels[key] not in shown
        await pilot.press(key)
        await wait_for_text(pilot, NO_NETWORKS)
        assert asked(recorded.run) == []
        assert len(pilot.app.screen_stack) == 2


async def test_the_help_says_why_a_key_does_nothing(runs: Path, open_app: Open) -> None:
    recorded = losses(runs, unable={"rollback": NO_NETWORKS})
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await pilot.press("question_mark", *"good state")
        shown = await wait_for_text(pilot, "Go back to a good state")
        assert f"It can't go back: {NO_NETWORKS}." in shown
        await pilot.press("escape", "question_mark", *"fork the run")
        await wait_for_text(pilot, "It can't be forked: its networks are a script's own.")
        await pilot.press("escape", "e", "f1", *"fork: train")
        await wait_for_text(pilot, "It can't be forked: its networks are a script's own.")


async def test_one_that_can_not_pause_is_only_stopped(runs: Path, open_app: Open) -> None:
    recorded = losses(runs, unable={"pause": NO_NETWORKS, "checkpoint": NO_NETWORKS})
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await pilot.press("s")
        shown = await wait_for_text(pilot, "Stop training?", "without a checkpoint")
        assert "it waits" not in shown
        await pilot.press("s")
        await wait_for(pilot, lambda: asked(recorded.run) == [("stop", "{}")])


async def test_a_script_that_is_gone_is_called_the_script(runs: Path, open_app: Open) -> None:
    recorded = losses(runs)
    recorded.says(pid=2**22 - 3)
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "the script is gone without a word")


async def test_what_it_is_and_says_of_itself_is_read_with_o(runs: Path, open_app: Open) -> None:
    recorded = losses(runs, command=("python", "train.py"), unable={"rollback": NO_NETWORKS})
    async with open_app(recorded.run).run_test(size=(200, 60)) as pilot:
        await opened(pilot)
        await wait_for_text(pilot, "o about")
        await pilot.press("o")
        shown = await wait_for_text(pilot, "python train.py", "batch_size", "what it can't do", NO_NETWORKS)
        assert re.search(r"model/width +32", shown)
        assert re.search(r"CUDA_VISIBLE_DEVICES +1", shown)
        await wait_for_text(pilot, "watch.guard")


def stopped(runs: Path, checkpoint: int | None = 1200) -> Scripted:
    """A run of a script that ended early."""
    recorded = losses(runs, command=("python", "train.py"), directory="/somewhere")
    if checkpoint is not None:
        (recorded.run.checkpoints / f"step-{checkpoint:09d}.pt").touch()
    recorded.says(state="stopped", started=1.0)
    return recorded


async def test_its_script_is_started_again_once_that_is_agreed_to(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    monkeypatch.setattr(script_start, "start", lambda run, facts: found.append((run, facts.command)))
    run = stopped(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "space starts its script again, from step 1 200")
        await pilot.press("space")
        shown = await wait_for_text(pilot, "Start its script again?", "python train.py", "in /somewhere")
        assert "checkpoint of step 1 200; it was at step 1 234" in " ".join(shown.replace("│", " ").split())
        await pilot.press("enter")
        await wait_for(pilot, lambda: len(pilot.app.screen_stack) == 2)
        assert found == [], "a hasty enter starts nothing"
        await pilot.press("space")
        await wait_for_text(pilot, "Start its script again?")
        await pilot.press("y")
        await wait_for(pilot, lambda: found == [(run, ("python", "train.py"))])


async def test_why_its_script_is_not_started_is_told(runs: Path, open_app: Open) -> None:
    async with open_app(stopped(runs).run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "space starts its script again")
        await pilot.press("space")
        await wait_for_text(pilot, "Start its script again?")
        await pilot.press("y")
        await wait_for_text(pilot, "/somewhere, where the script of")


async def test_without_a_checkpoint_there_is_nothing_to_go_on_from(runs: Path, open_app: Open) -> None:
    async with open_app(stopped(runs, None).run).run_test(notifications=True, size=(120, 36)) as pilot:
        shown = await wait_for_text(pilot, "it left no checkpoint to train on from: start the script again")
        assert "space" not in shown.splitlines()[-1]
        await pilot.press("t")
        await wait_for_text(pilot, "What the script prints goes to where it was started.")


async def test_runs_are_found_by_their_config(runs: Path, open_app: Open) -> None:
    for name, width in (("narrow", 32), ("wide", 512)):
        recorded = Scripted(runs, name, config={"batch_size": 64, "model/width": width})
        recorded.trains(STEPS)
        recorded.draws("loss/generator", [1.0] * STEPS)
    async with open_app().run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "narrow", "-wide", "model/width=512")
        for words, found, hidden in (
            ("width=32", "narrow", "-wide"),
            ("batch_size 512", "-wide", "narrow"),
        ):
            await pilot.press("slash", *words)
            await wait_for(pilot, lambda hidden=hidden: hidden not in text(pilot.app))
            assert found in text(pilot.app)
            await pilot.press("escape")
            await wait_for_text(pilot, "narrow", "-wide")


async def test_config_is_compared(runs: Path, open_app: Open) -> None:
    for name, width in (("narrow", 32), ("wide", 512)):
        recorded = Scripted(runs, name, config={"batch_size": 64, "model/width": width})
        recorded.trains(STEPS)
        recorded.draws("train/psnr", [30.0] * STEPS)
    async with open_app().run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "narrow", "-wide")
        await pilot.press("space", "space", "C")
        shown = await wait_for_text(pilot, "2 runs compared", "settings that differ", "config/model/width")
        assert "batch_size" not in shown
        assert re.search(r"config/model/width +(512 +32|32 +512)", shown)


async def test_the_list_tells_of_what_it_records(runs: Path, open_app: Open) -> None:
    recorded = other(runs)
    recorded.draws("lr", [1e-3] * STEPS)
    async with open_app().run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "upscaler", "train/fid 31")
        assert "lr" not in text(pilot.app)


async def test_thresholds_are_those_of_the_script(runs: Path, open_app: Open) -> None:
    recorded = losses(runs)
    recorded.trains(STEPS, modes=10)
    recorded.draws("diversity/coverage", [0.9] * STEPS)
    settings = script.settings(NUMBERS, script.Watching(watch=Watch(diversity_alarm=0.35)))
    recorded.says(settings=settings)
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await wait_for(pilot, lambda: "are the samples good?   % of real data" in titles(pilot.app))
        pilot.app.screen.query_one("#diversity").focus()
        await pilot.press("enter")
        shown = await wait_for_text(pilot, "raised below 35 %")
        assert "thresholds are the defaults" not in shown
