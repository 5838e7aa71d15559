"""How often the watch is right, and how early: failures provoked on purpose, labelled by what is true.

    python -m benchmarks.alarms collect [--jobs N] [--only NAME]… [--seeds 1,2,3] [--folder TRACES]
    python -m benchmarks.alarms replay  [--folder TRACES] [--half tune|report]

``collect`` trains every recipe from every seed and keeps a trace: all series, every reading of the meter, and
the truth beside them, which comes from elsewhere (``truth``). ``replay`` runs the detectors over the traces,
which takes seconds, and prints the tables, naive rules beside.
"""
