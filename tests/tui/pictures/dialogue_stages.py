"""The dialogues over a run, and those that are everywhere."""

from latentop.tui.app import LatentopApp
from latentop.tui.screens.run import RunScreen
from latentop.tui.widgets.diversity import DiversityPanel
from latentop.tui.widgets.stability import StabilityPanel
from tests.tui.pictures.run_stages import TRAINS, collapsed, failed, gan, restorable
from tests.tui.pictures.stages import Stage


def focus_diversity(app: LatentopApp) -> None:
    _focus(app, DiversityPanel)


def focus_stability(app: LatentopApp) -> None:
    _focus(app, StabilityPanel)


def _focus(app: LatentopApp, kind: type[DiversityPanel | StabilityPanel]) -> None:
    assert isinstance(app.screen, RunScreen)
    next(one for one in app.screen.query(kind) if one.is_on_screen).focus()


LOST = "samples reach 28 %"
DIALOGUES = (
    Stage(name="series", make=collapsed, shows=LOST, does=("slash",), then="Which series"),
    Stage(name="series-marked", make=gan, shows=TRAINS, does=("slash", *"grad", "tab", "down", "tab")),
    Stage(name="values", make=collapsed, shows=LOST, does=("n",), then="all values"),
    Stage(name="edit", make=gan, shows=TRAINS, does=("e",), then="while it trains"),
    Stage(
        name="edit-mistake",
        make=gan,
        shows=TRAINS,
        does=("e", "{while it trains}", *"50"),
        then="not accepted",
    ),
    Stage(
        name="edit-not-live",
        make=gan,
        shows=TRAINS,
        does=("e", "{while it trains}", "slash", *"data.size", "enter"),
        then="not live",
    ),
    Stage(name="rollback", make=restorable, shows=TRAINS, does=("r",), then="Go back to"),
    Stage(
        name="rollback-mistake",
        make=restorable,
        shows=TRAINS,
        does=("r", "{Go back to}", "down", *"50"),
        then="not accepted",
    ),
    Stage(name="stop", make=gan, shows=TRAINS, does=("s",), then="Stop training?"),
    Stage(name="quit", make=gan, shows=TRAINS, does=("q",), then="What shall become of it?"),
    Stage(
        name="diversity-details",
        make=collapsed,
        shows=LOST,
        does=(focus_diversity, "enter"),
        then="arrows scroll",
    ),
    Stage(name="stability-details", make=gan, shows=TRAINS, does=(focus_stability, "enter"), then="arrows"),
    Stage(name="alarms-details", make=collapsed, shows=LOST, does=("a",), then="arrows scroll"),
    Stage(name="traceback", make=failed, shows="a smaller batch", does=("t",), then="trainer.py"),
    Stage(name="help", make=gan, shows=TRAINS, does=("question_mark",), then="type to find"),
    Stage(name="help-found", make=gan, shows=TRAINS, does=("question_mark", *"step"), then="look back"),
    Stage(name="palette", make=gan, shows=TRAINS, does=("ctrl+p", *"images"), then="Images as ascii"),
    Stage(name="themes", make=gan, shows=TRAINS, does=("T",), then="colour-blind-dark", coloured=True),
)
