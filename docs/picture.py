"""Draw the README's picture: the real dashboard on a real run, by Textual's own export.

python docs/picture.py RUN docs/dashboard.svg [COLUMNS ROWS]
"""

import asyncio
import sys
from pathlib import Path

from engine.run import folder
from tui.app import LatentopApp
from tui.terminal import Terminal


async def draw(run: Path, picture: Path, columns: int, rows: int) -> None:
    """Open the dashboard on the run without a terminal, wait until it has drawn, and save what it shows."""
    app = LatentopApp(run.parent, folder.find(run.parent, run.name), Terminal())
    async with app.run_test(size=(columns, rows)) as pilot:
        for _ in range(10):
            await pilot.pause(0.2)
        picture.write_text(app.export_screenshot(title="latentop"), encoding="utf-8")


if __name__ == "__main__":
    where, to, *size = sys.argv[1:]
    asyncio.run(draw(Path(where).absolute(), Path(to), *(int(number) for number in size or (120, 36))))
