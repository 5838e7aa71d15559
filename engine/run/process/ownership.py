"""Which runs are one's own to control: nobody else's, and none whose files are links to somewhere else."""

import os
import pwd
from pathlib import Path

from latentop.engine.run.errors import UsageError
from latentop.engine.run.process import file_system


def refuse_foreign(run: Path, *, links: bool = True) -> None:
    """Raise UsageError where the run in this folder is to be looked at only: not asked, trained or deleted.

    With ``links``, a link in its folder is a reason, too: what is written there would go wherever it leads.
    """
    try:
        linked = next((path for path in sorted(run.iterdir()) if path.is_symlink()), None)
        owners = {run.stat().st_uid, (run / "run.db").stat().st_uid} - {os.geteuid()}
    except OSError:
        return  # whoever opens it next says why it can't be opened
    if owners and not file_system.remote(run):  # where owners may be told otherwise than they are
        raise UsageError(
            f"{run.name} belongs to {_name(min(owners))}: nobody else controls it",
            "look at it with latentop show, or make a copy of your own",
        )
    if links and linked:
        raise UsageError(
            f"{linked} is a link: a run with links in its folder is only looked at",
            "if you trust where it leads, put that in its place",
        )


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
