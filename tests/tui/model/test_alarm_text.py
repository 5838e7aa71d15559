from dataclasses import replace

import pytest

from latentop.tui.model import alarm_text
from tests.support.panels import alarm

COLLAPSED = replace(
    alarm("collapsed", since=90.0),
    sentence="mode collapse: samples reach 28 % of what real data reaches (alarm below 60 %) · since step 90",
)


def test_an_alarm_has_the_word_of_the_verdict_and_says_nothing_twice() -> None:
    assert alarm_text.in_full(COLLAPSED) == (
        "COLLAPSED  samples reach 28 % of what real data reaches (alarm below 60 %)"
    )
    warning = replace(alarm("over-fitting"), sentence="over-fitting: the error rises · since step 100")
    assert alarm_text.in_full(warning) == "WARNING  over-fitting: the error rises"


@pytest.mark.parametrize("sentence", ["samples fell apart: they look unlike it", "a script's own words"])
def test_what_is_not_the_title_stays(sentence: str) -> None:
    assert alarm_text.sentence(replace(COLLAPSED, sentence=sentence)) == sentence
