"""Write the README's key list from the one table of keys (make keys), or with --check: is it up to date?"""

import sys
from collections.abc import Iterable
from pathlib import Path

from latentop.tui import keys
from latentop.tui.keys import Key

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- keys: written by `make keys` -->\n", "<!-- end of keys -->\n"


def table() -> str:
    """One table in Markdown for each place, and one for what holds everywhere."""
    sections = [(title, keys.only(place)) for place, title in keys.PLACES.items()]
    return "\n".join(
        _section(title, listed) for title, listed in [*sections, ("everywhere", keys.everywhere())]
    )


def _section(title: str, found: Iterable[Key]) -> str:
    lines = [key.line for key in keys.listed(found)]
    rows = [f"| `{shown}` | {does.replace('|', '&#124;')} |" for shown, does in lines]
    return "\n".join([f"| key | {title} |", "|---|---|", *rows, ""])


def with_table(text: str) -> str:
    """The README's text with the list as it is now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    if "--check" not in sys.argv:
        README.write_text(with_table(text), encoding="utf-8")
    elif text != with_table(text):
        sys.exit("README.md's key list is not that of tui/keys.py: make keys")
