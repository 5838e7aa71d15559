from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region, Size
from textual.strip import Strip

from latentop.tui.widgets.cells import CellWidget, cells, changes


class Board(CellWidget):
    """Shows `lines`, and remembers which regions it was asked to repaint."""

    def __init__(self) -> None:
        super().__init__(id="board")
        self.lines = ["generator", "discriminator", ""]
        self.style: Style | None = None
        self.asked: list[Size] = []
        self.refreshed: list[Region] = []

    def rows(self, width: int, height: int) -> list[Strip]:
        self.asked.append(Size(width, height))
        return [Strip([Segment(line, self.style)] if line else []) for line in self.lines]

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> "Board":
        if hasattr(self, "refreshed"):
            self.refreshed.extend(regions or [Region(-1, -1, 0, 0)])
        super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self


class Screen(App[None]):
    CSS = "#board { width: 24; height: 7; border: solid red; padding: 1 2; background: blue; color: white; }"

    def compose(self) -> ComposeResult:
        yield Board()

    @property
    def board(self) -> Board:
        return self.query_one(Board)

    def shown(self) -> list[str]:
        """The whole screen, as a user sees it."""
        return [strip.text for strip in self.screen._compositor.render_strips()]


async def test_rows_appear_inside_border_and_padding() -> None:
    app = Screen()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        assert app.board.asked[-1] == Size(18, 3)
        assert app.shown()[2].startswith("│  generator           │")
        assert app.shown()[3].startswith("│  discriminator       │")


async def test_drawing_the_same_again_repaints_nothing() -> None:
    app = Screen()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        app.board.refreshed.clear()
        app.board.redraw()
        assert app.board.refreshed == []


async def test_one_changed_cell_repaints_one_cell() -> None:
    app = Screen()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        app.board.refreshed.clear()
        app.board.lines[1] = "discriminatxr"
        app.board.redraw()
        assert app.board.refreshed == [Region(11, 1, 1, 1)]
        await pilot.pause()
        assert app.shown()[3].startswith("│  discriminatxr       │")


async def test_a_change_of_colour_alone_is_a_change() -> None:
    app = Screen()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        app.board.refreshed.clear()
        app.board.style = Style(bold=True)
        app.board.redraw()
        assert app.board.refreshed == [Region(0, 0, 9, 1), Region(0, 1, 13, 1)]


async def test_what_goes_to_the_terminal_is_the_changed_rows_only() -> None:
    app = Screen()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        app.board.lines[0] = "Generator"
        app.board.redraw()
        compositor = app.screen._compositor
        compositor.update_widgets({app.board})
        update = compositor.render_partial_update()
        assert update is not None
        assert update.spans == [(2, 3, 4)]


async def test_a_resize_draws_for_the_new_size() -> None:
    app = Screen()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        app.board.styles.width = 30
        await pilot.pause()
        assert app.board.asked[-1] == Size(24, 3)
        assert app.shown()[2].startswith("│  generator                 │")


async def test_a_change_of_theme_draws_anew() -> None:
    app = Screen()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        app.board.lines[0] = "new colours"
        app.theme = "textual-light"
        await pilot.pause()
        assert "new colours" in app.shown()[2]


async def test_what_changed_while_hidden_is_shown_afterwards() -> None:
    app = Screen()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        app.board.display = False
        await pilot.pause()
        drawn = len(app.board.asked)
        app.board.lines[0] = "while away"
        app.board.redraw()
        await pilot.pause()
        assert len(app.board.asked) == drawn
        app.board.display = True
        await pilot.pause()
        assert "while away" in app.shown()[2]


async def test_rows_have_the_background_of_the_widget() -> None:
    app = Screen()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        styles = [segment.style for segment in app.board.render_line(0)]
        assert all(style is not None and style.bgcolor is not None for style in styles)


def test_changes_are_one_span_a_row_and_only_where_cells_differ() -> None:
    before = [Strip([Segment("abcdef")]), Strip([Segment("same")]), Strip([Segment("ab"), Segment("cd")])]
    after = [Strip([Segment("aXcdYf")]), Strip([Segment("same")]), Strip([Segment("abcd")])]
    assert list(changes(before, after)) == [Region(1, 0, 4, 1)]


def test_a_wide_character_changes_in_both_of_its_cells() -> None:
    assert len(cells(Strip([Segment("a猫b")]))) == 4
    assert list(changes([Strip([Segment("a猫b")])], [Strip([Segment("a犬b")])])) == [Region(1, 0, 2, 1)]
