"""Settings of a run in training, changed, undone and forked from its screen."""

import time
from pathlib import Path

import pytest
from textual.pilot import Pilot

from latentop.engine.run import commands
from latentop.engine.run.events import Mark, Reply
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.presets import catalogue
from tests.support.dashboard import (
    AT_EVERY_SIZE,
    Open,
    Recorded,
    asked,
    healthy_gan,
    text,
    wait_for,
    wait_for_text,
)
from tests.support.real_runs import facts
from tests.support.recorded_runs import alive, write


async def edit(pilot: Pilot[None], *keys: str) -> None:
    """Open the dialogue over the run, and press these keys."""
    await wait_for_text(pilot, "● training")
    await pilot.press("e")
    await wait_for_text(pilot, "while it trains · nothing changed", "generator.lr", "0.0002")
    await pilot.press(*keys)


async def find(pilot: Pilot[None], words: str, key: str) -> None:
    """Put the cursor on the setting."""
    await pilot.press("slash", *words, "enter")
    await wait_for_text(pilot, f" {key} ")


@AT_EVERY_SIZE
async def test_a_learning_rate_is_changed(runs: Path, open_app: Open, size: tuple[int, int]) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=size) as pilot:
        await edit(pilot, *"1e-4", "enter")
        await wait_for(pilot, lambda: asked(run) == [("set", '{"generator.lr": 0.0001}')])
        await wait_for_text(pilot, "losses")


async def test_several_settings_are_set_as_one_edit(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot)
        await find(pilot, "discriminator_steps", "objective.discriminator_steps")
        await pilot.press(*"3")
        await pilot.press("escape")
        await find(pilot, "diversity_alarm", "watch.diversity_alarm")
        await pilot.press(*"0.5")
        await wait_for_text(pilot, "2 settings changed")
        await pilot.press("enter")
        sent = '{"objective.discriminator_steps": 3, "watch.diversity_alarm": 0.5}'
        await wait_for(pilot, lambda: asked(run) == [("set", sent)])


async def test_one_of_a_few_values_is_chosen_and_set(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot, "down", "c")
        await wait_for_text(pilot, "enter takes it")
        await pilot.press(*"os", "enter")
        await wait_for_text(pilot, "1 setting changed")
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: asked(run) == [("set", '{"generator.schedule": "cosine"}')])


async def test_what_is_not_accepted_is_said_under_the_field(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot)
        for value in ("50", "-1", "[b]"):
            await pilot.press("home", *["delete"] * 8, *value)
            await wait_for_text(pilot, value, "is not accepted", "a number above 0 up to 10")
        await pilot.press("enter")
        assert "while it trains" in text(pilot.app)
        await pilot.press("ctrl+r", "escape")
        await wait_for_text(pilot, "losses")
        assert asked(run) == []


async def test_thresholds_that_contradict_each_other_are_not_sent(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot)
        await find(pilot, "diversity_alarm", "watch.diversity_alarm")
        await pilot.press(*"0.9", "enter")
        await wait_for_text(pilot, "diversity_clear must not be below diversity_alarm")
        assert asked(run) == []


async def test_the_dialogue_has_the_values_as_they_are_now(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    recorded.says(settings={**facts(recorded.run).settings, "generator.lr": 0.0125})
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("e")
        await wait_for_text(pilot, "0.0125")


async def test_the_last_change_is_undone(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot, "ctrl+z")
        await wait_for(pilot, lambda: asked(run) == [("undo", "{}")])


@pytest.mark.parametrize(
    ("key", "question"), [("ctrl+z", "Undo all the same?"), ("escape", "Leave all the same?")]
)
async def test_who_leaves_what_was_typed_is_asked_first(
    runs: Path, open_app: Open, key: str, question: str
) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot, *"1e-4", key)
        await wait_for_text(pilot, "1 setting changed here and not set", question)
        await pilot.press("escape")
        await wait_for_text(pilot, "while it trains · 1 setting changed")
        await pilot.press(key)
        await wait_for_text(pilot, question)
        await pilot.press("f")
        await wait_for_text(pilot, "losses")
        assert asked(run) == ([("undo", "{}")] if key == "ctrl+z" else [])


