"""A panel with images as text: samples of a generator, or originals beside their reconstructions."""

from dataclasses import dataclass, replace
from typing import ClassVar, TypedDict

import numpy as np
from numpy.typing import NDArray
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.reactive import reactive
from textual.strip import Strip

from latentop.engine.run import plane
from latentop.engine.run.events import Frame
from latentop.engine.run.series import PRESENCE
from latentop.tui.draw.charts.plane import Plane, draw_plane
from latentop.tui.draw.images.contrast import Contrast, contrast
from latentop.tui.draw.images.heat import heat
from latentop.tui.draw.images.image import (
    draw_beside,
    draw_columns,
    draw_grid,
    draw_large,
    grid_of,
    groups_of,
)
from latentop.tui.draw.images.image_style import Display, Style
from latentop.tui.draw.images.score import squared_errors
from latentop.tui.link.terminal import Terminal
from latentop.tui.model.number_text import short, spaced
from latentop.tui.model.plain_text import clean
from latentop.tui.model.plane_view import ANGLE, FAINT, Reach, plane_of
from latentop.tui.model.state import State
from latentop.tui.themes import legible
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import fit

BORDER = 4
"""Columns of a title's row that the border takes, at least."""
HEADINGS = {"input": "original", "samples": "fake"}
"""Of frames whose kind is not what they are called beside others."""


@dataclass(frozen=True, slots=True)
class ImagesView:
    """What a panel can show: one kind of frame, or several side by side, image by image."""

    title: str
    kinds: tuple[str, ...]
    paired: bool = True
    """Whether image n of one kind belongs to image n of another, and stands beside it."""

    def seen_in(self, state: State) -> bool:
        """Whether the run has shown it: something of what belongs together, all of what does not."""
        enough = any if self.paired else all
        return enough(kind in state.frames for kind in self.kinds)


class _Look(TypedDict):
    """Where images are drawn, and how."""

    width: int
    height: int
    style: Style
    display: Display


