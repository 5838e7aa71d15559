"""Draw the README's pictures: the real dashboard on a real run, by Textual's own export.

python docs/picture.py                                              trains the runs, and draws all anew
python docs/picture.py RUN docs/dashboard.svg [--size 120x36] [--keys v,left]
python docs/picture.py RUN docs/collapse.svg --steps 200,900,1400   one after another, as they were live
"""

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from textual.pilot import Pilot

from latentop.engine.run import folder
from latentop.engine.run.process.liveness import Liveness
from latentop.engine.run.store.reader import Reader
from latentop.tui.app import LatentopApp
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import derived, moment
from latentop.tui.model.state import State, apply
from latentop.tui.screens.run import RunScreen

SECONDS = 2.5
"""How long each picture of a sequence stands."""
DOCS = Path(__file__).parent
SIZE = (120, 36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A picture: its file, the run that it is of, and what is pressed, or at which steps it is seen."""

    file: str
    preset: str
    trained: int
    keys: Callable[[Path], list[str]] = lambda _: []
    steps: Callable[[Path], list[int]] = lambda _: []


def collapse(run: Path) -> int:
    """The step at which the run's first collapse was told."""
    with closing(Reader(run / "run.db")) as reader:
        found = [alarm.raised_step for alarm in reader.alarms() if alarm.name == "collapsed"]
    if not found:
        raise SystemExit(f"{run.name} has not collapsed: train it with another seed")
    return found[0]


def newest(run: Path) -> int:
    """The last step of the run, at which it is seen as it was in training."""
    with closing(Reader(run / "run.db")) as reader:
        return reader.newest_step()


def around_collapse(run: Path) -> list[int]:
    """Five steps: well before, just before, when it is told, and after."""
    raised, last = collapse(run), newest(run)
    return [min(last, round(share * raised)) for share in (0.4, 0.9, 1.0, 1.2, 1.5)]


def back_to_collapse(run: Path) -> list[str]:
    """What is pressed to look back at that: one thing that happened after another."""
    with closing(Reader(run / "run.db")) as reader:
        batch = reader.poll()
        assert batch is not None
        state = apply(State(), batch)
    raised = collapse(run)
    after = {one.step for one in moment.happenings(state) if raised <= one.step < derived.step(state)}
    return ["left_square_bracket"] * len(after)


PICTURES = (
    Wanted(file="dashboard.svg", preset="dcgan", trained=2000, steps=lambda run: [newest(run)]),
    Wanted(file="collapse.svg", preset="mode-collapse", trained=6000, steps=around_collapse),
    Wanted(file="lookback.svg", preset="mode-collapse", trained=6000, keys=back_to_collapse),
)


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


def make_all() -> None:
    """Train what the pictures are of, and draw all of them."""
    with tempfile.TemporaryDirectory() as place:
        trained: dict[str, Path] = {}
        for one in PICTURES:
            if one.preset not in trained:
                trained[one.preset] = train(one.preset, one.trained, Path(place) / one.preset)
            run = trained[one.preset]
            write(asyncio.run(draw(run, SIZE, one.keys(run), one.steps(run))), DOCS / one.file)


def train(preset: str, steps: int, runs: Path) -> Path:
    """The folder of a run of that preset, trained for so many steps, whatever becomes of it."""
    words = ["train", preset, "--set", f"steps={steps}", "--runs", str(runs)]
    command = [sys.executable, "-m", "latentop.tui.cli", *words]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return folder.every(runs)[0].path


def write(pictures: list[str], file: Path) -> None:
    """One picture as it is, several as one that shows them in turn."""
    file.write_text(animated(pictures) if len(pictures) > 1 else pictures[0], encoding="utf-8")


def main() -> None:
    """Draw what the command line asks for; all pictures where it asks for none."""
    if len(sys.argv) == 1:
        make_all()
        return
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
    write(asyncio.run(draw(options.run, (columns, rows), keys, steps)), options.picture)


if __name__ == "__main__":
    main()
