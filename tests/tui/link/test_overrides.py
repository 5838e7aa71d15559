"""What is overridden of Textual is there as it was, and plain Textual still does what is not wanted here.

A failure names an override to look at: it may have to change, or may no longer be needed.
"""

import inspect
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from select import select
from selectors import SelectSelector
from typing import Any

import pytest
from rich.console import Console
from rich.segment import Segment
from textual import constants
from textual._compositor import Compositor
from textual._xterm_parser import XTermParser
from textual.app import App, ComposeResult
from textual.color import Color
from textual.command import CommandList, CommandPalette
from textual.css.query import NoMatches
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.drivers.headless_driver import HeadlessDriver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import CursorPosition, Key, MouseDown, Resize
from textual.filter import LineFilter
from textual.geometry import Size
from textual.message import Message
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Label
from textual.worker import WorkerFailed

from latentop.tui.link import command_palette, driver, output_filter, screen
from latentop.tui.link import linked_app as linked
from latentop.tui.link.command_palette import Palette
from latentop.tui.link.driver import ESCAPE_SECONDS, PacedDriver
from latentop.tui.link.linked_app import LinkedApp
from latentop.tui.link.screen import SteadyModal, SteadyScreen

SIGNATURES: dict[tuple[type, str], str] = {
    (App, "_display"): "self screen renderable",
    (App, "_handle_exception"): "self error",
    (App, "get_line_filters"): "self",
    (App, "on_event"): "self event",
    (App, "pop_screen"): "self",
    (App, "push_screen"): "self screen callback wait_for_dismiss mode",
    (App, "switch_screen"): "self screen",
    (CommandPalette, "_action_command_list"): "self action",
    (CommandPalette, "_gather_commands"): "self search_value",
    (LineFilter, "apply"): "self segments background",
    (LinuxDriver, "disable_input"): "self",
    (LinuxDriver, "process_message"): "self message",
    (LinuxDriver, "run_input_thread"): "self",
    (LinuxDriver, "start_application_mode"): "self",
    (Screen, "_screen_resized"): "self size",
    (Screen, "dismiss"): "self result",
    (Screen, "get_widget_and_offset_at"): "self x y",
    (Screen, "render"): "self",
}
"""Every method of Textual that is overridden in tui/link, with the names of its parameters."""


@pytest.mark.parametrize(("owner", "name"), SIGNATURES, ids=lambda one: getattr(one, "__name__", one))
def test_what_is_overridden_has_the_same_parameters(owner: type, name: str) -> None:
    assert name in vars(owner)
    assert list(inspect.signature(getattr(owner, name)).parameters) == SIGNATURES[owner, name].split()


def test_the_table_has_every_override() -> None:
    found = set()
    for module in (linked, command_palette, driver, output_filter, screen):
        ours = [one for one in vars(module).values() if inspect.isclass(one)]
        for one in ours:
            if one.__module__ != module.__name__:
                continue
            for name, value in vars(one).items():
                owner = next((base for base in one.__mro__ if _textual(base) and name in vars(base)), None)
                if owner and inspect.isfunction(value) and not name.startswith("__"):
                    found.add((owner, name))
    assert found == set(SIGNATURES)


def _textual(one: type) -> bool:
    return one.__module__.startswith("textual")


async def test_what_is_read_of_textual_is_there() -> None:
    app = App[None]()
    async with app.run_test():
        for name in ("_batch_count", "_closed", "_driver", "_exit", "_sync_available"):
            assert hasattr(app, name)
        assert isinstance(app._driver, HeadlessDriver)
        assert app._driver._loop is not None
        assert isinstance(app.screen, MessagePump)
        assert app.screen._task is not None
        assert isinstance(app.screen._compositor, Compositor)
        assert app.screen._compositor.size == app.size
    assert hasattr(Console(), "_color_system")
    assert constants.ESCAPE_DELAY > ESCAPE_SECONDS


class Recording(HeadlessDriver):
    """Takes output like a terminal."""

    written: list[str]

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        vars(self).setdefault("written", []).append(data)


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual.drivers.headless_driver.HeadlessDriver", Recording)


