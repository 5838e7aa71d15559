"""``ls`` and ``show``: the runs of a folder, and everything about one of them."""

import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict

from latentop.engine.run import deletion, folder
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.series import SPREADS
from latentop.tui.commands.parser import Commands
from latentop.tui.commands.standard_output import Output
from latentop.tui.commands.status import brief, ending, see, status
from latentop.tui.model import alarm_text, judgement, mode_presence, overview, run_state
from latentop.tui.model.emphasis import Tone
from latentop.tui.model.number_text import age, progress, short, spaced
from latentop.tui.model.plain_text import setting, shortened, table
from latentop.tui.model.real_quality import beside_real
from latentop.tui.model.shown_series import measured
from latentop.tui.model.shown_table import DISTANCE, of
from latentop.tui.runs.current_preset import CONFIG, resolved
from latentop.tui.runs.glance import Look, glance, look, newest_value

_MARKS_SHOWN = 10
_CLASSES_SHOWN = 40
_WHY_WIDTH = 60
_TONES: dict[str, Tone] = {
    "failed": "critical",
    "crashed": "critical",
    "lost": "critical",
    "unreadable": "critical",
}


def add(commands: Commands) -> None:
    """The commands of this family."""
    commands.add("ls", _ls, "list the runs, newest first")
    commands.add("show", _show, "everything about one run", run="newest")


def _ls(options: Namespace, output: Output) -> int:
    runs = folder.runs_folder(options.runs)
    found = [(run, *_row(run)) for run in folder.every(runs)]
    if output.as_json:
        output.json([fields for _, _, fields in found], indent=2)
        return 0
    if not found:
        missing = "" if runs.exists() else ", which is not there"
        output.line(f"no runs in {runs}{missing} · start one: latentop train dcgan")
        return 0
    distance = of(DISTANCE).column.upper()
    heads = ["RUN", "STATE", "VERDICT", "STEP", distance, "LAST HEARD", "NAME", "NOTE"]
    head, *lines = table(_filled([heads, *(cells for _, cells, _ in found)]))
    output.line(head, "heading")
    for line, (_, _, fields) in zip(lines, found, strict=True):
        output.line(line, _TONES.get(str(fields["state"]), "plain"))
    return 0


def _row(run: RunFolder) -> tuple[list[str], dict[str, object]]:
    """A run as cells and as JSON; one that can't be read is listed, too, and hides no other."""
    try:
        facts, state = glance(run)
        heard = max(facts.heartbeat or 0, facts.ended or 0, facts.created)
        step = progress(facts.step, facts.steps)
        told = state.detail if state.quiet and not facts.detail else age(heard, time.time())
        judged = judgement.verdict(facts, alive=state.alive)
        distance = newest_value(run, DISTANCE)
        far = "" if distance is None else short(distance)
        # In the last column, where a long one makes no line of another run longer.
        note = " · ".join(filter(None, (judgement.remark(facts, alive=state.alive), facts.note)))
        cells = [run.id, run_state.state(state), judged, step, far, told, facts.name, note]
        return cells, {**brief(run, facts, state), "frechet": distance}
    except LatentopError as error:
        return _unreadable(run, error.message)
    except Exception as error:
        return _unreadable(run, f"its facts are damaged: {error}")


def _unreadable(run: RunFolder, why: str) -> tuple[list[str], dict[str, object]]:
    told = shortened(why.replace(str(run.database), run.database.name), _WHY_WIDTH)
    fields: dict[str, object] = {"run": run.id, "path": str(run.path), "state": "unreadable", "detail": why}
    return [run.id, "unreadable", "", "", "", told, "", ""], fields


def _filled(rows: list[list[str]]) -> list[list[str]]:
    """The rows without the columns of which nothing but the heading is there."""
    columns = [column for column in zip(*rows, strict=True) if any(column[1:])]
    return [list(row) for row in zip(*columns, strict=True)]


