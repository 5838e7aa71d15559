"""Sheets as frames of a run, and what they say of the diversity of samples."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from latentop.engine.external.logs.rows import Picture
from latentop.engine.external.sheets import sheet_files
from latentop.engine.external.sheets.likeness import LikenessRule, measure
from latentop.engine.external.sheets.logged_pictures import LoggedPictures
from latentop.engine.external.sheets.sheet_files import SheetFiles
from latentop.engine.external.sheets.sheet_pixels import decoded, shrunk
from latentop.engine.external.sheets.tiles import Pixels, cut
from latentop.engine.run.errors import UsageError
from latentop.engine.run.events import (
    LARGEST,
    AlarmCleared,
    AlarmRaised,
    Event,
    Facts,
    Frame,
    Mark,
    Scalars,
)
from latentop.engine.run.facts import told
from latentop.engine.watch.samples.unmeasured import Unmeasured

if TYPE_CHECKING:
    from latentop.engine.external.sheets.real_images import RealImages

SHOWN = 64
"""Tiles of a frame."""
FRAME_SIDE = 512
"""Pixels a side that the tiles of a frame fill, side by side: no terminal shows more."""
MEASURED_SIDE = 64
"""Pixels a side of the tiles that are measured."""
FRAMES = 128
"""Of sheets that are there at first, so many are shown."""
NO_REAL = Unmeasured(
    why="diversity can't be measured: there are no real images to hold samples against",
    advice="name their folder: --real FOLDER",
)
SAMPLES = "samples"
_MOST_TOLD = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A sheet that is to be read: a file, or pictures that were logged together."""

    kind: str
    step: int
    wall: float
    name: str
    sources: tuple[Path | bytes, ...]
    shown: bool


