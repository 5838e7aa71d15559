"""Tables as people print them, in Markdown or in boxes: the lines between and around cells."""

import re

NAMES = b"\0"
"""Before a row that stands right above a rule, as names of columns do."""
_RULED = b"\1"
_MAY_RULE = (b"--", b"==", b"\xe2\x94", b"\xe2\x95")
_UPRIGHT = re.compile(rb"\xe2\x94[\x82\x83]|\xe2\x95\x91")
_RULE = re.compile(
    rb"^[ \t]*(?:[-+=|:]|\xe2[\x94\x95][\x80-\xbf])(?:[-+=|: \t]|\xe2[\x94\x95][\x80-\xbf])+$", re.MULTILINE
)
_ABOVE_RULE = re.compile(rb"^([^\n\x01]+)\n(?=\x01$)", re.MULTILINE)
_FRAMED = re.compile(rb"^(\0?)[ \t]*\|(.*)\|[ \t]*$", re.MULTILINE)
_GROUPED = re.compile(rb"(?<![0-9.,])[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9,])")


def unframed(data: bytes) -> bytes:
    """Rows as ``a|b|c``, without the frames around them, and numbers in these without commas in thousands.

    A line that is nothing but a rule becomes an empty one, and what stands right above it begins with NAMES.
    """
    ruled = any(sign in data for sign in _MAY_RULE)
    if ruled:
        data = _RULE.sub(_RULED, _UPRIGHT.sub(b"|", data))
        data = _ABOVE_RULE.sub(NAMES + rb"\1\n", data).replace(_RULED, b"")
    if b"|" not in data or not _FRAMED.search(data):
        return data
    rows = _FRAMED.sub(rb"\1\2", data)
    return _GROUPED.sub(lambda found: found[0].replace(b",", b""), rows)
