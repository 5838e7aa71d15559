"""The tables of the benchmark, in Markdown."""

from collections import Counter
from collections.abc import Sequence

from benchmarks.logs.judge import THINNINGS
from benchmarks.logs.losses import FAMILIES
from benchmarks.logs.score import Case, Claims, earlier, naive, rules, score


def print_cases(cases: Sequence[Case]) -> None:
    """What was true of every log, and what was said."""
    for case in cases:
        one = case.judged
        said = (
            ", ".join(f"{claim.severity[0]}:{claim.name} {claim.step}" for claim in one.claims) or "nothing"
        )
        beside = f" · naive {one.naive[0].step}" if one.naive else ""
        shows = " (shows)" if case.shows else ""
        print(
            f"  {one.trace.name} /{one.every}: {case.truth.kind}{shows} {case.truth.worst:.2f} "
            f"{case.truth.damage or ''} · {said}{beside}"
        )
    print()


def print_tables(cases: Sequence[Case]) -> None:
    """Recall, precision, false alarms and lead, by family and by thinning; each alarm by what was true."""
    print(
        "| logs | judged by | failures that show | recall | of all failures | precision "
        "| false alarms | earlier |"
    )
    print("|---|---|---|---|---|---|---|---|")
    groups: list[tuple[str, Sequence[Case]]] = [("all", cases)]
    groups += [(family, [one for one in cases if one.family == family]) for family in FAMILIES]
    groups += [
        (f"every {every} steps", [one for one in cases if one.judged.every == every]) for every in THINNINGS
    ]
    for name, group in groups:
        _row(f"**{name}**", "rules", group, rules)
        _row("", "naive", group, naive)
    one = score(cases, rules)
    if one.damaged:
        print(f"\nBefore the damage: {one.before} of {one.damaged}; median lead {one.lead:.0f} steps.")
    print("\n| alarm | logs | failed | healthy | unclear | precision |\n|---|---|---|---|---|---|")
    for name, truths in sorted(by_name(cases).items()):
        clear = truths["failed"] + truths["healthy"]
        share = f"{truths['failed'] / clear:.2f}" if clear else "–"
        print(
            f"| {name} | {truths.total()} | {truths['failed']} | {truths['healthy']} "
            f"| {truths['unclear']} | {share} |"
        )


def by_name(cases: Sequence[Case]) -> dict[str, Counter[str]]:
    """Of each alarm in how many logs it was raised, by what was true of them."""
    found: dict[str, Counter[str]] = {}
    for case in cases:
        for name in {claim.name for claim in case.judged.claims}:
            found.setdefault(name, Counter())[case.truth.kind] += 1
    return found


def _row(name: str, by: str, cases: Sequence[Case], claims: Claims) -> None:
    one = score(cases, claims)
    lead = earlier(cases) if claims is rules else float("nan")
    early = "" if lead != lead else f"{lead:.0f}"
    print(
        f"| {name} | {by} | {one.shown} | {_share(one.recall)} | {one.caught} of {one.failed} "
        f"| {_share(one.precision)} | {one.false} of {one.healthy} | {early} |"
    )


def _share(value: float) -> str:
    return "–" if value != value else f"{value:.2f}"