async def test_textual_begins_and_leaves_by_these(monkeypatch: pytest.MonkeyPatch) -> None:
    """So ``start_application_mode`` and ``disable_input`` know when output begins, and when it ends."""
    called = list[str]()
    for name in ("start_application_mode", "disable_input", "stop_application_mode"):
        monkeypatch.setattr(HeadlessDriver, name, lambda self, name=name: called.append(name))
    async with App[None]().run_test():
        assert called == ["start_application_mode"]
    assert called == ["start_application_mode", "disable_input", "stop_application_mode"]


class Words(App[None]):
    def compose(self) -> ComposeResult:
        yield Label("always the same")


async def test_textual_sends_again_what_is_on_the_screen(recording: None) -> None:
    """So ``_display`` draws on a canvas, which sends what differs."""
    app = Words()
    async with app.run_test() as pilot:
        written = await _drawn(pilot, "always the same")
        written.clear()
        app.query_one(Label).refresh()
        await _drawn(pilot, "always the same")


class Shouting(LineFilter):
    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text.upper(), style, control) for text, style, control in segments]


async def test_textual_has_all_that_is_drawn_go_through_filters(recording: None) -> None:
    """So ``get_line_filters`` adds ours."""

    class Filtered(Words):
        def get_line_filters(self) -> list[LineFilter]:
            return [*super().get_line_filters(), Shouting()]

    app = Filtered()
    async with app.run_test() as pilot:
        await _drawn(pilot, "ALWAYS THE SAME")


def test_textual_waits_for_a_terminal_that_takes_nothing() -> None:
    """So ``_display`` writes nothing while the terminal is busy."""
    assert WriterThread(StringIO())._queue.maxsize > 0


async def test_textual_draws_nothing_where_a_size_came_and_went(recording: None) -> None:
    """So ``on_resize`` has everything drawn: the canvas was cut meanwhile."""
    app = Words()
    async with app.run_test() as pilot:
        written = await _drawn(pilot, "always the same")
        written.clear()
        for size in (Size(10, 5), app.size):
            app.post_message(Resize(size, size))
        await pilot.pause(0.1)
        assert not any("always the same" in one for one in written)


