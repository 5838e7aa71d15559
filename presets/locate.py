"""Where in a preset's file a setting is said: for a mistake, the line that a person goes to."""

import re

_TABLE = re.compile(r"\[\s*([\w.-]+)\s*\]")
_SETTING = re.compile(r"([\w-]+)\s*=")


def line_of(text: str, key: str) -> int | None:
    """The line, from 1, of a dotted key in a preset's text, or of its table where only that is there."""
    table, _, leaf = key.rpartition(".")
    inside, nearest = "", None
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.removeprefix("# ").strip()  # in a Python file the preset is a comment
        if heading := _TABLE.match(line):
            inside = heading[1]
            if inside == key:
                return number
            if inside == table:
                nearest = number
        elif inside == table and (setting := _SETTING.match(line)) and setting[1] == leaf:
            return number
    return nearest
