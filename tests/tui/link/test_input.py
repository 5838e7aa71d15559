"""What is read from a terminal, cut anywhere, is what was pressed and pasted."""

import pytest
from textual.events import Key, Paste
from textual.message import Message

from latentop.tui.link.input import InputDecoder


def meant(*reads: bytes | None) -> list[str]:
    """The keys, and what was pasted between ⟨⟩; None is a while in which nothing comes."""
    typed = InputDecoder()
    messages: list[Message] = []
    for data in reads:
        messages += typed.read(data) if data else typed.silence()
    return [f"⟨{one.text}⟩" if isinstance(one, Paste) else one.key for one in messages if _typed(one)]


def _typed(message: Message) -> bool:
    return isinstance(message, Key | Paste)


@pytest.mark.parametrize(
    ("reads", "keys"),
    [
        ([b"ab"], ["a", "b"]),
        ([b"\x1b", None], ["escape"]),
        ([b"\x1b", b"d"], ["escape", "d"]),
        ([b"\x1bd"], ["escape", "d"]),
        ([b"\x1br\x1b", None], ["escape", "r", "escape"]),
        ([b"\x1b\x1b", None], ["escape", "escape"]),
        ([b"?\x1b\r"], ["question_mark", "escape", "enter"]),
        ([b"\x1b\x1b[A"], ["escape", "up"]),
        ([b"\x1b[A\x1b[1;2D\x1bOP"], ["up", "shift+left", "f1"]),
        ([b"\x1b", b"[", b"A"], ["up"]),
        ([b"\x1b[27u"], ["escape"]),
        ([b"\x1bb\x1bf\x1b\x7f\x1b\t"], ["ctrl+left", "ctrl+right", "ctrl+w", "shift+tab"]),
    ],
)
def test_an_esc_is_a_key_unless_a_code_goes_on(reads: list[bytes | None], keys: list[str]) -> None:
    assert meant(*reads) == keys


def test_a_character_may_come_in_pieces_and_none_ends_the_reading() -> None:
    wide = "漢".encode()
    assert meant(wide[:1], wide[1:] + b"q") == meant(wide + b"q")
    assert meant(wide + b"q")[-1] == "q"
    assert meant(b"\xff", b"q")[-1] == "q"


@pytest.mark.parametrize("cut", range(1, 24))
def test_what_is_pasted_comes_in_one_wherever_it_is_cut(cut: int) -> None:
    data = b"a\x1b[200~b c\x1b[201~d\x1bq"
    assert meant(data[:cut], data[cut:]) == ["a", "⟨b c⟩", "d", "escape", "q"]


def test_a_paste_that_takes_long_is_one() -> None:
    assert meant(b"\x1b[200~one", None, b" two\x1b", None, b"[201~", b"q") == ["⟨one two⟩", "q"]


def test_an_esc_in_a_paste_is_pasted() -> None:
    assert meant(b"\x1b[200~a\x1bd\x1b", b"[201~q") == ["⟨a\x1bd⟩", "q"]


def test_two_pastes_are_two() -> None:
    assert meant(b"\x1b[200~a\x1b[201~b\x1b[200~c", b"d\x1b[201~") == ["⟨a⟩", "b", "⟨cd⟩"]
