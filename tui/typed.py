"""What is read from the terminal, as keys, clicks and pastes: by Textual's parser, but for the key esc.

Most terminals send esc as the byte that the codes of other keys begin with. Textual takes esc and a letter
that come together for alt and the letter. No letter has a meaning with alt here, and a slow link delivers
together what was pressed one after the other: so it is esc, and then the letter.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator

from textual._xterm_parser import XTermParser
from textual.events import Key
from textual.message import Message

ESCAPE = "\x1b"
_ALONE = re.compile(r"(\x1b)(?=[^\[\]OPX^_N\\bf\t\x7f]|$)")
"""Behind what is excepted a code goes on, such as that of shift+tab on a console or of a word to the left."""
_PASTE, _PASTED = "\x1b[200~", "\x1b[201~"


class Typed:
    """Takes bytes as they come, cut anywhere, and gives what they mean."""

    def __init__(self) -> None:
        self._parser = XTermParser()
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._pasting = False
        self._held = ""
        """What may be the beginning of a mark."""

    def read(self, data: bytes) -> Iterator[Message]:
        """What bytes mean, with those before. Only ``silence`` tells an esc at their end from a code."""
        text, self._held = self._held + self._decode(data), ""
        while text:
            mark = _PASTED if self._pasting else _PASTE
            text, found, after = text.partition(mark)
            if not found:
                text, self._held = _cut(text, mark)
            for place, part in enumerate([text] if self._pasting else _ALONE.split(text)):
                if place % 2:
                    yield Key("escape", ESCAPE)
                elif part:
                    yield from self._parser.feed(part)
            if found:
                yield from self._parser.feed(mark)
                self._pasting = not self._pasting
            text = after

    def silence(self) -> Iterator[Message]:
        """What is meant where nothing follows soon; the rest of what is pasted may take long."""
        if self._pasting:
            return
        yield from self._parser.tick()
        held, self._held = self._held, ""
        if held == ESCAPE:
            yield Key("escape", ESCAPE)
        elif held:
            yield from self._parser.feed(held)


def _cut(text: str, mark: str) -> tuple[str, str]:
    """The text, and as much at its end as may begin the mark."""
    for length in range(min(len(text), len(mark) - 1), 0, -1):
        if text.endswith(mark[:length]):
            return text[:-length], mark[:length]
    return text, ""
