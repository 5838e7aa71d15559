"""Does every preset keep what it promises, from any seed and on any processor?

    python -m benchmarks.promises [--only NAME]… [--seeds N] [--moved SIZE] [--slow] [--jobs N]

Trains presets from several seeds and prints a row for each promise of their ``look_for``: held in how many
of the runs, and by which margin in the worst of them. ``--moved`` adds noise of that size to the initial
weights: another processor rounds otherwise, and so trains another run from the same seed. Only with
``--slow`` are those trained that take more than five minutes a seed.
"""
