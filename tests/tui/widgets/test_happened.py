"""What happened, in rows: in columns that stay, and what can be done never without its end."""

from dataclasses import replace

from textual.app import App, ComposeResult

from latentop.engine.run.events import Mark
from latentop.engine.run.process.liveness import Liveness
from latentop.tui.link.terminal import Terminal
from latentop.tui.model.notice_text import Aside
from latentop.tui.widgets.happened import HappenedPanel
from tests.support.panels import alarm, state

LOSSES = {"loss/generator": [1.0] * 500}


class Alone(App[None]):
    def compose(self) -> ComposeResult:
        yield HappenedPanel(Terminal())


async def test_alarms_and_edits_have_their_signs_in_one_column() -> None:
    app = Alone()
    async with app.run_test(size=(80, 12)):
        panel = app.query_one(HappenedPanel)
        edit = Mark(step=4000, wall=60.0, kind="edit", text="generator.lr = 0.0001")
        panel.state = replace(state(LOSSES, alarm("collapsed", step=90), steps=5000), marks=(edit,))
        rows = [row.text for row in panel.rows(78, 6)]
        collapsed, edited = (next(row for row in rows if sign in row) for sign in "✖✎")
        assert collapsed.index("✖") == edited.index("✎")
        assert collapsed[: collapsed.index("✖")].split()[-1] == "90"


async def test_of_what_can_be_done_a_clause_is_left_out_and_not_the_name_of_the_run() -> None:
    app = Alone()
    async with app.run_test(size=(80, 12)):
        panel = app.query_one(HappenedPanel)
        facts = {"error": "no memory", "hint": "a smaller batch needs less", "traceback": "Traceback"}
        panel.state = replace(state(LOSSES, **facts), liveness=Liveness("failed", alive=False))
        panel.aside = Aside(called="runs/20260102-0304-dcgan-s42", checkpoint=300)
        few, many = ("\n".join(row.text.rstrip() for row in panel.rows(78, height)) for height in (3, 4))
        assert few.endswith("space trains on from step 300, …")
        assert many.endswith("runs/20260102-0304-dcgan-s42")
