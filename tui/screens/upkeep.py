"""The upkeep of runs: names, notes, and the end of those that are no longer wanted."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import cast

from textual.message import Message
from textual.screen import Screen

from latentop.engine.run import deletion, labels
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.folder import RunFolder
from latentop.tui.link.linked_app import LinkedApp
from latentop.tui.model import plain_text
from latentop.tui.runs import run_list_text
from latentop.tui.runs.folder_feed import RunRow
from latentop.tui.screens.choice import Choice, ChoiceScreen
from latentop.tui.screens.line_entry import LineScreen

DELETE = Choice(key="d", word="delete", does="checkpoints, images and all that was recorded are gone")


class Upkeep:
    """Asks on a screen and does it; the app gets ``deleted(run)`` for each run that is gone.

    ``changed`` is called at last. What was agreed to is done, whatever screen is shown meanwhile.
    """

    def __init__(
        self,
        screen: Screen[None],
        runs: Path,
        *,
        deleted: Callable[[RunFolder], Message],
        changed: Callable[[], object],
    ) -> None:
        self._screen = screen
        self._runs = runs
        self._deleted = deleted
        self._changed = changed

    def rename(self, row: RunRow) -> None:
        """Give a run a name."""
        write = partial(labels.rename, row.run.database)
        self._ask("A name for", row, row.summary.facts.name, write)

    def annotate(self, row: RunRow) -> None:
        """Write a note about a run."""
        write = partial(labels.annotate, row.run.database)
        self._ask("A note about", row, row.summary.facts.note, write)

    async def delete(self, rows: Sequence[RunRow], hidden: int) -> None:
        """Delete runs once that is agreed to; so many of them are ``hidden``, as the question says."""
        app = cast(LinkedApp, self._screen.app)

        def act(answer: str | None) -> None:
            if answer == DELETE.word:
                app.run_worker(self._delete(app, [row.run for row in rows]), group="deleting")

        with app.type_ahead.coming():
            for row in rows:
                if wrong := await asyncio.to_thread(deletion.refusal, self._runs, row.run):
                    app.notify(plain_text.reason(wrong), severity="error")
                    return
            sizes = [await asyncio.to_thread(deletion.size, row.run) for row in rows]
            question = run_list_text.deletion([_called(row) for row in rows], hidden, sum(sizes))
            if self._screen.is_active:  # nobody has gone elsewhere meanwhile
                app.push_screen(ChoiceScreen(question, (DELETE,), careful=True), act)

    async def _delete(self, app: LinkedApp, runs: Sequence[RunFolder]) -> None:
        for run in runs:
            try:
                await asyncio.to_thread(deletion.delete, self._runs, run)
            except LatentopError as error:
                app.notify(plain_text.reason(error), severity="error")
            else:
                app.post_message(self._deleted(run))
        self._changed()

    def _ask(self, question: str, row: RunRow, line: str, write: Callable[[str], object]) -> None:
        def written(done: bool | None) -> None:
            if done:
                self._changed()

        screen = LineScreen(f"{question} {row.run.id}", line, "an empty one takes it away", write)
        self._screen.app.push_screen(screen, written)


def _called(row: RunRow) -> str:
    name = row.summary.facts.name
    return f"{name} ({row.run.id})" if name else row.run.id
