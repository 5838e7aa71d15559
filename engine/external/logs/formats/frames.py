"""Tables as people print them, in Markdown or in boxes: the lines between and around cells."""

import re

_UPRIGHT = re.compile(rb"\xe2\x94[\x82\x83]|\xe2\x95\x91")
_RULE = re.compile(rb"^(?:[-+=|: \t]|\xe2[\x94\x95][\x80-\xbf])+$", re.MULTILINE)
_FRAMED = re.compile(rb"^[ \t]*\|(.*)\|[ \t]*$", re.MULTILINE)


def unframed(data: bytes) -> bytes:
    """Rows as ``a|b|c``, without the lines that frame them; what has no frame as it is."""
    upright = _UPRIGHT.sub(b"|", data)
    if b"|" not in upright or not _FRAMED.search(upright):
        return data
    return _FRAMED.sub(rb"\1", _RULE.sub(b"", upright))
