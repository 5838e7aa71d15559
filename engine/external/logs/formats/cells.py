"""Lines of cells: what parts them, and where the names of their columns stand."""

import csv
from collections.abc import Sequence
from itertools import pairwise

from latentop.engine.external.logs.formats.number_cells import is_number

_DELIMITERS = (b"\t", b";", b",", b"|")
BLANK = b" "
_MOST_ABOVE = 200
"""Lines above the columns, at most: what a program says before its table."""


def above(lines: Sequence[bytes]) -> int:
    """How many lines come before the columns: names, and as many cells below that are numbers, mostly.

    The first line names them unless they are parted otherwise, and no row of its own is in between.
    """
    filled = [(place, line.lstrip(b"#\0 ")) for place, line in enumerate(lines[:_MOST_ABOVE])]
    filled = [(place, line) for place, line in filled if line.strip()]
    if not filled:
        return 0
    first = delimiter_of(filled[0][1])
    width = len(parted(filled[0][1], first))
    for (place, line), (_, below) in pairwise(filled):
        delimiter = delimiter_of(line)
        names = parted(line, delimiter)
        values = [cell.replace(b",", b".") for cell in parted(below, delimiter)]
        numbers = sum(map(is_number, values))
        if len(names) == len(values) > 1 and not any(map(is_number, names)) and numbers * 2 > len(values):
            return place if (len(names), delimiter) != (width, first) else 0
        row = parted(below, first)
        if len(row) == width > 1 and any(map(is_number, row)):
            return 0
    return 0


def delimiter_of(line: bytes) -> bytes:
    """What parts a line of names."""
    delimiter = max(_DELIMITERS, key=line.count)
    return delimiter if delimiter in line else BLANK


def parted(line: bytes, delimiter: bytes) -> list[bytes]:
    """The cells of a line; none where it is damaged."""
    if b'"' in line:
        try:
            (cells,) = csv.reader(
                [line.decode("utf-8", "replace")], delimiter=delimiter.decode(), skipinitialspace=True
            )
        except (csv.Error, ValueError):
            return []
        return [cell.strip().encode() for cell in cells]
    return line.split() if delimiter == BLANK else [cell.strip() for cell in line.split(delimiter)]
