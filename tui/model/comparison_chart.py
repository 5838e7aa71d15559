"""What is drawn of runs that are compared: which series, and each as lines or bands. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from latentop.engine.run import series
from latentop.engine.run.series import SPREADS
from latentop.tui.draw.charts.band import band
from latentop.tui.draw.charts.line import Line
from latentop.tui.model import comparison
from latentop.tui.model.comparison import Contender, alike, newest
from latentop.tui.model.shown_series import in_order
from latentop.tui.model.state import State

_WAYS = {"neither": "", "real": ", 100 % is best"}


def drawable(states: Sequence[State]) -> list[str]:
    """The series that any run has, those of two runs or more first, in the order in which one compares."""
    count = Counter(name for state in states for name in state.series if not name.endswith(SPREADS))
    return sorted(in_order(count), key=lambda name: count[name] < 2)


def shared(states: Sequence[State]) -> bool:
    """Whether two runs have a series in common."""
    count = Counter(name for state in states for name in state.series)
    return any(number > 1 for number in count.values())


def title(name: str, contenders: Sequence[Contender]) -> str:
    """The name of a series with its unit."""
    called = comparison.title(name, contenders)
    known = series.of(name)
    way = _WAYS.get(known.better, f", {known.better} is better")
    unit = series.unit(name, {found for one in contenders for found in one.values})
    return f"{called} ({unit}{way})" if unit else called


def lines(
    name: str,
    contenders: Sequence[Contender],
    states: Sequence[State],
    colours: Sequence[str],
    columns: int,
    *,
    bands: bool,
) -> list[Line]:
    """A line for each run that has the series; with ``bands`` one for those that differ in the seed alone.

    Each is the mean over ``columns`` equal spans of steps or fewer: of the envelopes of several runs, the
    last would hide the others. The legend tells the newest value of a run as the table does, of a band none.
    """
    groups = alike(contenders) if bands else [(index,) for index in range(len(contenders))]
    found = []
    for group in groups:
        members = [index for index in group if name in states[index].series]
        drawn = [_line(name, contenders[index], states[index], colours[index]) for index in members]
        if len(drawn) > 1:
            letters = "".join(contenders[index].letter for index in members)
            label = f"{letters} {contenders[group[0]].facts.preset}, {len(drawn)} seeds"
            found.append(replace(band(drawn, label, colours[group[0]], columns), told=""))
        else:
            alone = (contenders[index] for index in members)
            told = (newest(name, one.values.get(name)) for one in alone)
            found += [
                replace(band(drawn, line.name, line.colour, columns), told=value)
                for line, value in zip(drawn, told, strict=True)
            ]
    return [replace(one, relative=series.of(name).relative) for one in found]


def _line(name: str, contender: Contender, state: State, colour: str) -> Line:
    bins = state.series[name]
    return Line(
        name=f"{contender.letter} {contender.label}",
        colour=colour,
        step=bins.step,
        mean=bins.mean,
        lo=bins.lo,
        hi=bins.hi,
        bad=bins.bad,
    )
