"""What fits into a row is counted as it is drawn."""

import pytest

from latentop.tui.widgets.texts import fit


@pytest.mark.parametrize("name", ["a" * 10, "ab\x00\x00", "漢字漢字漢"])
def test_a_name_that_is_wider_than_its_letters_leaves_room_for_the_state(name: str) -> None:
    parts = [(80, name), (100, "● training")]
    assert fit(parts, 22, 2) == [0, 1]
    assert fit(parts, 20, 2) == [1]
