"""Sentences that have to fit: what is left out shows."""

import pytest

from latentop.tui.model.plain_text import abridged

SENTENCE = "samples reach 31 % of real data (alarm below 60 %), lost: Sandal, Bag, Boot; told at once"


@pytest.mark.parametrize(
    ("width", "left"),
    [
        (100, SENTENCE),
        (75, "samples reach 31 % of real data, lost: Sandal, Bag, Boot; told at once"),
        (65, "samples reach 31 % of real data, lost: Sandal, Bag, Boot"),
        (50, "samples reach 31 % of real data, lost: Sandal, …"),
        (10, ""),
    ],
)
def test_a_list_that_is_cut_says_so(width: int, left: str) -> None:
    assert abridged(SENTENCE, width) == left
