"""Words for who listens: nothing that a screen reader stumbles over."""

import math

import pytest

from latentop.engine.run import series
from latentop.tui.model.shown_table import of
from latentop.tui.model.speech import sentence, several, span, value_of


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("step 4 210 of 20 000 (21 %)", "Step 4210 of 20000, 21 percent."),
        ("lost: Bag, Boot · since step 3 900", "Lost: Bag, Boot, since step 3900."),
        ("generator.lr 0.0002 → 0.0001", "Generator.lr 0.0002 to 0.0001."),
        ("0.5 ± 0.1", "0.5 plus or minus 0.1."),
        ("|∇G| is 30 × the usual", "Gradient norm of the generator is 30 times the usual."),
        ("12.345 678", "12.345 678."),
        ("it ended.", "It ended."),
        ("", ""),
    ],
)
def test_a_text_becomes_a_sentence(text: str, said: str) -> None:
    assert sentence(text) == said


def test_every_known_series_has_a_name_without_a_slash() -> None:
    for name in series.REGISTRY:
        assert of(name).spoken
        assert "/" not in of(name).spoken


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("loss/generator", "generator loss"),
        ("grad/discriminator", "gradient norm of the discriminator"),
        ("score/fake", "discriminator's score of samples"),
        ("valid/noisy-input", "error on noisy input"),
        ("update/generator", "step of the generator, as a share of its weights"),
        ("mine/own", "mine own"),
    ],
)
def test_series_are_named_in_words(name: str, words: str) -> None:
    assert of(name).spoken == words


def test_values_are_said_with_their_unit() -> None:
    assert value_of("diversity/coverage", 0.87) == "87 percent of real"
    assert value_of("speed/steps", 9.3) == "9.3 steps a second"
    assert value_of("diversity/modes", 8.0) == "8"
    assert value_of("loss/generator", math.nan) == "not a number"
    assert value_of("grad/generator", math.inf) == "infinite"


def test_time_spans_and_counts_are_said_in_full() -> None:
    assert span(45) == "45 seconds"
    assert span(60) == "1 minute"
    assert span(2 * 3600 + 5 * 60) == "2 hours 5 minutes"
    assert span(math.inf) == "unknown"
    assert [several(count, "alarm") for count in (0, 1, 2)] == ["no alarm", "1 alarm", "2 alarms"]
