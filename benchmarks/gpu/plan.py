"""The checks, in their order, and the seconds that each may take: eight minutes in all."""

from benchmarks.gpu.check import Probe

PLAN = (
    Probe(name="versions", place="benchmarks.gpu.devices:versions", seconds=10),
    Probe(name="choice", place="benchmarks.gpu.devices:choice", seconds=10),
    Probe(name="presets", place="benchmarks.gpu.steps:presets", seconds=50),
    Probe(name="first-loss", place="benchmarks.gpu.numerics:first_loss", seconds=20),
    Probe(name="meter", place="benchmarks.gpu.meter:meter", seconds=20),
    Probe(name="features", place="benchmarks.gpu.features:features", seconds=10),
    Probe(name="worker", place="benchmarks.gpu.worker:worker", seconds=35),
    Probe(name="control", place="benchmarks.gpu.worker:control", seconds=30),
    Probe(name="resumption", place="benchmarks.gpu.numerics:resumption", seconds=10),
    Probe(name="gradients", place="benchmarks.gpu.numerics:gradients", seconds=5),
    Probe(name="speed", place="benchmarks.gpu.speed:speed", seconds=35),
    Probe(name="graphs", place="benchmarks.gpu.graphs:graphs", seconds=30),
    Probe(name="captures", place="benchmarks.gpu.graphs:captures", seconds=20, alone=True),
    Probe(name="bfloat16", place="benchmarks.gpu.numerics:bfloat16", seconds=10),
    Probe(name="memory", place="benchmarks.gpu.memory:memory", seconds=30, alone=True),
    Probe(name="short-of-memory", place="benchmarks.gpu.memory:short_of_memory", seconds=20, alone=True),
    Probe(name="index", place="benchmarks.gpu.worker:index", seconds=30),
    Probe(name="three", place="benchmarks.gpu.worker:three", seconds=25),
    Probe(name="doctor", place="benchmarks.gpu.devices:doctor", seconds=20),
    Probe(name="signals", place="benchmarks.gpu.worker:signals", seconds=30),
    Probe(name="peers", place="benchmarks.gpu.speed:peers", seconds=30),
)
