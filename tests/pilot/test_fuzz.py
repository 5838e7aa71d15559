"""Whatever is pressed, clicked and resized, on whatever screen: the app goes on."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.events import Key, MouseDown, MouseScrollDown, MouseScrollUp, MouseUp
from textual.pilot import Pilot

from engine.run import launch
from tests.pilot.conftest import Recorded, collapse, healthy_autoencoder, healthy_gan, wait_for
from tui import keys
from tui.app import LatentopApp
from tui.terminal import Terminal

Open = Callable[..., LatentopApp]

PRESSES = 2500
"""On each of four runs: ten thousand in all."""
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


@pytest.mark.parametrize(
    ("make", "seed", "terminal"),
    [
        (healthy_gan, 1, Terminal()),
        (healthy_autoencoder, 2, Terminal(ascii=True, colour=False)),
        (healthy_gan, 3, Terminal(colour=False)),
        (healthy_autoencoder, 4, Terminal()),
    ],
)
async def test_ten_thousand_keys_clicks_and_resizes(
    runs: Path,
    open_app: Open,
    no_processes: None,
    make: Callable[[Path], Recorded],
    seed: int,
    terminal: Terminal,
) -> None:
    chance = random.Random(seed)
    recorded = make(runs)
    run = recorded.run if seed < 3 else None
    pressed = 0
    while pressed < PRESSES:  # whoever quits comes back
        app = open_app(run, terminal)
        async with app.run_test(notifications=True, size=(120, 36)) as pilot:
            await wait_for(pilot, lambda app=app: app.screen.query("#keys"))
            while pressed < PRESSES and not app._exit:
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
    await wait_for(pilot, lambda: pilot.app.heard or pilot.app.left)
    assert len(pilot.app.screen_stack) < DEEPEST, pilot.app.screen_stack
