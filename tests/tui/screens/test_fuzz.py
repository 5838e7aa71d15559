"""Whatever is pressed, clicked and resized, on whatever screen: the app goes on."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.events import Key, MouseDown, MouseScrollDown, MouseScrollUp, MouseUp
from textual.pilot import Pilot

from latentop.engine.run.process import launch
from latentop.tui import keys
from latentop.tui.link.terminal import Terminal
from tests.support.dashboard import (
    FRESH,
    Open,
    Recorded,
    collapse,
    healthy_autoencoder,
    healthy_gan,
    wait_for,
)
from tests.support.tiers import few

FEW = 100
MANY = 2500
"""Presses on each of four runs."""
BURST = 25
DEEPEST = 8
"""Screens above each other: a list, a run, a form, a few dialogues."""
SIZES = ((80, 24), (120, 36), (200, 60), (59, 15), (20, 5), (2, 1), (61, 17), (240, 70), (100, 20))
TYPED = [*"abcdefghijklmnoprstuvwxyz0123456789[]/+-=.,?*!_", "é", "漢", "[red]"]
NAMED = [name for key in keys.KEYS for name in key.key.split(",")]
MORE = ["up", "down", "pageup", "pagedown", "tab", "shift+tab", "backspace", "delete", "ctrl+u", "f1"]


@pytest.fixture
def no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A preset that is chosen makes its run, and no worker."""
    monkeypatch.setattr(launch, "start", lambda run, resume=False: None)


on_four_runs = pytest.mark.parametrize(
    ("make", "terminal", "opened"),
    [
        (healthy_gan, Terminal(), True),
        *few(
            [
                (healthy_autoencoder, Terminal(ascii=True, colour=False), True),
                (healthy_gan, Terminal(colour=False), False),
                (healthy_autoencoder, Terminal(), False),
            ],
            0,
        ),
    ],
)
"""On the run itself, or on the list of runs."""


@on_four_runs
async def test_keys_clicks_and_resizes(
    runs: Path,
    open_app: Open,
    no_processes: None,
    make: Callable[[Path], Recorded],
    terminal: Terminal,
    opened: bool,
) -> None:
    await press(FEW, 1, make(runs), open_app, terminal, opened=opened)


@pytest.mark.slow
@pytest.mark.timeout(900)
@on_four_runs
async def test_ten_thousand_keys_clicks_and_resizes(
    runs: Path,
    open_app: Open,
    no_processes: None,
    make: Callable[[Path], Recorded],
    terminal: Terminal,
    opened: bool,
) -> None:
    seed = random.SystemRandom().randrange(1_000_000) if FRESH else 2
    print(f"the seed is {seed}")  # pytest shows it where the test fails
    await press(MANY, seed, make(runs), open_app, terminal, opened=opened)


async def press(
    presses: int, seed: int, recorded: Recorded, open_app: Open, terminal: Terminal, *, opened: bool
) -> None:
    """Press so many keys on one of the screens, as the seed says; the app goes on."""
    chance = random.Random(seed)
    run = recorded.run if opened else None
    pressed = 0
    while pressed < presses:  # whoever quits comes back
        app = open_app(run, terminal)
        async with app.run_test(notifications=True, size=(120, 36)) as pilot:
            await wait_for(pilot, lambda app=app: app.screen.query("#keys"))
            while pressed < presses and not app._exit:
                await a_burst(pilot, chance)
                pressed += BURST
                recorded.draws(
                    "loss/generator", [chance.choice([0.5, 1e30, float("nan"), -3.0])], 400 + pressed
                )
                if chance.random() < 0.05:
                    collapse(recorded, step=400 + pressed)
        assert app.return_code in (0, None)


async def a_burst(pilot: Pilot[None], chance: random.Random) -> None:
    """Keys, now and then a click, a turn of the wheel or another size, faster than they are taken."""
    for _ in range(BURST):
        dice, size = chance.random(), pilot.app.size
        where = (chance.randrange(max(1, size.width)), chance.randrange(max(1, size.height)))
        if dice < 0.02:
            await pilot.resize_terminal(*chance.choice(SIZES))
        elif dice < 0.05:
            for event in chance.choice(([MouseDown, MouseUp], [MouseScrollUp], [MouseScrollDown])):
                pilot.app.post_message(event(None, *where, 0, 0, 1, False, False, False, *where))
        else:
            name = chance.choice([*NAMED, *NAMED, *MORE, *TYPED])
            pilot.app.post_message(Key(name, name if len(name) == 1 else None))
    await pilot.pause()
    await wait_for(pilot, lambda: pilot.app.type_ahead.heard or pilot.app.type_ahead.over)
    assert len(pilot.app.screen_stack) < DEEPEST, pilot.app.screen_stack
