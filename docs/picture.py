"""Draw the README's pictures: the real dashboard on a real run, by Textual's own export.

python docs/picture.py RUN docs/dashboard.svg [--size 120x36] [--keys v,left]
python docs/picture.py RUN docs/collapse.svg --steps 200,900,1400   one after another, as they were live
"""

import argparse
import asyncio
import re
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from engine.run import folder
from engine.run.liveness import Liveness
from engine.run.reader import Reader
from tui import moment
from tui.app import LatentopApp
from tui.screens.run import RunScreen
from tui.state import State, apply
from tui.terminal import Terminal

SECONDS = 2.5
"""How long each picture of a sequence stands."""


async def draw(run: Path, size: tuple[int, int], keys: list[str], steps: list[int]) -> list[str]:
    """The dashboard as SVG: as it is after some keys, or as it was at each of the steps."""
    app = LatentopApp(run.parent, folder.find(run.parent, str(run)), Terminal())
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        if not steps:
            return [app.export_screenshot(title="latentop")]
        screen = app.screen
        assert isinstance(screen, RunScreen)
        screen._feed.stop()
        pictures = []
        for state in moments(run, steps):
            screen.state = state
            await settled(pilot)
            pictures.append(app.export_screenshot(title="latentop"))
        return pictures


async def settled(pilot: Pilot[None]) -> None:
    """Wait until what was pressed or changed has been drawn."""
    for _ in range(10):
        await pilot.pause(0.1)


def moments(run: Path, steps: list[int]) -> list[State]:
    """The run at each of the steps, as a viewer saw it then."""
    reader = Reader(run / "run.db")
    try:
        batch = reader.poll()
        assert batch is not None
        state = replace(apply(State(), batch), liveness=Liveness("running", True))
        return [moment.at(state, step, reader.frames(step)) for step in steps]
    finally:
        reader.close()


def animated(pictures: list[str]) -> str:
    """One SVG that shows the pictures in turn, each for SECONDS, for ever."""
    view = re.search(r'viewBox="([^"]+)"', pictures[0])
    assert view is not None
    total, share = SECONDS * len(pictures), 100 / len(pictures)
    style = (
        f".picture{{opacity:0;animation:turn {total}s step-end infinite}}"
        f"@keyframes turn{{0%{{opacity:1}}{share:.3f}%{{opacity:0}}}}"
    )
    groups = [
        f'<g class="picture" style="animation-delay:{place * SECONDS}s">{picture}</g>'
        for place, picture in enumerate(pictures)
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view[1]}"><style>{style}</style>'
    return head + "".join(groups) + "</svg>\n"


def main() -> None:
    """Draw what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=lambda text: Path(text).absolute())
    parser.add_argument("picture", type=Path)
    parser.add_argument("--size", default="120x36")
    parser.add_argument("--keys", default="")
    parser.add_argument("--steps", default="")
    options = parser.parse_args()
    columns, rows = (int(number) for number in options.size.split("x"))
    steps = [int(step) for step in options.steps.split(",") if step]
    keys = [key for key in options.keys.split(",") if key]
    pictures = asyncio.run(draw(options.run, (columns, rows), keys, steps))
    options.picture.write_text(animated(pictures) if len(pictures) > 1 else pictures[0], encoding="utf-8")


if __name__ == "__main__":
    main()
