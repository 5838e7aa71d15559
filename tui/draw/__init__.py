"""Drawing: pure functions from arrays to rows of styled text."""
