"""A run on disk: the only part of the engine that a viewer imports. Never torch."""
