"""How faithful images as text are, beside chafa: ``python -m benchmarks.images``."""
