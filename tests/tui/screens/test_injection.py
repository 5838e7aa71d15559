"""Whatever a run says of itself, on every screen: shown as it is written, obeyed by nothing."""

from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot

from latentop.engine.run import commands
from latentop.engine.run.events import AlarmRaised, Frame, Mark, Reply
from latentop.presets import catalogue
from latentop.tui.app import LatentopApp
from latentop.tui.link.terminal import Terminal
from tests.support.dashboard import (
    DEAD_PID,
    FRESH,
    Open,
    Recorded,
    healthy_gan,
    text,
    wait_for,
    wait_for_text,
)

CANARY = "CANARY"
_CONTROLS = f"\x1b]0;{CANARY}\x07\x1b[2J\x1bPq#0\x1b\\\x9b31m\x90q\x9c\x00\x08\r\x7f\u202e\u200b\u2028\ufeff"
_MARKUP = f"[red]{CANARY}[/red] [@click=app.detach]{CANARY}[/] [/] [link=x]{CANARY}[/link] $error [[ \\[ ]"
EVIL = {
    "controls": f"{_CONTROLS}\ud800{CANARY}\udfff\n\n\t\tone\r\ntwo\v\f\x85",
    "markup": f"{_MARKUP} %s {{0}} {{CANARY.x}} ${{x}} <b>{CANARY}</b> '''\" \\",
    "wide": f"漢字{CANARY}かな 👨‍👩‍👧 ❤️ 1️⃣ 🇩🇪 e\u0301\u0302\u0323 กำ \u3000 ｱ 각" * 3,
    "long": f"{CANARY} " + "x" * 5_000 + " y" * 500,
}
PIECES = [piece for evil in EVIL.values() for piece in (evil[:40], *evil[:40])]


def storable(text: str) -> str:
    """What SQLite can hold as text."""
    return text.encode("utf-8", "backslashreplace").decode()


def evil_run(runs: Path, *evil: str, **facts: object) -> Recorded:
    """A GAN in training that says these, one after the other, wherever it has something to say."""
    said = cycle(evil)
    stored = map(storable, said)
    recorded = healthy_gan(runs)
    texts = ("preset", "title", "data", "name", "note", "device", "verdict", "detail", "hint", "traceback")
    recorded.trains(
        400,
        **{
            **dict(zip((*texts, "origin", "data_source"), said, strict=False)),
            "classes": [next(said) for _ in range(3)],
            "guidelines": [f"broken: {next(said)}"],
            "versions": {next(said): next(said)},
            "settings": {next(said): 1.0, "generator.lr": 1e-3},
            "diversity_chance": {next(said): 0.1},
            **facts,
        },
    )
    for name in (
        f"loss/{next(stored)}",
        next(stored),
        f"presence/{next(stored)}",
        "presence/1",
        "presence/9",
    ):
        recorded.draws(name, [0.5, float("nan"), 1e30])
    wall = recorded.now
    for severity in ("warning", "critical"):
        for name in (next(stored), "collapsed"):
            recorded.writes(
                events=[
                    AlarmRaised(
                        name=name,
                        severity=severity,
                        step=390,
                        wall=wall,
                        sentence=next(stored),
                        advice=next(stored),
                        evidence={next(said): 1.0, f"lost/{next(said)}": 0.0},
                    )
                ]
            )
    images = np.zeros((4, 1, 8, 8), dtype=np.uint8)
    recorded.writes(
        events=[
            Mark(step=300, wall=wall, kind="edit", text=next(stored)),
            Mark(step=200, wall=wall, kind=next(stored), text=next(stored)),
            Frame(step=400, wall=wall, kind=next(stored), images=images),
        ]
    )
    recorded.run.log.write_text(next(said), encoding="utf-8", errors="surrogatepass")
    return recorded


def harmless(app: LatentopApp) -> None:
    """Nothing on the screen is a control character, a link, an action, or text that lost its brackets."""
    for strip in app.screen._compositor.render_strips(app.size):
        assert strip.cell_length == app.size.width
        for shown, style, _ in strip:
            assert all(one.isprintable() or one.isspace() for one in shown), repr(shown)
            assert not {"\n", "\r", "\t", "\x1b", "\x85", "\u2028"} & set(shown), repr(shown)
            if style is not None:
                assert not style.link
                assert "app.detach" not in str(style.meta) or CANARY not in shown
    for line in text(app).splitlines():
        before, found, _ = line.partition(f"{CANARY}[/")
        assert not found or before.endswith(("]", "…", ".")), line


async def look(pilot: Pilot[None], *words: str) -> None:
    """Wait for the words, and see that all is well with the screen."""
    await wait_for_text(pilot, *words)
    harmless(pilot.app)


async def close(pilot: Pilot[None]) -> None:
    await pilot.press("escape")
    await wait_for(pilot, lambda: len(pilot.app.screen_stack) == 2)


