"""Every screen and state as a picture: in colour, at most sizes with its styles, and in ASCII alone.

What differs from tests/tui/pictures/__snapshots__ fails; what was meant to change is taken over with
``pytest tests/tui/pictures/test_pictures.py --snapshot-update``, and looked at in the diff.
"""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from latentop.engine.run.process.liveness import Liveness
from latentop.tui.app import LatentopApp
from latentop.tui.draw.images.image_style import Style
from latentop.tui.link.output_filter import nearest
from latentop.tui.link.terminal import Terminal
from latentop.tui.model.machine_load import MachineLoad
from latentop.tui.settings import Remembered, Settings
from tests.support.dashboard import SIZES, wait_for_text
from tests.support.previews import MADE
from tests.tui.pictures.dialogue_stages import DIALOGUES
from tests.tui.pictures.list_stages import PRESETS, RUNS
from tests.tui.pictures.pictures import settled
from tests.tui.pictures.run_stages import LOOKS, STATES
from tests.tui.pictures.stages import NOW, Stage

RUNS_FOLDER = Path("runs")
TERMINALS = {"colour": Terminal(), "ascii": Terminal(ascii=True, colour=False, images=Style.ascii)}
LARGE = ("healthy", "collapsed", "autoencoder", "ring")
"""The states of a run that are shown at the largest size, too."""
STYLED = SIZES[:2]
"""Where colours are compared, too: at the largest size they would be the same once more."""
STAGES = (*STATES, *LOOKS, *DIALOGUES, *RUNS, *PRESETS)


def sizes(stage: Stage, terminal: Terminal) -> tuple[tuple[int, int], ...]:
    """The sizes a stage is shown at: in ASCII, what is no state of a run only where it is narrowest."""
    if stage.name in LARGE:
        return SIZES
    return stage.sizes if terminal.colour or stage in STATES else stage.sizes[:1]


SEEN_FIRST = (
    *("first-values", "healthy", "collapsed", "several-alarms", "paused", "finished", "crashed", "failed"),
    *("autoencoder", "plane", "scrubbing-alarm", "real-beside-fake", "codings", "images-half", "too-small"),
    *("edit-mistake", "rollback", "quit", "diversity-details", "help", "palette", "runs", "compare"),
    *("presets", "form"),
)
"""The stages, in colour, that are looked at with every change."""
PICTURES = [
    pytest.param(
        stage,
        terminal,
        id=f"{stage.name}-{name}",
        marks=[] if name == "colour" and stage.name in SEEN_FIRST else pytest.mark.slow,
    )
    for stage in STAGES
    for name, terminal in TERMINALS.items()
    if terminal.colour or not stage.coloured
]


class TextFile(SingleFileSnapshotExtension):
    """One file a picture."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture
def recorded(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(TextFile)


def named(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def known(recorded: SnapshotAssertion, size: tuple[int, int]) -> str | None:
    """The picture that the next one is compared with; None where there is none yet."""
    place = Path(recorded.extension.get_location(test_location=recorded.test_location, index=named(size)))
    return place.read_text(encoding="utf-8") if place.exists() else None


@pytest.fixture(autouse=True)
def always_the_same(runs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No picture depends on when and where it is taken."""
    monkeypatch.chdir(runs.parent)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setattr("time.time", lambda: NOW)
    monkeypatch.setattr(
        "latentop.engine.run.folder.time", SimpleNamespace(strftime=lambda _: "20260102-0304")
    )
    monkeypatch.setattr("latentop.engine.run.folder.runs_folder", lambda _: RUNS_FOLDER)
    monkeypatch.setattr("latentop.presets.catalogue.user_folder", lambda: Path("yours"))
    monkeypatch.setattr(
        "latentop.engine.run.deletion.size", lambda _: 1_400_000
    )  # open or not, its log is longer
    monkeypatch.setattr("textual.widgets.Input.cursor_blink", False)
    monkeypatch.setattr("latentop.tui.screens.run.SAID_SECONDS", 3600.0)  # however long a picture takes
    monkeypatch.setattr("latentop.tui.runs.machine.load", busy)
    monkeypatch.setattr("latentop.presets.preview.of", lambda name: MADE if name != "dcgan-64" else None)
    return


def busy(_pid: int | None, state: Liveness) -> MachineLoad | None:
    """A machine that is always as busy."""
    looks = (0.81, 0.97, 0.92, 0.64, 0.95, 0.97)
    return MachineLoad(processor=looks, memory=912_000_000) if state.name == "running" else None


@pytest.mark.parametrize(("stage", "terminal"), PICTURES)
async def test_looks(recorded: SnapshotAssertion, stage: Stage, terminal: Terminal) -> None:
    first, *others = sizes(stage, terminal)
    likeness = nearest if terminal.ascii else str
    run = stage.make(RUNS_FOLDER)
    app = LatentopApp(RUNS_FOLDER, run, terminal, Remembered(settings=Settings(hinted=True)))
    async with app.run_test(size=first) as pilot:
        await wait_for_text(pilot, likeness(stage.shows))
        for one in stage.does:
            if not isinstance(one, str):
                one(app)
            elif one.startswith("{"):
                await wait_for_text(pilot, likeness(one[1:-1]))
            else:
                await pilot.press(one)
        await wait_for_text(pilot, likeness(stage.then))
        drawn = {first: await settled(pilot, styled=terminal.colour, known=known(recorded, first))}
        for size in others:
            await pilot.resize_terminal(*size)
            styled = terminal.colour and size in STYLED
            drawn[size] = await settled(pilot, styled=styled, known=known(recorded, size))
    assert terminal.colour or all(picture.isascii() for picture in drawn.values())
    for size, picture in drawn.items():
        assert picture == recorded(name=named(size))