def _show(options: Namespace, output: Output) -> int:
    seen = look(folder.find(folder.runs_folder(options.runs), options.run))
    ended = ending(seen.run, seen.facts, seen.state, seen.alarms)
    if output.as_json:
        more = {
            "facts": asdict(seen.facts),
            "settings": resolved(seen.run, seen.facts),
            "marks": [asdict(mark) for mark in seen.marks],
            "last_steps": {name: step for name, (step, _) in seen.values.items()},
        }
        output.json({**status(seen, ended), **more}, indent=2)
        return 0
    output.line(f"{seen.run.id} · {seen.facts.title or seen.facts.preset}", "heading")
    size = deletion.size(seen.run)
    rows = overview.about(seen.facts, seen.state, folder=seen.run.path, size=size, now=time.time())
    _section(output, rows)
    _section(output, overview.config(seen.facts), "config")
    _section(output, [(one,) for one in overview.inabilities(seen.facts)], "what it can't do")
    if ended and ended.error:
        output.line()
        output.line(ended.error, "critical")
        if ended.hint and ended.hint != see(seen.run):
            output.line(f"  try: {ended.hint}")
    for line in ended.log if ended else ():
        output.line(f"  | {line}", "faint")
    for line in (seen.facts.traceback or "").splitlines() if options.debug else ():
        output.line(f"  | {line}", "faint")
    _section(output, _counts(seen), "images")
    _section(output, _last_values(seen), "last values")
    _section(output, _alarms(seen), "alarms")
    guidelines = [tuple(line.split(": ", 1)) for line in seen.facts.guidelines]
    _section(output, guidelines, "guidelines for convolutional GANs")
    marks = [(f"step {spaced(mark.step)}", mark.kind, mark.text) for mark in seen.marks[-_MARKS_SHOWN:]]
    left_out = len(seen.marks) - len(marks)
    _section(output, marks, f"marks (and {left_out} earlier: --json)" if left_out else "marks")
    settings = resolved(seen.run, seen.facts).items()
    shown = [(key, setting(value)) for key, value in settings if not key.startswith(CONFIG)]
    _section(output, shown, "settings")
    return 0


def _section(output: Output, rows: Sequence[tuple[str, ...]], title: str = "") -> None:
    if not rows:
        return
    if title:
        output.line()
        output.line(title, "heading")
    for line in table(rows):
        output.line(f"  {line}")


def _counts(seen: Look) -> list[tuple[str, ...]]:
    """How many images of each class there are, and what becomes of them."""
    counts = seen.facts.data_counts
    rows: list[tuple[str, ...]] = [
        (
            one.name,
            f"{spaced(one.found)} found",
            f"{spaced(one.trained)} trained on",
            f"{spaced(one.held_out)} held out",
        )
        for one in counts[:_CLASSES_SHOWN]
    ]
    left_out = len(counts) - len(rows)
    return [*rows, (f"and {spaced(left_out)} more: --json",)] if left_out else rows


def _last_values(seen: Look) -> list[tuple[str, ...]]:
    """Every series; a standard deviation (``NAME-sd``) or error (``NAME-se``) stands beside its mean."""
    rows: list[tuple[str, ...]] = []
    titles = mode_presence.titles(seen.facts, seen.values)
    for name, (step, value) in seen.values.items():
        if name.endswith(SPREADS) and name[:-3] in seen.values:
            continue
        text = measured(name, value, seen.values) + beside_real(seen.facts, name)
        for suffix in SPREADS:
            if spread := seen.values.get(name + suffix):
                text += f" ± {measured(name, spread[1])} ({suffix[1:]})"
        rows.append((titles[name], text, f"step {spaced(step)}"))
    return rows


def _alarms(seen: Look) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for alarm in seen.alarms:
        over = "" if alarm.cleared_step is None else f" (cleared at step {spaced(alarm.cleared_step)})"
        since, said = f"step {spaced(alarm.began)}", alarm_text.sentence(alarm)
        rows.append((since, alarm_text.title(alarm) + over, said))
        if alarm.advice and not over:
            rows.append(("", "try", alarm.advice))
    return rows
