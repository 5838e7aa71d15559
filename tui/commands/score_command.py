"""``score``: FID and KID of the samples of a run's checkpoint, as papers give them."""

import sys
from argparse import ArgumentTypeError, Namespace

from latentop.engine.run import folder
from latentop.engine.run.errors import UsageError
from latentop.engine.run.process.ownership import refuse_foreign
from latentop.presets import overrides
from latentop.tui.commands import engine_process
from latentop.tui.commands.parser import LAST_STEP, Commands, whole
from latentop.tui.commands.standard_output import Output, aside
from latentop.tui.model.number_text import short, spaced
from latentop.tui.runs import current_preset
from latentop.tui.runs.glance import glance

_SCORER = (sys.executable, "-P", "-m", "latentop.engine.train.score")
SAMPLES = 10_000
FEW = 2048
"""Fewer samples than Inception has features: FID then reads much higher."""
_FEWEST, _MOST = 2, 1_000_000


def add(table: Commands) -> None:
    """The command of this family."""
    about = "FID and KID of a checkpoint's samples, by torch-fidelity: minutes on a GPU, an hour on a CPU"
    words = table.add("score", _score, about, run="newest")
    words.add_argument(
        "--at",
        metavar="STEP",
        type=whole(LAST_STEP),
        help="of the newest checkpoint up to this step (the newest one)",
    )
    count = f"samples, and real images at most ({SAMPLES})"
    words.add_argument("--samples", metavar="N", type=_count, default=SAMPLES, help=count)


def _score(options: Namespace, output: Output) -> int:
    run = folder.find(folder.runs_folder(options.runs), options.run)
    facts, _ = glance(run)
    if facts.scripted:
        why = f"{run.id} can't be scored: {current_preset.NO_PRESET}"
        raise UsageError(why, "score images that the script saves: fidelity --fid --input1 FOLDER")
    if current_preset.preset_of(run, facts).code:  # which is run
        refuse_foreign(run.path, links=False)
    at = [] if options.at is None else [f"--at={options.at}"]
    command = [*_SCORER, *at, f"--samples={options.samples}", "--", str(run.path.absolute())]
    aside(f"drawing {spaced(options.samples)} samples of {run.id}", "faint")
    found = engine_process.answer(command, f"{run.id} can't be scored", "see: latentop doctor", shows=True)
    if output.as_json:
        output.json(found, indent=2)
        return 0
    output.line(
        f"{run.id} at step {spaced(found['step'])}: FID {short(found['fid'])} · "
        f"KID {short(found['kid'])} ± {short(found['kid_sd'])}",
        "heading",
    )
    output.line(
        f"  {spaced(found['samples'])} samples against {spaced(found['real'])} images that it trains on, "
        f"by {found['by']}"
    )
    if min(found["samples"], found["real"]) < FEW:
        words = f"  fewer than {spaced(FEW)}: FID reads higher than with more; KID does not"
        output.line(words, "faint")
    return 0


def _count(text: str) -> int:
    value = overrides.value_of(text)
    if type(value) is not int or not _FEWEST <= value <= _MOST:
        raise ArgumentTypeError(f"{text!r} is not accepted: a whole number from {_FEWEST} to {_MOST}")
    return value
