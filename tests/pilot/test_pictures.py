"""Every screen and state as a picture: in colour, at most sizes with its styles, and in ASCII alone.

What differs from tests/pilot/__snapshots__ fails; what was meant to change is taken over with
``pytest tests/pilot/test_pictures.py --snapshot-update``, and looked at in the diff.
"""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.pilot.conftest import SIZES, wait_for_text
from tests.pilot.dialogue_stages import DIALOGUES
from tests.pilot.list_stages import PRESETS, RUNS
from tests.pilot.pictures import settled
from tests.pilot.run_stages import LOOKS, STATES
from tests.pilot.stages import NOW, Stage
from tui.app import LatentopApp
from tui.draw.image_style import Style
from tui.filters import nearest
from tui.settings import Remembered, Settings
from tui.terminal import Terminal

RUNS_FOLDER = Path("runs")
TERMINALS = {"colour": Terminal(), "ascii": Terminal(ascii=True, colour=False, images=Style.ascii)}
ASCII_SIZES = dict.fromkeys(STATES, SIZES)
"""Of the states of a run; everything else is shown in ASCII where it is narrowest."""
STYLED = SIZES[:2]
"""Where colours are compared, too: at the largest size they would be the same once more."""
PICTURES = [
    pytest.param(stage, size, terminal, id=f"{stage.name}-{size[0]}x{size[1]}-{name}")
    for stage in (*STATES, *LOOKS, *DIALOGUES, *RUNS, *PRESETS)
    for size in (SIZES if stage in STATES else stage.sizes)
    for name, terminal in TERMINALS.items()
    if terminal.colour or (size in ASCII_SIZES.get(stage, SIZES[:1]) and not stage.coloured)
]


class TextFile(SingleFileSnapshotExtension):
    """One file a picture."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture
def recorded(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(TextFile)


@pytest.fixture(autouse=True)
def always_the_same(runs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No picture depends on when and where it is taken."""
    monkeypatch.chdir(runs.parent)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setattr("time.time", lambda: NOW)
    monkeypatch.setattr("engine.run.folder.time", SimpleNamespace(strftime=lambda _: "20260102-0304"))
    monkeypatch.setattr("engine.run.folder.runs_folder", lambda _: RUNS_FOLDER)
    monkeypatch.setattr("presets.catalogue.user_folder", lambda: Path("yours"))
    monkeypatch.setattr("engine.run.deletion.size", lambda _: 1_400_000)  # open or not, its log is longer
    monkeypatch.setattr("textual.widgets.Input.cursor_blink", False)
    return


@pytest.mark.parametrize(("stage", "size", "terminal"), PICTURES)
async def test_looks(
    recorded: SnapshotAssertion, stage: Stage, size: tuple[int, int], terminal: Terminal
) -> None:
    likeness = nearest if terminal.ascii else str
    run = stage.make(RUNS_FOLDER)
    app = LatentopApp(RUNS_FOLDER, run, terminal, Remembered(settings=Settings(hinted=True)))
    async with app.run_test(size=size) as pilot:
        await wait_for_text(pilot, likeness(stage.shows))
        for one in stage.does:
            if not isinstance(one, str):
                one(app)
            elif one.startswith("{"):
                await wait_for_text(pilot, likeness(one[1:-1]))
            else:
                await pilot.press(one)
        await wait_for_text(pilot, likeness(stage.then))
        drawn = await settled(pilot, styled=terminal.colour and size in STYLED)
    assert terminal.colour or drawn.isascii()
    assert drawn == recorded