class SheetWatch:
    """Reads the sheets of a pattern, and those in the log itself; the pattern's are the samples, if any.

    With ``real`` images samples are held against these, else among themselves. ``clock`` gives seconds that
    only grow.
    """

    def __init__(
        self,
        pattern: str | None,
        *,
        grid: tuple[int, int] | None,
        real: Path | None,
        clock: Callable[[], float],
    ) -> None:
        self._files = SheetFiles(pattern) if pattern else None
        self._logged = LoggedPictures()
        self._grid = grid
        self._folder = real
        self._clock = clock
        self._waiting: deque[_Waiting] = deque()
        self._begun = False
        self._rule = LikenessRule()
        self._alike = False
        self._real: RealImages | None = None
        self._told: set[str] = set()
        self._untold: list[str] = []
        self._wall = 0.0
        self.seen = 0
        """How many sheets of samples were read."""

    @property
    def expected(self) -> bool:
        """Whether there are samples, or somebody said where they will be."""
        return self._files is not None or self.seen > 0

    @property
    def unmeasured(self) -> Unmeasured | None:
        """Why samples are not held against real images, where they aren't."""
        if self._folder is None:
            return NO_REAL
        return self._real.unmeasured if self._real else None

    @property
    def healthy(self) -> bool:
        """Whether real images say that samples are sound."""
        return self._real is not None and self._real.sound

    @property
    def waits(self) -> bool:
        """Whether there are sheets to be read."""
        return bool(self._waiting)

    def facts(self) -> Facts:
        """What people are told of how samples are measured."""
        return self._real.facts() if self._real else told()

    def add(self, pictures: Iterable[Picture]) -> None:
        """Take pictures from the log."""
        new = list(pictures)
        for one in new:
            self._logged.learn(one.name)
        for name, chosen in self._logged.left_out.items():
            self._tell(f"pictures {name} are not shown: {chosen} stands in their place")
        known = [(kind, one) for one in new if (kind := self._kind(one.name)) is not None]
        self._wait(
            _Waiting(
                kind=kind,
                step=one.step,
                wall=one.wall if 0 < one.wall < LARGEST else 0.0,
                name=one.name,
                sources=one.files,
                shown=True,
            )
            for kind, one in known
        )

    def poll(self, newest: int, *, seconds: float = inf) -> Iterator[Event]:
        """Frames, series and alarms of the sheets that are new, where the log's newest step is that one.

        It goes on for so many ``seconds``, and the next time where it left off.
        """
        if self._files is not None:
            files = self._files.new()
            steps = sheet_files.steps(files, newest, first=not self._begun)
            self._begun = self._begun or bool(files)
            self._wait(
                _Waiting(
                    kind=SAMPLES,
                    step=step,
                    wall=one.wall,
                    name=one.path.name,
                    sources=(one.path,),
                    shown=True,
                )
                for one, step in zip(files, steps, strict=True)
            )
        until = self._clock() + seconds
        while self._waiting and self._clock() < until:
            yield from self._take(self._waiting.popleft())
        while self._untold:
            yield Mark(step=newest, wall=self._wall, kind="trouble", text=self._untold.pop(0))

    def _kind(self, name: str) -> str | None:
        """The kind of pictures in the log; None of those that are not shown."""
        kind = self._logged.kind(name)
        if kind == SAMPLES and self._files is not None:
            self._tell(f"pictures {name} are not shown: --samples names the samples")
            return None
        return kind

    def _wait(self, sheets: Iterable[_Waiting]) -> None:
        """Put sheets in line; of very many some are shown, all samples are measured."""
        by_kind: dict[str, list[_Waiting]] = {}
        for one in sheets:
            by_kind.setdefault(one.kind, []).append(one)
        for kind, new in by_kind.items():
            apart = -(-len(new) // FRAMES)
            for place, one in enumerate(new):
                shown = (len(new) - 1 - place) % apart == 0
                if shown or kind == SAMPLES:
                    self._waiting.append(one if shown else replace(one, shown=False))

    def _take(self, sheet: _Waiting) -> Iterator[Event]:
        self._wall = sheet.wall
        try:
            tiles = self._tiles(sheet)
        except UsageError as error:
            self._tell(f"{sheet.name} is not shown: {error.message}")
            return
        if sheet.shown:
            count = min(len(tiles), SHOWN)
            side = max(1, int(FRAME_SIDE / count**0.5))
            pixels = np.ascontiguousarray(shrunk(tiles[:SHOWN], side))
            yield Frame(step=sheet.step, wall=sheet.wall, kind=sheet.kind, images=pixels)
        if sheet.kind != SAMPLES:
            return
        self.seen += 1
        small = shrunk(tiles, MEASURED_SIDE)
        yield from self._alikeness(small, sheet.step, sheet.wall)
        if self._folder is not None and len(small) > 1:
            yield from self._against_real(small, sheet.step, sheet.wall)

    def _tiles(self, sheet: _Waiting) -> Pixels:
        """``(n, channels, height, width)``. Raises UsageError for what is no image."""
        if len(sheet.sources) > 1:
            images = [decoded(one).transpose(2, 0, 1) for one in sheet.sources]
            return np.stack([one for one in images if one.shape == images[0].shape])
        whole = decoded(sheet.sources[0])
        try:
            return cut(whole, self._grid)
        except UsageError as error:
            if sheet.kind == SAMPLES:
                self._tell(f"{sheet.name} is shown whole, and not measured: {error.message}; {error.hint}")
            return whole.transpose(2, 0, 1)[None]

    def _alikeness(self, tiles: Pixels, step: int, wall: float) -> Iterator[Event]:
        found = measure(tiles)
        if found is None:
            return
        series = {"sheet/variety": found.variety, "sheet/distinct": found.distinct}
        yield Scalars(step=step, wall=wall, values=series)
        sentence = self._rule.take(found)
        if self._real is not None and self._real.metered:  # real images say more
            return
        if sentence and not self._alike:
            yield AlarmRaised(
                name="collapsed",
                severity="critical",
                step=step,
                wall=wall,
                sentence=sentence,
                advice="go back to an earlier state of that training; --real FOLDER makes sure",
                evidence=dict(series),
            )
        elif self._alike and not sentence:
            yield AlarmCleared(name="collapsed", step=step, wall=wall)
        self._alike = bool(sentence)

    def _against_real(self, tiles: Pixels, step: int, wall: float) -> Iterator[Event]:
        from latentop.engine.external.sheets.real_images import RealImages  # torch: who needs it waits for it

        assert self._folder is not None
        self._real = self._real or RealImages(self._folder, self._clock)
        yield from self._real.judge(tiles, step, wall)

    def _tell(self, words: str) -> None:
        """Tell a person once; of very many sheets that can't be read, not of each."""
        if words not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(words)
            self._untold.append(words)