@pytest.mark.slow
@pytest.mark.parametrize("kind", EVIL)
async def test_on_the_screen_of_a_run(runs: Path, open_app: Open, kind: str) -> None:
    recorded = evil_run(runs, EVIL[kind])
    app = open_app(recorded.run)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await look(pilot, "losses", "diversity", "● training")
        number = commands.ask(recorded.run, "checkpoint")
        stored = storable(EVIL[kind])
        refused = Reply(command=number, applied=False, step=400, wall=recorded.now, text=stored)
        recorded.writes(events=[refused])
        await look(pilot, "checkpoint refused: ")
        for key, shown in (
            ("a", "arrows scroll"),
            ("n", "all values at step"),
            ("e", "while it trains"),
            ("t", "esc closes"),
            ("ctrl+p", "Pause training"),
            ("q", "What shall become of it?"),
        ):
            await pilot.press(key)
            await look(pilot, shown)
            await close(pilot)
        await pilot.press("slash")
        await look(pilot, "Which series", "loss/generator")
        await pilot.press(*"loss/", "down", "tab", "down", "tab", "down", "tab", "enter")
        await wait_for(pilot, lambda: len(app.screen_stack) == 2)
        await look(pilot, "● training")
        for _ in range(5):  # what is behind every part
            await pilot.press("tab", "enter")
            await pilot.pause()
            harmless(app)
            await pilot.press("escape" if app.screen.is_modal else "enter")
            await wait_for(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press("left_square_bracket", "left_square_bracket", "left")
        await pilot.pause()
        harmless(app)
        await pilot.resize_terminal(80, 24)
        await look(pilot, "● training")


@pytest.mark.parametrize(
    ("kind", "ended"), list(zip(EVIL, ["failed", "paused", "starting", "crashed"], strict=True))
)
async def test_in_what_a_run_says_of_its_end(runs: Path, open_app: Open, kind: str, ended: str) -> None:
    state = {"pid": DEAD_PID} if ended == "crashed" else {"state": ended}
    recorded = evil_run(runs, EVIL[kind], error=EVIL[kind] or "an error", **state)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await look(pilot, f"● {ended}")
        if ended == "starting":
            return
        await pilot.press("t")
        await look(pilot, "esc closes")


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["controls", *(pytest.param(one, marks=pytest.mark.slow) for one in ("markup", "wide"))]
)
async def test_in_the_list_and_where_runs_are_compared(runs: Path, open_app: Open, kind: str) -> None:
    for _ in range(2):
        evil_run(runs, EVIL[kind])
    folder = EVIL[kind].replace("/", "").replace("\0", "")[:60].encode("utf-8", "ignore").decode()
    other = evil_run(runs, EVIL[kind])
    other.run.path.rename(runs / f"20261122-1405-{folder}-s1")
    app = open_app()
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await look(pilot, "runs in", "training")
        for key, shown in (("R", "A name for"), ("N", "A note about"), ("ctrl+p", "Sort by")):
            await pilot.press(key)
            await look(pilot, shown)
            if shown == "Sort by":
                await pilot.press(*"open")
                await look(pilot, "Open ")
            await close(pilot)
        await pilot.press("x")
        await look(pilot, "lives")
        await pilot.press("home", "space", "space", "space", "C")
        await look(pilot, "3 runs compared", "verdict")
        for _ in range(8):
            await pilot.press("right")
            await pilot.pause()
            harmless(app)
        await pilot.press("t", "t")
        await look(pilot, "newest values")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["controls", "markup", "wide"])
async def test_among_presets_and_in_their_form(runs: Path, open_app: Open, tmp_path: Path, kind: str) -> None:
    yours = tmp_path / "yours"
    yours.mkdir()
    shipped = catalogue.dump(catalogue.load(catalogue.find("dcgan")))
    evil = storable(EVIL[kind])
    quoted = "".join(f"\\U{ord(one):08x}" for one in evil)
    told = "\n".join(
        f'{line.partition(" =")[0]} = "{quoted}"'
        if line.startswith(("title", "brief", "shows", "look_for", "source"))
        else line
        for line in shipped.splitlines()
    )
    name = evil.replace("/", "").replace("\0", "")[:40] or "empty"
    (yours / f"{name}.toml").write_text(told)
    (yours / "mistaken.toml").write_text(shipped.replace("[data]", f'[data]\n"{quoted}" = "{quoted}"', 1))
    (yours / "broken.toml").write_text(evil)
    app = open_app()
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await look(pilot, "what shall be trained?")
        await pilot.press("end")
        for _ in range(3):
            await pilot.pause()
            harmless(app)
            await pilot.press("e")
            await pilot.pause()
            harmless(app)
            if len(app.screen_stack) > 2:
                await pilot.press("down", *"5", "ctrl+s")
                await look(pilot, "Save as a preset of your own")
                await pilot.press("escape", "escape")
                await pilot.pause()
                harmless(app)
                await pilot.press("l")
                await wait_for(pilot, lambda: len(app.screen_stack) == 2)
            await pilot.press("x")
            await look(pilot, "Delete your preset")
            await close(pilot)
            await pilot.press("up")


WHATEVER = st.lists(
    st.lists(st.sampled_from(PIECES) | st.characters(), max_size=30).map("".join), min_size=32, max_size=32
)
"""A text for each place of a run, so that no two say the same."""


async def see_it_say(runs: Path, evil: list[str]) -> None:
    recorded = evil_run(runs, *evil)
    app = LatentopApp(runs, recorded.run, Terminal())
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await look(pilot, "losses", "● training")
        for key, shown in (("a", "esc closes"), ("n", "all values at step"), ("t", "esc closes")):
            await pilot.press(key)
            await look(pilot, shown)
            await close(pilot)


@pytest.mark.slow
@settings(max_examples=3, suppress_health_check=list(HealthCheck))
@given(evil=WHATEVER)
async def test_whatever_it_says(runs: Path, evil: list[str]) -> None:
    await see_it_say(runs, evil)


@pytest.mark.slow
@settings(
    derandomize=not FRESH,
    max_examples=15,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(evil=WHATEVER)
async def test_whatever_else_it_says(runs: Path, evil: list[str]) -> None:
    """More of them; with ``LATENTOP_FRESH`` others each time."""
    await see_it_say(runs, evil)
