"""``cache``: what is kept of people's images so that the next run on them begins at once."""

import time
from argparse import Namespace

from latentop.engine.run import preferences, resized_copies
from latentop.tui.commands.parser import Commands
from latentop.tui.commands.standard_output import Output
from latentop.tui.model.number_text import duration, megabytes


def add(commands: Commands) -> None:
    """The command of this family."""
    words = commands.add("cache", _cache, "the resized copies of your images: how much room they take")
    words.add_argument("--clear", action="store_true", help="remove them: what a run needs is made again")


def _cache(options: Namespace, output: Output) -> int:
    cache = preferences.cache()
    found, now = resized_copies.every(cache), time.time()
    if options.clear:
        resized_copies.remove(found)
    room, place = megabytes(sum(one.size for one in found)), resized_copies.folder(cache)
    if output.as_json:
        copies = [
            {"path": str(one.path), "source": one.source, "bytes": one.size, "used": one.used}
            for one in found
        ]
        output.json({"folder": str(place), "copies": copies, "removed": options.clear}, indent=2)
        return 0
    for one in found:
        ago = duration(now - one.used)
        output.line(f"{megabytes(one.size):>10}  used {ago:>10} ago  {one.source or one.path.name}")
    if not found:
        output.line(f"no resized copies in {place}")
    elif options.clear:
        output.line(f"{room} of resized copies are removed", "good")
    else:
        output.line(f"{room} of resized copies in {place}; remove them: latentop cache --clear")
    return 0
