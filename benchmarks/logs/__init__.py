"""How often losses alone tell that a GAN fails: logs of small trainings, whose truth is in their samples.

    python -m benchmarks.logs [collect] [--half tune|report|both] [--cases] [--folder TRACES]

Twelve loops of five families of losses train sixteen members each, side by side in one process, some with
settings that are known to work and some with settings that are known to harm. A trace holds the losses as a
program prints them, and what was true of the samples. It is thinned to every step, every tenth and every
hundredth, written in the formats that programs write, read as ``latentop diagnose`` reads them, and judged
by its rules; beside them the naive rule, on the same numbers. Traces are kept: training takes a quarter of an
hour, judging less than a minute.
"""
