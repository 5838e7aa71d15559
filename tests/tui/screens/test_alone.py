"""One image alone, points as large as the screen, and what can be taken to the clipboard."""

from pathlib import Path

import numpy as np

from latentop.engine.run.events import Frame
from latentop.tui.widgets.images import ImagesPanel
from tests.support.dashboard import Open, Recorded, healthy_gan, wait_for, wait_for_text


def with_samples(runs: Path) -> Recorded:
    """Nine samples, each of another brightness, and real images of every brightness."""
    recorded = healthy_gan(runs)
    for kind, shift in (("samples", 0), ("real", 5)):
        images = np.zeros((9, 1, 28, 28), dtype=np.uint8)
        images += (20 * np.arange(1, 10, dtype=np.uint8) + shift)[:, None, None, None]
        recorded.writes(events=[Frame(step=400, wall=recorded.now, kind=kind, images=images)])
    return recorded


async def test_enter_twice_shows_a_sample_alone_beside_the_nearest_real_one(
    runs: Path, open_app: Open
) -> None:
    recorded = with_samples(runs)
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "samples · step 400")
        pilot.app.screen.query_one("#samples", ImagesPanel).focus()
        await pilot.press("enter", "enter")
        await wait_for_text(pilot, "samples, 1 of 9", "nearest of 9 real ones")
        for key, place in (("down", 2), ("down", 3), ("up", 2), ("up", 1), ("up", 9)):
            await pilot.press(key)
            await wait_for_text(pilot, f"samples, {place} of 9")
        await pilot.press("escape")
        assert "1 of 9" not in await wait_for_text(pilot, "samples · step 400")
        assert pilot.app.screen.has_class("-enlarged")
        await pilot.press("escape")
        await wait_for_text(pilot, "losses")
        assert not pilot.app.screen.has_class("-enlarged")


async def test_the_header_and_the_verdict_stay_above_a_form_that_changes_the_run(
    runs: Path, open_app: Open
) -> None:
    recorded = healthy_gan(runs)
    for size in ((80, 24), (120, 36), (200, 60)):
        async with open_app(recorded.run).run_test(size=size) as pilot:
            await wait_for_text(pilot, "● training", "healthy")
            await pilot.press("e")
            shown = await wait_for_text(pilot, "while it trains", "● training", "healthy")
            assert shown.index("● training") < shown.index("while it trains")
            assert "losses" in shown
            await pilot.press("escape")
            await wait_for_text(pilot, "space pause")


async def test_the_verdict_and_the_command_are_copied(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training", "healthy")
        for key, expected in (
            ("v", "healthy"),
            ("c", "latentop train dcgan --seed 42"),
            ("f", str(recorded.run.path)),
            ("n", "loss/generator"),
        ):
            await pilot.press("Y")
            await wait_for_text(pilot, "What shall be copied")
            await pilot.press(key)
            await wait_for(pilot, lambda: expected in pilot.app.clipboard)  # noqa: B023


async def test_a_fork_has_the_steps_of_its_parent_before_its_first(runs: Path, open_app: Open) -> None:
    parent = healthy_gan(runs)
    fork = Recorded(runs)
    fork.trains(460, verdict="healthy", parent=parent.run.id, parent_step=400)
    fork.draws("loss/generator", [0.9] * 60, first=401)
    async with open_app(fork.run).run_test(size=(120, 36)) as pilot:
        await wait_for(pilot, lambda: bool(pilot.app.screen.state.parent))  # type: ignore[attr-defined]
        rows = (await wait_for_text(pilot, "generator")).splitlines()
        began = next(row for row in rows if " 400 " in row).index("400")
        assert began > 12, "the axis begins before the fork"
        assert any(0x2800 < ord(sign) <= 0x28FF for row in rows for sign in row[8:began])
