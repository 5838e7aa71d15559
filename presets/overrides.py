"""Settings as words, ``KEY=VALUE``: what ``--set`` takes, and what is typed into a form."""

import copy
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from latentop.presets import fields
from latentop.presets.preset_error import PresetError

_POINTED = r"[+-]?([0-9]+\.|[0-9]*\.[0-9]+)(e[+-]?[0-9]+)?"
"""Numbers that begin or end with their point, which TOML has not."""
_LARGEST = 2**53
"""Above it, a number with an exponent is no exact count."""


def apply(document: Mapping[str, Any], words: Sequence[str]) -> dict[str, Any]:
    """A copy of a preset's document with the settings that the words name. Raises PresetError."""
    changed: dict[str, Any] = copy.deepcopy(dict(document))
    settings = [(word, *_setting(word)) for word in words]
    # First, whatever the order, what chooses the other settings of its table.
    for _, tables, leaf, value in settings:
        if leaf in ("name", "network") and len(tables) == 1:
            changed[tables[0]] = fields.carried(changed, tables[0], value)
    for word, tables, leaf, value in settings:
        place = changed
        for table in tables:
            place = place.setdefault(table, {})
            if not isinstance(place, dict):
                raise PresetError(f"--set {word}: {table} is a value, not a table", "name the value itself")
        place[leaf] = value
    return changed


def _setting(word: str) -> tuple[list[str], str, Any]:
    """The tables, the key in the last of them, and the value that ``KEY=VALUE`` names."""
    key, equals, value = word.partition("=")
    key = key.strip()
    if not (equals and re.fullmatch(r"[\w-]+(\.[\w-]+)*", key)):
        raise PresetError(f"--set {word}: no KEY=VALUE", "write it like: --set generator.lr=1e-4")
    if not value.isprintable():
        raise PresetError(
            f"--set {key}={value!r}: not to be printed", "accepted: printable characters, on one line"
        )
    *tables, leaf = key.split(".")
    return tables, leaf, value_of(value.strip())


def key_of(word: str) -> str:
    """The dotted key that ``KEY=VALUE`` names."""
    return word.partition("=")[0].strip()


def value_of(text: str) -> Any:
    """A TOML value, or ``.5`` or ``5.``; what is none is taken as the text itself: names need no quotes.

    ``1e4`` is the whole number 10 000, for steps are counted so, too.
    """
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except ValueError:  # TOMLDecodeError, or a number of more digits than Python reads
        value = float(text) if re.fullmatch(_POINTED, text, re.IGNORECASE) else text
    counts = isinstance(value, float) and "e" in text.lower() and value.is_integer() and abs(value) < _LARGEST
    return int(value) if counts else value
