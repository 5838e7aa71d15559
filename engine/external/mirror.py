"""Somebody's log as a run: what another program has written, and what it writes from now on."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from math import inf
from typing import Protocol

from latentop.engine.external.log_columns import bins, joined, of_scalars
from latentop.engine.external.logs.log import counts_epochs
from latentop.engine.external.logs.near_names import listed
from latentop.engine.external.logs.rows import Batch, LogReader, Rows
from latentop.engine.external.sheets.newest_pictures import NewestPictures
from latentop.engine.external.sheets.sheet_watch import SheetWatch
from latentop.engine.record.host_copy import Column
from latentop.engine.record.recorder import Recorder
from latentop.engine.run.events import (
    AlarmCleared,
    AlarmRaised,
    Event,
    Facts,
    Mark,
    Rewind,
    Scalars,
    Severity,
    Verdict,
)
from latentop.engine.run.facts import told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store.writer import Store
from latentop.engine.run.verdicts import LEAST_STEPS, verdict_of
from latentop.presets.wording import spaced

SHEET_SECONDS = 0.2
"""How long sheets are cut and measured before the log is looked at again."""
AT_ONCE = 20_000
"""Values that are written in one go."""
FROM_LOSSES = "diversity can't be measured from losses alone"
NAME_COLUMNS = "name the losses: --columns generator=COLUMN,discriminator=COLUMN"
NAME_SHEETS = "name the sheets of samples that the program saves: --samples 'out/*.png'"

_NOTHING = told()
_JUDGED = ("loss/", "valid/", "quality/")
_MOST_NAMED = 10

Alarms = Iterable[AlarmRaised | AlarmCleared]


class Judge(Protocol):
    """Says what losses alone can say of columns by series, which go on from those before."""

    def __call__(self, columns: Mapping[str, Column], /) -> Alarms:
        """The alarms that these columns raise or clear."""

    def in_epochs(self) -> None:
        """The steps of the losses count epochs."""

    def back_to(self, step: int, /) -> Alarms:
        """Training went back to this step: the alarms that are no more."""

    def end(self) -> Alarms:
        """What the last rows say, where no more come."""


class Mirror:
    """Records one log in one run.

    ``reader`` gives series of ours. ``sheets`` are what the same program shows of its samples.
    """

    def __init__(
        self,
        run: RunFolder,
        reader: LogReader,
        judge: Judge,
        sheets: SheetWatch,
    ) -> None:
        self._run = run
        self._reader = reader
        self._judge = judge
        self._sheets = sheets
        self._standing: dict[str, Severity] = {}
        self._told_verdict = ""
        self._told = _NOTHING
        self._names: set[str] = set()
        self._noted = 0
        self._read = 0
        self._walls = inf, -inf
        self.step = 0
        """The newest step."""
        self.heard = time.time()
        """When something new was last read: seconds since the epoch."""

    @property
    def verdict(self) -> str:
        """The severest alarm that is on; without one what samples say, which losses can't."""
        standing = verdict_of(self._standing)
        sound = self._sheets.healthy and self._read >= LEAST_STEPS
        return standing or ("healthy" if sound else "unknown")

    @property
    def begun(self) -> bool:
        """Whether there was anything to record."""
        return bool(self._names) or self._sheets.seen > 0

    @property
    def elapsed(self) -> float:
        """Seconds from the first row to the last one, as far as the log tells."""
        first, last = self._walls
        return max(0.0, last - first)

    def catch_up(self, facts: Facts = _NOTHING, *, final: bool = False) -> None:
        """Record all that is there at once; the run is then as if it had been watched from its first step.

        ``facts`` go with it. ``final`` says that nothing more is awaited: sheets are read to the last one,
        else by ``look``, some at a time. Raises UsageError where the log is none, StorageError where the run
        can't be written.
        """
        columns = self._history(final=final)
        with closing(Store(self._run.database)) as store:  # first: it is seen while it is judged
            span = told(step=self.step, elapsed=self.elapsed)
            store.write(bins(columns), [facts | span | self.facts()])
            judged = [*self._judge(columns), *(self._judge.end() if final else ())]
            events = [*self._heard(judged), *self._notes()]
            store.write({}, [*events, *self._news()])
            while final:
                found = [*self._heard(self._sheets.poll(self.step, seconds=SHEET_SECONDS))]
                scalars = of_scalars(one for one in found if isinstance(one, Scalars))
                rest = [one for one in found if not isinstance(one, Scalars)]
                store.write(bins(scalars), [*rest, *self._news()])
                final = self._sheets.waits

    def look(self, recorder: Recorder) -> None:
        """Record what is new."""
        heard = self.heard
        for batch in self._reader.poll():
            for count, event in enumerate(self._taken(batch), 1):
                recorder.put(event)
                if count % AT_ONCE == 0:
                    recorder.sync()
        for event in self._heard(self._sheets.poll(self.step, seconds=SHEET_SECONDS)):
            recorder.put(event)
        for event in (*self._notes(), *self._news()):
            recorder.put(event)
        if self.heard != heard:
            recorder.sync()

    def end(self, recorder: Recorder) -> None:
        """Record what the last rows say, for nobody looks for more."""
        for event in (*self._heard(self._judge.end()), *self._news()):
            recorder.put(event)

    def close(self) -> None:
        """Let go of the log's files."""
        self._reader.close()

    def _history(self, *, final: bool) -> dict[str, Column]:
        """All that is there, by series of ours; the later value of a step counts."""
        parts: dict[str, list[Rows]] = {}
        pictures = NewestPictures()
        while batches := self._reader.poll(final=final):
            for batch in batches:
                if batch.back_to is not None:
                    parts = {
                        name: [_before(one, batch.back_to) for one in rows] for name, rows in parts.items()
                    }
                    pictures.forget_from(batch.back_to)
                if counts_epochs(batch):
                    self._judge.in_epochs()
                for rows in batch.rows:
                    parts.setdefault(rows.name, []).append(rows)
                for picture in batch.pictures:
                    pictures.add(picture)
                self.step = _newest(batch, self.step)
                self._read += len(batch.steps)
        self._names |= parts.keys()
        self._sheets.add(pictures)
        columns = joined(parts, time.time())
        for column in columns.values():
            self._spans(column)
        return columns

    def _spans(self, column: Column) -> None:
        """Learn when rows were written."""
        if len(column.walls):
            first, last = self._walls
            self._walls = min(first, float(column.walls.min())), max(last, float(column.walls.max()))

    def _taken(self, batch: Batch) -> Iterator[Event]:
        """What a batch says, step after step, and what is to be said of it."""
        self.heard = time.time()
        if batch.back_to is not None and batch.back_to <= self.step:
            self.step = max(0, batch.back_to - 1)
            yield Rewind(step=self.step)
            text = f"the log begins again at step {spaced(batch.back_to)}"
            yield Mark(step=self.step, wall=self.heard, kind="resume", text=text)
            yield from self._heard(self._judge.back_to(batch.back_to))
        if counts_epochs(batch):
            self._judge.in_epochs()
        columns: dict[str, list[Rows]] = {}
        for rows in batch.rows:
            columns.setdefault(rows.name, []).append(rows)
        self._names |= columns.keys()
        found = joined(columns, self.heard)
        self._sheets.add(batch.pictures)
        self._read += len(batch.steps)
        for name, column in found.items():
            self._spans(column)
            for step, wall, value in zip(column.steps, column.walls, column.values, strict=True):
                yield Scalars(step=int(step), wall=float(wall), values={name: float(value)})
        self.step = max(self.step, _newest(batch, 0))
        yield from self._heard(self._judge(found))

    def _heard(self, events: Iterable[Event]) -> Iterator[Event]:
        """The same events; alarms are remembered as long as they are on."""
        for event in events:
            match event:
                case AlarmRaised():
                    self._standing[event.name] = event.severity
                case AlarmCleared():
                    self._standing.pop(event.name, None)
            if not isinstance(event, Scalars):
                self.heard = time.time()
            yield event

    def _notes(self) -> Iterator[Event]:
        """What the reading has to say, once each."""
        notes = self._reader.notes
        for note in notes[self._noted :]:
            yield Mark(step=self.step, wall=time.time(), kind="data", text=note)
        self._noted = len(notes)

    def _news(self) -> Iterator[Event]:
        """The verdict and the facts where they have changed."""
        verdict, facts = self.verdict, self.facts()
        if verdict != self._told_verdict:
            self._told_verdict = verdict
            yield Verdict(step=self.step, wall=time.time(), name=verdict)
        if facts != self._told:
            self._told = facts
            yield facts

    def facts(self) -> Facts:
        """What people are told of the log by now."""
        gan = any(name.startswith(("loss/generator", "loss/discriminator")) for name in self._names)
        coding = any(name.startswith(("loss/reconstruction", "loss/kl", "valid/")) for name in self._names)
        expected = self._sheets.expected
        reason = self._sheets.unmeasured if expected else None
        why, advice = (reason.why, reason.advice) if reason else (FROM_LOSSES, NAME_SHEETS)
        measured = expected and reason is None
        gan = gan or (expected and not coding)
        if not gan:
            why, advice = ("", "") if coding else self._lossless()
        known = told(
            kind="gan" if gan else "autoencoder" if coding else "other",
            metered=measured,
            unmeasured="" if measured else why,
            unmeasured_hint="" if measured else advice,
        )
        return known | self._sheets.facts()

    def _lossless(self) -> tuple[str, str]:
        """That nothing among the columns is a loss, and how to name one; empty where one is, or none came."""
        if not self._names or any(name.startswith(_JUDGED) for name in self._names):
            return "", ""
        return f"no loss was found; its columns are: {listed(sorted(self._names), _MOST_NAMED)}", NAME_COLUMNS


def _before(rows: Rows, step: int) -> Rows:
    kept = rows.steps < step
    walls = None if rows.walls is None else rows.walls[kept]
    return Rows(name=rows.name, steps=rows.steps[kept], walls=walls, values=rows.values[kept])


def _newest(batch: Batch, before: int) -> int:
    """The newest step of a batch, of rows and pictures; the one before where it has none."""
    shown = (one.step for one in batch.pictures)
    return max((*shown, *([int(batch.steps.max())] if len(batch.steps) else [])), default=before)
