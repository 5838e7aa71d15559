"""The tables of the benchmark, in Markdown."""

from collections import Counter
from collections.abc import Mapping, Sequence

from benchmarks.alarms.forecasts import print_forecasts
from benchmarks.alarms.recipes import HEALTHY
from benchmarks.alarms.replay import Alarm, naive
from benchmarks.alarms.run_trace import Trace
from benchmarks.alarms.score import ANY, KINDS, Case, by_name, confusion, false_alarms, score


def print_cases(cases: Sequence[Case]) -> None:
    """What was true of every run, and what was said."""
    for case in cases:
        said = ", ".join(f"{alarm.name} {alarm.step}" for alarm in case.alarms) or "nothing"
        onset, damage = ("" if step is None else step for step in (case.label.onset, case.label.damage))
        print(f"  {case.trace.recipe} s{case.trace.seed}: {case.label.kind} {onset}–{damage} · {said}")
    print()


def print_tables(cases: Sequence[Case]) -> None:
    """Recall, precision and lead by kind of failure; each alarm by truth; confusion, false alarms, cost."""
    _scores("the watch", cases)
    _scores("naive rules", [Case(one.trace, one.label, list(naive(one.trace))) for one in cases])
    print("| alarm | runs | true of them |\n|---|---|---|")
    for name, truths in sorted(by_name(cases).items()):
        words = ", ".join(f"{truth} {count}" for truth, count in truths.most_common())
        print(f"| {name} | {truths.total()} | {words} |")
    print("\n| truth | first alarm | runs |\n|---|---|---|")
    for (truth, said), count in sorted(confusion(cases).items()):
        print(f"| {truth} | {said} | {count} |")
    for what, counts in (("any alarm", _any), ("critical alarms", _critical)):
        false, looks = false_alarms(cases, counts)
        rate = 1000 * false / max(looks, 1)
        print(f"\n{what} on healthy runs: {false} in {looks} checks, {rate:.2f} per 1 000")
    as_they_are = {recipe.name for recipe in HEALTHY}
    unchanged = [case for case in cases if case.trace.recipe in as_they_are]
    false, looks = false_alarms(unchanged, _any)
    print(f"\nany alarm on healthy runs of presets as they are: {false} in {looks} checks")
    print_forecasts(case.trace for case in cases)
    sampled = [case.trace for case in cases if case.trace.readings]
    shares = sorted(_cost([trace]) for trace in sampled)
    if shares:
        span = f"{shares[0]:.2%} to {shares[-1]:.2%} of single runs"
        print(f"\nreading samples took {_cost(sampled):.2%} of training time, {span}")


def print_kinds(cases: Mapping[str, Sequence[Case]]) -> None:
    """Of each kind of data how well a collapse, a divergence and any failure were told."""
    columns = "data", "runs", "healthy", "unclear", "failure", "cases", "recall", "precision"
    print("\n| " + " | ".join((*columns, "before the damage", "lead, steps")) + " |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for kind, those in cases.items():
        truths = Counter(one.label.kind for one in those)
        for failure in ("collapse", "divergence", ANY):
            one = score(failure, those)
            if one.cases or one.false or (failure == ANY and those):
                print(
                    f"| {kind} | {len(those)} | {truths['healthy']} | {truths['unclear']} | {failure} "
                    f"| {one.cases} | {one.recall:.2f} | {one.precision:.2f} "
                    f"| {one.before} of {one.damaged} | {one.lead:.0f} |"
                )


def _scores(name: str, cases: Sequence[Case]) -> None:
    print(f"| {name} | cases | recall | precision | before the damage | lead, steps | lead, share |")
    print("|---|---|---|---|---|---|---|")
    for kind in KINDS:
        one = score(kind, cases)
        ahead = f"{one.before} of {one.damaged}"
        print(
            f"| {kind} | {one.cases} | {one.recall:.2f} | {one.precision:.2f} | {ahead} "
            f"| {one.lead:.0f} | {one.share:.2f} |"
        )
    print()


def _cost(traces: Sequence[Trace]) -> float:
    """Seconds spent on samples as a share of those spent on training."""
    return sum(one.checked for one in traces) / sum(one.trained for one in traces)


def _any(alarm: Alarm) -> bool:
    return True


def _critical(alarm: Alarm) -> bool:
    return alarm.severity == "critical"