class Question(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield Input()


class SteadyQuestion(SteadyModal[None]):
    def compose(self) -> ComposeResult:
        yield Input()


def asking(app: type[App[None]], question: Callable[[], Screen[None]]) -> App[None]:
    """An app in which a key asks a question."""

    class Asking(app):  # type: ignore[misc, valid-type]
        BINDINGS = [("a", "ask", "ask")]  # noqa: RUF012, Textual declares it so

        def action_ask(self) -> None:
            self.push_screen(question())

    return Asking()


@pytest.mark.parametrize(("app", "typed"), [(App, ""), (LinkedApp, "bc")], ids=["Textual", "here"])
async def test_textual_loses_what_is_typed_ahead(app: type[App[None]], typed: str) -> None:
    """So ``on_event`` holds keys until what was pushed, popped or switched to is there."""
    asks = asking(app, Question)
    async with asks.run_test() as pilot:
        for key in "abc":
            asks.post_message(Key(key, key))
        await _until(pilot, lambda: asks.screen.query(Input))
        await _until(pilot, lambda: asks.screen.query_one(Input).value == typed)
        await pilot.pause(0.1)
        assert asks.screen.query_one(Input).value == typed, "and nothing more"


@contextmanager
def complained(expected: type[Exception] | None) -> Iterator[None]:
    if expected is None:
        yield
    else:
        with pytest.raises(expected):
            yield


@pytest.mark.parametrize(("app", "raised"), [(App, NoMatches), (LinkedApp, None)], ids=["Textual", "here"])
async def test_textual_ends_with_the_error_of_a_screen_that_is_left(
    app: type[App[None]], raised: type[Exception] | None
) -> None:
    """So ``_handle_exception`` looks whether the app has been left."""
    left = app()
    with complained(raised):
        async with left.run_test():
            left.exit()
            left.call_later(left.screen.query_one, Input)


class Steady(SteadyScreen[None]):
    pass


@pytest.mark.parametrize(
    ("shown", "raised"), [(Screen, AttributeError), (Steady, None)], ids=["Textual", "here"]
)
async def test_textual_ends_on_a_click_on_what_was_removed_since_it_last_drew(
    shown: type[Screen[None]], raised: type[Exception] | None
) -> None:
    """So ``get_widget_and_offset_at`` finds no such thing: a notice goes by itself, often under the mouse."""
    app = App[None]()
    with complained(raised):
        async with app.run_test() as pilot:
            await app.push_screen(shown())
            going = Label("Saved.")
            await app.screen.mount(going)
            await pilot.pause()
            x, y = going.region.offset
            with app.batch_update():
                await going.remove()
                app.screen._forward_event(MouseDown(None, x, y, 0, 0, 1, False, False, False, x, y))


async def test_textual_lays_out_a_screen_too_often_as_it_opens_and_what_is_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So ``_screen_resized`` looks whether the size is another."""
    laid_out: list[type] = []
    reflow = Compositor.reflow

    def counted(compositor: Compositor, parent: Any, size: Size) -> Any:
        laid_out.append(type(parent))
        return reflow(compositor, parent, size)

    async def opening(behind: Screen[None], question: Screen[None]) -> tuple[int, int]:
        app = App[None]()
        async with app.run_test() as pilot:
            await app.push_screen(behind)
            await pilot.pause(0.1)
            with monkeypatch.context() as patched:
                patched.setattr(Compositor, "reflow", counted)
                laid_out.clear()
                await app.push_screen(question)
                await pilot.pause(0.1)
        return laid_out.count(type(behind)), laid_out.count(type(question))

    behind, above = await opening(Screen(), Question())
    steady_behind, steady_above = await opening(Steady(), SteadyQuestion())
    assert steady_behind < behind
    assert steady_above < above


class Leaving(Steady):
    """Looks whether it is furnished as each of its widgets goes."""

    seen: list[tuple[int, bool]]

    def compose(self) -> ComposeResult:
        self.seen = []
        for _ in range(3):
            yield Label("always the same")

    async def _message_loop_exit(self) -> None:
        for label in list(self.children)[:2]:
            await label.remove()
            self.seen.append((len(self.children), self.furnished))
        await super()._message_loop_exit()


async def test_a_screen_that_is_being_left_is_not_furnished_while_some_of_its_widgets_are_there_still() -> (
    None
):
    async with App[None]().run_test() as pilot:
        leaving = Leaving()
        await pilot.app.push_screen(leaving)
        assert leaving.furnished
        await pilot.app.pop_screen()
        assert leaving.seen, "it was asked"
        assert not any(furnished for _, furnished in leaving.seen)


class Below(ModalScreen[None]):
    pass


@pytest.mark.parametrize(("question", "left"), [(Question, 1), (SteadyQuestion, 2)], ids=["Textual", "here"])
async def test_textual_dismisses_what_is_below_for_whoever_asks_twice(
    question: Callable[[], Screen[None]], left: int
) -> None:
    """So ``dismiss`` counts once."""
    app = App[None]()
    async with app.run_test() as pilot:
        await app.push_screen(Below())
        asked = question()
        await app.push_screen(asked)
        asked.dismiss()
        asked.dismiss()
        await _until(pilot, lambda: len(app.screen_stack) <= left)
        await pilot.pause(0.1)
        assert len(app.screen_stack) == left, "and none more"


@pytest.mark.parametrize(
    ("question", "shines"), [(Question, False), (SteadyQuestion, True)], ids=["Textual", "here"]
)
async def test_textual_shows_nothing_behind_a_dialogue_that_is_asked_before_it_is_drawn(
    question: Callable[[], Screen[None]], shines: bool
) -> None:
    """So ``render`` looks up the screen below."""
    app = Words()
    async with app.run_test():
        asked = question()
        await app.push_screen(asked)
        assert isinstance(asked.render(), BackgroundScreen) == shines


@pytest.mark.parametrize(
    ("palette", "raised"), [(CommandPalette, KeyError), (Palette, None)], ids=["Textual", "here"]
)
async def test_textual_pages_through_a_list_of_commands_without_lines(
    palette: type[CommandPalette], raised: type[Exception] | None
) -> None:
    """So ``_action_command_list`` suppresses KeyError."""
    app = App[None]()
    async with app.run_test():
        shown = palette()
        await app.push_screen(shown)
        commands = shown.query_one(CommandList)
        commands.add_options(["one", "two"])
        commands.highlighted = 0
        with complained(raised):
            shown._action_command_list("page_down")


@pytest.mark.parametrize(
    ("palette", "raised"), [(CommandPalette, WorkerFailed), (Palette, None)], ids=["Textual", "here"]
)
async def test_textual_looks_for_commands_when_the_palette_is_left(
    palette: type[CommandPalette], raised: type[Exception] | None
) -> None:
    """So ``_gather_commands`` looks whether it is shown."""
    app = App[None]()
    with complained(raised):
        async with app.run_test() as pilot:
            shown = palette()
            await app.push_screen(shown)
            await pilot.pause()
            await shown.dismiss()
            shown._gather_commands("a")
            await pilot.pause(0.1)


def read(
    kind: type[LinuxDriver], data: bytes, monkeypatch: pytest.MonkeyPatch, *, most: int = 10
) -> list[float | None]:
    """How often, and for how long, a driver waits for bytes of a terminal that is gone behind these."""
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    made, waits = kind.__new__(kind), list[float | None]()
    made.fileno, made.exit_event = reading, threading.Event()
    vars(made).update(_debug=False, _escape_seconds=ESCAPE_SECONDS, process_message=lambda message: None)

    def wait(seconds: float | None) -> None:
        waits.append(seconds)
        if len(waits) >= most:
            made.exit_event.set()

    def of_textual(selector: SelectSelector, seconds: float | None = None) -> Any:
        wait(seconds)
        return select_of_textual(selector, seconds)

    def ours(*waited: Any) -> Any:
        wait(waited[-1])
        return select(*waited)

    select_of_textual = SelectSelector.select
    with monkeypatch.context() as patched:
        patched.setattr(SelectSelector, "select", of_textual)
        patched.setattr(driver, "select", ours)
        try:
            made.run_input_thread()
        finally:
            os.close(reading)
    return waits


def test_textual_reads_on_from_a_terminal_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """So ``run_input_thread`` ends where nothing can come any more."""
    assert len(read(LinuxDriver, b"a", monkeypatch)) >= 10
    assert len(read(PacedDriver, b"a", monkeypatch)) == 2


def test_textual_can_read_nothing_but_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    """So ``run_input_thread`` takes any byte."""
    with pytest.raises(UnicodeDecodeError):
        read(LinuxDriver, b"\xff", monkeypatch)
    read(PacedDriver, b"\xff", monkeypatch)


def test_textual_looks_seldom_whether_an_esc_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """So ``run_input_thread`` looks as soon as the rest of a code would have come."""
    assert min(wait or 0 for wait in read(LinuxDriver, b"\x1b", monkeypatch)) > ESCAPE_SECONDS
    assert min(wait or 0 for wait in read(PacedDriver, b"\x1b", monkeypatch)) <= ESCAPE_SECONDS


@pytest.mark.parametrize(
    ("data", "keys"),
    [("\x1bd", ["alt+d"]), ("\x1b/", ["slash"]), ("\x1bd\x1b", ["circumflex_accent", "d", "escape"])],
)
def test_textual_takes_esc_and_a_key_for_another(
    data: str, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So ``InputDecoder`` parts them before its parser sees them."""
    monkeypatch.setattr(constants, "ESCAPE_DELAY", 0.0)
    parser = XTermParser()
    heard = [*parser.feed(data), *parser.tick()]
    assert [one.key for one in heard if isinstance(one, Key)] == keys


def test_textual_takes_what_follows_an_esc_in_a_paste_for_keys() -> None:
    """So ``InputDecoder`` puts pastes together by itself."""
    heard = list(XTermParser().feed("\x1b[200~a\x1bd\x1b[201~"))
    assert any(isinstance(one, Key) and one.key == "d" for one in heard)


def test_textual_hands_on_where_the_cursor_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """So ``process_message`` keeps the answers to questions of ours."""
    sent = list[Message]()
    monkeypatch.setattr(Driver, "send_message", lambda self, message: sent.append(message))
    made = LinuxDriver.__new__(LinuxDriver)
    vars(made).update(_app=App[None](), cursor_origin=None)
    made.process_message(CursorPosition(0, 0))
    assert len(sent) == 1


async def _until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    for _ in range(1000):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError("never happened")


async def _drawn(pilot: Pilot[None], words: str) -> list[str]:
    """All that was written to the terminal, once the words are among it and nothing more comes."""
    driver, count = pilot.app._driver, -1
    assert isinstance(driver, Recording)
    await _until(pilot, lambda: any(words in one for one in vars(driver).get("written", ())))
    while count != len(driver.written):
        count = len(driver.written)
        await pilot.pause(0.1)
    return driver.written