class ImagesPanel(Panel):
    """Draws when a new frame arrives, never on a timer. Shows one of its views, at first the first.

    Points are drawn as points wherever a run recorded them. Of images one can be chosen, to be seen alone.
    """

    can_focus = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "pick(-1)", "image before", show=False),
        Binding("down", "pick(1)", "image after", show=False),
    ]

    images: reactive[Style] = reactive(Style.quadrant, repaint=False)

    def __init__(
        self, terminal: Terminal, *views: ImagesView, id: str, classes: str = "", follows: bool = False
    ) -> None:
        """``follows``: until a person turns, it shows the first view that there is; it knows any frames."""
        super().__init__(terminal, id=id, classes=f"panel {classes}")
        self._views = views
        self._view = views[0]
        self._follows = follows
        self._turned = False
        self._chosen: int | None = None
        """The image that is shown alone."""
        self._contrasts: dict[ImagesView, Contrast] = {}
        self._reaches: dict[ImagesView, Reach] = {}
        self.border_title = self._view.title
        self.set_class(self.has_class("generous"), "-absent")  # extras stay away until they have something
        self.set_reactive(ImagesPanel.images, terminal.images)

    @property
    def alone(self) -> bool:
        """Whether one image is shown alone."""
        return self._chosen is not None

    def concerns(self, state: State) -> tuple[object, ...]:
        """The frames of the view, images or points, which others there are, and what is said of them."""
        there = tuple(state.frames) if self._follows else ()
        kinds = [name for kind in self._view.kinds for name in (kind, f"{kind}{plane.SUFFIX}")]
        said = (state.series.get(ANGLE), state.series.get(f"{PRESENCE}1"), state.facts.axes)
        return (*(state.frames.get(kind) for kind in (*kinds, plane.MARKS, "real")), there, *said)

    def has_content(self, state: State) -> bool:
        """Whether there are images for one of its views."""
        return any(view.seen_in(state) for view in self._views) or bool(self._follows and state.frames)

    def changed(self) -> None:
        """Say in the title what is shown, of which step, how many of how many, and how far off."""
        self._follow()
        frames = self._frames()
        if self.has_class("generous"):
            self.set_class(not frames, "-absent")
        told = [(importance, text) for importance, text in self._told(frames) if text]
        room = self.size.width - BORDER
        kept = fit(told, room, len(" · ")) or [0] if room > 0 else range(len(told))
        self.border_title = " · ".join(told[place][1] for place in kept)

    def on_resize(self) -> None:
        """Fit the title anew."""
        self.changed()

    def on_click(self, event: Click) -> None:
        """Show the image under the mouse alone, where this panel has the screen."""
        frames = self._frames()
        if event.chain != 1 or not self.has_class("-large") or self.alone or not self._pickable:
            return
        offset = event.get_content_offset(self)
        grid = grid_of(frames[0].images, **self._room(), style=self.images, display=self._display())
        place = None if offset is None else grid.at(*offset)
        if place is not None and place < len(frames[0].images):
            self._show(place)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Images are gone through one by one where one is shown alone."""
        return self.alone if action == "pick" else True

    def action_pick(self, by: int) -> None:
        """Show the next image alone, or the one before."""
        count = min((len(frame.images) for frame in self._frames()), default=0)
        if self._chosen is not None and count:
            self._show((self._chosen + by) % count)

    def step_in(self) -> bool:
        """Show an image alone, the first at first; False where that makes no sense."""
        if not self.alone and self._pickable:
            self._show(0)
            return True
        return False

    def step_out(self) -> bool:
        """Show all images again; False where they are shown."""
        if was := self.alone:
            self._show(None)
        return was

    def turn(self) -> str | None:
        """Go to the next view that the run has something for, and return its title; None without another."""
        ahead = self._views.index(self._view) + 1
        for view in (*self._views[ahead:], *self._views[: ahead - 1]):
            if view.seen_in(self.state):
                self._view, self._turned = view, True
                self._show(None)
                return view.title
        return None

    def watch_images(self) -> None:
        """Draw in the new style."""
        if self.is_mounted:
            self.changed()
            self.redraw()

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the images, or points, or why there are none yet."""
        frames = self._frames()
        if not frames:
            return [self.line("no images yet")]
        if (found := plane_of(self.state, self._view.kinds, self._reaches.get(self._view))) is not None:
            self._reaches[self._view] = found.x, found.y
            return draw_plane(self._inked(found), width=width, height=height, style=self.chart_style())
        size: _Look = {"width": width, "height": height, "style": self.images, "display": self._display()}
        panels = self._panels(frames)
        kept = contrast([images for _, images in panels], self._contrasts.get(self._view))
        self._contrasts[self._view] = kept
        if self._chosen is not None:
            return draw_large(self._beside(frames, self._chosen), **size, shared=kept)
        if len(self._view.kinds) == 1:
            return draw_grid(frames[0].images, **size, shared=kept)
        if not self._view.paired:
            return draw_beside(panels, **size, shared=kept)
        captions = [f"MSE {short(error)}" for error in self._errors().tolist()]
        return draw_columns(panels, **size, captions=captions, shared=kept)

    @property
    def _pickable(self) -> bool:
        """Whether the view is of images that belong to nothing else, or belong together."""
        if plane_of(self.state, self._view.kinds) is not None:
            return False
        return bool(self._frames()) and self._view.paired

    def _show(self, chosen: int | None) -> None:
        self._chosen = chosen
        self.changed()
        self.redraw()

    def _told(self, frames: list[Frame]) -> list[tuple[int, str]]:
        """What the title says, each part with how important it is."""
        if not frames:
            return [(4, self._view.title)]
        step = "" if self._view.kinds == ("real",) else f"step {spaced(max(frame.step for frame in frames))}"
        if self._chosen is not None:
            count = min(len(frame.images) for frame in frames)
            title = f"{self._view.title}, {self._chosen + 1} of {count}"
            return [(4, title), (2, step), (3, "↑ ↓ others, esc all")]
        errors = self._errors()
        error = f"MSE {short(float(errors.mean()))}" if len(errors) else ""
        counted = self._counted(frames)
        if not error:
            return [(4, " · ".join(filter(None, (self._view.title, step)))), (1, counted)]
        return [(4, self._view.title), (2, step), (1, counted), (3, error)]

    def _counted(self, frames: list[Frame]) -> str:
        """``12 of 64``, where there is room for some alone."""
        width, height = self.content_size
        if not self._view.paired or plane_of(self.state, self._view.kinds) is not None or width < 1:
            return ""
        images = frames[0].images
        look: _Look = {"width": width, "height": height, "style": self.images, "display": self._display()}
        if len(self._view.kinds) == 1:
            shown = min(len(images), grid_of(images, **look).shown)
        else:
            shown = groups_of(images, **look, group=len(self._panels(frames)))
        return f"{shown} of {len(images)}" if 0 < shown < len(images) else ""

    def _panels(self, frames: list[Frame]) -> list[tuple[str, NDArray[np.uint8]]]:
        """The frames of one shape, under their headings."""
        shape = frames[0].images.shape[1:]
        return [
            (HEADINGS.get(frame.kind, frame.kind), _drawn(frame))
            for frame in frames
            if frame.images.shape[1:] == shape
        ]

    def _beside(self, frames: list[Frame], place: int) -> list[tuple[str, NDArray[np.uint8]]]:
        """An image of each frame; a sample has the real image that is nearest to it beside it."""
        shown = [(name, images[place : place + 1]) for name, images in self._panels(frames)]
        real = self.state.frames.get("real")
        sample = frames[0].images[place : place + 1]
        if self._view.kinds != ("samples",) or real is None or real.images.shape[1:] != sample.shape[1:]:
            return shown if len(shown) > 1 else [(self._view.title, shown[0][1])]
        errors = squared_errors(np.repeat(sample, len(real.images), axis=0), real.images)
        nearest = int(errors.argmin())
        said = f"nearest of {len(real.images)} real ones, MSE {short(float(errors[nearest]))}"
        return [("sample", sample), (said, real.images[nearest : nearest + 1])]

    def _inked(self, found: Plane) -> Plane:
        """The plane in colours that are read under this theme."""
        return replace(
            found,
            crowds=tuple(replace(one, colour=self._ink(one.colour)) for one in found.crowds),
            spots=tuple(replace(one, colour=self._ink(one.colour)) for one in found.spots),
            legend=tuple(replace(one, colour=self._ink(one.colour)) for one in found.legend),
        )

    def _ink(self, colour: str) -> str:
        """A theme's colour by its name, or that of a class, lighter or darker where it must be."""
        if colour == FAINT:
            return self.faint() if self.terminal.colour else ""
        if not self.terminal.colour or not colour.startswith("#"):
            return self.colour(colour)
        return legible(colour, self.colour("background"))

    def _room(self) -> dict[str, int]:
        return {"width": self.content_size.width, "height": self.content_size.height}

    def _follow(self) -> None:
        """Know frames of any kind, and show what there is."""
        if not self._follows:
            return
        known = {kind for view in self._views for kind in view.kinds}
        self._views += tuple(
            ImagesView(clean(kind), (kind,))
            for kind in self.state.frames
            if kind not in known and not kind.endswith(plane.SUFFIX)
        )
        if not self._turned:
            self._view = next((view for view in self._views if view.seen_in(self.state)), self._view)

    def _display(self) -> Display:
        """What the terminal shows, under the theme of now."""
        colours = self.terminal.colours if self.terminal.colour else 2
        return Display(colours=colours, dark=self.app.current_theme.dark)

    def _errors(self) -> NDArray[np.float64]:
        """The mean squared error of each reconstruction; none where the view shows no error."""
        frames = {frame.kind: frame.images for frame in self._frames()}
        if not {"input", "reconstruction", "error"} <= frames.keys():
            return np.zeros(0)
        return squared_errors(frames["input"], frames["reconstruction"])

    def _frames(self) -> list[Frame]:
        return [self.state.frames[kind] for kind in self._view.kinds if kind in self.state.frames]


def _drawn(frame: Frame) -> NDArray[np.uint8]:
    """The images as they are, but errors in colour as heat."""
    coloured = frame.images.shape[1] == 3
    return heat(frame.images) if frame.kind == "error" and coloured else frame.images
