"""What several runs of one preset come to: the verdict of each seed, mean and spread of the main values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from latentop.engine.run import series
from latentop.engine.run.series import SPREADS
from latentop.tui.model import judgement, run_state
from latentop.tui.model.number_text import number, progress
from latentop.tui.model.plain_text import table
from latentop.tui.model.report import SHOWN
from latentop.tui.model.shown_table import of
from latentop.tui.model.speech import sentence, several, without_symbols
from latentop.tui.runs.glance import Look

_MAIN = (*SHOWN, "diversity/density", "diversity/modes", "accuracy/", "pca/", "codings/active-units")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one seed went."""

    run: str
    seed: int
    state: str
    verdict: str
    """Both as they are recorded: their words are for lines and sentences."""
    unjudged: str
    """Why it was not judged, in a sentence; empty where it was."""
    step: int
    steps: int
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """The last values of one series over the seeds; those that are not finite are left out of all but ``of``.

    ``sd`` is the sample standard deviation, None for a single value.
    """

    name: str
    unit: str
    mean: float
    sd: float | None
    lo: float
    hi: float
    count: int
    of: int
    """How many seeds have the series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """The results in the order of the seeds, and the main measures."""

    results: tuple[Result, ...]
    measures: tuple[Measure, ...]


def overall(looks: Sequence[Look], exit_codes: Sequence[int]) -> Overall:
    """The summary of runs as last seen, with the exit code of each."""
    results = tuple(
        Result(
            run=seen.run.id,
            seed=seen.facts.seed,
            state=seen.state.name,
            verdict=seen.facts.verdict,
            unjudged=judgement.in_full(seen.facts, alive=seen.state.alive),
            step=seen.facts.step,
            steps=seen.facts.steps,
            exit_code=code,
        )
        for seen, code in zip(looks, exit_codes, strict=True)
    )
    names = dict.fromkeys(name for seen in looks for name in seen.values)
    main = [name for name in names if name.startswith(_MAIN) and not name.endswith(SPREADS)]
    measures = (
        _measure(
            name, series.unit(name, names), [seen.values[name][1] for seen in looks if name in seen.values]
        )
        for name in main
    )
    return Overall(results=results, measures=tuple(measures))


def as_lines(summary: Overall) -> list[str]:
    """The summary as two aligned tables."""
    rows = [
        [f"seed {one.seed}", _state(one), _verdict(one), f"step {progress(one.step, one.steps)}", one.run]
        for one in summary.results
    ]
    values = [[one.name, _value(one), _seeds(one)] for one in summary.measures]
    lines = [f"{several(len(rows), 'run')}:", *(f"  {line}" for line in table(rows))]
    lines += [f"  {', '.join(seeds)} {why}" for why, seeds in _unjudged(summary).items()]
    if values:
        lines += ["last values, mean ± standard deviation:", *(f"  {line}" for line in table(values))]
    return lines


def as_sentences(summary: Overall) -> list[str]:
    """The summary for who listens."""
    told = [f"Seed {one.seed} {_state(one)}, verdict {_verdict(one).lower()}." for one in summary.results]
    told += [sentence(f"{', '.join(seeds)} {why}") for why, seeds in _unjudged(summary).items()]
    for one in summary.measures:
        name = of(one.name).spoken
        told.append(f"{name[:1].upper()}{name[1:]}: {without_symbols(_value(one))}, {_seeds(one)}.")
    return told


def _unjudged(summary: Overall) -> dict[str, list[str]]:
    """The seeds that were not judged, by the reason why."""
    found: dict[str, list[str]] = {}
    for one in summary.results:
        if one.unjudged:
            found.setdefault(one.unjudged, []).append(f"seed {one.seed}")
    return found


def _state(one: Result) -> str:
    return run_state.STATES.get(one.state, one.state)


def _verdict(one: Result) -> str:
    return run_state.verdict(one.verdict, alive=False)


def _measure(name: str, unit: str, values: list[float]) -> Measure:
    finite = [value for value in values if math.isfinite(value)]
    return Measure(
        name=name,
        unit=unit,
        mean=fmean(finite) if finite else math.nan,
        sd=stdev(finite) if len(finite) > 1 else None,
        lo=min(finite, default=math.nan),
        hi=max(finite, default=math.nan),
        count=len(finite),
        of=len(values),
    )


def _value(measure: Measure) -> str:
    known = series.of(measure.name)
    factor, unit = (100, f"% {known.unit}".removesuffix(" share")) if known.relative else (1, measure.unit)
    spread = "" if measure.sd is None else f" ± {factor * measure.sd:.2g}"
    return f"{number(float(f'{factor * measure.mean:.4g}'))}{spread} {unit}".rstrip()


def _seeds(measure: Measure) -> str:
    finite = "" if measure.count == measure.of else f"{measure.count} finite of "
    return f"{finite}{several(measure.of, 'seed')}"
