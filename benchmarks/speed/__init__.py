"""How fast and how light it is, beside what people would use instead: ``python -m benchmarks``.

One file a benchmark, each with ``measure(budget) -> list[Row]``. Every claim is a ratio from one run on one
machine, or a median over repetitions: machines are noisy, so those that are compared take turns.
"""