async def test_an_edit_made_elsewhere_is_told(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training")
        number = commands.ask(recorded.run, "set", {"generator.schedule": "cosine", "generator.lr": 1e-4})
        said = "generator.lr 0.0002 → 0.0001"
        wall = time.time()
        recorded.writes(
            events=[
                Mark(step=400, wall=wall, kind="edit", text=said),
                Reply(command=number, applied=True, step=400, wall=wall, text=said),
            ]
        )
        await wait_for_text(pilot, said)


async def test_what_can_never_be_is_refused_where_it_is_typed(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(120, 36)) as pilot:
        await edit(pilot)
        await find(pilot, "generator.latent_dim", "generator.latent_dim")
        await wait_for_text(pilot, "not live", "the weights would not fit")
        await pilot.press(*"7", "enter")
        await wait_for_text(pilot, "train a new run with it")
        assert asked(run) == []


@pytest.mark.parametrize("key", ["f", "s"])
async def test_what_only_a_fork_can_have_is_forked(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    recorded = healthy_gan(runs)
    run, started = recorded.run, list[RunFolder]()
    (run.checkpoints / "step-000000123.pt").write_bytes(b"weights")
    monkeypatch.setattr(launch, "start", started.append)

    def answer() -> bool:
        """As the run's worker would, with a newer checkpoint."""
        if asked(run) != [("checkpoint", "{}")]:
            return False
        (run.checkpoints / "step-000000400.pt").write_bytes(b"newer weights")
        recorded.writes(events=[Reply(command=1, applied=True, step=400, wall=time.time(), text="")])
        return True

    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot)
        await find(pilot, "seed random", "seed")
        await wait_for_text(pilot, "not live", "a fork can change it")
        await pilot.press(*"7", "enter")
        await wait_for_text(pilot, "seed can't be changed while it trains", "Fork dcgan-s42?")
        await pilot.press(key)
        await wait_for(pilot, answer)
        await wait_for(pilot, lambda: started)
        await wait_for_text(pilot, "● starting")
        write(started[0], facts={**alive(), "step": 401})
        wanted = ["checkpoint", *(["stop"] if key == "s" else [])]
        await wait_for(pilot, lambda: [name for name, _ in asked(run)] == wanted)
    (fork,) = started
    assert fork.graft.read_bytes() == b"newer weights"
    assert (facts(fork).parent, facts(fork).parent_step) == (run.id, 400)
    assert catalogue.parse(fork.preset.read_text(), "").seed == 7
    assert [name for name, _ in asked(run)] == wanted


async def test_a_run_that_has_ended_is_forked(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = healthy_gan(runs)
    (recorded.run.checkpoints / "step-000020000.pt").write_bytes(b"weights")
    recorded.says(state="finished")
    started: list[RunFolder] = []
    monkeypatch.setattr(launch, "start", started.append)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● finished", "e fork")
        await pilot.press("e")
        await wait_for_text(pilot, "fork dcgan-s42, which has ended", "Optimiser steps.", "enter fork")
        await pilot.press("ctrl+t")
        await wait_for_text(pilot, "steps = 20000 are over")
        await pilot.press(*"30000", "enter")
        await wait_for_text(pilot, "Fork dcgan-s42?", "from its newest checkpoint, step 20 000")
        await pilot.press("f")
        await wait_for(pilot, lambda: started)
    assert (facts(started[0]).parent_step, facts(started[0]).steps) == (20_000, 30_000)
    assert asked(recorded.run) == []


async def test_nothing_can_be_changed_where_nobody_trains(runs: Path, open_app: Open) -> None:
    recorded: Recorded = healthy_gan(runs)
    recorded.says(state="finished")
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "finished")
        await pilot.press("e")
        await wait_for_text(pilot, "nobody is there to ask")


async def test_who_quits_is_asked_about_what_was_typed(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot, *"1e-4", "ctrl+q")
        await wait_for_text(pilot, "1 setting changed here and not set", "Leave all the same?")


async def test_a_run_without_a_checkpoint_writes_one_for_its_fork(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = healthy_gan(runs)
    started: list[RunFolder] = []
    monkeypatch.setattr(launch, "start", started.append)

    def answer() -> bool:
        """As the run's worker would."""
        if asked(recorded.run) != [("checkpoint", "{}")]:
            return False
        (recorded.run.checkpoints / "step-000000400.pt").write_bytes(b"weights")
        recorded.writes(events=[Reply(command=1, applied=True, step=400, wall=time.time(), text="")])
        return True

    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot, "ctrl+t")
        await wait_for_text(pilot, "Fork dcgan-s42?")
        await pilot.press("f")
        await wait_for(pilot, answer)
        await wait_for(pilot, lambda: started)
    assert facts(started[0]).parent_step == 400
