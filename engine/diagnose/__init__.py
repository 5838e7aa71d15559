"""Says of a log that is already written what went wrong when: our own runs, CSV files, TensorBoard's events.

The same detectors as in training, over the same series, in the same order. ``python -m engine.diagnose PATH``
prints the answer as JSON.
"""
