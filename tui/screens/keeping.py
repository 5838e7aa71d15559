"""What keys on the list of runs do to runs: name them, write notes about them, delete them."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import cast

from textual import work
from textual.message import Message

from engine.run import deletion, labels
from engine.run.errors import LatentopError
from engine.run.folder import RunFolder
from tui import runs_list, runs_words, wording
from tui.orderly import OrderlyApp
from tui.runs_feed import RunRow
from tui.runs_list import View
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.line import LineScreen
from tui.screens.place import PlaceScreen
from tui.widgets.celltable import CellTable

DELETE = Choice(key="d", word="delete", does="checkpoints, images and all that was recorded are gone")


class Keeping(PlaceScreen[None]):
    """The screen with a list of runs that can be kept in order."""

    class Deleted(Message):
        """This run is no more."""

        def __init__(self, run: RunFolder) -> None:
            self.run = run
            super().__init__()

    def __init__(self, runs: Path, view: View) -> None:
        super().__init__()
        self.view = view
        self._runs = runs
        self._rows: dict[str, RunRow] = {}

    def look_again(self) -> None:
        """Look at all runs at once; the list itself knows how."""
        raise NotImplementedError

    def action_rename(self) -> None:
        """Give the run under the cursor a name."""
        if row := self._chosen():
            write = partial(labels.rename, row.run.database)
            self._ask("A name for", row, row.summary.facts.name, "an empty one takes it away", write)

    def action_note(self) -> None:
        """Write a note about the run under the cursor."""
        if row := self._chosen():
            write = partial(labels.annotate, row.run.database)
            self._ask("A note about", row, row.summary.facts.note, "an empty one takes it away", write)

    @work(exclusive=True)  # who presses the key twice is asked once
    async def action_delete(self) -> None:
        """Delete the marked runs, or the one under the cursor, once that is agreed to."""
        row = self._chosen()
        marked = [one.run for one in runs_list.marked(list(self._rows.values()), self.view)]
        runs = marked or ([row.run] if row else [])
        if not runs:
            return

        def act(answer: str | None) -> None:
            if answer == DELETE.word:
                self.run_worker(self._delete(runs), group="deleting")

        with cast(OrderlyApp, self.app).coming():
            for run in runs:
                if wrong := await asyncio.to_thread(deletion.refusal, self._runs, run):
                    self._complain(wrong)
                    return
            sizes = [await asyncio.to_thread(deletion.size, run) for run in runs]
            names = [self._called(run) for run in runs]
            hidden = runs_list.hidden(list(self._rows.values()), self.view)
            question = runs_words.deletion(names, hidden, sum(sizes))
            if self.is_active:  # nobody has gone elsewhere meanwhile
                self.app.push_screen(ChoiceScreen(question, (DELETE,), careful=True), act)

    async def _delete(self, runs: Sequence[RunFolder]) -> None:
        for run in runs:
            try:
                await asyncio.to_thread(deletion.delete, self._runs, run)
            except LatentopError as error:
                self._complain(error)
            else:
                self.post_message(self.Deleted(run))
        self.look_again()

    def _ask(self, question: str, row: RunRow, line: str, hint: str, write: partial[str]) -> None:
        def written(done: bool | None) -> None:
            if done:
                self.look_again()

        self.app.push_screen(LineScreen(f"{question} {row.run.id}", line, hint, write), written)

    def _complain(self, error: LatentopError) -> None:
        self.notify(wording.reason(error), severity="error")

    def _called(self, run: RunFolder) -> str:
        row = self._rows.get(run.id)
        return f"{row.summary.facts.name} ({run.id})" if row and row.summary.facts.name else run.id

    def _chosen(self) -> RunRow | None:
        return self._rows.get(self.query_one(CellTable).cursor)
