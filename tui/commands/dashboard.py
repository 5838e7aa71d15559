"""The dashboard, as a command opens it. To import this takes Textual's time, so commands do it last."""

import os
from collections.abc import Sequence
from pathlib import Path

from latentop.engine.run import folder
from latentop.engine.run.folder import RunFolder
from latentop.tui import settings
from latentop.tui.app import LatentopApp
from latentop.tui.settings import Remembered


def dashboard(
    runs: Path,
    run: RunFolder | None = None,
    *,
    compared: Sequence[RunFolder] = (),
    started: Sequence[RunFolder] = (),
    ascii: bool = False,
    max_kbps: int | None = None,
) -> int:
    """Show runs, one, or some compared, until the person leaves or the terminal is gone; 0 either way.

    Training is not touched. Who leaves is asked about runs in training that were ``started`` for this screen.

    ``ascii``: send nothing but ASCII, whatever the terminal says of itself. ``max_kbps``: send at most so
    many kilobits a second, whatever the settings say.

    Raises UsageError where the folder of runs can't be read.
    """
    folder.every(runs)
    app = LatentopApp(
        runs,
        run,
        remembered=Remembered(settings.path()),
        compared=compared,
        started=started,
        ascii=ascii,
        max_kbps=max_kbps,
    )
    app.run()
    if app.hangup.happened:
        os._exit(0)  # nobody is there to flush to, and a thread may still wait for the terminal
    return app.return_code or 0
