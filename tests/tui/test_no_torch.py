import subprocess
import sys
from pathlib import Path

PROGRAM = """
import asyncio, sys
from pathlib import Path
import latentop.tui.cli
from latentop.tui.app import LatentopApp
from latentop.tui.commands.dashboard import dashboard

async def look():
    app = LatentopApp(Path(sys.argv[1]))
    async with app.run_test() as pilot:
        await pilot.pause()

asyncio.run(look())
print([name for name in sys.modules if name.split(".")[0] in ("torch", "torchvision")])
"""


def test_the_dashboard_never_imports_torch(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.strip() == "[]"
