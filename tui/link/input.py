"""What is read from the terminal, as keys, clicks and pastes: by Textual's parser, but for esc and pastes.

Most terminals send esc as the byte that the codes of other keys begin with. Textual takes esc and a letter
that come together for alt and the letter. No letter has a meaning with alt here, and a slow link delivers
together what was pressed one after the other: so it is esc, and then the letter.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator

from textual._xterm_parser import XTermParser
from textual.events import Key, Paste
from textual.message import Message

ESCAPE = "\x1b"
_PASTE = "\x1b[200~"
_WHOLE = re.compile(r"\x1b\[200~(?P<pasted>.*?)\x1b\[201~|\x1b(?=[^\[\]OPX^_N\\bf\t\x7f]|\Z)", re.DOTALL)
"""A paste, or an esc that is a key: behind others a code goes on, such as that of shift+tab on a console."""
_PART = re.compile(r"\x1b\[200~(?!.*\x1b\[201~).*\Z|\x1b(\[[\d;]*)?\Z", re.DOTALL)
"""What may be the beginning of a paste or a code."""


class InputDecoder:
    """Takes bytes as they come, cut anywhere, and gives what they mean."""

    def __init__(self) -> None:
        self._parser = XTermParser()
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._held = ""

    def read(self, data: bytes) -> Iterator[Message]:
        """What bytes mean, with those before. Only ``silence`` tells an esc at their end from a code."""
        text = self._held + self._decode(data)
        part = _PART.search(text)
        text, self._held = (text[: part.start()], part[0]) if part else (text, "")
        place = 0
        for found in _WHOLE.finditer(text):
            yield from self._parsed(text[place : found.start()])
            pasted = found["pasted"]
            yield Key("escape", ESCAPE) if pasted is None else Paste(pasted.replace("\0", ""))
            place = found.end()
        yield from self._parsed(text[place:])

    def silence(self) -> Iterator[Message]:
        """What is meant where nothing follows soon; the rest of what is pasted may take long."""
        if self._held.startswith(_PASTE):
            return
        yield from self._parser.tick()
        held, self._held = self._held, ""
        if held == ESCAPE:
            yield Key("escape", ESCAPE)
        else:
            yield from self._parsed(held)

    def _parsed(self, text: str) -> Iterable[Message]:
        return self._parser.feed(text) if text else ()  # an empty text would end it
