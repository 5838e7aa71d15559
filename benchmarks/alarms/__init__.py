"""How often the watch is right, and how early: failures provoked on purpose, labelled by what is true.

    python -m benchmarks.alarms collect [--jobs N] [--only NAME]… [--data KIND]… [--seeds 1] [--folder TRACES]
    python -m benchmarks.alarms measure [--jobs N] [--folder TRACES]
    python -m benchmarks.alarms replay  [--folder TRACES] [--data KIND]… [--half tune|report|both] [--cases]

``collect`` trains every recipe from every seed and keeps a trace: all series, all samples that the meter
read, and the truth beside them, which comes from elsewhere (``ground_truth``). Interrupted and called
again, it goes on with what is missing. ``replay`` runs the detectors over the traces, which takes seconds,
and prints the tables, by kind of data too, naive rules beside. After a change of the meter itself ``measure``
lets it read the same samples again, without training.

What belongs to no preset lies beside the traces: emoji come from npm, and digits take scikit-learn.
"""
