"""Which measures of samples have a level at all: what no alarm minds is not called low."""

from latentop.tui.model import alarm_levels
from latentop.tui.model.mode_presence import DUPLICATES
from latentop.tui.model.shown_table import of
from tests.support.panels import state


def test_that_points_lie_close_together_within_their_modes_is_not_low() -> None:
    close = {"diversity/coverage": [1.0], DUPLICATES: [0.0]}
    assert alarm_levels.alarm_level(state(close), of(DUPLICATES)) == 0.3
    of_points = state(close | {"diversity/reverse-kl": [0.05]})
    assert alarm_levels.alarm_level(of_points, of(DUPLICATES)) is None
    assert alarm_levels.alarm_level(of_points, of("diversity/coverage")) == 0.6
