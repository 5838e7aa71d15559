import time
from pathlib import Path

import pytest

from latentop.engine.run.events import AlarmCleared, AlarmRaised, Mark
from latentop.engine.run.store.reader import Batch, Reader
from latentop.tui.draw.images.image_style import Style
from latentop.tui.link.terminal import Terminal
from latentop.tui.screens.run import RunScreen
from tests.support.dashboard import (
    AT_EVERY_SIZE,
    DEAD_PID,
    SIZES,
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


@AT_EVERY_SIZE
async def test_gan_says_how_it_is_at_every_size(runs: Path, open_app: Open, size: tuple[int, int]) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=size) as pilot:
        panels = (
            "losses",
            "generator 1.25",
            "coverage",
            "87 %",
            "10/10",
            "no mode is missing",
            "non-finite" if size == SIZES[2] else "all values finite",
            "nothing so far",
        )
        await wait_for_text(pilot, "dcgan", "● training", "healthy", "step", "400", "samples", *panels)


async def test_what_has_no_room_is_left_out_and_comes_with_room(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        shown = await wait_for_text(pilot, "losses", "coverage")
        assert "D(real)" not in shown
        await pilot.resize_terminal(120, 36)
        shown = await wait_for_text(pilot, "diversity, % of real data", "gradient D 0.9")
        assert "D(real)" not in shown
        assert "─ real data" not in shown
        assert "near copies" not in shown
        assert "effective" not in shown
        await pilot.resize_terminal(200, 60)
        shown = await wait_for_text(pilot, "─ real data", "D(real)", "ΔG / G", "0.0012")
        assert "effective   81 %" in shown
        assert "2 % of the samples are near copies of training images" in shown


async def test_a_terminal_that_is_too_small_says_so(runs: Path, open_app: Open) -> None:
    async with open_app(healthy_gan(runs).run).run_test(notifications=True, size=(40, 10)) as pilot:
        await wait_for_text(pilot, "60 columns and 16 rows")
        await pilot.resize_terminal(80, 24)
        await wait_for_text(pilot, "losses")
        assert "60 columns" not in text(pilot.app)


@AT_EVERY_SIZE
async def test_autoencoder_shows_errors_and_reconstructions(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    async with open_app(healthy_autoencoder(runs).run).run_test(notifications=True, size=size) as pilot:
        shown = await wait_for_text(pilot, "reconstructions", "origina", "MSE 0", "validation")
        assert "1.10" in shown
        assert "D(real)" not in shown
        assert "over-fitting" not in shown


async def test_a_validation_error_that_fell_is_told_as_it_is_now(runs: Path, open_app: Open) -> None:
    recorded = healthy_autoencoder(runs)
    recorded.draws("valid/reconstruction", [0.9, 0.3, 0.021], first=401)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        shown = await wait_for_text(pilot, "val/train", "1.05")
        assert "over-fitting" not in shown


async def test_over_fitting_is_what_the_watch_says_it_is(runs: Path, open_app: Open) -> None:
    recorded = healthy_autoencoder(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "val/train      1.10   ok (alarm > 1.5)")
        recorded.writes(events=[long_alarm(recorded)])
        await wait_for_text(pilot, "val/train      1.10   over-fitting")


async def test_above_the_limit_without_an_alarm_is_never_called_ok(runs: Path, open_app: Open) -> None:
    recorded = healthy_autoencoder(runs)
    recorded.draws("valid/reconstruction", [0.0356], first=401)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "val/train      1.78   high (alarm > 1.5")


@AT_EVERY_SIZE
async def test_an_alarm_is_told_to_its_end(runs: Path, open_app: Open, size: tuple[int, int]) -> None:
    recorded = healthy_autoencoder(runs)
    alarm = long_alarm(recorded)
    recorded.writes(events=[alarm])
    async with open_app(recorded.run).run_test(notifications=True, size=size) as pilot:
        shown = await wait_for_text(pilot, "WARNING", "over-fitting: the training error fell")
        assert " ".join(f"try: {alarm.advice}".split()) in " ".join(shown.replace("│", " ").split())
        await pilot.press("a")
        shown = await wait_for_text(pilot, "WARNING over-fitting")
        assert "alarm above 1.5)" in " ".join(shown.replace("│", " ").split())


async def test_an_alarm_that_is_cut_says_so(runs: Path, open_app: Open) -> None:
    recorded = healthy_autoencoder(runs)
    recorded.writes(events=[long_alarm(recorded, name) for name in ("over-fitting", "stalled")])
    async with open_app(recorded.run).run_test(notifications=True, size=(60, 24)) as pilot:
        await wait_for_text(pilot, "WARNING", "…", "try: ")


async def test_new_values_and_images_appear(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "generator 1.25", "step 400")
        recorded.draws("loss/generator", [3.5] * 20, first=401)
        recorded.shows("samples", 420)
        recorded.says(step=420)
        await wait_for_text(pilot, "generator 3.5", "step 420")


async def test_after_going_back_alarms_of_before_are_still_read(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    text = "from step 310 back to 256. Step 300: generator loss is not finite"
    recorded.writes(events=[Mark(step=256, wall=time.time(), kind="rollback", text=text)])
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "↩ rollback from step 310 back to 256")
        await pilot.press("a")
        await wait_for_text(pilot, "given up by going back", "generator loss is not finite")


async def test_collapse_is_said_in_words_with_the_lost_classes(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "nothing so far")
        recorded.draws("diversity/coverage", [0.31], first=401)
        recorded.draws("diversity/modes", [8.0], first=401)
        collapse(recorded)
        await wait_for_text(pilot, "✖ COLLAPSED  samples reach 31 %", "try: lower the generator's")
        await wait_for_text(pilot, "31 %", "LOW", "8/10", "lost: Sandal, Bag")
        recorded.writes(events=[AlarmCleared(name="collapsed", step=450, wall=recorded.now)])
        shown = await wait_for_text(pilot, "✔ collapsed cleared")
        assert "try: lower" not in shown


async def test_low_coverage_is_no_alarm_while_it_is_too_early_to_judge(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    recorded.draws("diversity/coverage", [0.05], first=401)
    recorded.says(verdict="unknown")
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        shown = await wait_for_text(pilot, "too early to judge", "5 %")
        assert "LOW" not in shown


async def test_values_that_are_not_numbers_are_counted(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    recorded.draws("loss/generator", [float("nan")] * 3, first=401)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "▼", "✖ 3 non-finite values")


async def test_starting_says_what_it_does(runs: Path, open_app: Open) -> None:
    recorded = Recorded(runs)
    recorded.trains(0, state="starting", detail="importing torch")
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● starting", "importing torch …", "DCGAN on Fashion-MNIST")
        recorded.says(state="running", detail="")
        await wait_for_text(pilot, "the first numbers are on their way")
        recorded.draws("loss/generator", [1.0])
        await wait_for_text(pilot, "losses", "generator 1")


async def test_failure_gives_reason_hint_and_traceback(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    recorded.says(
        state="failed",
        error="RuntimeError: out of memory",
        hint="a smaller batch needs less",
        traceback='Traceback:\n  File "trainer.py", line 7\nRuntimeError: [bold]out of memory[/bold]',
    )
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "failed at step 400: RuntimeError: out of memory", "a smaller batch")
        await pilot.press("t")
        await wait_for_text(pilot, 'File "trainer.py", line 7', "[bold]out of memory[/bold]")


async def test_a_full_disk_is_told_while_the_worker_waits(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    recorded.says(state="paused", error="no space left for run.db", hint="free some space")
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        shown = await wait_for_text(pilot, "waiting: no space left for run.db", "free some space", "losses")
        assert "until you press space" not in shown


async def test_crash_shows_the_log_and_what_to_do(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    recorded.run.log.write_bytes(b"one\nKilled [red]\x1b[31m\xff\n")
    (recorded.run.checkpoints / "step-000000300.pt").touch()
    recorded.says(pid=DEAD_PID)
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        shown = await wait_for_text(pilot, "● crashed", "Killed [red]\\x1b[31m", "trains on from step 300")
        assert f"latentop resume {recorded.run.id}" in shown
        assert "\x1b" not in shown
        assert "space pause" not in shown


async def test_a_crash_is_seen_while_looking(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training")
        recorded.says(pid=DEAD_PID)
        await wait_for_text(pilot, "● crashed")


async def test_text_from_a_run_is_never_obeyed(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    recorded.says(preset="[blink]x\x1b[2J", data="a\x07b (c)")
    collapse(recorded)
    recorded.writes(
        events=[
            AlarmRaised(
                name="[red]",
                severity="critical",
                step=399,
                wall=recorded.now,
                sentence="[link=evil]press\x1b]0;pwned\x07\u202e[/link]",
                advice="[@click=app.quit]here[/]",
                evidence={},
            )
        ]
    )
    async with open_app(recorded.run).run_test(notifications=True, size=(200, 60)) as pilot:
        shown = await wait_for_text(
            pilot, "[blink]x\\x1b[2J", "[link=evil]press\\x1b]0;pwned", "[@click=app.quit]"
        )
        assert not {"\x1b", "\x07", "\u202e"} & set(shown)


async def test_a_store_that_is_not_there_is_told_and_then_found(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    hidden = recorded.run.database.rename(recorded.run.path / "hidden")
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "the run can't be read right now", "run.db", "latentop ls")
        hidden.rename(recorded.run.database)
        shown = await wait_for_text(pilot, "● training", "losses")
        assert "can't be read" not in shown


async def test_a_run_that_was_never_readable_is_neither_starting_nor_alive(
    runs: Path, open_app: Open
) -> None:
    recorded = healthy_gan(runs)
    recorded.store.close()
    for path in recorded.run.path.glob("run.db*"):
        path.unlink()
    recorded.run.database.write_bytes(b"no database" * 100)
    app = open_app(recorded.run)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        shown = await wait_for_text(pilot, "● unreadable", "the run can't be read", "or a damaged one")
        assert "starting" not in shown
        assert not [keys for keys in ("space pause", "d detach", "s stop", "e edit") if keys in shown]
        await pilot.press("q")
    assert app.return_code == 0


async def test_whatever_is_damaged_is_told_and_the_screen_lives(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = healthy_gan(runs)
    damage: list[Exception] = []
    poll = Reader.poll

    def damaged(reader: Reader) -> Batch | None:
        if damage:
            raise damage[0]
        return poll(reader)

    monkeypatch.setattr(Reader, "poll", damaged)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training", "generator 1.25")
        damage.append(KeyError("pixels"))
        await wait_for_text(pilot, "can't be read right now", "unexpected KeyError: 'pixels'")
        damage.clear()
        recorded.draws("loss/generator", [3.5] * 20, first=401)
        shown = await wait_for_text(pilot, "generator 3.5")
        assert "can't be read" not in shown


async def test_going_back_forgets_what_came_after(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "generator 1.25")
        recorded.store.rewind(100)
        recorded.draws("loss/generator", [2.75] * 300, first=101)
        recorded.says(rewinds=1, step=400)
        await wait_for_text(pilot, "generator 2.75")


async def test_plain_terminals_get_plain_characters(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    collapse(recorded)
    plain = Terminal(ascii=True, colour=False, images=Style.ascii)
    async with open_app(recorded.run, plain).run_test(notifications=True, size=(120, 36)) as pilot:
        shown = await wait_for_text(pilot, "* training", "COLLAPSED", "coverage", "samples reach 31 %")
        assert [character for character in shown if not character.isascii()] == []


async def test_nothing_is_drawn_while_nothing_changes(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "generator 1.25")
        screen = pilot.app.screen
        assert isinstance(screen, RunScreen)
        before = screen.state
        recorded.says(heartbeat=recorded.now + 1)
        await wait_for(pilot, lambda: screen.state is not before)
        assert screen.state.series is before.series
        assert screen.state.frames is before.frames
        assert screen.state.alarms is before.alarms


@AT_EVERY_SIZE
async def test_what_cannot_be_measured_is_said_in_full(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    recorded = Recorded(runs, "oscillation")
    why = "diversity can't be measured: it takes 200 images, and there are 125"
    hint = "add 75 images, or judge by eye"
    recorded.trains(400, verdict="unknown", metered=False, unmeasured=why, unmeasured_hint=hint)
    recorded.draws("loss/generator", [0.5] * 400)
    async with open_app(recorded.run).run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, "unknown", "diversity can't be measured:", "there are 125", f"try: {hint}")
        shown = await wait_for_text(pilot, "only losses are watched: a collapse would go unseen")
        assert "healthy" not in shown


async def test_the_smallest_size_shows_a_chart_beside_notice_and_alarm(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    recorded.writes(events=[long_alarm(recorded)])
    recorded.says(state="stopped")
    async with open_app(recorded.run).run_test(notifications=True, size=(60, 16)) as pilot:
        shown = await wait_for_text(pilot, "stopped at step", "losses", "WARNING")
        assert sum("┤" in row or "│" in row for row in shown.splitlines()) >= 2


@pytest.mark.parametrize("size", [(60, 15), (59, 16)])
async def test_below_it_only_what_is_needed_is_seen_in_the_middle(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    recorded = healthy_gan(runs)
    recorded.says(state="stopped")
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "stopped at step")
        await pilot.press("left")
        await wait_for_text(pilot, "◀◀ step")
        for _ in range(2):
            await pilot.resize_terminal(*size)
            await wait_for_text(pilot, "This needs 60 columns and 16 rows.")
            await wait_for(pilot, lambda: len(text(pilot.app).split("\n")) == size[1])
            rows = [row for row, line in enumerate(text(pilot.app).split("\n")) if line.strip()]
            assert rows == [size[1] // 2 - 1, size[1] // 2] or rows == [size[1] // 2, size[1] // 2 + 1]
            await pilot.resize_terminal(80, 24)
            await wait_for_text(pilot, "losses")
            await pilot.press("end")
            await wait_for_text(pilot, "stopped at step")
