"""The command palette: what can be done in a place by name, with every run, preset, theme and setting."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from textual.app import SystemCommand
from textual.command import Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen

from latentop.engine.run import folder
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.folder import RunFolder
from latentop.presets import catalogue
from latentop.presets.catalogue import Entry
from latentop.tui import keys, themes
from latentop.tui.draw.images.image_style import Style
from latentop.tui.keys import Place
from latentop.tui.link.terminal import Terminal
from latentop.tui.model.plain_text import clean
from latentop.tui.settings import Settings

NEWEST = 20
SWITCHES = (("bell", "the terminal's bell"), ("notices", "desktop notices"))
Remember = Callable[..., object]


class PaletteCommands(Provider):
    """Offers the app's commands in their own order, and shows their words as they are: none is markup."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for place, (name, about, act, _) in enumerate(self.app.get_system_commands(self.screen)):
            # A DiscoveryHit would be sorted by its name.
            yield Hit(-place, Content(name), act, text=name, help=_plain(about))

    async def search(self, query: str) -> Hits:
        """Those that the typed letters may mean."""
        matcher = self.matcher(query)
        for name, about, act, _ in self.app.get_system_commands(self.screen):
            score, places = matcher.fuzzy_search.match(query, name)
            if score > 0:
                shown = Content(name)
                for place in places:
                    shown = shown.stylize(matcher.match_style, place, place + 1)
                yield Hit(score, shown, act, text=name, help=_plain(about))


def actions(screen: Screen[object], place: Place | None) -> Iterator[SystemCommand]:
    """What the keys of the place do."""
    for key in keys.of(place) if place else ():
        if not key.built_in:
            yield SystemCommand(key.does, f"key: {key.shown}", partial(screen.run_action, key.action))


def runs(runs: Path, opened: Callable[[RunFolder], object]) -> Iterator[SystemCommand]:
    """The newest runs."""
    try:
        newest = folder.every(runs)[:NEWEST]
    except LatentopError:
        return
    for run in newest:
        yield SystemCommand(f"Open {clean(run.id)}", "a run", partial(opened, run))


def presets(train: Callable[[Entry], object]) -> Iterator[SystemCommand]:
    """Every preset."""
    for entry in catalogue.entries():
        name, group = clean(entry.name), clean(entry.group)
        yield SystemCommand(f"Train {name}", f"a preset of {group}", partial(train, entry))


def images(terminal: Terminal, remember: Remember) -> Iterator[SystemCommand]:
    """The ways of drawing images that the terminal can show."""
    styles: Sequence[Style] = (Style.ascii,) if terminal.ascii else tuple(Style)
    for style in styles:
        yield SystemCommand(
            f"Images as {style}", "how images are drawn", partial(remember, images=str(style))
        )


def colours(terminal: Terminal, remember: Remember) -> Iterator[SystemCommand]:
    """The themes that the terminal can show."""
    for name in themes.offered(terminal):
        yield SystemCommand(f"Theme {name}", "the colours", partial(remember, theme=name))


def switches(settings: Settings, remember: Remember) -> Iterator[SystemCommand]:
    """The settings that are on or off, each by what would change."""
    for name, about in SWITCHES:
        value = getattr(settings, name)
        on = value not in (False, "off")
        other = not on if isinstance(value, bool) else "off" if on else "automatic"
        verb = "off" if on else "on"
        act: Callable[[], object] = partial(remember, **{name: other})
        yield SystemCommand(f"Turn {verb} {about}", f"setting: {name}; latentop settings lists all", act)


def traffic(screen: Screen[object]) -> Iterator[SystemCommand]:
    """What the dashboard costs a link."""
    yield SystemCommand(
        "Show what is sent to the terminal, or show it no more",
        "bytes a second, in the first line of a run; see also: latentop --max-kbps",
        partial(screen.run_action, "app.traffic"),
    )


def _plain(about: str) -> str:
    """Harmless as the markup that Textual takes a help text for."""
    return about.replace("[", "\\[")
