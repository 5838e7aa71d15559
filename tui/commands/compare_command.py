"""``compare``: some runs over each other in charts, or side by side in a table where there is no terminal."""

import argparse
from argparse import Namespace
from functools import partial

from latentop.engine.run import folder, series
from latentop.engine.run.errors import UsageError
from latentop.tui.commands.parser import Commands, add_screen
from latentop.tui.commands.standard_output import Output, can_show_dashboard
from latentop.tui.commands.status import brief
from latentop.tui.link import opening_line
from latentop.tui.model import mode_presence
from latentop.tui.model.comparison import ABSENT, Contender, differing, letters, same_features
from latentop.tui.model.comparison import table as compared
from latentop.tui.model.plain_text import table
from latentop.tui.runs.current_preset import resolved
from latentop.tui.runs.glance import Look, look
from latentop.tui.runs.names import all_named

_BEST = " *"


def add(commands: Commands) -> None:
    """The command of this family."""
    about = "lay runs over each other: charts on a terminal, else a table of values and settings"
    parser = commands.add("compare", _compare, about)
    add_screen(parser, argparse.SUPPRESS, argparse.SUPPRESS)
    parser.add_argument("names", metavar="RUN", nargs="+", help="two runs or more, as latentop ls lists them")


def _compare(options: Namespace, output: Output) -> int:
    runs = folder.runs_folder(options.runs)
    chosen = all_named(options.names, partial(folder.find, runs))
    if len(chosen) < 2:
        raise UsageError(
            f"comparing takes two runs, this is one: {chosen[0].id}", "name another: latentop ls"
        )
    if can_show_dashboard() and not output.as_json:
        with opening_line.told():
            from latentop.tui.commands.dashboard import dashboard

        return dashboard(runs, compared=chosen, ascii=options.ascii, max_kbps=options.max_kbps)
    looks = [look(run) for run in chosen]
    contenders = [_contender(seen, letter) for seen, letter in zip(looks, letters(len(chosen)), strict=True)]
    if output.as_json:
        output.json(_fields(contenders, looks), indent=2)
    else:
        _print(contenders, output)
    return 0


def _contender(seen: Look, letter: str) -> Contender:
    return Contender(
        letter=letter,
        label=seen.facts.name or seen.run.id,
        run=seen.run,
        facts=seen.facts,
        liveness=seen.state,
        values=seen.typical,
        settings=resolved(seen.run, seen.facts),
    )


def _fields(contenders: list[Contender], looks: list[Look]) -> dict[str, object]:
    differences = differing([one.settings for one in contenders])
    return {
        "runs": [
            {
                **brief(seen.run, seen.facts, seen.state),
                "values": {name: value for name, (_, value) in seen.values.items()},
                "modes": mode_presence.names(seen.facts, seen.values),
                "recent_means": {name: mean for name, mean in seen.typical.items() if series.of(name).noisy},
            }
            for seen in looks
        ],
        "differences": {
            key: dict(zip((one.run.id for one in contenders), values, strict=True))
            for key, values in differences
        },
    }


def _print(contenders: list[Contender], output: Output) -> None:
    for line in table([(one.letter, one.run.id, one.facts.name) for one in contenders]):
        output.line(line, "heading")
    found = compared(contenders)
    blank = [""] * len(contenders)
    heads = ["", *(one.letter for one in contenders)]
    cells = [
        [
            row.name,
            *(
                cell + (_BEST if index in row.best else "")
                for index, cell in enumerate(row.cells or tuple(blank))
            ),
        ]
        for row in found
    ]
    head, *lines = table([heads, *cells])
    output.line()
    output.line(head, "heading")
    for line, row in zip(lines, found, strict=True):
        if row.heading:
            output.line()
        output.line(line, "heading" if row.heading else "plain")
    if any(row.best for row in found):
        output.line()
        output.line(f"{_BEST.strip()} the best of its row · {ABSENT} has none", "faint")
    if not same_features(contenders):
        output.line()
        output.line("what is measured in different features of images has no best", "faint")
