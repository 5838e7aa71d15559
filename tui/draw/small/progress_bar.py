"""How much of something is done, as a bar."""


def progress_bar(share: float, width: int) -> str:
    """A bar of so many cells, in halves of a cell, for a share from 0 to 1."""
    full, half = divmod(round(share * 2 * max(0, width)), 2)
    return ("━" * full + ("╸" if half else "")).ljust(max(0, width), "─")
