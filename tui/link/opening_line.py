"""What stands in the terminal until Textual is imported, which takes a while, on a slow disk seconds."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

TEXT = "latentop is opening ..."


@contextmanager
def told() -> Iterator[None]:
    """A line meanwhile, of which nothing is left; in what every terminal understands."""
    sys.stdout.write(f"{TEXT}\r")
    sys.stdout.flush()
    try:
        yield
    finally:
        sys.stdout.write(f"{' ' * len(TEXT)}\r")
        sys.stdout.flush()
